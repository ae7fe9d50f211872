#include "job/record.hpp"

#include <algorithm>
#include <set>
#include <charconv>
#include <sstream>
#include "base/toml.hpp"

#include "base/saved_time.hpp"
#include "base/utf8.hpp"
#include "job/name.hpp"
#include "job/signal_name.hpp"

namespace sess::job {

namespace {

/// A record is about 500 bytes and a command; a command line may have 128 KiB and more, of which this much is
/// kept.
constexpr std::size_t kMaxFile = 256 * 1024;
constexpr std::size_t kMaxCommand = 64 * 1024;
constexpr std::size_t kMaxSpec = 64 * 1024;
constexpr std::string_view kSuffix = ".toml";

toml::date_time to_toml(WallTime time) {
  const auto total = saved_time(time);
  const auto seconds = total >= 0 ? total / 1'000'000 : (total - 999'999) / 1'000'000;
  const std::time_t clock = static_cast<std::time_t>(seconds);
  std::tm parts{};
  ::gmtime_r(&clock, &parts);
  return {toml::date(parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday),
          toml::time(parts.tm_hour, parts.tm_min, parts.tm_sec,
                     static_cast<unsigned>(total - seconds * 1'000'000) * 1000U),
          toml::time_offset()};
}

std::optional<WallTime> from_toml(const toml::table& table, std::string_view key) {
  const auto value = table[key].value<toml::date_time>();
  if (!value) return std::nullopt;
  std::tm parts{};
  parts.tm_year = value->date.year - 1900;
  parts.tm_mon = value->date.month - 1;
  parts.tm_mday = value->date.day;
  parts.tm_hour = value->time.hour;
  parts.tm_min = value->time.minute;
  parts.tm_sec = value->time.second;
  const std::int64_t offset = value->offset ? value->offset->minutes * 60 : 0;
  const std::int64_t seconds = static_cast<std::int64_t>(::timegm(&parts)) - offset;
  return time_saved(seconds * 1'000'000 + value->time.nanosecond / 1000);
}

std::string file_name(const std::string& name, std::int64_t end) {
  return name + "@" + std::to_string(end) + std::string(kSuffix);
}

std::string file_name(const Record& record) {
  return file_name(record.name, saved_time(record.end));
}

struct FileName {
  std::string file;
  std::string name;
  std::int64_t end = 0;
};

/// Nothing for a file that is not a record.
std::optional<FileName> parse_file_name(const std::string& file) {
  const auto at = file.rfind('@');
  if (at == std::string::npos || !file.ends_with(kSuffix)) return std::nullopt;
  FileName parsed{file, file.substr(0, at), 0};
  const char* begin = file.data() + at + 1;
  const char* end = file.data() + file.size() - kSuffix.size();
  const auto [last, error] = std::from_chars(begin, end, parsed.end);
  if (error != std::errc() || last != end || !check_name(parsed.name)) return std::nullopt;
  return parsed;
}

/// The records' files of a name (or all), oldest first.
Result<std::vector<FileName>> files_of(Directory& directory, const std::string& name) {
  const auto all = directory.list();
  if (!all) return pass(all.error());
  std::vector<FileName> files;
  for (const auto& file : *all) {
    auto parsed = parse_file_name(file);
    if (parsed && (name.empty() || parsed->name == name)) files.push_back(std::move(*parsed));
  }
  std::sort(files.begin(), files.end(), [](const FileName& a, const FileName& b) {
    return a.end != b.end ? a.end < b.end : a.name < b.name;
  });
  return files;
}

std::string text_of(const toml::table& table) {
  std::ostringstream out;
  out << table << "\n";
  return out.str();
}

Result<toml::table> parse_table(std::string_view text) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::invalid_argument, "line {}: {}", error.source().begin.line, error.description());
  }
}

/// TOML is UTF-8; a command line need not be.
std::string as_utf8(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Utf8Decoded next = decode_utf8(text);
    append_utf8(out, next.code_point);
    text.remove_prefix(next.length);
  }
  return out;
}

toml::table table_of(const Record& record);
Result<Record> record_of(const toml::table& table);

}  // namespace

std::chrono::microseconds time_taken(const Record& record) {
  if (record.took.count() > 0) return record.took;
  return std::max(std::chrono::duration_cast<std::chrono::microseconds>(record.end - record.start),
                  std::chrono::microseconds(0));
}

std::string encode_record(const Record& record) {
  return text_of(table_of(record));
}

