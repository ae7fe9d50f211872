// A stream of a program with resizes and clearings in between, taken from the input:
//
//   rows  cols  seed  stream...      in the stream FF 01 r c: resize; FF 02: clear the history; FF 03: reset;
//                                    FF 04 n: keep n history lines.  FF never occurs in UTF-8.
//
// The same operations are played three times: whole, cut into pieces of pseudo-random length, and cut with a
// checkpoint at some of the cuts. All must end in equal checkpoints; the screen must be whole at every
// operation.

#include <algorithm>
#include <memory>
#include <random>
#include <string>

#include "base/bytes.hpp"
#include "input.hpp"
#include "terminal/show/attach_paint.hpp"
#include "terminal/show/capture.hpp"
#include "terminal/act/emulator.hpp"
#include "terminal/show/relay.hpp"
#include "support/relayed.hpp"

namespace {

using sess::fuzz::Input;
using sess::fuzz::require;
namespace terminal = sess::terminal;

enum class Cut { none, pieces, checkpoints };

class Player {
 public:
  Player(sess::Size size, unsigned seed, Cut cut)
      : cut_(cut), random_(seed), emulator_(std::make_unique<terminal::Emulator>(size, store_, sink_)) {}

  void feed(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t n = cut_ == Cut::none ? bytes.size() : 1 + random_() % 24;
      const auto piece = bytes.substr(0, n);
      bytes.remove_prefix(piece.size());
      sess::test::feed_both(*emulator_, relay_, piece);
      relay_.append_to(relayed);
      relay_.clear();
      alone_.feed(piece);
      alone_.append_to(decoded_alone);
      alone_.clear();
      if (cut_ == Cut::checkpoints && random_() % 4 == 0) through_checkpoint();
    }
  }

  void through_checkpoint() {
    const std::string bytes = saved();
    emulator_.reset();
    sess::ByteReader in(bytes);
    auto restored = terminal::Emulator::restore(in, store_, sink_);
    require(restored.has_value(), "an emulator's own checkpoint can be restored");
    emulator_ = std::move(*restored);
    require(saved() == bytes, "a restored emulator saves what it was restored from");
  }

  [[nodiscard]] std::string saved() const {
    sess::ByteWriter out;
    emulator_->save(out);
    return out.take();
  }

  void check() const {
    const terminal::Screen& screen = emulator_->screen();
    const int rows = screen.size().rows, cols = screen.size().cols;
    const terminal::Cursor cursor = screen.cursor();
    require(cursor.row >= 0 && cursor.row < rows && cursor.col >= 0 && cursor.col < cols,
            "the cursor is on the screen");
    require(screen.top_margin() >= 0 && screen.top_margin() <= screen.bottom_margin() &&
                screen.bottom_margin() < rows,
            "the margins are on the screen");
    require(screen.left_margin() >= 0 && screen.left_margin() <= screen.right_margin() &&
                screen.right_margin() < cols,
            "the side margins are on the screen");
    std::string text;
    for (int r = 0; r < rows; ++r) {
      check_row(screen, screen.row(r), cols, text);
      check_row(screen, screen.hidden_row(r), cols, text);
    }
    require(screen.title().size() <= 256, "the title is short");
  }

  static void check_row(const terminal::Screen& screen, std::span<const terminal::Cell> row, int cols,
                        std::string& text) {
    require(row.size() == static_cast<std::size_t>(cols),
            "a row has as many cells as the screen has columns");
    for (std::size_t c = 0; c < row.size(); ++c) {
      if (row[c].width == 2)
        require(c + 1 < row.size() && row[c + 1].width == 0, "a wide cell has a right half");
      if (row[c].width == 0) require(c > 0 && row[c - 1].width == 2, "a right half has a left one");
      require(row[c].width <= 2, "a cell has at most two columns");
      const terminal::Style& style = screen.style(row[c].style);
      if (style.link != 0) require(!screen.link(style.link).empty(), "a link has an address");
      text.clear();
      screen.append_text(text, row[c]);
    }
  }

  terminal::Emulator& emulator() { return *emulator_; }
  std::string relayed;
  std::string decoded_alone;

 private:
  Cut cut_;
  std::mt19937 random_;
  terminal::HeapSegmentStore store_;
  terminal::NullSink sink_;
  terminal::Relay relay_;
  terminal::Relay alone_;
  std::unique_ptr<terminal::Emulator> emulator_;
};

void play(Player& player, Input input) {
  std::string_view stream = input.rest();
  std::size_t operations = 0;
  while (!stream.empty()) {
    const std::size_t mark = std::min(stream.find('\xff'), stream.size());
    player.feed(stream.substr(0, mark));
    stream.remove_prefix(mark);
    if (stream.empty() || ++operations > 64) break;
    Input operation(stream.substr(1));
    switch (operation.byte()) {
      case 1: {
        const auto rows = operation.byte(), cols = operation.byte();
        player.emulator().resize({rows, cols});
        break;
      }
      case 2:
        player.emulator().clear_history();
        break;
      case 3:
        player.emulator().reset();
        break;
      case 4:
        player.emulator().set_history_limits(operation.byte(), 1U << 20U);
        break;
      default:
        player.feed("\xff");
        break;
    }
    stream = operation.rest();
    player.check();
  }
  player.check();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const sess::Size screen{static_cast<std::uint16_t>(1 + input.byte() % 60),
                          static_cast<std::uint16_t>(1 + input.byte() % 120)};
  const unsigned seed = input.byte();

  Player whole(screen, seed, Cut::none);
  play(whole, input);
  Player pieces(screen, seed, Cut::pieces);
  play(pieces, input);
  Player checkpoints(screen, seed, Cut::checkpoints);
  play(checkpoints, input);
  require(whole.saved() == pieces.saved(), "the same bytes in pieces give the same state");
  require(whole.saved() == checkpoints.saved(), "checkpoints in between change nothing");
  require(whole.relayed == pieces.relayed, "the same bytes in pieces relay the same");
  require(whole.relayed == whole.decoded_alone, "what the emulator found plain is what a decoder would pass");
  require(pieces.relayed == pieces.decoded_alone, "the same in pieces");

  const terminal::Screen& shown = whole.emulator().screen();
  terminal::CaptureOptions options;
  options.start = terminal::CaptureOptions::kHistoryStart;
  options.escapes = options.octal = true;
  static_cast<void>(terminal::capture(shown, options));
  // What an attaching terminal is sent must itself be harmless and take effect.
  terminal::HeapSegmentStore store;
  terminal::NullSink sink;
  terminal::Emulator client(shown.size(), store, sink);
  client.feed(terminal::paint_for_attach(shown, {50, shown.size()}));
  require(client.pending() == 0, "painting ends at a token boundary");
  const auto is = client.screen().cursor(), should = shown.cursor();
  require(is.row == should.row && is.col == should.col, "painting puts the cursor where it is");
  return 0;
}
