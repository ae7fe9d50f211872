#include "terminal/act/tab_stops.hpp"

#include "terminal/act/checkpoint_fields.hpp"

namespace sess::terminal {

std::bitset<kMaxSide> TabStops::usual() {
  std::bitset<kMaxSide> stops;
  for (std::size_t col = 0; col < kMaxSide; col += 8) stops.set(col);
  return stops;
}

int TabStops::next(int col, int n, int limit) const {
  for (; n > 0 && col < limit; --n) {
    ++col;
    while (col < limit && !at(col)) ++col;
  }
  return col;
}

int TabStops::previous(int col, int n, int limit) const {
  for (; n > 0 && col > limit; --n) {
    --col;
    while (col > limit && !at(col)) --col;
  }
  return col;
}

/// Those that are not as at the start.
void TabStops::save(ByteWriter& out) const {
  const auto changed = stops_ ^ usual();
  out.varint(changed.count());
  for (std::size_t col = 0; col < kMaxSide; ++col) {
    if (changed.test(col)) out.varint(col);
  }
}

void TabStops::restore(ByteReader& in) {
  const int count = read_number(in, kMaxSide);
  for (int i = 0; i < count && in.ok(); ++i)
    stops_.flip(static_cast<std::size_t>(read_number(in, kMaxSide - 1)));
}

}  // namespace sess::terminal
