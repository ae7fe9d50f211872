#include "store/disk_queue.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/fault.hpp"

namespace sess::store {

namespace {

constexpr std::size_t kFileLimit = 64 << 20;
/// Enough that the syncs do not count.
constexpr std::size_t kBatch = 512;
constexpr const char* kNext = ".next";
constexpr const char* kLast = ".last";

}  // namespace

DiskQueue::DiskQueue(os::Loop& loop, job::Directory& directory, std::function<void(const Error&)> report)
    : queue_(loop, {.run = [&directory](std::deque<Work>& batch) { run(directory, batch); },
                    .done =
                        [report = std::move(report)](Work& work) {
                          if (work.then) return work.then();
                          if (!work.result) report(work.result.error());
                        },
                    .batch = kBatch}) {}

void DiskQueue::put(std::string name, std::string bytes) {
  using Match = BackgroundQueue<Work>::Match;
  const auto match = [name](const Work& queued) {
    // What was removed after it was put, and is put again, is there in the end.
    if (queued.removal) return Match::barrier;
    return queued.name == name ? Match::same : Match::other;
  };
  queue_.add({std::move(name), std::move(bytes), false, {}, {}}, match);
}

void DiskQueue::remove(std::string prefix) {
  queue_.add({std::move(prefix), {}, true, {}, {}});
}

void DiskQueue::then(std::function<void()> done) {
  Work work;
  work.then = std::move(done);
  queue_.add(std::move(work));
}

void DiskQueue::run(job::Directory& directory, std::deque<Work>& batch) {
  for (auto begin = batch.begin(); begin != batch.end();) {
    const auto end =
        std::find_if(begin, batch.end(), [&](const Work& work) { return work.removal != begin->removal; });
    begin->removal ? remove_all(directory, begin, end) : write_all(directory, begin, end);
    begin = end;
  }
}

void DiskQueue::remove_all(job::Directory& directory, Works begin, Works end) {
  auto names = directory.list();
  if (names) std::sort(names->begin(), names->end());
  for (auto work = begin; work != end; ++work) {
    if (!names) {
      work->result = pass(names.error());
      continue;
    }
    auto name = std::lower_bound(names->begin(), names->end(), work->name);
    for (; work->result && name != names->end() && name->starts_with(work->name); ++name) {
      work->result = directory.remove(*name);
    }
  }
}

void DiskQueue::write_all(job::Directory& directory, Works begin, Works end) {
  std::vector<job::NamedBytes> files;
  for (auto work = begin; work != end; ++work) {
    if (!work->then) files.push_back({work->name + kNext, work->bytes});
  }
  if (files.empty()) return;
  const bool together = directory.write_batch(files).has_value();
  for (auto work = begin; work != end; ++work) {
    if (work->then) continue;
    // One of them may be to blame, or the disk is full for some.
    if (!together) work->result = directory.write_atomically(work->name + kNext, work->bytes);
    if (!work->result) continue;
    // There is none at first.
    static_cast<void>(directory.rename(work->name, work->name + kLast));
    SESS_FAULT("saved-rename");
    work->result = directory.rename(work->name + kNext, work->name);
  }
}

Result<std::string> DiskQueue::read(job::Directory& directory, const std::string& name,
                                    const std::function<Result<>(std::string_view)>& whole,
                                    std::string& note) {
  std::optional<Error> first;
  for (const char* kind : {"", kNext, kLast}) {
    auto bytes = directory.read(name + kind, kFileLimit);
    auto good = bytes ? whole(*bytes) : Result<>(pass(bytes.error()));
    if (good) {
      // Between its two renames a file is there as the next one alone, and nothing is lost.
      const bool newest = !first || (first->code == ErrorCode::not_found && kind == kNext);
      if (!newest) note = fmt::format("{}: {}; the one before it is used", name, first->text);
      return bytes;
    }
    if (!first || first->code == ErrorCode::not_found) first = good.error();
  }
  return pass(*first);
}

}  // namespace sess::store
