#include "client/remote/several.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <optional>

#include "base/printable.hpp"
#include "base/width.hpp"
#include "os/descriptor.hpp"
#include "os/programs/helper.hpp"

namespace sess::client::remote {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::chrono::seconds kPatience{15};
// A question is a line without an end that stays so; nobody sees it, nobody will answer.
constexpr milliseconds kQuestionStands{300};
constexpr std::size_t kMostPrinted = 4 << 20;
constexpr std::size_t kMostAsked = 4096;

/// One host's program and what it has said.
struct Asked {
  std::string host;
  std::unique_ptr<os::Helper> helper;
  UniqueFd stream;
  bool listening = false;  ///< to its errors
  Clock::time_point since{};
  std::string out, err;
  std::string question;  ///< the last line on its terminal
  std::optional<Clock::time_point> asking_since;
  std::optional<int> status;

  [[nodiscard]] Clock::time_point end() const {
    const auto last = since + kPatience;
    return asking_since ? std::min(last, *asking_since + kQuestionStands) : last;
  }
};

bool is_running(const Asked& asked) {
  return asked.stream || asked.listening;
}

/// False at the end of what there is to read.
bool take(int fd, std::string& into) {
  std::array<char, 16384> buffer;
  const ssize_t got = ::read(fd, buffer.data(), buffer.size());
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (into.size() < kMostPrinted) into.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0;
}

void start(Asked& asked, const std::vector<std::string>& arguments) {
  std::vector<std::string> argv{"/proc/self/exe", "-H", asked.host};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  // A terminal of its own: what it asks there nobody answers, and it does not ask on ours.
  auto started = os::Helper::start(argv, os::Helper::Terminal::own);
  asked.since = Clock::now();
  if (!started) {
    asked.err = started.error().text;
    asked.status = 1;
    return;
  }
  asked.stream = std::move(started->stream);
  asked.helper = std::move(started->helper);
  asked.listening = true;
  ::shutdown(asked.stream.get(), SHUT_WR);
}

void end(Asked& asked) {
  if (!asked.helper) return;
  if (const auto raw = asked.helper->wait_status(milliseconds(1000))) asked.status = *raw == 0 ? 0 : 1;
  asked.helper.reset();
}

void give_up(Asked& asked) {
  asked.stream.reset();
  asked.listening = false;
  asked.helper.reset();
  asked.status = 1;
  asked.err = asked.asking_since ? "it asks: " + asked.question
                                 : fmt::format("no answer for {} s", kPatience.count());
}

/// On its own terminal, where it asks.
void take_question(Asked& asked) {
  (void)take(asked.helper->terminal(), asked.question);
  const auto end = asked.question.find_last_of("\r\n");
  if (end != std::string::npos) asked.question.erase(0, end + 1);
  if (asked.question.size() > kMostAsked) asked.question.erase(kMostAsked);
  asked.asking_since.reset();
  if (asked.question.find_first_not_of(' ') != std::string::npos) asked.asking_since = Clock::now();
}

void serve(std::vector<Asked*>& running) {
  std::vector<pollfd> fds;
  for (const Asked* asked : running) {
    fds.push_back({asked->stream ? asked->stream.get() : -1, POLLIN, 0});
    fds.push_back({asked->listening ? asked->helper->errors() : -1, POLLIN, 0});
    fds.push_back({asked->helper->terminal(), POLLIN, 0});
  }
  auto until = Clock::now() + kPatience;
  for (const Asked* asked : running) until = std::min(until, asked->end());
  const auto left = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
  (void)::poll(fds.data(), fds.size(), static_cast<int>(std::max<long>(left, 0)));
  for (std::size_t i = 0; i < running.size(); ++i) {
    Asked& asked = *running[i];
    if ((fds[3 * i + 2].revents & POLLIN) != 0) take_question(asked);
    if (fds[3 * i].revents != 0 && !take(asked.stream.get(), asked.out)) asked.stream.reset();
    if (fds[3 * i + 1].revents != 0 && !take(asked.helper->errors(), asked.err)) asked.listening = false;
    if (is_running(asked) && Clock::now() >= asked.end()) give_up(asked);
    if (!is_running(asked)) end(asked);
  }
  std::erase_if(running, [](const Asked* asked) { return !is_running(*asked); });
}

void append_rows(std::string& table, const Asked& asked, std::size_t columns) {
  const std::string name = printable(asked.host);
  const std::string head =
      name + std::string(columns - static_cast<std::size_t>(display_width(name)) + 2, ' ');
  const bool good = asked.status == 0;
  const std::string& said = good || !asked.out.empty() ? asked.out : asked.err;
  std::size_t rows = 0;
  for (std::size_t from = 0; from < said.size();) {
    const auto to = std::min(said.find('\n', from), said.size());
    table += head + printable(said.substr(from, to - from)) + "\n";
    from = to + 1;
    ++rows;
    if (!good && said == asked.err) break;
  }
  if (rows == 0) table += head + (good ? "-" : "failed") + "\n";
}

}  // namespace

int run_on_several(const std::vector<std::string>& hosts, const std::vector<std::string>& arguments) {
  std::vector<Asked> all(hosts.size());
  std::vector<Asked*> running;
  std::size_t next = 0;
  while (next < all.size() || !running.empty()) {
    while (next < all.size() && running.size() < kMostAtOnce) {
      Asked& asked = all[next];
      asked.host = hosts[next++];
      start(asked, arguments);
      if (is_running(asked)) running.push_back(&asked);
    }
    if (!running.empty()) serve(running);
  }
  std::size_t columns = 0;
  for (const auto& host : hosts) {
    columns = std::max(columns, static_cast<std::size_t>(display_width(printable(host))));
  }
  std::string table;
  for (const auto& asked : all) append_rows(table, asked, columns);
  (void)os::write_all(STDOUT_FILENO, table);
  return std::all_of(all.begin(), all.end(), [](const Asked& asked) { return asked.status == 0; }) ? 0 : 1;
}

}  // namespace sess::client::remote
