// The bytes of one history line.
//
//   record: varint (text length << 2 | has runs << 1 | wrapped)
//           [varint length of the runs, then the runs]     only when a style is not the default
//           text, UTF-8
//   run:    varint length in bytes of text, style
//   style:  mask, then what it names in this order:
//           1 fg, 2 bg, 4 attributes (low byte), 8 protected, 16 underline kind, 32 underline colour, 64 link
//           (URI)
//   colour: 0 red green blue | 1 index
//
// A run of no bytes is no style: its attributes are the PromptMarks of the row that begins there.
//
// Encoding never fails; decoding is total: false on anything that is no record.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "terminal/screen/history.hpp"

namespace sess::terminal {

inline constexpr std::size_t kMaxLink = 2083;  ///< longest URI kept, as in VTE's OSC 8 proposal

/// What an encoded run takes at the most.
inline constexpr std::size_t kMostRun = kMaxLink + 48;

/// One run of `length` bytes; the style's own link number is not looked at.
void encode_run(std::string& out, std::size_t length, const Style& style, std::string_view link);

/// Runs in styles that came before, from a table by the styles' numbers: a coloured line has a dozen.
class RunEncoder {
 public:
  static constexpr std::size_t kMost = 24;  ///< bytes of one run

  /// Writes a run of style number `id` to `to`, where kMost bytes have room; returns where it ends. Null,
  /// with nothing written, for a style with a link, which may be longer: encode_run() is for that.
  [[nodiscard]] char* put(char* to, std::size_t length, std::uint16_t id, const Style& style);
  /// The numbers of styles mean others from now on.
  void forget() { known_.clear(); }

 private:
  struct Known {
    std::array<char, 15> bytes{};
    std::uint8_t size = 0;  ///< 0: not yet
  };
  static constexpr std::size_t kMostKnown = 512;
  std::vector<Known> known_;  ///< by number, the first kMostKnown
};

/// The marks of the row that begins here.
void encode_mark(std::string& out, std::uint8_t marks);

/// Appends the decoded runs, and the marks among them; views point into `bytes`.
[[nodiscard]] bool decode_runs(std::string_view bytes, std::vector<HistoryRun>& runs,
                               std::vector<LineMark>& marks);

/// The head of a record, up to its text.
struct RecordHead {
  std::size_t text_length = 0;
  std::size_t runs_length = 0;
  std::size_t head_length = 0;  ///< bytes before the runs
  bool wrapped = false;
  [[nodiscard]] std::size_t size() const { return head_length + runs_length + text_length; }
};

/// An encoded head.
struct HeadBytes {
  std::array<char, 20> bytes;
  std::size_t size = 0;
};
[[nodiscard]] HeadBytes encode_head(std::size_t text_length, std::size_t runs_length, bool wrapped);
/// False when `bytes` does not start with a whole record.
[[nodiscard]] bool decode_head(std::string_view bytes, RecordHead& head);

}  // namespace sess::terminal
