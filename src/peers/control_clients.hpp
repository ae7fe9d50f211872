// Control mode: clients that are programs. Their lines become commands, what happens becomes notifications.
//
// Owns what is known of each such client: its view, the lines it sent that were not run yet, its
// subscriptions. The server tells it what clients send, the model's events, what panes printed and when a
// turn ends; it submits commands to the queue and asks for a client's end. Words and order are those of
// tmux 3.3a (tmux(1), CONTROL MODE); the paste buffers' notifications, per-window sizes and output for
// `display-message` those of 3.4.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "command/language/target.hpp"
#include "model/model.hpp"
#include "os/loop.hpp"
#include "views/control.hpp"

namespace sess::command {
class Queue;
}

namespace sess::peers {

class ControlClients {
 public:
  using Time = views::ControlView::Time;

  /// What it needs of the server. All of it outlives this.
  struct Needs {
    os::Loop& loop;
    model::Model& model;
    views::ControlView::Lookup pane;
    std::function<command::Queue&()> queue;
    /// The client wants to leave.
    std::function<void(model::ClientId)> detach;
  };
  explicit ControlClients(Needs needs);

  /// A client that said that it is one. The connection outlives forget().
  void add(model::ClientId id, views::Connection& connection);
  void forget(model::ClientId id);
  [[nodiscard]] bool has(model::ClientId id) const { return clients_.contains(id); }

  /// It shows a session from now on, or another one.
  void attached(model::ClientId id);
  /// What it typed, in pieces; lines are commands. An empty line and the end of its input detach it.
  void on_input(model::ClientId id, std::string_view bytes);
  void on_input_end(model::ClientId id);

  // The queue's words around a command: "begin", "resume", "end", "error"; and what is printed in between.
  void guard(model::ClientId id, std::string_view word, std::chrono::system_clock::time_point time,
             std::uint64_t number, bool typed);
  void print(model::ClientId id, std::string_view text);
  /// "%message", "%config-error" and the like.
  void notify(model::ClientId id, std::string_view line);

  void on_event(const model::Event& event);
  void on_pane_mode(model::PaneId pane);
  void on_output(const std::set<model::PaneId>& printed, Time now);
  void end_of_turn(Time now);

  // refresh-client.
  /// -A: "%1:on", off, pause, continue.
  Result<> set_pane(model::ClientId id, std::string_view what);
  /// -B: "name:what:format", or "name" to end it.
  Result<> subscribe(model::ClientId id, std::string_view what);
  /// -f: no-output, pause-after=N, and what turns them off.
  Result<> set_flag(model::ClientId id, std::string_view flag, bool on);

 private:
  struct Subscription {
    std::string what;  ///< "" the session, %N or %*, @N or @*
    std::string format;
    std::map<std::string, std::string> last;  ///< by what it was told of
  };
  struct Client {
    Client(model::ClientId client, views::Connection& to) : id(client), connection(to), view(to) {}
    model::ClientId id;
    views::Connection& connection;
    views::ControlView view;
    std::string typed;        ///< what has no end of line yet, and lines that wait for their turn
    std::size_t running = 0;  ///< lines that the queue has
    bool dropping = false;    ///< in a line that is too long
    bool ended = false;       ///< its input has
    std::map<std::string, Subscription> subscriptions;
  };

  void run_lines(Client& client);
  void run_line(Client& client, std::string_view line);
  void refuse_line(Client& client);
  [[nodiscard]] std::string expand(std::string_view format, const command::Target& target,
                                   model::ClientId client) const;
  void follow_buffers();
  [[nodiscard]] const model::Session* session_of(model::ClientId id) const;
  [[nodiscard]] bool sees(model::ClientId id, model::WindowId window) const;
  void add_panes(Client& client, bool from_begin);
  void tell_all(const std::function<std::string(const Client&)>& line);
  void tell_everything(Client& client);
  [[nodiscard]] std::string layout_line(const Client& client, model::WindowId window) const;
  void look_at_subscriptions();
  void look_at(Client& client, const std::string& name, Subscription& subscription);

  Needs needs_;
  std::map<model::ClientId, std::unique_ptr<Client>> clients_;
  std::uint64_t buffers_version_ = 0;
  std::map<std::string, std::uint64_t> buffers_;  ///< as they were told, by name: Buffer::order
  os::Timer subscriptions_due_;                   ///< only while there are any
  os::Timer hold_over_;                           ///< what waits for a block's end goes on without it
};

}  // namespace sess::peers
