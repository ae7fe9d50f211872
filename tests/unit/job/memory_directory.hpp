// A directory in memory whose disk can be full: the twin of job::DiskDirectory for tests.
#pragma once

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <string>

#include "job/files.hpp"

namespace sess::test {

class MemoryDirectory : public job::Directory {
 public:
  /// Bytes that all files may have together.
  std::size_t capacity = static_cast<std::size_t>(-1);
  /// How often it was listed.
  int lists = 0;

  [[nodiscard]] std::size_t used() const {
    std::size_t sum = 0;
    for (const auto& [name, bytes] : files_) sum += bytes->size();
    return sum;
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    const auto it = files_.find(name);
    return it == files_.end() ? "" : *it->second;
  }
  [[nodiscard]] bool has(const std::string& name) const { return files_.count(name) != 0; }
  void put(const std::string& name, std::string bytes) {
    files_[name] = std::make_shared<std::string>(std::move(bytes));
  }

  Result<std::string> read(const std::string& name, std::size_t limit) override {
    if (!has(name)) return fail(ErrorCode::not_found, "there is no {}", name);
    if (content(name).size() > limit) return fail(ErrorCode::too_large, "{} is too large", name);
    return content(name);
  }
  Result<> write_atomically(const std::string& name, std::string_view bytes) override {
    if (used() + bytes.size() > capacity) return fail_errno(ENOSPC, "cannot write {}", name);
    put(name, std::string(bytes));
    return {};
  }
  Result<std::unique_ptr<job::AppendFile>> open_append(const std::string& name) override {
    if (!has(name)) put(name, "");
    return std::make_unique<Append>(*this, files_[name]);
  }
  Result<std::unique_ptr<job::ReadFile>> open_read(const std::string& name) override {
    if (!has(name)) return fail(ErrorCode::not_found, "there is no {}", name);
    return std::make_unique<Read>(files_[name]);
  }
  Result<std::vector<std::string>> list() override {
    ++lists;
    std::vector<std::string> names;
    for (const auto& [name, bytes] : files_) names.push_back(name);
    return names;
  }
  Result<> rename(const std::string& from, const std::string& to) override {
    if (!has(from)) return fail_errno(ENOENT, "cannot rename {}", from);
    files_[to] = files_[from];
    files_.erase(from);
    return {};
  }
  Result<> remove(const std::string& name) override {
    files_.erase(name);
    return {};
  }

 private:
  using Bytes = std::shared_ptr<std::string>;
  struct Append : job::AppendFile {
    Append(MemoryDirectory& d, Bytes b) : directory(d), bytes(std::move(b)) {}
    Result<> append(std::string_view more, std::size_t& written) override {
      written = std::min(more.size(), directory.capacity - std::min(directory.capacity, directory.used()));
      *bytes += more.substr(0, written);
      return written == more.size() ? Result<>() : fail_errno(ENOSPC, "cannot write");
    }
    std::uint64_t size() const override { return bytes->size(); }
    MemoryDirectory& directory;
    Bytes bytes;
  };
  struct Read : job::ReadFile {
    explicit Read(Bytes b) : bytes(std::move(b)) {}
    Result<std::string> read_at(std::uint64_t offset, std::size_t limit) override {
      return offset >= bytes->size() ? std::string() : bytes->substr(offset, limit);
    }
    std::uint64_t size() const override { return bytes->size(); }
    std::uint64_t identity() const override { return reinterpret_cast<std::uint64_t>(bytes.get()); }
    Bytes bytes;
  };
  std::map<std::string, Bytes> files_;
};

}  // namespace sess::test
