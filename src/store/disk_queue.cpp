#include "store/disk_queue.hpp"

#include <optional>

namespace sess::store {

namespace {

constexpr std::size_t kFileLimit = 64 << 20;
constexpr const char* kNext = ".next";
constexpr const char* kLast = ".last";

}  // namespace

DiskQueue::DiskQueue(os::Loop& loop, job::Directory& directory, std::function<void(const Error&)> report)
    : queue_(loop, {.run =
                        [&directory](std::deque<Work>& batch) {
                          for (auto& work : batch) work.result = run(directory, work);
                        },
                    .done =
                        [report = std::move(report)](Work& work) {
                          if (!work.result) report(work.result.error());
                        }}) {}

void DiskQueue::put(std::string name, std::string bytes) {
  using Match = BackgroundQueue<Work>::Match;
  const auto match = [name](const Work& queued) {
    // What was removed after it was put, and is put again, is there in the end.
    if (queued.removal) return Match::barrier;
    return queued.name == name ? Match::same : Match::other;
  };
  queue_.add({std::move(name), std::move(bytes), false, {}}, match);
}

void DiskQueue::remove(std::string prefix) {
  queue_.add({std::move(prefix), {}, true, {}});
}

Result<> DiskQueue::run(job::Directory& directory, const Work& work) {
  if (work.removal) {
    const auto names = directory.list();
    if (!names) return pass(names.error());
    for (const auto& name : *names) {
      if (!name.starts_with(work.name)) continue;
      if (auto removed = directory.remove(name); !removed) return removed;
    }
    return {};
  }
  if (auto written = directory.write_atomically(work.name + kNext, work.bytes); !written) return written;
  // There is none at first.
  static_cast<void>(directory.rename(work.name, work.name + kLast));
  return directory.rename(work.name + kNext, work.name);
}

Result<std::string> DiskQueue::read(job::Directory& directory, const std::string& name,
                                    const std::function<Result<>(std::string_view)>& whole,
                                    std::string& note) {
  std::optional<Error> first;
  for (const char* kind : {"", kNext, kLast}) {
    auto bytes = directory.read(name + kind, kFileLimit);
    auto good = bytes ? whole(*bytes) : Result<>(pass(bytes.error()));
    if (good) {
      if (first && *kind != '\0') note = fmt::format("{}: {}; the one before it is used", name, first->text);
      return bytes;
    }
    if (!first || first->code == ErrorCode::not_found) first = good.error();
  }
  return pass(*first);
}

}  // namespace sess::store
