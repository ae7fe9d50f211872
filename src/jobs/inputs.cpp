#include "jobs/inputs.hpp"

#include <unistd.h>

#include "job/files.hpp"
#include "jobs/history.hpp"

namespace sess::jobs {

Result<std::string> Inputs::keep(const std::string& job, std::string_view bytes) {
  auto directory = job::DiskDirectory::open(directory_);
  if (!directory) return pass(directory.error());
  if (auto kept = (*directory)->write_atomically(job, bytes); !kept) return pass(kept.error());
  return directory_ + "/" + job;
}

void Inputs::drop(const job::Job& job) {
  if (job.active() || job.spec.input != directory_ + "/" + job.name) return;
  if (auto directory = job::DiskDirectory::open(directory_))
    static_cast<void>((*directory)->remove(job.name));
}

void Inputs::drop_unknown(History& history) {
  if (::access(directory_.c_str(), F_OK) != 0) return;
  auto directory = job::DiskDirectory::open(directory_);
  const auto names = directory ? (*directory)->list() : Result<std::vector<std::string>>();
  if (!directory || !names) return;
  for (const auto& name : *names) {
    if (!history.spec_of(name)) static_cast<void>((*directory)->remove(name));
  }
}

}  // namespace sess::jobs
