// One line per message of the link, for the log: names, numbers and sizes.
#include <csignal>
#include <cstring>

#include "keeper/message.hpp"

namespace sess::keeper {
namespace {

struct Tracer {
  std::string operator()(const Start& m) const {
    return fmt::format("start {} (before: {})", m.start_count, to_text(m.previous));
  }
  std::string operator()(const Program& m) const {
    return fmt::format("program pane {} pid {}{}", m.pane, m.pid, m.exited ? " exited" : "");
  }
  std::string operator()(const Ready& /*m*/) const { return "ready"; }
  std::string operator()(const Spawned& m) const {
    return fmt::format("spawned pane {} pid {} {}", m.pane, m.pid, m.tty);
  }
  std::string operator()(const SpawnFailed& m) const {
    return fmt::format("spawn failed pane {}: errno {}", m.pane, m.sys_errno);
  }
  std::string operator()(const Exited& m) const {
    return fmt::format("exited pane {} pid {} status {:#x}", m.pane, m.pid, m.wait_status);
  }
  std::string operator()(const Ping& m) const { return fmt::format("ping {}", m.serial); }
  std::string operator()(const Stop& /*m*/) const { return "stop"; }
  std::string operator()(const Listener& /*m*/) const { return "listener"; }
  std::string operator()(const Emptied& m) const {
    return fmt::format("emptied pane {} pid {}", m.pane, m.pid);
  }
  std::string operator()(const NotUpgraded& m) const { return fmt::format("not upgraded: {}", m.text); }
  std::string operator()(const Spawn& m) const {
    return fmt::format("spawn pane {}: {} arguments, {} variables, {}x{}", m.pane, m.argv.size(),
                       m.env.size(), m.size.cols, m.size.rows);
  }
  std::string operator()(const Forget& m) const { return fmt::format("forget pane {}", m.pane); }
  std::string operator()(const Signal& m) const {
    static constexpr const char* kWhom[] = {"leader", "group", "session"};
    return fmt::format("signal {} to pane {} ({})", m.signo, m.pane, kWhom[static_cast<std::size_t>(m.whom)]);
  }
  std::string operator()(const Pong& m) const { return fmt::format("pong {}", m.serial); }
  std::string operator()(const End& /*m*/) const { return "end"; }
  std::string operator()(const Leave& /*m*/) const { return "leave"; }
  std::string operator()(const EndsWithin& m) const {
    return fmt::format("ends within {} ms", m.time.count());
  }
  std::string operator()(const Upgrade& /*m*/) const { return "upgrade"; }
};

}  // namespace

std::string trace(const ToServer& message) {
  return std::visit(Tracer{}, message);
}
std::string trace(const ToKeeper& message) {
  return std::visit(Tracer{}, message);
}

bool is_own_fault(const Death& death) {
  if (death.kind == Death::Kind::hung) return true;
  if (death.kind != Death::Kind::signaled) return false;
  switch (death.detail) {
    case SIGSEGV:
    case SIGABRT:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGTRAP:
    case SIGSYS:
      return true;
    default:
      return false;
  }
}

std::string to_text(Death death) {
  switch (death.kind) {
    case Death::Kind::none:
      return "none";
    case Death::Kind::exited:
      return fmt::format("exited with status {}", death.detail);
    case Death::Kind::signaled:
      return fmt::format("killed by signal {} ({})", death.detail, strsignal(death.detail));
    case Death::Kind::hung:
      return "hung";
    case Death::Kind::upgraded:
      break;
  }
  return "ended for an upgrade";
}

}  // namespace sess::keeper
