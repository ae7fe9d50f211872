// What tokens do: the parts of a terminal put together. Internal to this layer: Emulator owns one, Screen
// reads it.
//
// Owns the parts, each of which has its own state: mode_set, screens, pen, pool_use, position, page,
// printing, names, colors. Here is the dispatch (core.cpp, csi.cpp, osc.cpp, dcs.cpp), what takes several
// parts (DECSC, the alternate screen, resets), answers to queries (replies.cpp) and the order of a checkpoint
// (checkpoint.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"
#include "base/size.hpp"
#include "terminal/act/colors.hpp"
#include "terminal/act/emulator.hpp"
#include "terminal/act/mode_set.hpp"
#include "terminal/act/names.hpp"
#include "terminal/act/page.hpp"
#include "terminal/act/pen.hpp"
#include "terminal/act/pool_use.hpp"
#include "terminal/act/position.hpp"
#include "terminal/act/printing.hpp"
#include "terminal/act/screens.hpp"
#include "terminal/act/sink.hpp"
#include "terminal/decode/decoder.hpp"
#include "terminal/decode/tokens.hpp"
#include "terminal/screen/screen.hpp"

namespace sess::terminal {

class Core final : public TokenHandler {
 public:
  Core(Size size, SegmentStore& store, Sink& sink);

  void feed(std::string_view bytes);
  void resize(Size size);
  void reset();
  void set_identity(const Identity& identity);
  void save(ByteWriter& out) const;
  [[nodiscard]] bool save_within(ByteWriter& out, std::size_t most);
  [[nodiscard]] bool restore(ByteReader& in, std::uint8_t version);

  void on_text(std::string_view text) override;
  void on_ascii(std::string_view text) override;
  void on_control(char c, std::string_view raw) override;
  void on_escape(const Escape& token) override;
  void on_csi(const Csi& token) override;
  void on_sgr(const Sgr& token) override;
  void on_osc(const StringToken& token) override;
  void on_dcs(const StringToken& token) override;
  void on_other_string(const StringToken& token) override;
  void on_stream(StreamKind, std::string_view) override {}

 private:
  friend class Emulator;
  friend class Screen;

  // core.cpp
  [[nodiscard]] const Modes& modes() const { return mode_set_.now(); }
  void reply(std::string_view bytes) { sink_.on_reply(bytes); }
  void save_cursor();
  void restore_cursor();
  void soft_reset();

  // csi.cpp
  void plain_csi(const Csi& token);
  void private_csi(const Csi& token);
  void marked_csi(const Csi& token);
  void intermediate_csi(const Csi& token);
  void title_stack(const Csi& token);
  void set_private_mode(int mode, bool on);
  void show_alternate(bool on);

  // osc.cpp
  void osc_link(std::string_view rest);
  void osc_clipboard(std::string_view rest);
  void osc_notify(std::string_view rest);
  void osc_prompt(std::string_view rest);

  // dcs.cpp
  void request_status(std::string_view what);
  void request_capabilities(std::string_view names);
  void passthrough(std::string_view content);

  // replies.cpp
  void device_attributes(const Csi& token);
  void device_status(const Csi& token);
  void report_mode(const Csi& token);
  void report_window(const Csi& token);
  void report_parameters(const Csi& token);
  void report_checksum(const Csi& token);
  void report_theme();
  [[nodiscard]] Identity::Theme theme() const;

  Sink& sink_;
  Identity identity_;
  Settings settings_;
  Decoder decoder_;
  ModeSet mode_set_;
  Screens screens_;
  Pen pen_;
  PoolUse pools_;
  Position position_;
  Page page_;
  Printing printing_;
  Names names_;
  Colors colors_;
  Screen screen_;
  std::size_t passed_ = 0;  ///< bytes of this feed's tokens that every relay passes on as they came
  bool plain_ = false;      ///< they were all
};

}  // namespace sess::terminal
