#include "store/record_writer.hpp"

#include <vector>

#include "base/fault.hpp"

namespace sess::store {

namespace {
/// Enough that the syncs do not count, few enough that nobody waits long for the first.
constexpr std::size_t kBatch = 512;
}  // namespace

RecordWriter::RecordWriter(os::Loop& loop, job::RecordStore& store)
    : queue_(loop, {.run = [&store](std::deque<Entry>& batch) { write(store, batch); },
                    .done = [](Entry& entry) { entry.done(entry.result); },
                    .batch = kBatch}) {}

void RecordWriter::write(job::RecordStore& store, std::deque<Entry>& batch) {
  std::vector<job::Record> records;
  records.reserve(batch.size());
  for (const auto& entry : batch) records.push_back(entry.record);
  SESS_FAULT("record-write");
  if (auto all = store.add(records); !all) {
    // One of them may be to blame, or the disk is full for some.
    for (auto& entry : batch) entry.result = store.add(entry.record);
  }
  SESS_FAULT("record-written");
}

}  // namespace sess::store
