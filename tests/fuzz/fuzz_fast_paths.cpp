// Text, colours and wide characters as logs have them, dense, and what programs do to rows that hold them,
// made from the input: one byte chooses what comes next.
//
// The same stream is fed whole, where runs of text, short SGR and runs of wide characters take the fast
// paths, and a byte at a time, where nothing does. Screen, history and pen must be equal.
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/utf8.hpp"
#include "emoji_tokens.hpp"
#include "input.hpp"
#include "terminal/act/emulator.hpp"
#include "terminal/show/capture.hpp"
#include "terminal/show/relay.hpp"
#include "support/relayed.hpp"

namespace {

using sess::fuzz::Input;
using sess::fuzz::require;
namespace terminal = sess::terminal;

std::string number(unsigned n) {
  return std::to_string(n);
}

/// Bytes, and to what size the terminal comes behind them, if to any.
struct Step {
  std::string bytes;
  std::optional<sess::Size> resize = std::nullopt;
};

/// What a row of text must bear: wide characters at its edge, cells that come and go, margins, modes.
void add_edit(std::string& out, Input& input, unsigned kind, unsigned n) {
  const auto wide = [&out](unsigned c) { sess::append_utf8(out, 0xAC00 + c * 37 % 11172); };
  switch (kind % 16) {
    case 0:  // A wide character near the last column, whatever the width is.
      out += "\x1b[999G";
      if (n % 4 != 0) out += "\x1b[" + number(n % 4) + 'D';
      for (unsigned i = 0; i < 1 + n / 4 % 4; ++i) wide(n + i);
      break;
    case 1:  // A row of one kind and a wide character where it may end.
      out += '\r';
      out.append(n % 130, 'a');
      wide(n);
      break;
    case 2:  // One of a run lacks its last bytes, at any place of the run.
      for (unsigned i = 0; i < n % 16; ++i) wide(n + i);
      out.append(input.byte() % 5, ' ');
      out.append(std::string_view("\xed\x95").substr(0, 1 + n / 16 % 2));
      for (unsigned i = 0; i < 1 + n / 32; ++i) wide(n + i);
      break;
    case 3:
      out += "\x1b[" + number(1 + n / 8 % 12) + "@PX@PXLM"[n % 8];
      break;
    case 4:
      out += "\x1b[" + number(1 + n / 4 % 3) + "STLM"[n % 4];
      break;
    case 5:
      out += "\x1b[" + number(n % 8) + ';' + number(n / 8 % 14) + 'r';
      break;
    case 6:
      if (n % 4 == 0) out += "\x1b[?69l";
      if (n % 4 != 0) out += "\x1b[?69h\x1b[" + number(n / 4) + ';' + number(input.byte() % 131) + 's';
      break;
    case 7: {
      constexpr const char* kModes[] = {"4h",  "4l",     "4l",     "?7l", "?7h",
                                        "?7h", "?1049h", "?1049l", "?6h", "?6l"};
      out += std::string("\x1b[") + kModes[n % std::size(kModes)];
      break;
    }
    case 8:
      out += "\x1b[" + number(n % 3) + (n % 2 == 0 ? 'K' : 'J');
      break;
    case 9:
      out += "\x1b[" + number(n % 13) + ';' + number(input.byte() % 131) + 'H';
      break;
    case 10: {
      constexpr const char* kMoves[] = {"\b",
                                        "\t",
                                        "\x1bM",
                                        "\x1b"
                                        "D",
                                        "\x1b"
                                        "7",
                                        "\x1b"
                                        "8",
                                        "\r",
                                        "\n",
                                        "\x1b[A"};
      out += kMoves[n % std::size(kMoves)];
      break;
    }
    case 11:
      if (n % 2 == 0) wide(n);
      out += "\x1b[" + number(n / 2) + 'b';
      break;
    case 12: {
      constexpr const char* kWidths[] = {"\u2764", "\uFE0F",     "\uFE0E", "\U0001F680",
                                         "\u200D", "\U0001F1E9", "\u0301"};
      out += kWidths[n % std::size(kWidths)];
      break;
    }
    case 13:
      out += n % 2 == 0 ? "\x1b]8;;http://x\x1b\\" : "\x1b]8;;\x1b\\";
      break;
    case 14:
      out += n % 8 == 0   ? "\x1b[!p"
             : n % 8 == 1 ? "\x1b"
                            "c"
             : n % 8 == 2 ? "\x1b#8"
                          : "\x1b]133;A\x1b\\";
      break;
    default:  // Korean text: words, a space between.
      for (unsigned i = 0; i < n % 64; ++i) {
        if ((n + i) % 4 == 0) out += ' ';
        wide(n + i);
      }
      break;
  }
}

void add_token(std::vector<Step>& steps, Input& input) {
  const unsigned kind = input.byte();
  const unsigned n = input.byte();
  std::string& out = steps.back().bytes;
  if (kind % 32 >= 16) {
    if (kind % 32 != 16 || kind < 128) return add_edit(out, input, kind, n);
    steps.back().resize = sess::Size{static_cast<std::uint16_t>(1 + n % 12),
                                     static_cast<std::uint16_t>(1 + input.byte() % 130)};
    steps.emplace_back();
    return;
  }
  switch (kind % 16) {
    case 0:
      out += "\x1b[" + number(n) + 'm';
      break;
    case 1:
      out += "\x1b[" + number(n % 10) + ';' + number(30 + n % 80) + 'm';
      break;
    case 2:
      out += "\x1b[38;5;" + number(n) + 'm';
      break;
    case 3:
      out += "\x1b[48:2::" + number(n) + ":1:2m";
      break;
    case 4:
      out += n % 2 == 0 ? "\x1b[m" : "\x1b[0m";
      break;
    case 5:
      out += "\x1b[4:" + number(n % 7) + (n % 3 == 0 ? ";;1m" : "m");
      break;
    case 6:
      out += "\x1b[38;2;" + number(n) + ";100;200;1m";
      break;  // one byte longer than the short form
    case 7:
    case 8:
      out.append(n % 90, static_cast<char>('!' + n % 90));
      break;
    case 9:
      out.append(n % 20, ' ');
      break;
    case 10:
      for (unsigned i = 0; i < n % 50; ++i) sess::append_utf8(out, 0xAC00 + (n * 37 + i * 113) % 11172);
      break;
    case 11:
      // Words of Han and Kana with signs, spaces and what is nearly like them between.
      for (unsigned i = 0; i < n % 40; ++i) {
        const unsigned pick = (n * 7 + i * 5) % 16;
        if (pick == 0) out += ' ';
        sess::append_utf8(out,
                          pick < 9 ? 0x4E00 + (n * 91 + i * 7) % 0x5200 : 0x3000 + (n * 13 + i * 29) % 0x100);
        if (pick == 11) sess::append_utf8(out, 0xFF00 + n);
      }
      break;
    case 12:
      if (kind >= 192) return sess::fuzz::add_emoji_mode(out, n);
      if (kind >= 64) return sess::fuzz::add_emoji(out, n);
      sess::append_utf8(out, 0xA0 + n * 41);
      break;  // Latin, marks, Cyrillic, jamo, symbols
    case 13:
      sess::append_utf8(out, 0x1100 + n);
      break;
    case 14:
      if (n % 4 == 0) out.append(std::string_view("\xed\x95").substr(0, 1 + n / 4 % 2));  // of Hangul
      if (n % 4 != 0) out += static_cast<char>(0x80 + n % 128);
      break;  // malformed
    default:
      out += n % 3 == 0 ? "\r\n" : n % 3 == 1 ? "\n\x1b[K" : "\x1b[" + number(n % 30) + 'G';
      break;
  }
}

struct Played {
  terminal::HeapSegmentStore store;
  terminal::NullSink sink;
  std::unique_ptr<terminal::Emulator> emulator;
  std::string relayed;
  std::string decoded_alone;

