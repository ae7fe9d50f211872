// What an emulator tells its owner while it is being fed. The owner implements it; every call returns quickly
// and must not feed the emulator. Views are valid during the call only.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sess::terminal {

/// OSC 9;4 progress.
struct Progress {
  enum class State : std::uint8_t { none, normal, error, indeterminate, paused };
  State state = State::none;
  int percent = 0;  ///< 0..100
};

class Sink {
 public:
  virtual ~Sink() = default;
  /// Bytes for the program's input: the answer to a query.
  virtual void on_reply(std::string_view bytes) = 0;
  virtual void on_bell() {}
  /// The window title or the icon's changed; read them from the Screen.
  virtual void on_title() {}
  /// OSC 52 write: the selection letters ("c", "p", "") and the payload still in base64 (at most 1 MiB; empty
  /// clears). A read request never arrives here and is never answered.
  virtual void on_clipboard(std::string_view selection, std::string_view base64) {
    static_cast<void>(selection);
    static_cast<void>(base64);
  }
  /// OSC 9 (body only), 99 (kitty: body as given, with its metadata as title) and 777;notify.
  virtual void on_notification(int kind, std::string_view title, std::string_view body) {
    static_cast<void>(kind);
    static_cast<void>(title);
    static_cast<void>(body);
  }
  virtual void on_progress(Progress progress) { static_cast<void>(progress); }
  /// OSC 133: 'A' prompt, 'B' input, 'C' output, 'D' end (with the exit status when given).
  virtual void on_prompt_mark(char kind, std::optional<int> exit_status) {
    static_cast<void>(kind);
    static_cast<void>(exit_status);
  }
  /// ESC k: the name that a program gives its window, as screen and tmux have it; "" takes it back.
  virtual void on_window_name(std::string_view name) { static_cast<void>(name); }
  /// What a program wrapped for the terminal outside (DCS tmux;), unwrapped. False: the owner passes nothing
  /// through, and of it only a clipboard write counts.
  virtual bool on_passthrough(std::string_view bytes) {
    static_cast<void>(bytes);
    return false;
  }
  /// OSC 7 changed Screen::working_directory().
  virtual void on_working_directory() {}
};

/// A sink that ignores everything: replay, tests.
class NullSink : public Sink {
 public:
  void on_reply(std::string_view) override {}
};

}  // namespace sess::terminal
