// One attempt to reach a far server again: a program on a terminal of its own, watched until the link is
// through.
//
// How far ssh is it says itself (-v); of another program the first bytes of the proxy tell. What it asks
// (passwords, second factors, host keys) arrives on its terminal, and what the user answers is given to it
// there. Owned by Pursuit, which decides when there is one.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/channel.hpp"
#include "client/remote/redial.hpp"
#include "os/loop.hpp"

namespace sess::client::remote {

class Dial {
 public:
  enum class Stage { calling, answered, through, failed };

  /// `on_change` is the last thing that a callback does: the owner may give the dial away in it, and destroys
  /// it later.
  [[nodiscard]] static Result<std::unique_ptr<Dial>> start(os::Loop& loop, const Destination& destination,
                                                           const std::vector<std::string>& words,
                                                           std::function<void()> on_change);
  Dial(const Dial&) = delete;
  Dial& operator=(const Dial&) = delete;

  [[nodiscard]] Stage stage() const { return stage_; }
  /// What it wants to be told, "" when nothing, and why again; fit for a terminal.
  [[nodiscard]] std::string question() const;
  void answer(std::string_view typed);
  /// For whom, once it was answered. What another program than ssh does is not known: it may be anything.
  [[nodiscard]] Redial::Waits waits() const {
    return by_ssh_ && !logging_in_ ? Redial::Waits::for_network : Redial::Waits::for_person;
  }
  /// After failed: what kind, and why.
  [[nodiscard]] Redial::Failure failure() const;
  [[nodiscard]] const std::string& reason() const { return reason_; }
  /// No more is heard of it: what has happened in this turn of the loop already is not reported. To be called
  /// before it is put aside for destruction.
  void stop();
  /// After through: the link; nothing is left to watch here.
  [[nodiscard]] Channel take();

 private:
  Dial(os::Loop& loop, Link link, std::function<void()> on_change);
  void on_stream();
  void on_errors();
  void on_terminal();
  void read_errors();
  void note(const std::string& line);

  Channel channel_;
  std::function<void()> on_change_;
  Stage stage_ = Stage::calling;
  std::string asked_;  // what its terminal shows since the last answer
  std::string reason_;
  bool by_ssh_;
  bool logging_in_ = false;
  bool answered_question_ = false;
  bool stopped_ = false;
  bool answered_ = false;  // it reached somebody, whatever came of it
  std::optional<os::FdWatch> stream_watch_;
  std::optional<os::FdWatch> errors_watch_;
  std::optional<os::FdWatch> terminal_watch_;
};

}  // namespace sess::client::remote
