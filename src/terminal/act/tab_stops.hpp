// The tab stops of a terminal, a flag for each column; at the start every eighth one has a stop. Owned by
// Position, which moves the cursor to them; knows no margins and no width but what it is given as a limit.
#pragma once

#include <bitset>

#include "base/bytes.hpp"
#include "base/size.hpp"

namespace sess::terminal {

class TabStops {
 public:
  TabStops() { reset(); }
  [[nodiscard]] bool at(int col) const { return stops_.test(static_cast<std::size_t>(col)); }
  void set(int col) { stops_.set(static_cast<std::size_t>(col)); }
  void clear(int col) { stops_.reset(static_cast<std::size_t>(col)); }
  void clear_all() { stops_.reset(); }
  /// RIS and DECST8C.
  void reset() { stops_ = usual(); }
  /// The n-th stop right or left of `col`, at most or at least `limit`.
  [[nodiscard]] int next(int col, int n, int limit) const;
  [[nodiscard]] int previous(int col, int n, int limit) const;

  void save(ByteWriter& out) const;
  /// For fresh ones. Marks the reader rejected when it cannot be.
  void restore(ByteReader& in);

 private:
  [[nodiscard]] static std::bitset<kMaxSide> usual();
  std::bitset<kMaxSide> stops_;
};

}  // namespace sess::terminal
