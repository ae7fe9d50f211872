// Who is told what happens in panes: output, bells, titles, what a program asks of the terminal, and its end.
//
// The server's part is server/pane_reports, popups have their own. Says nothing of input, and asks for
// nothing but how much may be read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sess::panes {

class PaneIo;

/// Told during the loop's callbacks; the owner notes it and acts at the end of the turn.
class PaneObserver {
 public:
  virtual ~PaneObserver() = default;
  /// Bytes that a pane may read in this turn (at least one read(2) is made): what a flood may take of
  /// everybody's time.
  [[nodiscard]] virtual std::size_t read_budget() const = 0;
  virtual void on_pane_output(PaneIo& pane) = 0;
  virtual void on_pane_bell(PaneIo& pane) = 0;
  virtual void on_pane_title(PaneIo& pane) = 0;
  virtual void on_pane_clipboard(PaneIo& pane, std::string_view selection, std::string_view base64) = 0;
  virtual void on_pane_notification(PaneIo& pane, int kind, std::string_view title,
                                    std::string_view body) = 0;
  virtual void on_pane_window_name(PaneIo& pane, std::string_view name) = 0;
  /// terminal::Sink::on_passthrough
  virtual bool on_pane_passthrough(PaneIo& pane, std::string_view bytes) = 0;
  /// The program's side of the terminal was closed by everybody who had it open.
  virtual void on_pane_eof(PaneIo& pane) = 0;
  /// Bytes of the program as they were read, for pipe-pane and logs; not what sess itself says in the pane.
  virtual void on_pane_bytes(PaneIo& pane, std::string_view bytes) = 0;
  /// Bytes that ended servers and are skipped; where they are kept, "" when they are not.
  [[nodiscard]] virtual std::string keep_harmful(PaneIo& /*pane*/, std::uint64_t /*offset*/,
                                                 std::string_view /*bytes*/) {
    return {};
  }
};

}  // namespace sess::panes
