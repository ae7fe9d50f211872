#include "jobs/logs.hpp"

#include <algorithm>

namespace sess::jobs {
namespace {

/// Output goes to the log in portions of this size, at the latest when so much waits.
constexpr std::uint64_t kLogPortion = 16 * 1024;
constexpr std::uint64_t kLogLag = 64 * 1024;

}  // namespace

void Logs::open(model::PaneId pane, const job::Job& job) {
  Log& log = logs_[pane];
  log = {};
  log.job = job.name;
  if (!job.spec.log) return;
  std::string file = job.name + ".log";
  job::Directory* directory = nullptr;
  if (!job.spec.log_path.empty()) {
    auto opened = job::DiskDirectory::open(directory_of(job.spec.log_path));
    if (!opened)
      return parts_.outside.report(fmt::format("job {} is not logged: {}", job.name, opened.error().text));
    log.own_directory = std::move(*opened);
    directory = log.own_directory.get();
    file = job.spec.log_path.substr(job.spec.log_path.rfind('/') + 1);
  } else {
    directory = &this->directory();
  }
  log.writer = std::make_unique<job::LogWriter>(*directory, file, job.spec.log_limits);
}

void Logs::begin_run(model::PaneId pane, job::WallTime wall) {
  Log& log = logs_[pane];
  if (!log.writer) return;
  if (const auto report = log.writer->begin_run(wall))
    parts_.outside.report(fmt::format("job {}: {}", log.job, *report));
}

void Logs::on_bytes(panes::PaneIo& pane) {
  if (logs_.empty()) return;
  const auto position = pane.journal().log_position();
  if (position && pane.journal().written() - position->logged >= kLogLag) write(pane);
}

void Logs::write(panes::PaneIo& pane) {
  const auto it = logs_.find(pane.id());
  if (it == logs_.end() || it->second.writer == nullptr) return;
  job::LogWriter& writer = *it->second.writer;
  panes::Journal& journal = pane.journal();
  auto position = journal.log_position();
  if (!position) {
    // The server before died between the program's start and this.
    journal.start_log(journal.oldest());
    position = journal.log_position();
  }
  const auto wall = parts_.clock.wall();
  const auto report = [&](const std::optional<std::string>& text) {
    if (text) parts_.outside.report(fmt::format("job {}: {}", it->second.job, *text));
  };
  std::uint64_t logged = position->logged;
  if (!std::exchange(it->second.found, true)) {
    if (position->base)
      logged = std::min(logged + writer.written_since(*position->base, wall), journal.written());
    writer.resume(position->lost);
    journal.end_log_write(logged, position->lost);
  }
  if (std::exchange(it->second.begins, false)) report(writer.begin_run(wall));
  while (logged < journal.written()) {
    const std::uint64_t from = std::max(logged, journal.oldest());
    const auto bytes = journal.output(from).substr(0, kLogPortion);
    if (written_) written_();
    report(writer.write(bytes, wall, [&](std::uint64_t size) { journal.begin_log_write(size); }));
    logged = from + bytes.size();
    journal.end_log_write(logged, writer.lost());
  }
}

void Logs::write_all() {
  for (const auto& [pane, log] : logs_) {
    if (panes::PaneIo* io = parts_.terminals.find(pane)) write(*io);
  }
}

std::optional<std::uint64_t> Logs::end_of(panes::PaneIo& pane) {
  write(pane);
  const auto position = pane.journal().log_position();
  return position ? std::optional(position->logged - std::min(position->lost, position->logged))
                  : std::nullopt;
}

std::string Logs::note(model::PaneId pane) const {
  const auto log = logs_.find(pane);
  return log != logs_.end() && log->second.writer ? log->second.writer->stopped_because() : std::string();
}

job::Directory& Logs::directory() {
  if (!directory_) directory_ = job::DiskDirectory::opened_later(parts_.start.state_directory + "/logs");
  return *directory_;
}

void Logs::remove_files(const std::string& job) {
  const auto files = directory().list();
  const std::string log = job + ".log";
  for (const auto& file : files ? *files : std::vector<std::string>()) {
    if (file == log || file.starts_with(log + ".")) static_cast<void>(directory().remove(file));
  }
}

}  // namespace sess::jobs
