// Text, colours and wide characters as logs have them, dense, made from the input: one byte chooses what
// comes next.
//
// The same stream is fed whole, where runs of text, short SGR and runs of wide characters take the fast
// paths, and a byte at a time, where nothing does. Screen, history and pen must be equal.
#include <memory>
#include <string>

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

void add_token(std::string& out, Input& input) {
  const unsigned kind = input.byte();
  const unsigned n = input.byte();
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
      out += static_cast<char>(0x80 + n % 128);
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
  Played(sess::Size size, std::string_view stream, std::size_t piece, bool look = false)
      : emulator(std::make_unique<terminal::Emulator>(size, store, sink)) {
    terminal::Relay relay;
    terminal::Relay alone;
    for (; !stream.empty(); stream.remove_prefix(std::min(piece, stream.size()))) {
      sess::test::feed_both(*emulator, relay, stream.substr(0, piece));
      alone.feed(stream.substr(0, piece));
      alone.append_to(decoded_alone);
      alone.clear();
      relay.append_to(relayed);
      relay.clear();
      for (int r = 0; look && r < size.rows; ++r) static_cast<void>(emulator->screen().row(r));
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
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const sess::Size screen{static_cast<std::uint16_t>(1 + input.byte() % 12),
                          static_cast<std::uint16_t>(1 + input.byte() % 130)};
  std::string stream;
  while (!input.rest().empty() && stream.size() < 1500) add_token(stream, input);
  const Played fast(screen, stream, stream.size() + 1);
  const Played slow(screen, stream, 1);
  require(fast.saved() == slow.saved(), "runs and single bytes give the same state");
  require(fast.text() == slow.text(), "runs and single bytes give the same text in the same colours");
  require(fast.relayed == slow.relayed, "runs and single bytes relay the same");
  require(fast.relayed == fast.decoded_alone, "what the emulator found plain is what a decoder would pass");
  const Played in_cells(screen, stream, 1, true);
  require(fast.saved() == in_cells.saved(), "rows of text and rows of cells give the same state");
  require(fast.text() == in_cells.text(), "rows of text and rows of cells give the same history");
  const Played pieces(screen, stream, 7);
  require(pieces.relayed == fast.relayed && pieces.saved() == fast.saved(),
          "pieces are as good as the whole");
  return 0;
}
