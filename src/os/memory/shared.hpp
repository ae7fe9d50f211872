// Anonymous shared memory that outlives its creator as long as somebody holds the descriptor (memfd).
//
// It can grow and have holes punched, never shrink: a mapping inside the size cannot fault because another
// process cut the file. Journals and the model live in these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sess::os {

/// A shared, writable mapping; unmapped when destroyed. Stays valid after its SharedMemory is gone.
class Mapping {
 public:
  Mapping() = default;
  Mapping(Mapping&& other) noexcept;
  Mapping& operator=(Mapping&& other) noexcept;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping();

  [[nodiscard]] std::span<std::byte> bytes() const { return {data_, size_}; }
  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] explicit operator bool() const { return data_ != nullptr; }

 private:
  friend class SharedMemory;
  Mapping(std::byte* data, std::size_t size) : data_(data), size_(size) {}
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

class SharedMemory {
 public:
  SharedMemory() = default;
  /// `name` shows up in /proc/PID/fd only. Zeroed; size 0 costs nothing.
  [[nodiscard]] static Result<SharedMemory> create(const std::string& name, std::uint64_t size);
  /// Takes over a descriptor that another process created; refuses what is not a memfd sealed against
  /// shrinking.
  [[nodiscard]] static Result<SharedMemory> adopt(UniqueFd fd);

  /// `offset` is a multiple of the page size, offset + length at most size().
  [[nodiscard]] Result<Mapping> map(std::uint64_t offset, std::size_t length) const;
  /// Makes it at least `size` bytes; the new part reads as zeros. Smaller sizes change nothing.
  Result<> grow(std::uint64_t size);
  /// Has the pages of a range ready, so that writing there cannot fail; an error when there is no memory for
  /// them.
  Result<> reserve(std::uint64_t offset, std::uint64_t length);
  /// Gives the pages of a range back to the system; they read as zeros afterwards.
  Result<> punch(std::uint64_t offset, std::uint64_t length);

  /// The first offset from `offset` on that was ever written and not punched out since (lseek(2), SEEK_DATA).
  [[nodiscard]] std::optional<std::uint64_t> next_data(std::uint64_t offset) const;

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] UniqueFd take_fd() { return std::move(fd_); }
  [[nodiscard]] explicit operator bool() const { return static_cast<bool>(fd_); }

 private:
  SharedMemory(UniqueFd fd, std::uint64_t size) : fd_(std::move(fd)), size_(size) {}
  UniqueFd fd_;
  std::uint64_t size_ = 0;
};

}  // namespace sess::os
