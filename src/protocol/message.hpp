// The messages that frames carry: one struct each, with `append_to` (the whole frame, header included) and
// `parse` (its payload). README.md beside this file is the same in prose, with byte examples.
//
// parse() is total: malformed JSON, wrong types and numbers out of range are an Error with
// ErrorCode::protocol; unknown fields are ignored; missing ones take the default shown here; texts are
// clamped to the limits below and names lose control characters. Nothing throws. A client sends what stands
// under "client to server", the server what stands under "server to client"; a frame from the wrong side is
// the receiver's error to raise.
//
// Bytes that need not be UTF-8 (arguments, paths, environment) travel as a JSON string when they are UTF-8
// and as {"hex":"ff00"} when they are not, so nothing is lost.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.hpp"
#include "base/result.hpp"
#include "base/scrolled.hpp"
#include "base/size.hpp"
#include "protocol/frame.hpp"

namespace sess::protocol {

// Limits on what a peer may say; parse() enforces them.
inline constexpr std::size_t kMaxName = 256;                ///< tty, TERM, token, feature: clamped
inline constexpr std::size_t kMaxPath = 4096;               ///< cwd: a longer one is dropped
inline constexpr std::size_t kMaxText = 16 * 1024;          ///< messages for people: clamped
inline constexpr std::size_t kMaxArguments = 4096;          ///< of a command: more is an error
inline constexpr std::size_t kMaxEnvironment = 128 * 1024;  ///< all of hello's variables: more is an error
inline constexpr std::size_t kMaxFeatures = 64;             ///< clamped
inline constexpr std::size_t kMaxConfigFiles = 64;          ///< hello's: more is an error
inline constexpr std::size_t kMaxTerminfo = 256;            ///< the same
inline constexpr std::size_t kMaxJsonDepth = 8;             ///< deeper is an error
inline constexpr std::size_t kMaxChunk = 64 * 1024;  ///< what senders put into one stdin/input/print frame

/// Peers with the same major number talk; the smaller minor and the feature lists tell what may be sent.
/// The frame header, hello's `version` and the error message are the same in every major version.
struct Version {
  std::uint16_t major = 1;
  std::uint16_t minor = 0;
  bool operator==(const Version&) const = default;
};
inline constexpr Version kVersion{1, 0};

/// nullopt when the peer can be talked to, otherwise one sentence that says what to do about it. `who` is
/// "client" or "server": the peer.
[[nodiscard]] std::optional<std::string> version_mismatch(Version peer, std::string_view who);

/// `ack` counts for as long as the connection lives: a server that lists it does not begin anew at
/// `continued`.
inline constexpr std::string_view kSteadyAcks = "steady-acks";
/// A server that lists it understands Command::again.
inline constexpr std::string_view kAskAgain = "ask-again";
/// A client that lists it is told with each stream offset how much has scrolled off its terminal
/// (Output::kScrolled), a server that lists it understands what the client says of it (Resume, Suspended).
inline constexpr std::string_view kScrolledOff = "scrolled";

/// To a client that lists it, a server that lists it sends input_ack behind the output that the input led to,
/// or kEchoWait later where it led to none: what is shown by then is what became of the key.
inline constexpr std::string_view kEcho = "echo";
inline constexpr std::chrono::milliseconds kEchoWait{50};

/// Names of what this build understands beyond version 1.0. An end sends an addition only to a peer that
/// listed it.
[[nodiscard]] std::vector<std::string> own_features();
[[nodiscard]] bool has_feature(const std::vector<std::string>& features, std::string_view name);

/// The stream offset of bytes that end at no token boundary of a pane (drawn by the server, or a part of a
/// token larger than a frame).
inline constexpr std::uint64_t kNoOffset = ~std::uint64_t{0};

/// Rows and columns (clamped to 1..kMaxSide) and the pixels of the whole window, 0 when unknown.
struct TerminalSize {
  Size cells;
  std::uint16_t xpixel = 0;
  std::uint16_t ypixel = 0;
  bool operator==(const TerminalSize&) const = default;
};

// ---------------------------------------------------------------------------------------------------------
// Either end
// ---------------------------------------------------------------------------------------------------------

/// Asks for a pong with the same serial. The receiver answers at once, whatever else it does. Binary: u64.
struct Ping {
  static constexpr FrameType kType = FrameType::ping;
  std::uint64_t serial = 0;
  void append_to(std::string& out) const;
  static Result<Ping> parse(std::string_view payload);
};

/// The answer to ping. Binary: u64.
struct Pong {
  static constexpr FrameType kType = FrameType::pong;
  std::uint64_t serial = 0;
  void append_to(std::string& out) const;
  static Result<Pong> parse(std::string_view payload);
};

// ---------------------------------------------------------------------------------------------------------
// Client to server
// ---------------------------------------------------------------------------------------------------------

enum class AttachMode : std::uint8_t { direct, composed };

/// How much of a pane's output is in the scrollback of the client's terminal, as the last frame that told it
/// said.
struct PaneScrolled {
  std::uint32_t pane = 0;
  std::uint64_t line = 0;
  std::uint32_t bytes = 0;
  bool operator==(const PaneScrolled&) const = default;
};

/// Where a client that lost its connection stopped.
struct Resume {
  std::string token;                 ///< welcome's
  std::uint32_t session = 0;         ///< attached's
  std::uint32_t pane = 0;            ///< attached's
  std::uint64_t offset = kNoOffset;  ///< of the last output frame received that had one
  std::uint64_t past = 0;            ///< output bytes received after that frame (in frames without an offset)
  std::uint64_t input_sequence = 0;  ///< the last input frame sent, 0 when none was
  std::optional<AttachMode> mode = std::nullopt;  ///< attached's; none: a client that does not tell
  bool drawn =
      false;  ///< the screen was drawn since `offset`: the terminal is not as the output up to it left it
  bool written_on = false;                              ///< others wrote on the terminal since
  std::optional<PaneScrolled> scrolled = std::nullopt;  ///< of the pane that it showed directly last
};

enum class ControlMode : std::uint8_t {
  none,
  plain,  ///< -C: commands on stdin, notifications on stdout
  raw,    ///< -CC: the same on a terminal that the client switched to raw
};

/// --color in front of the command: whether what is printed has colours.
enum class ColorChoice : std::uint8_t { never, always };

/// The first frame of a client. The server answers welcome or error and nothing before.
struct Hello {
  static constexpr FrameType kType = FrameType::hello;
  Version version = kVersion;
  std::vector<std::string> features;
  std::int32_t pid = 0;
  std::string tty;                       ///< ttyname of the client's terminal, "" when it has none
  std::string term;                      ///< TERM
  TerminalSize size;                     ///< of that terminal; 80x24 when there is none
  std::string cwd;                       ///< "" when it cannot be told
  std::vector<std::string> environment;  ///< "NAME=value"
  bool stdin_tty = false;  ///< what the descriptors are: the server decides whether it needs one
  bool stdout_tty = false;
  bool utf8 = false;                   ///< -u, or the locale says so
  bool colours_256 = false;            ///< -2
  std::optional<ColorChoice> color;    ///< --color; none: on terminals that show them
  bool login_shell = false;            ///< -l
  std::optional<std::uint32_t> umask;  ///< for what is started for this client; none: it does not say
  std::string terminal_features;       ///< -T, as given
  std::vector<std::string>
      terminfo;          ///< capabilities of TERM's entry by name, and "colors=256"; none: it has no entry
  std::string terminal;  ///< a name that the terminal keeps while the shell there lives; "": there is none
  std::vector<std::string> config_files;  ///< -f, absolute: a daemon that did not read them says so
  ControlMode control = ControlMode::none;
  Dialect dialect = Dialect::sess;  ///< by the name that the client was called by
  std::optional<Resume>
      resume;  ///< instead of a command: the server answers welcome, then attached or detached
  void append_to(std::string& out) const;
  static Result<Hello> parse(std::string_view payload);