std::string encode_note(const RunningNote& note) {
  toml::table table = table_of(note.run);
  table.insert("host", note.host);
  table.insert("daemon", note.daemon);
  return text_of(table);
}

Result<RunningNote> decode_note(std::string_view text) {
  const auto table = parse_table(text);
  if (!table) return pass(table.error());
  auto run = record_of(*table);
  if (!run) return pass(run.error());
  return RunningNote{std::move(*run), (*table)["host"].value_or(std::string()),
                     static_cast<int>((*table)["daemon"].value_or(std::int64_t{0}))};
}

Result<Record> decode_record(std::string_view text) {
  const auto table = parse_table(text);
  return table ? record_of(*table) : pass(table.error());
}

namespace {

toml::table table_of(const Record& record) {
  toml::array command;
  std::size_t size = 0;
  for (const auto& word : record.command) {
    size += word.size();
    if (size > kMaxCommand) break;
    command.push_back(as_utf8(word));
  }
  toml::table table;
  table.insert("version", 1);
  table.insert("name", record.name);
  table.insert("command", std::move(command));
  if (record.exit.signal != 0) {
    const std::string signal = signal_name(record.exit.signal);
    table.insert("signal", parse_signal(signal) ? signal : std::to_string(record.exit.signal));
    table.insert("core", record.exit.core);
  } else {
    table.insert("code", record.exit.code);
  }
  if (record.exit.cause == Exit::Cause::timeout) table.insert("cause", "timeout");
  if (record.exit.cause == Exit::Cause::lost) table.insert("cause", "lost");
  if (record.stopped) table.insert("stopped", true);
  table.insert("success", record.success);
  table.insert("start", to_toml(record.start));
  table.insert("end", to_toml(record.end));
  table.insert("cpu-user-us", record.cpu_user.count());
  table.insert("cpu-system-us", record.cpu_system.count());
  table.insert("peak-memory", static_cast<std::int64_t>(record.peak_memory));
  table.insert("restart", record.restart);
  table.insert("pid", record.pid);
  if (record.took.count() > 0) table.insert("took-us", record.took.count());
  if (!record.spec.empty() && record.spec.size() <= kMaxSpec) table.insert("spec", as_utf8(record.spec));
  if (!record.log.empty()) table.insert("log", as_utf8(record.log));
  table.insert("rows", record.size.rows);
  table.insert("columns", record.size.cols);
  return table;
}

Result<Record> record_of(const toml::table& table) {
  Record record;
  const auto name = table["name"].value<std::string>();
  const auto start = from_toml(table, "start");
  const auto end = from_toml(table, "end");
  if (!name || !start || !end) return fail(ErrorCode::invalid_argument, "name, start or end is missing");
  record.name = *name;
  record.start = *start;
  record.end = *end;
  if (const auto signal = table["signal"].value<std::string>()) {
    const auto signo = parse_signal(*signal);
    if (!signo) return fail(ErrorCode::invalid_argument, "unknown signal '{}'", *signal);
    record.exit.signal = *signo;
    record.exit.core = table["core"].value_or(false);
  } else if (const auto code = table["code"].value<std::int64_t>(); code && *code >= 0 && *code <= 255) {
    record.exit.code = static_cast<int>(*code);
  } else {
    return fail(ErrorCode::invalid_argument, "neither a code nor a signal");
  }
  if (const auto* command = table["command"].as_array()) {
    for (const auto& word : *command) record.command.push_back(word.value_or(std::string()));
  }
  const auto cause = table["cause"].value_or(std::string());
  if (cause == "timeout") record.exit.cause = Exit::Cause::timeout;
  if (cause == "lost") record.exit.cause = Exit::Cause::lost;
  record.stopped = table["stopped"].value_or(false);
  record.success = table["success"].value_or(record.exit == Exit{});
  record.cpu_user = std::chrono::microseconds(table["cpu-user-us"].value_or(std::int64_t{0}));
  record.cpu_system = std::chrono::microseconds(table["cpu-system-us"].value_or(std::int64_t{0}));
  record.peak_memory =
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, table["peak-memory"].value_or(std::int64_t{0})));
  record.restart = static_cast<int>(table["restart"].value_or(std::int64_t{0}));
  record.pid = static_cast<int>(table["pid"].value_or(std::int64_t{0}));
  record.took =
      std::chrono::microseconds(std::max<std::int64_t>(0, table["took-us"].value_or(std::int64_t{0})));
  record.spec = table["spec"].value_or(std::string());
  record.log = table["log"].value_or(std::string());
  const auto side = [&table](std::string_view key, std::int64_t usual) {
    return static_cast<std::uint16_t>(std::clamp<std::int64_t>(table[key].value_or(usual), 1, kMaxSide));
  };
  record.size = {side("rows", 24), side("columns", 80)};
  return record;
}

}  // namespace

