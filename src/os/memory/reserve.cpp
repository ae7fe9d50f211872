#include "os/memory/reserve.hpp"

#include <sys/mman.h>

#include <new>

namespace sess::os {
namespace {

void* reserve = nullptr;
std::size_t wanted = 0;

void take() {
  void* at = mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  reserve = at == MAP_FAILED ? nullptr : at;
}

void on_failed_allocation() {
  if (reserve == nullptr) throw std::bad_alloc();
  munmap(reserve, wanted);
  reserve = nullptr;
}

}  // namespace

void keep_memory_reserve(std::size_t bytes) {
  if (reserve != nullptr) munmap(reserve, wanted);
  wanted = bytes;
  take();
  std::set_new_handler(&on_failed_allocation);
}

bool memory_left() {
  if (wanted > 0 && reserve == nullptr) take();
  return wanted == 0 || reserve != nullptr;
}

}  // namespace sess::os
