// The same thing done in tmux and in sess: two servers, two terminals of one size in front of them, and what
// an independent terminal shows of each, cell by cell.
//
// Owns both servers. The installed tmux is the yardstick; a machine without it cannot compare.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rig.hpp"

namespace sess::test {

/// Our errors are tmux's words, and behind them stands what to type instead: ours without it.
std::string without_advice(const std::string& ours, const std::string& theirs);

class Twin {
 public:
  using Arguments = Rig::Arguments;

  /// No session runs yet. `config` is loaded by both before anything else.
  explicit Twin(std::string config = {});
  ~Twin();
  Twin(const Twin&) = delete;
  Twin& operator=(const Twin&) = delete;

  /// The configuration that makes both alike: a status line, a shell whose prompt is "$ ", no clock, no names
  /// that follow what runs.
  static std::string plain_config();

  /// Attaches a terminal to both with the same arguments; returns its number.
  std::size_t attach(const Arguments& arguments, Size size);
  /// Runs one command in both, as a script would. The two outcomes.
  struct Both {
    Outcome tmux, sess;
  };
  Both run(const Arguments& arguments);
  /// The same, from one line as a shell would split it.
  Both run_line(const std::string& line);
  /// What the keyboard sends to both.
  void type(std::string_view bytes, std::size_t terminal = 0);
  void resize(Size size, std::size_t terminal = 0);

  /// What is drawn differently, "" when every cell and the cursor agree: "row 3: text 10-14; row 23: look
  /// 0-79; cursor". Waits until it is what is expected; `patience` long at the most.
  std::string differences(const std::string& expected = "", std::size_t terminal = 0,
                          Milliseconds patience = kPatience);
  /// Both screens beside each other, to read why.
  [[nodiscard]] std::string screens(std::size_t terminal = 0) const;
  /// Whether tmux has a pane whose program it knows to be gone and not how: on a busy machine it misses that
  /// now and then, and never shows the pane's end.
  [[nodiscard]] bool tmux_is_stuck() const;
  /// What `tmux -V` says.
  [[nodiscard]] std::string tmux_version() const { return test::run({"tmux", "-V"}, env()).out; }

  [[nodiscard]] Attached& tmux(std::size_t terminal = 0) { return *tmux_[terminal]; }
  [[nodiscard]] Attached& sess(std::size_t terminal = 0) { return *sess_[terminal]; }
  [[nodiscard]] Rig& rig() { return rig_; }

 private:
  void pump();
  [[nodiscard]] Arguments tmux_argv(const Arguments& arguments) const;
  [[nodiscard]] Arguments sess_argv(const Arguments& arguments) const;
  [[nodiscard]] std::vector<std::string> env() const;

  Rig rig_;
  std::string config_;
  std::vector<std::unique_ptr<Attached>> tmux_, sess_;
};

/// What a shell would make of a line: quotes of both kinds, backslashes.
std::vector<std::string> split_words(std::string_view line);

}  // namespace sess::test
