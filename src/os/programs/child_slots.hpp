// Low descriptor numbers that are kept for what children are given, so that a child need not copy the rest.
//
// A fork copies the whole table of descriptors: with 3 500 panes that is most of what a start takes, and exec
// closes them all again. A child that shares the table instead and copies only its beginning takes what it
// takes with ten panes; what it keeps must then have low numbers. Those are taken early in a process's life
// and hold /dev/null until spawn.cpp, the only user, puts a child's descriptors there. Where all are in use a
// child shares the table as well and is given any numbers: a fork's copy would have the other children's,
// too, and a fork that is not scheduled would keep them open. A process that has reserved none forks. Of one
// thread; a fork of the process has them too.
#pragma once

#include <array>
#include <span>

namespace sess::os {

/// Takes the lowest free numbers, once a process, where the limit allows a large table. Costs thirteen
/// descriptors.
void reserve_child_slots();

/// One child's numbers, for as long as it shares this process's table.
class ChildSlot {
 public:
  static constexpr std::size_t kNumbers = 4;

  ChildSlot() = default;
  ChildSlot(ChildSlot&& other) noexcept;
  ChildSlot& operator=(ChildSlot&& other) noexcept;
  ~ChildSlot() { release(); }

  /// Duplicates `fds`, at most kNumbers, to a free slot, or else to any numbers; empty when nothing is
  /// reserved or there are no descriptors.
  [[nodiscard]] static ChildSlot take(std::span<const int> fds);
  explicit operator bool() const { return taken_; }
  /// Else the numbers are any, and go when it does.
  [[nodiscard]] bool is_reserved() const { return taken_ && index_ >= 0; }
  /// The number of the i-th of `fds`.
  [[nodiscard]] int number(std::size_t i) const { return numbers_.at(i); }
  /// Closes this process's copies.
  void release() noexcept;

 private:
  bool taken_ = false;
  int index_ = -1;  ///< of a reserved slot
  std::array<int, kNumbers> numbers_{};
};

/// In the child: a table of its own with nothing from descriptor 3 on but `keep`; errno, or 0.
/// Async-signal-safe.
[[nodiscard]] int leave_shared_descriptors(std::span<const int> keep) noexcept;

}  // namespace sess::os
