// enable, disable and doctor made real: job files are marked, the user's systemd or crontab is told, the
// machine is looked at.
//
// Programs (systemctl, crontab, the installed daemon) run beside the loop, one request after the other, so
// that two of them never write the same crontab at once. What is written is decided in job/boot, what is
// found in job/doctor.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "command/ports/boot.hpp"
#include "command/ports/shells.hpp"
#include "job/boot.hpp"
#include "job/files.hpp"
#include "jobs/outside.hpp"

namespace sess::jobs {

class JobFiles;

/// The machine as the user of this client (null: of the daemon) sees it.
[[nodiscard]] job::Surroundings surroundings(const model::Model& model, const command::ServerFacts& facts,
                                             const model::Client* client);

class BootControl final : public command::BootPort {
 public:
  BootControl(const Parts& parts, JobFiles& files) : parts_(parts), files_(files) {}

  void enable(std::optional<model::ClientId> client, std::vector<std::string> names, Done done) override;
  void disable(std::optional<model::ClientId> client, std::vector<std::string> names, Done done) override;
  void examine(std::optional<model::ClientId> client,
               std::function<void(std::vector<job::Finding>)> done) override;

 private:
  /// One enable or disable on its way.
  struct Request {
    job::Surroundings surroundings;
    job::Machine machine;
    std::vector<std::string> environment;
    std::vector<std::string> report;
    Done done;
  };
  using Shared = std::shared_ptr<Request>;
  using Step = std::function<void(Shared)>;
  using Output = std::function<void(command::ShellResult)>;

  [[nodiscard]] Shared request(std::optional<model::ClientId> client, Done done) const;
  void run(const Shared& request, std::string command, std::optional<std::string> input, Output done);
  void add(Shared request, Step first);
  void next();
  void finish(const Shared& request);
  void give_up(const Shared& request, std::string why);

  void set_up(const Shared& request);
  void set_up_systemd(const Shared& request);
  void set_up_cron(const Shared& request);
  void take_down(const Shared& request);
  void take_down_cron(const Shared& request);
  /// Reads the crontab; `then` gets its text, empty when there is none. A crontab that cannot be read ends
  /// the request.
  void read_crontab(const Shared& request, std::function<void(std::string)> then);

  /// doctor's question what a log-in by ssh finds.
  void ask_ssh(const Shared& request, const std::shared_ptr<job::DoctorFacts>& known,
               std::function<void()> then);

  [[nodiscard]] job::BootDaemon daemon() const;
  [[nodiscard]] std::string unit_directory() const;
  /// The same when it exists, else null.
  [[nodiscard]] std::unique_ptr<job::Directory> existing_units() const;
  [[nodiscard]] job::DoctorFacts facts(std::optional<model::ClientId> client) const;

  Parts parts_;
  JobFiles& files_;
  std::deque<std::pair<Shared, Step>> waiting_;
  bool busy_ = false;
};

}  // namespace sess::jobs
