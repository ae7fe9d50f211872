// Two machines on this one: here a user with an ssh, there a login behind a real sshd, and between them a
// network that is as bad as the measurement wants.
//
// Owns the home, the sshd and the network; ends what was started in a session when asked, the rest with
// itself.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/remote/datagrams.hpp"
#include "bench/supervise.hpp"
#include "support/attached.hpp"
#include "support/home.hpp"
#include "support/relay.hpp"

namespace sess::bench {

/// How the user gets there.
enum class Way {
  sess,   ///< `sess ssh far`
  plain,  ///< `ssh -t far sess attach`
  tmux,   ///< `ssh -t far tmux attach`
  mosh,   ///< `mosh far`, or `mosh far tmux attach` where there are two panes or a status line
};
[[nodiscard]] std::string name_of(Way way);

/// What stands around the shell.
enum class Screen { plain, status_line, panes };

/// The one bad network, for TCP and for UDP.
class Network {
 public:
  explicit Network(int ssh_port) : streams_(ssh_port) {}

  [[nodiscard]] int ssh_port() const { return streams_.port(); }
  [[nodiscard]] Datagrams& datagrams() { return datagrams_; }
  void set_delay(test::Milliseconds one_way);
  void set_rate(std::int64_t bytes_a_second);
  /// Of a thousand packets; TCP's come that much later.
  void set_loss(int of_thousand, test::Milliseconds lateness);
  void freeze();
  void thaw();
  /// What has a connection loses it, what has none has another address.
  void cut();
  /// The old address carries nothing any more, and until restore() no other does.
  void vanish();
  /// Nothing arrives until restore().
  void interrupt();
  void restore();
  [[nodiscard]] std::int64_t connections() const { return streams_.connections(); }
  /// Payload of both directions so far.
  [[nodiscard]] std::int64_t bytes() const { return streams_.bytes() + datagrams_.bytes(); }

 private:
  test::Relay streams_;
  Datagrams datagrams_;
};

class Site {
 public:
  /// `bin` is where sess and sessd are.
  explicit Site(std::string bin);
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  [[nodiscard]] Network& network() { return *network_; }
  [[nodiscard]] const test::TempHome& home() const { return home_; }
  /// A terminal that shows a new session with a bash whose prompt is kPrompt. Throws Failure.
  [[nodiscard]] std::unique_ptr<test::Attached> open(Way way, Screen screen = Screen::plain);
  /// Types the line and waits until the prompt is back.
  void command(test::Attached& terminal, const std::string& line) const;
  /// Ends every session over there, and every client.
  void end_sessions();
  /// Programs named `ssh` and `mosh-…`, and `sess` on both sides.
  [[nodiscard]] std::vector<pid_t> helpers() const;
  /// That sshd has let in so far.
  [[nodiscard]] long log_ins();

  static constexpr std::string_view kPrompt = "in$ ";

 private:
  [[nodiscard]] std::vector<std::string> there() const;
  [[nodiscard]] std::string start_mosh_server(const std::vector<std::string>& command);
  [[nodiscard]] std::vector<std::string> here() const;

  test::TempHome home_{directory_prefix()};
  std::string bin_;
  std::unique_ptr<test::Pty> daemon_;
  std::string said_;  // by sshd
  std::unique_ptr<Network> network_;
};

/// Whether the terminal stands at an empty prompt.
[[nodiscard]] bool at_prompt(const test::Attached& terminal);

}  // namespace sess::bench
