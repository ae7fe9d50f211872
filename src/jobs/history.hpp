// How jobs ended: records on disk, the newest ends in memory, ends that no disk has taken yet, and notes of
// runs that go on for the daemon that comes after both processes were killed.
//
// Owns the directories of records and notes, which are made when the first job needs them, and the thread
// that writes. What follows from an end is decided by Runs.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "job/files.hpp"
#include "job/record.hpp"
#include "job/supervisor.hpp"
#include "jobs/outside.hpp"
#include "os/loop.hpp"
#include "store/record_writer.hpp"

namespace sess::jobs {

class History {
 public:
  /// `changed`: what is saved of the job is another thing now.
  History(const Parts& parts, std::function<void(const std::string& job)> changed);

  /// The newest end that is known, or null.
  [[nodiscard]] const job::Record* newest(const std::string& name);
  /// The same, when it is not before `time`: asked at each end, so it reads no directory for a name that is
  /// new.
  [[nodiscard]] const job::Record* newest_from(const std::string& name, job::WallTime time);
  /// Without a look at the disk.
  [[nodiscard]] bool remembers(const std::string& name) const { return ends_.count(name) > 0; }
  /// What its newest record says that the job was.
  [[nodiscard]] std::optional<job::Spec> spec_of(const std::string& name);
  [[nodiscard]] Result<std::vector<job::Record>> list(const std::string& name, std::size_t limit);
  [[nodiscard]] Result<std::vector<job::Record>> newest_of_each(std::size_t limit) {
    return records().newest_of_each(limit);
  }
  Result<> remove(const std::string& name);

  /// Durably, in a thread of its own; `done` is called from the loop, and calls recorded().
  void write(job::Record record, std::function<void(const Result<>&)> done);
  /// It was, or it is kept until it can be.
  void recorded(const job::Record& record, const Result<>& written);
  /// Waits for the disk: only while a server starts. What cannot be written is kept. Whether it was.
  [[nodiscard]] bool record_now(const std::vector<job::Record>& lost);
  /// Writes what waits, and waits for it: this process ends.
  void close();

  // Ends that are on no disk yet.
  void restore_unwritten(job::Record record);
  [[nodiscard]] std::vector<std::string> unwritten(const std::string& name) const;
  [[nodiscard]] bool waits_for_disk(const std::string& name) const { return unwritten_.count(name) > 0; }
  [[nodiscard]] bool waits_for_disk() const { return !unwritten_.empty(); }
  /// What an earlier server could not write is tried again soon.
  void try_again();

  // Notes of runs that go on (record.hpp).
  void write_note(const job::Job& job, int pid);
  void drop_note(const std::string& name);
  /// The daemon's first server: runs whose daemon was killed are recorded as lost.
  void record_lost_runs();

 private:
  [[nodiscard]] job::RecordStore& records();
  [[nodiscard]] job::Directory& notes();
  void remember(const job::Record& record);
  /// A record that cannot be written now: kept, with the model, and tried again.
  void keep_unwritten(const job::Record& record, const Error& why);
  void write_again();
  void arm_retry();
  void expire();

  Parts parts_;
  std::function<void(const std::string&)> changed_;
  std::map<std::string, job::Record> ends_;  ///< newest ends, so that waiting reads no directory
  std::deque<std::string> ends_order_;
  std::map<std::string, std::deque<job::Record>> unwritten_;  ///< ends that are on no disk yet, by job
  std::size_t rewriting_ = 0;                                 ///< of them, on their way to the disk
  std::chrono::milliseconds retry_pause_{0};                  ///< before they are tried again
  os::Timer retry_timer_;
  bool ending_ = false;
  job::WallTime expired_{};  ///< when old records were looked for
  std::unique_ptr<job::Directory> directory_;
  std::unique_ptr<job::RecordStore> store_;
  std::unique_ptr<store::RecordWriter> writer_;
  std::unique_ptr<job::Directory> notes_;
};

}  // namespace sess::jobs
