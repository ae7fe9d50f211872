// The bytes that a direct client's terminal may be sent: a program's output, cleaned.
//
// The same tokens in the same order, without queries (the server answers those, once), without what the
// emulator does not do, and without anything malformed or oversized; malformed UTF-8 becomes U+FFFD.
// Unfinished tokens are held back. feed() has a decoder of its own and must start at a token boundary; most
// output is plain and was decoded by the emulator, which knows it: then feed_plain() passes its bytes whole.
// Deciding is done by relay_rules.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "terminal/decode/tokens.hpp"
#include "terminal/screen/abilities.hpp"
#include "terminal/screen/cell.hpp"

namespace sess::terminal {

class Decoder;

struct RelayPolicy {
  bool clipboard = true;         ///< pass OSC 52 writes
  bool notifications = true;     ///< pass OSC 9, 99, 777
  bool titles = true;            ///< pass OSC 0, 1, 2 and the stack of titles
  bool alternate_screen = true;  ///< as the emulator's Settings
  bool passthrough = false;      ///< what is wrapped for the terminal outside (DCS tmux;) is passed whole
  int cursor_style = 0;          ///< DECSCUSR's number for the program's 0: the user's choice
  std::optional<Color> cursor_color = {};      ///< rgb, where the program sets none
  std::map<std::uint8_t, Color> palette = {};  ///< as the emulator's Settings
  Abilities lacks = 0;                         ///< the terminal does
  bool operator==(const RelayPolicy&) const = default;
};

class Relay : public TokenHandler {
 public:
  /// `alternate`: whether the terminal shows the alternate screen where this begins, if that is known.
  explicit Relay(RelayPolicy policy = {}, std::optional<bool> alternate = std::nullopt);
  ~Relay() override;
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// A mode was switched on that the terminal lacks (ability::picture): nothing is passed on any more.
  [[nodiscard]] bool halted() const { return halted_; }
  /// Whether something was kept from the terminal, which lacks it, that changed the screen: it is to be
  /// painted anew.
  [[nodiscard]] bool take_missing() { return std::exchange(missing_, false); }

  /// For what comes from here on.
  void set_policy(const RelayPolicy& policy) { policy_ = policy; }

  void feed(std::string_view bytes);
  /// feed() without decoding, for bytes in which the emulator has ended plain tokens only
  /// (Emulator::plain()); the last `unfinished` of them begin one that does not end here
  /// (Emulator::pending()). What comes before was fed here from a token boundary on, too.
  void feed_plain(std::string_view bytes, std::size_t unfinished);
  /// Bytes at the end of what feed() was given that are not passed on yet.
  [[nodiscard]] std::size_t pending() const;
  /// Whether what was passed on ends inside a picture: no token boundary to resume from.
  [[nodiscard]] bool in_stream() const;

  /// What may be sent, in order. Pieces point into the bytes that were fed, or into this object: use or copy
  /// them before either changes, then clear().
  [[nodiscard]] std::span<const std::string_view> pieces() const { return pieces_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return pieces_.empty(); }
  void append_to(std::string& out) const;
  void clear();

  void on_text(std::string_view text) override;
  void on_ascii(std::string_view text) override { pass(text); }
  void on_control(char c, std::string_view raw) override;
  void on_escape(const Escape& token) override;
  void on_csi(const Csi& token) override;
  void on_sgr(const Sgr& token) override;
  void on_osc(const StringToken& token) override;
  void on_dcs(const StringToken& token) override;
  void on_other_string(const StringToken& token) override;
  void on_stream(StreamKind kind, std::string_view raw) override;

 private:
  void begin(std::string_view input);
  void pass(std::string_view raw);
  void put(std::string bytes);
  [[nodiscard]] bool lacks(Abilities what) const { return (policy_.lacks & what) != 0; }
  [[nodiscard]] bool keeps(const Csi& token);
  void set_modes(const Csi& token);
  void switch_screen(std::string& out, int mode, bool on);

  RelayPolicy policy_;
  std::optional<bool> alternate_;
  bool halted_ = false;
  bool missing_ = false;
  std::string_view input_;
  std::vector<std::string_view> pieces_;
  std::deque<std::string> owned_;
  std::size_t size_ = 0;
  std::unique_ptr<Decoder> decoder_;
};

/// What brings the cursor to the policy's style and colour; empty where it has none.
[[nodiscard]] std::string default_cursor(const RelayPolicy& policy);

}  // namespace sess::terminal
