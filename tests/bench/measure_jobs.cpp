// Quick jobs one after another, from the first start until the last has ended: what a job costs beside its
// program.
//
// The bare column has what people do without any of the others (nohup in the background), and task-spooler,
// which has no terminals. sess alone logs each job and keeps its exit status on disk.
#include <filesystem>

#include "bench/measure.hpp"
#include "bench/proc.hpp"
#include "support/process.hpp"
#include "support/wait.hpp"

namespace sess::bench {

namespace {

double per_second(Context& context, Peer& peer,
                  const std::function<Argv(const std::string&, const Argv&)>& start) {
  const std::string done = peer.home().root() + "/done";
  std::filesystem::remove(done);
  const Argv job{"/bin/sh", "-c", "echo >>" + done};
  const int jobs = context.settings.sessions;
  const auto began = Clock::now();
  for (int i = 0; i < jobs; ++i) run_timed(start("j" + std::to_string(i), job), peer.env());
  // Each has left one byte.
  const auto ended = [&] {
    std::error_code error;
    return std::filesystem::file_size(done, error) == static_cast<std::uintmax_t>(jobs);
  };
  if (!test::wait_until(ended, Milliseconds(60'000))) throw Failure("not every job has run");
  return jobs / std::chrono::duration<double>(Clock::now() - began).count();
}

bool has_spooler(const Peer& peer) {
  try {
    return !test::find_program("tsp", peer.env()).empty();
  } catch (const std::exception&) {
    return false;
  }
}

void measure_jobs(Context& context, Peer& peer) {
  // A daemon that ends with its last session would be started for each job.
  if (peer.detaches() && peer.one_daemon()) peer.start_session("keep", {"/bin/sleep", "1000"});
  context.table.add("jobs", peer.name(),
                    per_second(context, peer, [&](const std::string& name, const Argv& job) {
                      return peer.start_job(name, job);
                    }));
  if (peer.detaches() || !has_spooler(peer)) return;
  context.table.add("jobs-tsp", peer.name(),
                    per_second(context, peer, [](const std::string&, const Argv& job) {
                      Argv argv{"tsp", "-n"};
                      argv.insert(argv.end(), job.begin(), job.end());
                      return argv;
                    }));
}

}  // namespace

std::vector<Measurement> job_measurements(const Settings& settings) {
  const std::string many = std::to_string(settings.sessions) + " quick jobs, per second";
  return {
      {"jobs",
       {{"jobs", many + " (bare: `nohup`)", 0}, {"jobs-tsp", many + " (bare: `tsp`)", 0}},
       [](const Peer& peer) { return !peer.variant(); },
       measure_jobs},
  };
}

}  // namespace sess::bench
