// Emulator::restore on arbitrary bytes: an error or a working emulator.
//
//   fill  count  count bytes: what the history's segments hold   checkpoint...
//
// What was restored is fed, resized, saved and restored again; that second round must be exact.

#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "input.hpp"
#include "terminal/show/capture.hpp"
#include "terminal/act/emulator.hpp"

namespace {

using sess::fuzz::Input;
using sess::fuzz::require;
namespace terminal = sess::terminal;

/// A store whose segments hold what a hostile or damaged journal might.
class FilledStore : public terminal::SegmentStore {
 public:
  explicit FilledStore(std::string_view fill) : fill_(fill) {}

  std::span<std::byte> map(std::uint64_t segment) override {
    auto& bytes = segments_[segment];
    if (bytes.empty()) {
      if (segments_.size() > 16) return {};
      bytes.resize(kSegmentSize);
      if (!fill_.empty()) {
        for (std::size_t at = 0; at < 4096; at += fill_.size()) {
          std::memcpy(bytes.data() + at, fill_.data(), std::min(fill_.size(), kSegmentSize - at));
        }
      }
    }
    return bytes;
  }
  void release(std::uint64_t segment) override { segments_.erase(segment); }
  [[nodiscard]] std::uint64_t find(std::uint64_t from) const override { return from; }  // any may be there

 private:
  std::string_view fill_;
  std::map<std::uint64_t, std::vector<std::byte>> segments_;
};

std::string save(const terminal::Emulator& emulator) {
  sess::ByteWriter out;
  emulator.save(out);
  return out.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const std::string_view fill = input.take(input.byte());
  FilledStore store(fill);
  terminal::NullSink sink;
  sess::ByteReader in(input.rest());
  auto restored = terminal::Emulator::restore(in, store, sink);
  if (!restored) return 0;

  auto& emulator = **restored;
  const auto& screen = emulator.screen();
  const auto cursor = screen.cursor();
  require(cursor.row >= 0 && cursor.row < screen.size().rows && cursor.col >= 0 &&
              cursor.col < screen.size().cols,
          "a restored cursor is on the screen");
  terminal::CaptureOptions options;
  options.start = terminal::CaptureOptions::kHistoryStart;
  options.escapes = true;
  static_cast<void>(terminal::capture(screen, options));

  emulator.feed(
      "text "
      "\xed\x95\x9c\xea\xb8\x80\r\n\x1b[1;31mred\x1b[m\x1b[5b\x1b[2J\x1b[99;99H\n\n\n\x1b[?1049h\x1b[?1049l");
  emulator.resize({7, 13});
  emulator.feed("\x1b[H0123456789abcdefghijklmnopqrstuvwxyz\x1b[4L\x1b[2@\x1b[3P");
  static_cast<void>(terminal::capture(screen, options));

  const std::string bytes = save(emulator);
  sess::ByteReader again(bytes);
  auto second = terminal::Emulator::restore(again, store, sink);
  require(second.has_value(), "what a restored emulator saves can be restored");
  require(save(**second) == bytes, "the second round is exact");
  return 0;
}
