#include "os/memory/shared.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

namespace sess::os {

Mapping::Mapping(Mapping&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  if (this != &other) {
    if (data_ != nullptr) munmap(data_, size_);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

Mapping::~Mapping() {
  if (data_ != nullptr) munmap(data_, size_);
}

Result<SharedMemory> SharedMemory::create(const std::string& name, std::uint64_t size) {
  UniqueFd fd(memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) return fail_errno(errno, "cannot create shared memory \"{}\"", name);
  if (size > 0 && ftruncate(fd.get(), static_cast<off_t>(size)) < 0) {
    return fail_errno(errno, "cannot size shared memory \"{}\" to {} bytes", name, size);
  }
  if (fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL) < 0) {
    return fail_errno(errno, "cannot seal shared memory \"{}\"", name);
  }
  return SharedMemory(std::move(fd), size);
}

Result<SharedMemory> SharedMemory::adopt(UniqueFd fd) {
  const int seals = fcntl(fd.get(), F_GET_SEALS);
  if (seals < 0 || (seals & F_SEAL_SHRINK) == 0) {
    return fail(ErrorCode::protocol, "descriptor {} is not shared memory that keeps its size", fd.get());
  }
  struct stat facts {};
  if (fstat(fd.get(), &facts) < 0) return fail_errno(errno, "cannot examine shared memory");
  return SharedMemory(std::move(fd), static_cast<std::uint64_t>(facts.st_size));
}

Result<Mapping> SharedMemory::map(std::uint64_t offset, std::size_t length) const {
  if (length == 0 || offset > size_ || length > size_ - offset) {
    return fail(ErrorCode::invalid_argument, "mapping {}+{} lies outside shared memory of {} bytes", offset,
                length, size_);
  }
  void* at = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), static_cast<off_t>(offset));
  if (at == MAP_FAILED && errno == ENOMEM) {
    return pass(Error{ErrorCode::unavailable, ENOMEM,
                      "no memory mapping is left: the limit is vm.max_map_count (sysctl), or the address "
                      "space's (ulimit -v)"});
  }
  if (at == MAP_FAILED) return fail_errno(errno, "cannot map {} bytes of shared memory", length);
  return Mapping(static_cast<std::byte*>(at), length);
}

Result<> SharedMemory::grow(std::uint64_t size) {
  if (size <= size_) return {};
  if (ftruncate(fd_.get(), static_cast<off_t>(size)) < 0) {
    return fail_errno(errno, "cannot grow shared memory to {} bytes", size);
  }
  size_ = size;
  return {};
}

Result<> SharedMemory::reserve(std::uint64_t offset, std::uint64_t length) {
  int failed = 0;
  while ((failed = posix_fallocate(fd_.get(), static_cast<off_t>(offset), static_cast<off_t>(length))) ==
         EINTR) {
  }
  if (failed != 0) return fail_errno(failed, "no memory for {} bytes", length);
  return {};
}

Result<> SharedMemory::punch(std::uint64_t offset, std::uint64_t length) {
  if (length == 0) return {};
  if (fallocate(fd_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                static_cast<off_t>(length)) < 0) {
    return fail_errno(errno, "cannot release {} bytes of shared memory", length);
  }
  return {};
}

std::optional<std::uint64_t> SharedMemory::next_data(std::uint64_t offset) const {
  const off_t found = ::lseek(fd_.get(), static_cast<off_t>(offset), SEEK_DATA);
  if (found < 0) return std::nullopt;
  return static_cast<std::uint64_t>(found);
}

}  // namespace sess::os
