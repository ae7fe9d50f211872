#include "jobs/history.hpp"

#include <unistd.h>

#include <algorithm>

#include "base/log.hpp"
#include "job/job_file.hpp"
#include "job/name.hpp"
#include "os/programs/process.hpp"

namespace sess::jobs {
namespace {

/// Ends that are kept in memory. Older ones are found by their records.
constexpr std::size_t kEnds = 4096;
/// Between two tries to write records that could not be written; and how many of one job wait for that.
constexpr std::chrono::milliseconds kFirstRetry{250};
constexpr std::chrono::milliseconds kLongestRetry{60'000};
constexpr std::size_t kMostUnwritten = 1024;
/// How often records are looked through for those that are older than record-age.
constexpr std::chrono::hours kExpiry{1};

}  // namespace

History::History(const Parts& parts, std::function<void(const std::string&)> changed)
    : parts_(parts), changed_(std::move(changed)), retry_timer_(parts.loop, [this] { write_again(); }) {}

// --- ends -----------------------------------------------------------------------------------------------

const job::Record* History::newest(const std::string& name) {
  if (const auto it = ends_.find(name); it != ends_.end()) return &it->second;
  if (!job::check_name(name)) return nullptr;
  auto record = records().newest(name);
  if (!record) return nullptr;
  remember(*record);
  return &ends_.at(name);
}

const job::Record* History::newest_from(const std::string& name, job::WallTime time) {
  if (ends_.count(name) == 0) {
    const auto end = records().newest_end(name);
    if (!end || *end < time) return nullptr;
  }
  const job::Record* record = newest(name);
  return record != nullptr && record->end >= time ? record : nullptr;
}

void History::remember(const job::Record& record) {
  if (ends_.insert_or_assign(record.name, record).second) ends_order_.push_back(record.name);
  while (ends_order_.size() > kEnds) {
    ends_.erase(ends_order_.front());
    ends_order_.pop_front();
  }
}

std::optional<job::Spec> History::spec_of(const std::string& name) {
  const job::Record* record = newest(name);
  if (record == nullptr || record->spec.empty()) return std::nullopt;
  auto spec = job::parse_job_file(record->spec, name);
  return spec ? std::optional(std::move(*spec)) : std::nullopt;
}

Result<std::vector<job::Record>> History::list(const std::string& name, std::size_t limit) {
  auto listed = records().list(name, limit);
  if (unwritten_.empty()) return listed;
  std::vector<job::Record> all = listed ? std::move(*listed) : std::vector<job::Record>();
  for (const auto& [job, records] : unwritten_) {
    if (name.empty() || name == job) all.insert(all.end(), records.begin(), records.end());
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.end < b.end; });
  if (all.size() > limit) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(limit));
  return all;
}

Result<> History::remove(const std::string& name) {
  if (ends_.erase(name) > 0) std::erase(ends_order_, name);
  unwritten_.erase(name);
  if (auto removed = records().remove(name); !removed) return pass(removed.error());
  return {};
}

job::RecordStore& History::records() {
  if (!store_) {
    directory_ = job::DiskDirectory::opened_later(parts_.start.state_directory + "/records");
    store_ = std::make_unique<job::RecordStore>(*directory_);
    writer_ = std::make_unique<store::RecordWriter>(parts_.loop, *store_);
    expire();
  }
  return *store_;
}

void History::expire() {
  const std::chrono::hours age(24 * parts_.model.globals().server.number("record-age"));
  expired_ = parts_.clock.wall();
  if (age.count() == 0) return;
  if (auto expired = store_->expire(age, expired_); !expired) log::warn("{}", expired.error().text);
}

void History::write(job::Record record, std::function<void(const Result<>&)> done) {
  static_cast<void>(records());
  writer_->add(std::move(record), std::move(done));
}

void History::recorded(const job::Record& record, const Result<>& written) {
  if (store_ && parts_.clock.wall() - expired_ > kExpiry) expire();
  changed_(record.name);
  remember(record);
  drop_note(record.name);
  if (!written) return keep_unwritten(record, written.error());
  store_->added(record);
  if (!unwritten_.empty() && rewriting_ == 0) write_again();  // the disk takes something
}

void History::close() {
  ending_ = true;
  if (writer_) writer_->drain();
  if (!unwritten_.empty()) {
    write_again();
    writer_->drain();
  }
  for (const auto& [name, records] : unwritten_) {
    for (const auto& record : records)
      log::error("job {}: its exit ({}) is recorded nowhere", name, record.exit.text());
  }
}

// --- ends that are on no disk yet -----------------------------------------------------------------------

void History::restore_unwritten(job::Record record) {
  remember(record);
  unwritten_[record.name].push_back(std::move(record));
}

std::vector<std::string> History::unwritten(const std::string& name) const {
  std::vector<std::string> out;
  if (const auto kept = unwritten_.find(name); kept != unwritten_.end()) {
    for (const auto& record : kept->second) out.push_back(job::encode_record(record));
  }
  return out;
}

void History::try_again() {
  if (!unwritten_.empty()) arm_retry();
}

