// What keeper and server say to each other, as values and as bytes.
//
//   0        4      5     6         8
//   +--------+------+-----+---------+------------------+
//   | length | type | fds | reserved| payload (length) |    integers little-endian, length ≤ kMaxPayload
//   +--------+------+-----+---------+------------------+
//
// On a SOCK_STREAM pair: argv and environment of a program are larger than any packet. The descriptors of a
// message are attached (SCM_RIGHTS) to its first byte, so by the time the message is whole they have arrived,
// in order. Decoding is total: whatever the bytes, the result is a message or an error. A descriptor that is
// announced but missing is an error too. Transport and queues are link.hpp's business.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "base/size.hpp"
#include "os/programs/pty.hpp"

namespace sess::keeper {

/// The server's pane id; unique for the life of the keeper.
using PaneNumber = std::uint32_t;
using WallTime = std::chrono::system_clock::time_point;

/// Largest payload of one message: Linux lets argv and environment have 2 MiB with an 8 MiB stack.
inline constexpr std::size_t kMaxPayload = 4U << 20U;
/// No message carries more descriptors.
inline constexpr std::size_t kMaxMessageFds = 2;

/// What an ended program used (wait4(2)).
struct Usage {
  std::chrono::microseconds user{0};
  std::chrono::microseconds system{0};
  std::uint64_t max_resident_kib = 0;
  bool operator==(const Usage&) const = default;
};

/// How the server before this one ended.
struct Death {
  enum class Kind : std::uint8_t {
    none,      ///< there was none: first start
    exited,    ///< detail: exit status
    signaled,  ///< detail: signal
    hung,      ///< did not answer a ping and was killed
    upgraded,  ///< ended so that the keeper could replace its own code
  };
  Kind kind = Kind::none;
  std::int32_t detail = 0;
  bool operator==(const Death&) const = default;
};
/// "killed by signal 9", "exited with status 1" …
[[nodiscard]] std::string to_text(Death death);
/// Deaths that the server brought upon itself: its input may be to blame. Other signals come from outside.
[[nodiscard]] bool is_own_fault(const Death& death);

// ---- keeper to server -------------------------------------------------------------------------------------

/// First message of every server.
struct Start {
  Death previous;
  std::uint64_t start_count = 1;  ///< 1 for the first server of this daemon
  std::string name;               ///< of the daemon: "default" or -L's
  std::string socket_path;        ///< as clients use it
  std::string socket_directory;   ///< agent links and the like live here when private_directory
  bool private_directory = true;  ///< false with -S
  std::string state_directory;
  std::string config_directory;
  std::vector<std::string> config_files;  ///< -f, in order; empty: the default ones
  std::uint8_t verbosity = 0;             ///< number of -v
  bool foreground = false;
  bool boot = false;    ///< started with the machine: enabled jobs start, whatever the daemon's name is
  std::string program;  ///< the daemon's own path, for what starts it at boot; "" when it is not known
  std::string
      not_upgraded;   ///< why the upgrade that ended the server before did not take place; "" when it did
  UniqueFd listener;  ///< non-blocking, shared with the keeper
  UniqueFd model;     ///< memfd for the model's checkpoint, size 0 at first
};

/// One per known program, between Start and Ready; after Ready only for a program whose start was asked by
/// an earlier server and took longer than that server lived. A pane that the server does not know is adopted
/// or forgotten.
struct Program {
  PaneNumber pane = 0;
  std::int32_t pid = -1;
  std::string tty;
  std::string program;  ///< argv[0] of the request
  bool exited = false;
  std::int32_t wait_status = 0;  ///< as waitpid(2) gives it; meaningful when exited
  Usage usage;                   ///< when exited
  WallTime started{};
  WallTime ended{};  ///< when exited
  UniqueFd master;   ///< non-blocking; also of an exited program: unread output may be in it
  UniqueFd journal;  ///< memfd
  std::int32_t holder =
      -1;  ///< of a held program: its holder (os/programs/holder.hpp), while processes are left; else -1
  UniqueFd held_end;  ///< the keeper's own: the holder's report; never sent
};

/// Everything was handed over.
struct Ready {};

struct Spawned {
  std::uint64_t request = 0;
  PaneNumber pane = 0;
  std::int32_t pid = -1;
  std::string tty;
  std::string note;  ///< for the user: the directory could not be entered
  WallTime started{};
  UniqueFd master;
  UniqueFd journal;
  std::int32_t holder = -1;  ///< of a held program
};

struct SpawnFailed {
  std::uint64_t request = 0;
  PaneNumber pane = 0;
  std::int32_t sys_errno = 0;
  std::string text;
};

/// Sent once; repeated inside Program to a later server until Forget.
struct Exited {
  PaneNumber pane = 0;
  std::int32_t pid = -1;  ///< a pane may have been respawned meanwhile
  std::int32_t wait_status = 0;
  Usage usage;
  WallTime ended{};
  bool left = false;  ///< a held program left processes behind: Emptied follows when they have ended
};

/// The last process of a held program that had left some behind has ended.
struct Emptied {
  PaneNumber pane = 0;
  std::int32_t pid = -1;  ///< of the program
};

/// To be answered with Pong within the hang limit (5 s), else the server is killed and replaced.
struct Ping {
  std::uint64_t serial = 0;
};

/// The daemon ends: tell clients and checkpoint. Plain programs are being hung up; held ones are the server's
/// to stop, which says with EndsWithin how long it needs. Exited messages still come. When all are gone the
/// link closes: then exit.
struct Stop {};

/// The socket's name vanished and a new socket has it. Take what waits on the old listener, then use this.
struct Listener {
  UniqueFd listener;
};

/// The answer to Upgrade when it does not even begin.
struct NotUpgraded {
  std::string text;
};

using ToServer = std::variant<Start, Program, Ready, Spawned, SpawnFailed, Exited, Ping, Stop, Listener,
                              Emptied, NotUpgraded>;

// ---- server to keeper -------------------------------------------------------------------------------------

struct Spawn {
  std::uint64_t request = 0;  ///< chosen by the server, echoed in the answer; unique per server
  /// New, or one whose program has exited; with keep_journal also one whose program still runs: once the new
  /// one has started, the old one is hung up and reaped silently.
  PaneNumber pane = 0;
  std::vector<std::string> argv;  ///< argv[0] is searched in PATH of env
  std::vector<std::string> env;   ///< complete
  std::string cwd;                ///< falls back to HOME of env, then /
  std::string argv0;              ///< what the program sees as argv[0]; empty: argv[0]
  Size size;
  os::PixelSize pixels;
  std::uint32_t umask = 022;
  bool keep_journal = false;  ///< respawn: the pane's journal goes on, else a new empty one
  std::optional<std::int32_t> nice;
  std::uint64_t memory_limit = 0;  ///< bytes of address space; 0: none
  std::string input;               ///< a file that is its standard input; empty: the terminal
  bool held = false;               ///< with a holder (os/programs/holder.hpp)
};

/// The pane is gone: drop its master, journal and record. A program that still runs gets the kernel's hang-up
/// once the server has closed its own master too; the keeper reaps it silently.
struct Forget {
  PaneNumber pane = 0;
};

struct Signal {
  enum class Whom : std::uint8_t {
    leader,   ///< the program
    group,    ///< the program's process group
    session,  ///< every process of the program's session; of a held one every process that is left of it
  };
  PaneNumber pane = 0;
  std::int32_t signo = 0;
  Whom whom = Whom::leader;
};

struct Pong {
  std::uint64_t serial = 0;
};
/// kill-server: hang up all jobs and end, as after SIGTERM.
struct End {};
/// Nothing is left (exit-empty): once the last program is reaped, remove the socket and end with status 0. A
/// later Spawn takes it back.
struct Leave {};

/// The answer to Stop: the held programs will have ended by then. Later they are killed.
struct EndsWithin {
  std::chrono::milliseconds time{0};
};

/// upgrade-server: go on with the installed code. This server is ended for it, unless NotUpgraded comes.
struct Upgrade {};

using ToKeeper = std::variant<Spawn, Forget, Signal, Pong, End, Leave, EndsWithin, Upgrade>;

// ---- bytes ------------------------------------------------------------------------------------------------

/// A message as it travels. fds are borrowed from the message it was made of.
struct Packet {
  std::string bytes;
  std::vector<int> fds;
};
[[nodiscard]] Packet encode(const ToServer& message);
[[nodiscard]] Packet encode(const ToKeeper& message);

/// A whole message that was not interpreted yet.
struct RawMessage {
  std::uint8_t type = 0;
  std::string payload;
  std::vector<UniqueFd> fds;
};
[[nodiscard]] Result<ToServer> decode_to_server(RawMessage raw);
[[nodiscard]] Result<ToKeeper> decode_to_keeper(RawMessage raw);

/// "spawned pane 3 pid 4711": names and sizes, never contents.
[[nodiscard]] std::string trace(const ToServer& message);
[[nodiscard]] std::string trace(const ToKeeper& message);

}  // namespace sess::keeper
