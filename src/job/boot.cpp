#include "job/boot.hpp"

#include "base/quote.hpp"
#include <algorithm>

#include "job/units.hpp"

namespace sess::job {

namespace {

/// Replaces every `from`.
std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// A word of a unit file: specifiers (%), variables ($) and quotes mean themselves (systemd.service(5)).
std::string unit_word(const std::string& word) {
  std::string out = replaced(replaced(word, "%", "%%"), "$", "$$");
  if (out.find_first_of(" \t\"'\\") == std::string::npos) return out;
  return "\"" + replaced(replaced(out, "\\", "\\\\"), "\"", "\\\"") + "\"";
}

/// Every line with its newline.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size() - 1) + 1;
    lines.push_back(text.substr(at, end - at));
    at = end;
  }
  return lines;
}

bool is_boot_line(std::string_view line) {
  if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  return line.starts_with("@reboot") && line.ends_with(kBootMark);
}

}  // namespace

BootWay boot_way(const Machine& machine) {
  if (machine.user_manager) return BootWay::systemd;
  return machine.crontab ? BootWay::cron : BootWay::none;
}

std::string boot_line(const BootDaemon& daemon) {
  std::string command;
  for (const auto& [name, value] : daemon.environment) command += name + "=" + shell_word(value) + " ";
  command += shell_word(daemon.program) + " --boot ";
  return "@reboot " + replaced(std::move(command), "%", "\\%") + std::string(kBootMark) + "\n";
}

std::string with_boot_line(std::string_view crontab, std::string_view line) {
  std::string out;
  bool placed = false;
  for (const auto one : lines_of(crontab)) {
    if (!is_boot_line(one)) {
      out += one;
    } else if (!std::exchange(placed, true)) {
      out += line;
    }
  }
  if (placed) return out;
  if (!out.empty() && out.back() != '\n') out += '\n';
  return out.append(line);
}

std::string without_boot_line(std::string_view crontab) {
  std::string out;
  for (const auto one : lines_of(crontab)) {
    if (!is_boot_line(one)) out += one;
  }
  return out;
}

bool has_boot_line(std::string_view crontab) {
  return without_boot_line(crontab).size() != crontab.size();
}

std::string service_unit(const BootDaemon& daemon) {
  std::string start;
  for (const auto& [name, value] : daemon.environment) {
    // Environment= expands specifiers, and no variables.
    start += "Environment=\"" +
             replaced(replaced(replaced(name + "=" + value, "\\", "\\\\"), "\"", "\\\""), "%", "%%") + "\"\n";
  }
  start += "ExecStart=" + unit_word(daemon.program) + " ";
  return std::string(kUnitMark) + replaced(std::string(kServiceUnit), "ExecStart=sessd ", start);
}

std::string socket_unit(const BootDaemon& daemon) {
  return std::string(kUnitMark) + replaced(std::string(kSocketUnit), "ListenStream=%t/sess/default",
                                           "ListenStream=" + replaced(daemon.socket, "%", "%%"));
}

}  // namespace sess::job