  /// Drops the largest variables until the rest fits kMaxEnvironment and the frame fits kMaxPayload.
  /// Returns the names that were dropped.
  std::vector<std::string> fit();
};

/// What to do: the arguments as the user gave them, parsed by the server. None: the default command. Once per
/// connection, after welcome. Too many or too long arguments make parse() fail; see fits().
struct Command {
  static constexpr FrameType kType = FrameType::command;
  std::vector<std::string> argv;
  /// The token of the connection on which the same was sent before, when that one was lost and nobody knows
  /// whether it was carried out; "" the first time. The server then does only what does no harm twice. See
  /// kAskAgain.
  std::string again = {};
  void append_to(std::string& out) const;
  static Result<Command> parse(std::string_view payload);
  /// Whether it can be sent: at most kMaxArguments arguments in one frame.
  [[nodiscard]] bool fits() const;
};

/// Instead of command (`sess -c`): asks for an exec of that text by the default shell of the server.
struct Shell {
  static constexpr FrameType kType = FrameType::shell;
  std::string command;
  void append_to(std::string& out) const;
  static Result<Shell> parse(std::string_view payload);
};

/// Standard input, after stdin_request. Binary: the bytes.
struct StdinData {
  static constexpr FrameType kType = FrameType::stdin_data;
  std::string_view bytes;  ///< points into what was parsed
  void append_to(std::string& out) const;
  static Result<StdinData> parse(std::string_view payload);
};

/// The end of standard input. Binary: u32 errno of a failed read, 0 for a plain end.
struct StdinEof {
  static constexpr FrameType kType = FrameType::stdin_eof;
  std::uint32_t sys_errno = 0;
  void append_to(std::string& out) const;
  static Result<StdinEof> parse(std::string_view payload);
};

/// What the terminal sent. Numbered from 1 per token without gaps: the server applies a number once and in
/// order, and answers input_ack. Binary: u64 sequence, the bytes.
struct Input {
  static constexpr FrameType kType = FrameType::input;
  std::uint64_t sequence = 0;
  std::string_view bytes;  ///< points into what was parsed
  void append_to(std::string& out) const;
  static Result<Input> parse(std::string_view payload);
};

/// How many bytes of output the terminal took, counted from this connection's first `attached` to its end.
/// The last 1 KiB may stay unacknowledged until the client has something else to send. Binary: u64.
struct Ack {
  static constexpr FrameType kType = FrameType::ack;
  std::uint64_t bytes = 0;
  void append_to(std::string& out) const;
  static Result<Ack> parse(std::string_view payload);
};

/// The terminal has another size.
struct Resize {
  static constexpr FrameType kType = FrameType::resize;
  TerminalSize size;
  void append_to(std::string& out) const;
  static Result<Resize> parse(std::string_view payload);
};

/// The client left raw mode and stops (SIGTSTP, or the server's suspend), or lends its terminal to a lock
/// command: nothing is shown until continued. It drops output from here on, to the `attached` that counts
/// this pause.
struct Suspended {
  static constexpr FrameType kType = FrameType::suspended;
  std::optional<PaneScrolled> scrolled = std::nullopt;
  void append_to(std::string& out) const;
  static Result<Suspended> parse(std::string_view payload);
};

/// The client is back in raw mode after suspend or lock, on a screen that somebody else wrote on: the server
/// sends modes and screen again. Acknowledgements go on counting.
struct Continued {
  static constexpr FrameType kType = FrameType::continued;
  TerminalSize size;
  bool kept = false;  ///< nobody but the client itself wrote there, on one row: the screen is enough
  void append_to(std::string& out) const;
  static Result<Continued> parse(std::string_view payload);
};

/// The client ends by itself. `hangup`: its terminal is gone, no answer is awaited. Otherwise the server
/// answers detached.
struct Detach {
  static constexpr FrameType kType = FrameType::detach;
  bool hangup = false;
  void append_to(std::string& out) const;
  static Result<Detach> parse(std::string_view payload);
};

// ---------------------------------------------------------------------------------------------------------
// Server to client
// ---------------------------------------------------------------------------------------------------------

/// The answer to hello. From here on the client may send command.
struct Welcome {
  static constexpr FrameType kType = FrameType::welcome;
  Version version = kVersion;
  std::vector<std::string> features;
  std::int32_t server_pid = 0;
  std::int32_t keeper_pid = 0;
  std::string token;  ///< names this client in a later resume; [A-Za-z0-9._-]
  std::optional<std::uint64_t>
      input_sequence;  ///< after a resume: last input frame applied; none: token unknown
  void append_to(std::string& out) const;
  static Result<Welcome> parse(std::string_view payload);
};

enum class RefusalCode : std::uint8_t {
  other,      ///< also every name that this build does not know
  version,    ///< another major version
  malformed,  ///< a frame or message could not be read
  denied,     ///< not the owner
  full,       ///< too many clients
  ending,     ///< the daemon ends: another one can be started when it is gone
};

/// The connection ends here, and why, in a sentence for the user.
struct Refusal {
  static constexpr FrameType kType = FrameType::error;
  RefusalCode code = RefusalCode::other;
  std::string text;
  void append_to(std::string& out) const;
  static Result<Refusal> parse(std::string_view payload);
};

/// Bytes for the client's standard output (1) or error (2). Binary: u8 stream, the bytes. Not between
/// attached and detached.
struct Print {
  static constexpr FrameType kType = FrameType::print;
  std::uint8_t stream = 1;
  std::string_view bytes;  ///< points into what was parsed
  void append_to(std::string& out) const;
  static Result<Print> parse(std::string_view payload);
};

/// The command is done; the client exits with status (0..255) once everything printed is written.
struct Exit {
  static constexpr FrameType kType = FrameType::exit;
  std::uint8_t status = 0;
  void append_to(std::string& out) const;
  static Result<Exit> parse(std::string_view payload);
};

/// The client's terminal shows a session from here on: raw mode, input is relayed. Sent again when session,
/// pane or mode change.
struct Attached {
  static constexpr FrameType kType = FrameType::attached;
  std::uint32_t session = 0;
  std::string session_name;
  std::uint32_t pane = 0;
  AttachMode mode = AttachMode::direct;
  bool read_only = false;
  bool resumed = false;      ///< output goes on exactly where hello.resume stopped: nothing is redrawn
  std::uint32_t pauses = 0;  ///< how many `suspended` of this connection were seen before
  void append_to(std::string& out) const;
  static Result<Attached> parse(std::string_view payload);
};

/// Bytes for the terminal. Binary: u64 stream offset of the pane that is reached after them (a token
/// boundary) or kNoOffset, u8 flags, with kScrolled u64 and u32, the bytes (at most kMaxOutput).
struct Output {
  static constexpr FrameType kType = FrameType::output;
  static constexpr std::size_t kPrefixSize = 21;  ///< at most
  /// With kNoOffset: what the bytes are, if no part of the pane's output. Unknown flags are ignored.
  static constexpr std::uint8_t kDrawn = 1;  ///< they change what the screen shows
  static constexpr std::uint8_t kAside = 2;  ///< they leave it as it is (a bell, the clipboard)
  /// Behind the flags stands how much of the pane has scrolled off the terminal with these bytes. Only for a
  /// client that lists kScrolledOff.
  static constexpr std::uint8_t kScrolled = 4;
  /// Beside kAside: they ask the terminal; DA1's answer (CSI ? ... c) is the last one that comes.
  static constexpr std::uint8_t kAsks = 8;
  std::uint64_t offset = kNoOffset;
  std::uint8_t flags = 0;
  std::string_view bytes;  ///< points into what was parsed
  std::optional<Scrolled> scrolled = std::nullopt;
  void append_to(std::string& out) const;
  static Result<Output> parse(std::string_view payload);
  /// Frame header and prefix for `size` bytes that follow from where they lie (writev).
  static void append_header(std::string& out, std::uint64_t offset, std::size_t size, std::uint8_t flags = 0,
                            const std::optional<Scrolled>& scrolled = std::nullopt);
};
inline constexpr std::size_t kMaxOutput = kMaxPayload - Output::kPrefixSize;

/// What brings the client's terminal back to normal, with the cursor at the start of a line, replacing what
/// was sent before: the client writes it when the attachment, the connection or the client ends. Writing it
/// twice does no harm. Binary: the bytes.
struct Undo {
  static constexpr FrameType kType = FrameType::undo;
  std::string_view bytes;  ///< points into what was parsed
  void append_to(std::string& out) const;
  static Result<Undo> parse(std::string_view payload);
};

/// Every input frame up to this one was applied and will not be asked for again. Binary: u64.
struct InputAck {
  static constexpr FrameType kType = FrameType::input_ack;
  std::uint64_t sequence = 0;
  void append_to(std::string& out) const;
  static Result<InputAck> parse(std::string_view payload);
};

enum class DetachReason : std::uint8_t {
  other,     ///< also every name that this build does not know
  detached,  ///< by detach-client or the client itself
  evicted,   ///< another client took the session (attach -d)
  exited,    ///< the session ended
  server_exited,
  hangup,  ///< detach-client -P: the client's parent gets SIGHUP
};

/// The attachment ended: the client writes undo, leaves raw mode, prints `message` on a line of its own
/// ("[detached (from session app)]", "[exited]") and exits with status.
struct Detached {
  static constexpr FrameType kType = FrameType::detached;
  DetachReason reason = DetachReason::detached;
  std::string message;
  std::uint8_t status = 0;
  bool wait = false;  ///< a control client stays until an empty line or the end of its input (wait-exit)
  void append_to(std::string& out) const;
  static Result<Detached> parse(std::string_view payload);
};

/// suspend-client: the client stops itself, as if SIGTSTP had come.
struct Suspend {
  static constexpr FrameType kType = FrameType::suspend;
  void append_to(std::string& out) const;
  static Result<Suspend> parse(std::string_view payload);
};

/// The client ends its attachment, if there is one, and replaces itself by `shell -c command`.
struct Exec {
  static constexpr FrameType kType = FrameType::exec;
  std::string shell;  ///< absolute path; "" is /bin/sh
  std::string command;
  void append_to(std::string& out) const;
  static Result<Exec> parse(std::string_view payload);
};

/// The client runs `command` by /bin/sh on its terminal outside raw mode and sends continued when it ended.
struct Lock {
  static constexpr FrameType kType = FrameType::lock;
  std::string command;
  void append_to(std::string& out) const;
  static Result<Lock> parse(std::string_view payload);
};

/// The client sends its standard input as stdin_data until stdin_eof.
struct StdinRequest {
  static constexpr FrameType kType = FrameType::stdin_request;
  void append_to(std::string& out) const;
  static Result<StdinRequest> parse(std::string_view payload);
};

/// What the client asks for when the connection is lost before the command is done: it connects again and
/// sends these arguments as its command. With `count` it appends, as one more argument, the bytes of standard
/// output that it was sent since this message. Replaces the former. Sent as an optional frame.
struct Retry {
  static constexpr FrameType kType = FrameType::retry;
  static constexpr std::uint16_t kFlags = kFlagOptional;
  std::vector<std::string> argv;
  bool count = false;
  void append_to(std::string& out) const;
  static Result<Retry> parse(std::string_view payload);
};

/// The whole frame of one message.
template <class Message>
[[nodiscard]] std::string encode(const Message& message) {
  std::string out;
  message.append_to(out);
  return out;
}

}  // namespace sess::protocol
