// Memory that is kept for the time when there is no other.
//
// One a process, taken by its main. When an allocation fails, the reserve goes back to the system and the
// allocation is tried again: what is under way ends well. Who is about to begin something new asks first and
// refuses instead. Only address space is held: no page of it is ever touched. A child of fork has one of its
// own.
#pragma once

#include <cstddef>

namespace sess::os {

/// From here on. Bytes: as much as what is under way may still ask for.
void keep_memory_reserve(std::size_t bytes);

/// False while memory is used up: the reserve was needed and cannot be taken again. True without a reserve.
[[nodiscard]] bool memory_left();

}  // namespace sess::os
