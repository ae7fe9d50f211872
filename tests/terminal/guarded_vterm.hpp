// Raw libvterm where it can do no harm: in a child process with little time, each of its blocks of memory
// followed by a page that cannot be touched, so that writing behind a block's end ends the child at once.
#pragma once

#include <functional>

#include "base/size.hpp"
#include "support/vterm_compat.hpp"

namespace sess::test {

enum class ChildEnd { normal, crashed, out_of_time };

/// Runs the work in a child that may use one second of processor time, and says how it ended.
ChildEnd in_child(const std::function<void()>& work);

/// A VTerm with screen layer as the oracle has it, unfiltered, on guarded memory. Never freed: it lives in a
/// child.
struct GuardedVterm {
  explicit GuardedVterm(Size size);
  void feed(const char* bytes, std::size_t length);
  VTerm* vt;
  VTermScreen* screen;
};

}  // namespace sess::test
