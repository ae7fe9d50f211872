#include "jobs/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/log.hpp"
#include "job/files.hpp"
#include "job/job_file.hpp"
#include "job/name.hpp"
#include "jobs/history.hpp"
#include "jobs/table.hpp"
#include "os/descriptor.hpp"
#include "os/directory.hpp"
#include "os/files.hpp"

namespace sess::jobs {
namespace {

constexpr std::size_t kDepth = 64;
constexpr std::string_view kSuffix = ".toml";

bool is_kept_for_boot(std::string_view name) {
  return name == "PATH" || name == "LANG" || name == "LANGUAGE" || name.starts_with("LC_");
}

/// Others who can write a job file would say what this user runs.
Result<> check_writers(const std::string& path, const struct stat& facts) {
  if ((facts.st_mode & 022U) == 0) return {};
  return fail(ErrorCode::permission_denied, "others can write {} (mode {:04o}): chmod go-w it first", path,
              facts.st_mode & 07777U);
}

/// Writes a file that is there anew, whole: what a link leads to is replaced, not the link, and it keeps its
/// owner and mode.
Result<> replace_file(const std::string& path, const std::string& text) {
  std::error_code error;
  const std::string target = std::filesystem::canonical(path, error).string();
  if (error) return fail_errno(error.value(), "cannot find {}", path);
  struct stat facts {};
  if (::stat(target.c_str(), &facts) != 0) return fail_errno(errno, "cannot look at {}", target);
  if (!S_ISREG(facts.st_mode)) return fail(ErrorCode::invalid_argument, "{} is not a regular file", target);
  if (auto ok = check_writers(target, facts); !ok) return ok;
  const std::string next = target + ".new";
  ::unlink(next.c_str());
  UniqueFd fd(::open(next.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return fail_errno(errno, "cannot write {}", next);
  auto written = os::write_all(fd.get(), text);
  if (written && ::fchown(fd.get(), facts.st_uid, facts.st_gid) != 0) {
    written = fail_errno(errno, "cannot keep the owner of {}", target);
  }
  if (written && (::fchmod(fd.get(), facts.st_mode & 07777U) != 0 || ::fsync(fd.get()) != 0 ||
                  ::rename(next.c_str(), target.c_str()) != 0)) {
    written = fail_errno(errno, "cannot replace {}", target);
  }
  if (!written) ::unlink(next.c_str());
  return written;
}

/// A job file's text; refused when others can write it.
Result<std::string> read_private(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) == 0) {
    if (auto ok = check_writers(path, facts); !ok) return pass(ok.error());
  }
  return os::read_file(path);
}

/// Names of all job files.
std::vector<std::string> file_names(const std::string& directory) {
  std::vector<std::string> names;
  struct stat facts {};
  if (::stat(directory.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode)) return names;  // looking makes none
  auto files = job::DiskDirectory::open(directory);
  auto listed = files ? (*files)->list() : Result<std::vector<std::string>>(pass(files.error()));
  if (!listed) {
    log::warn("{}", listed.error().text);
    return names;
  }
  for (const auto& file : *listed) {
    if (file.ends_with(kSuffix)) names.push_back(file.substr(0, file.size() - kSuffix.size()));
  }
  return names;
}

job::Dependencies dependencies_of(const job::Spec& spec) {
  return {spec.after, spec.requires_, spec.oneshot};
}

/// Everything that can be reached from a job by `after` and `requires` is free of cycles and exists where it
/// must.
Result<> check_dependencies(const std::string& name, const std::map<std::string, job::Spec>& specs) {
  job::Graph graph;
  std::vector<std::string> open{name};
  while (!open.empty()) {
    const std::string one = open.back();
    open.pop_back();
    const auto spec = specs.find(one);
    if (spec == specs.end() || graph.contains(one)) continue;
    graph.set(one, dependencies_of(spec->second));
    open.insert(open.end(), spec->second.after.begin(), spec->second.after.end());
    open.insert(open.end(), spec->second.requires_.begin(), spec->second.requires_.end());
  }
  if (auto order = graph.start_order({name}); !order) return pass(order.error());
  return {};
}

}  // namespace

std::string JobFiles::path_of(const std::string& name) const {
  return parts_.start.config_directory + "/jobs/" + name + std::string(kSuffix);
}

Result<job::Spec> JobFiles::read(const std::string& name) const {
  if (auto ok = job::check_name(name); !ok) return pass(ok.error());
  const std::string path = path_of(name);
  auto text = read_private(path);
  if (!text) return pass(text.error());
  return job::parse_job_file(*text, path);
}

Result<> JobFiles::load(const std::string& name, std::vector<std::string> path) {
  if (const auto at = std::find(path.begin(), path.end(), name); at != path.end()) {
    std::string cycle;
    for (auto it = at; it != path.end(); ++it) cycle += *it + " -> ";
    return fail(ErrorCode::invalid_argument, "dependency cycle: {}{}", cycle, name);
  }
  if (path.size() > kDepth)
    return fail(ErrorCode::invalid_argument, "job {}: its dependencies go too deep", name);
  const job::Job* known = table_.find(name);
  if (known != nullptr && known->active()) return {};
  auto spec = read(name);
  const bool from_file = spec.has_value();
  if (!spec) {
    if (spec.error().sys_errno != ENOENT) return pass(spec.error());
    // Without a file it is what it was when it ran last.
    if (known != nullptr) return {};
    auto recorded = history_.spec_of(name);
    if (!recorded) return fail(ErrorCode::not_found, "no such job: {}", name);
    spec = std::move(*recorded);
  }
  job::Job job;
  if (known != nullptr) job = *known;
  job.name = name;
  job.from_file = from_file;
  job.spec = std::move(*spec);
  const auto requires_too = job.spec.requires_;
  path.push_back(name);
  for (const auto& other : requires_too) {
    if (auto ok = load(other, path); !ok) {
      return ok.error().code == ErrorCode::not_found
                 ? fail(ErrorCode::not_found, "job {} requires {}, which does not exist", name, other)
                 : ok;
    }
  }
  if (auto added = supervisor_.add(std::move(job)); !added) return added;
  table_.changed(name);
  return {};
}

Result<std::vector<std::string>> JobFiles::set_enabled(const std::string& name, bool enabled) {
  if (auto ok = job::check_name(name); !ok) return pass(ok.error());
  std::vector<std::string> kept;
  auto text = read_private(path_of(name));
  if (text) {
    auto spec = job::parse_job_file(*text, path_of(name));
    if (!spec) return pass(spec.error());
    if (spec->enabled == enabled) return kept;
    *text = job::write_enabled(*text, enabled);
  } else {
    if (text.error().sys_errno != ENOENT) return pass(text.error());
    const job::Job* known = table_.find(name);
    if (known == nullptr) {
      if (history_.newest(name) == nullptr) return pass(table_.unknown(name));
      return fail(ErrorCode::not_found, "job {} ended long ago and has no file: write {}", name,
                  path_of(name));
    }
    if (!enabled) return kept;
    job::Spec spec = known->spec;
    spec.enabled = true;
    // The command was found in the caller's PATH and prints in the caller's language; a boot has neither.
    for (const auto& variable : known->caller ? known->caller->environment : std::vector<std::string>()) {
      const auto equals = variable.find('=');
      const auto variable_name = variable.substr(0, equals);
      if (equals == std::string::npos || !is_kept_for_boot(variable_name)) continue;
      if (spec.environment.emplace(variable_name, variable.substr(equals + 1)).second)
        kept.push_back(variable_name);
    }
    if (!spec.umask && known->caller && known->caller->umask != job::Caller().umask)
      spec.umask = known->caller->umask;
    text = job::write_job_file(spec);
  }
  if (enabled) {
    std::map<std::string, job::Spec> specs;
    for (const auto& one : file_names(parts_.start.config_directory + "/jobs")) {
      if (auto spec = read(one)) specs[one] = std::move(*spec);
    }
    if (auto spec = job::parse_job_file(*text, name)) specs[name] = std::move(*spec);
    if (auto ok = check_dependencies(name, specs); !ok) return pass(ok.error());
  }
  auto directory = job::DiskDirectory::open(parts_.start.config_directory + "/jobs");
  if (!directory) return pass(directory.error());
  auto written = ::access(path_of(name).c_str(), F_OK) == 0
                     ? replace_file(path_of(name), *text)
                     : (*directory)->write_atomically(name + std::string(kSuffix), *text);
  if (!written) return pass(written.error());
  supervisor_.set_enabled(name, enabled);
  table_.changed(name);
  parts_.outside.changed();
  return kept;
}

std::vector<std::string> JobFiles::names() const {
  return file_names(parts_.start.config_directory + "/jobs");
}

std::vector<std::string> JobFiles::unreadable() const {
  std::vector<std::string> out;
  for (const auto& name : names()) {
    if (auto spec = read(name); !spec) out.push_back(spec.error().text);
  }
  return out;
}

std::vector<std::string> JobFiles::enabled() const {
  std::vector<std::string> enabled;
  for (const auto& name : names()) {
    auto spec = read(name);
    if (!spec) {
      parts_.outside.report(spec.error().text);
    } else if (spec->enabled) {
      enabled.push_back(name);
    }
  }
  return enabled;
}

void JobFiles::start_enabled() {
  // Daemons of other names have the same job files: what starts with the machine is the default one's, so
  // that nothing runs twice.
  const auto& start = parts_.start;
  if (!start.boot && (start.name != "default" || !start.private_directory)) return;
  std::map<std::string, job::Spec> specs;
  for (const auto& name : file_names(start.config_directory + "/jobs")) {
    if (auto spec = read(name)) specs[name] = std::move(*spec);
  }
  std::vector<std::string> ready;
  for (const auto& name : enabled()) {
    auto ok = check_dependencies(name, specs);
    if (ok) ok = load(name);
    if (ok) {
      ready.push_back(name);
    } else {
      parts_.outside.report(fmt::format("job {} is not started: {}", name, ok.error().text));
    }
  }
  if (ready.empty()) return;
  // All at once, so that `after` orders them; if that cannot be, each that can.
  if (auto started = supervisor_.start(ready, table_.now()); !started) {
    parts_.outside.report(started.error().text);
    for (const auto& name : ready) {
      const job::Job* job = table_.find(name);
      if (job == nullptr || job->state != job::State::inactive) continue;
      if (auto one = supervisor_.start({name}, table_.now()); !one) parts_.outside.report(one.error().text);
    }
  }
}

}  // namespace sess::jobs