  /// `look`: at every row behind each piece, so that all have cells and none is kept as text.
  Played(sess::Size size, const std::vector<Step>& steps, std::size_t piece, bool look = false)
      : emulator(std::make_unique<terminal::Emulator>(size, store, sink)) {
    for (const Step& step : steps) {
      feed(step.bytes, piece, look);
      if (step.resize) emulator->resize(*step.resize);
    }
  }
  void feed(std::string_view stream, std::size_t piece, bool look) {
    for (; !stream.empty(); stream.remove_prefix(std::min(piece, stream.size()))) {
      sess::test::feed_both(*emulator, relay_, stream.substr(0, piece));
      alone_.feed(stream.substr(0, piece));
      alone_.append_to(decoded_alone);
      alone_.clear();
      relay_.append_to(relayed);
      relay_.clear();
      for (int r = 0; look && r < emulator->screen().size().rows; ++r)
        static_cast<void>(emulator->screen().row(r));
    }
  }
  [[nodiscard]] std::string saved() const {
    sess::ByteWriter out;
    emulator->save(out);
    return out.take();
  }
  [[nodiscard]] std::string text() const {
    terminal::CaptureOptions options;
    options.start = terminal::CaptureOptions::kHistoryStart;
    options.escapes = true;
    return terminal::capture(emulator->screen(), options);
  }

 private:
  terminal::Relay relay_;
  terminal::Relay alone_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const sess::Size screen{static_cast<std::uint16_t>(1 + input.byte() % 12),
                          static_cast<std::uint16_t>(1 + input.byte() % 130)};
  std::vector<Step> steps(1);
  std::size_t bytes = 0;
  while (!input.rest().empty() && bytes < 1500) {
    const std::size_t step = steps.size() - 1;
    const std::size_t before = steps[step].bytes.size();
    add_token(steps, input);
    bytes += steps[step].bytes.size() - before + steps.size() - 1 - step;
  }
  const Played fast(screen, steps, SIZE_MAX);
  const Played slow(screen, steps, 1);
  require(fast.saved() == slow.saved(), "runs and single bytes give the same state");
  require(fast.text() == slow.text(), "runs and single bytes give the same text in the same colours");
  require(fast.relayed == slow.relayed, "runs and single bytes relay the same");
  require(fast.relayed == fast.decoded_alone, "what the emulator found plain is what a decoder would pass");
  const Played in_cells(screen, steps, 1, true);
  require(fast.saved() == in_cells.saved(), "rows of text and rows of cells give the same state");
  require(fast.text() == in_cells.text(), "rows of text and rows of cells give the same history");
  const Played pieces(screen, steps, 7);
  require(pieces.relayed == fast.relayed && pieces.saved() == fast.saved(),
          "pieces are as good as the whole");
  return 0;
}