bool History::record_now(const std::vector<job::Record>& lost) {
  const auto written = records().add(lost);
  for (const auto& record : lost) {
    remember(record);
    if (written) {
      store_->added(record);
    } else {
      keep_unwritten(record, written.error());
    }
  }
  return written.has_value();
}

void History::keep_unwritten(const job::Record& record, const Error& why) {
  log::error("job {}: its exit ({}) is not recorded yet: {}", record.name, record.exit.text(), why.text);
  if (unwritten_.empty())
    parts_.outside.report(
        fmt::format("how jobs ended cannot be written, and is kept until it can: {}", why.text));
  auto& kept = unwritten_[record.name];
  kept.push_back(record);
  if (kept.size() > kMostUnwritten) kept.pop_front();
  changed_(record.name);
  if (!ending_ && !retry_timer_.armed() && rewriting_ == 0) arm_retry();
}

void History::arm_retry() {
  retry_pause_ = retry_pause_.count() == 0 ? kFirstRetry : std::min(retry_pause_ * 2, kLongestRetry);
  retry_timer_.start(retry_pause_);
}

void History::write_again() {
  static_cast<void>(records());
  retry_timer_.stop();
  for (const auto& [name, records] : unwritten_) {
    for (const auto& record : records) {
      ++rewriting_;
      writer_->add(record, [this, record](const Result<>& written) {
        --rewriting_;
        const auto kept = unwritten_.find(record.name);
        if (written && kept != unwritten_.end()) {
          std::erase(kept->second, record);
          if (kept->second.empty()) unwritten_.erase(kept);
          if (const auto newest = ends_.find(record.name);
              newest == ends_.end() || newest->second.end <= record.end) {
            store_->added(record);
          }
          changed_(record.name);
          parts_.outside.changed();
        }
        if (rewriting_ > 0) return;
        if (!unwritten_.empty()) {
          if (!ending_) arm_retry();
          return;
        }
        retry_pause_ = std::chrono::milliseconds(0);
        parts_.outside.report("how jobs ended is written again");
      });
    }
  }
}

// --- runs that nobody saw end ---------------------------------------------------------------------------

job::Directory& History::notes() {
  if (!notes_) {
    const auto& start = parts_.start;
    std::string of = start.name;
    // Sockets of any path may have the same name.
    if (!start.private_directory) of += fmt::format("-{:x}", std::hash<std::string>()(start.socket_path));
    notes_ = job::DiskDirectory::opened_later(start.state_directory + "/running/" + of);
  }
  return *notes_;
}

void History::write_note(const job::Job& job, int pid) {
  job::RunningNote note;
  note.run.name = job.name;
  note.run.command = job.spec.command;
  note.run.exit = {125, 0, false, job::Exit::Cause::lost};
  note.run.start = note.run.end = parts_.clock.wall();
  note.run.restart = job.tracker.restarts();
  note.run.pid = pid;
  note.run.log = job.spec.log_path;
  note.run.spec = job::write_job_file(job.spec);
  note.host = parts_.facts.host;
  note.daemon = parts_.facts.pid;
  // Without a sync: it is for the end of processes, and a power cut some seconds later.
  static_cast<void>(notes().remove(job.name));
  auto file = notes().open_append(job.name);
  std::size_t written = 0;
  const auto result = file ? (*file)->append(job::encode_note(note), written) : Result<>(pass(file.error()));
  if (!result) log::warn("job {}: {}", job.name, result.error().text);
}

void History::drop_note(const std::string& name) {
  // What was left behind belongs to the run before; a note of a new one stays.
  static_cast<void>(notes().remove(name));
}

void History::record_lost_runs() {
  if (::access((parts_.start.state_directory + "/running").c_str(), F_OK) != 0) return;
  const auto names = notes().list();
  std::vector<job::Record> lost;
  for (const auto& name : names ? *names : std::vector<std::string>()) {
    constexpr std::size_t kMost = 256 * 1024;
    const auto text = notes().read(name, kMost);
    auto note = text ? job::decode_note(*text) : Result<job::RunningNote>(pass(text.error()));
    if (!note) {
      log::warn("the note of running job {} cannot be read: {}", name, note.error().text);
      static_cast<void>(notes().remove(name));
      continue;
    }
    const auto other = note->daemon != parts_.facts.pid ? os::process_info(note->daemon) : std::nullopt;
    if (note->host != parts_.facts.host || (other && other->state != 'Z' && other->name == "sessd: keeper"))
      continue;
    if (const job::Record* known = newest(name);
        known != nullptr && known->pid == note->run.pid && known->start >= note->run.start) {
      static_cast<void>(notes().remove(name));
      continue;
    }
    note->run.end = parts_.clock.wall();
    lost.push_back(std::move(note->run));
    parts_.outside.report(fmt::format("job {} is lost: the daemon was killed while it ran", name));
  }
  // A note that stays is told again by the next daemon.
  if (lost.empty() || !record_now(lost)) return;
  for (const auto& record : lost) drop_note(record.name);
}

}  // namespace sess::jobs