Result<> RecordStore::add(const Record& record) {
  if (auto ok = check_name(record.name); !ok) return ok;
  return directory_.write_atomically(file_name(record), encode_record(record));
}

Result<> RecordStore::add(const std::vector<Record>& records) {
  std::vector<NamedBytes> files;
  for (const Record& record : records) {
    if (auto ok = check_name(record.name); !ok) return ok;
    files.push_back({file_name(record), encode_record(record)});
  }
  return directory_.write_batch(files);
}

Result<Record> RecordStore::newest(const std::string& name) {
  const auto read = [this](const std::string& file) -> Result<Record> {
    const auto text = directory_.read(file, kMaxFile);
    return text ? decode_record(*text) : pass(text.error());
  };
  if (const auto known = newest_.find(name); known != newest_.end()) {
    if (auto record = read(file_name(name, known->second))) return record;
  }
  const auto files = files_of(directory_, {});
  if (!files) return pass(files.error());
  newest_.clear();
  for (const FileName& file : *files) newest_[file.name] = file.end;
  names_read_ = true;
  for (auto it = files->rbegin(); it != files->rend(); ++it) {
    if (it->name != name) continue;
    if (auto record = read(it->file)) return record;
  }
  return fail(ErrorCode::not_found, "no record of job {}", name);
}

Result<> RecordStore::read_names() {
  const auto files = files_of(directory_, {});
  if (!files) return pass(files.error());
  for (const FileName& file : *files) {
    auto& end = newest_[file.name];
    end = std::max(end, file.end);
  }
  names_read_ = true;
  return {};
}

std::optional<WallTime> RecordStore::newest_end(const std::string& name) {
  if (!names_read_ && !read_names()) return std::nullopt;
  const auto known = newest_.find(name);
  return known == newest_.end() ? std::nullopt : std::optional(time_saved(known->second));
}

void RecordStore::added(const Record& record) {
  newest_[record.name] = saved_time(record.end);
}

Result<std::vector<Record>> RecordStore::list(const std::string& name, std::size_t limit) {
  auto files = files_of(directory_, name);
  if (!files) return pass(files.error());
  if (files->size() > limit) files->erase(files->begin(), files->end() - static_cast<std::ptrdiff_t>(limit));
  std::vector<Record> records;
  for (const FileName& file : *files) {
    const auto text = directory_.read(file.file, kMaxFile);
    if (!text) continue;
    if (auto record = decode_record(*text)) records.push_back(std::move(*record));
  }
  return records;
}

Result<std::vector<Record>> RecordStore::newest_of_each(std::size_t limit) {
  const auto files = files_of(directory_, {});
  if (!files) return pass(files.error());
  std::vector<Record> records;
  std::set<std::string> seen;
  for (auto it = files->rbegin(); it != files->rend() && records.size() < limit; ++it) {
    if (seen.count(it->name) != 0) continue;
    const auto text = directory_.read(it->file, kMaxFile);
    if (!text) continue;
    if (auto record = decode_record(*text)) {
      seen.insert(it->name);
      records.push_back(std::move(*record));
    }
  }
  return records;
}

Result<int> RecordStore::remove(const std::string& name) {
  if (auto ok = check_name(name); !ok) return pass(ok.error());
  const auto files = files_of(directory_, name);
  if (!files) return pass(files.error());
  int removed = 0;
  for (const FileName& file : *files) {
    if (auto done = directory_.remove(file.file); !done) return pass(done.error());
    ++removed;
  }
  newest_.erase(name);
  return removed;
}

Result<int> RecordStore::expire(std::chrono::hours age, WallTime now) {
  const auto files = files_of(directory_, {});
  if (!files) return pass(files.error());
  int removed = 0;
  for (const FileName& file : *files) {
    if (now - time_saved(file.end) <= age) continue;
    if (auto done = directory_.remove(file.file); !done) return pass(done.error());
    ++removed;
  }
  return removed;
}

}  // namespace sess::job
