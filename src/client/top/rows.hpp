// What `sess top` shows, a row for each session and job, and how they are ordered and chosen.
//
// Pure: takes the lines of `ps --json --every`, knows no terminal and no clock. Owns the rows and what CPU
// they used in the moments before. board.hpp draws them and decides what keys do.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sess::client::top {

struct Row {
  std::string name;
  std::string state;    ///< "running", "failed", ...; "session" for one without a job
  std::string target;   ///< the session to attach to; empty: there is none
  std::string command;  ///< as text
  std::string last_line;
  std::optional<int> status;    ///< of its last exit
  std::optional<double> since;  ///< seconds since 1970
  double cpu = 0;               ///< percent of one CPU
  std::uint64_t memory = 0;
  int restarts = 0;
  bool is_session = false;
  bool has_process = false;              ///< what it uses means something
  std::optional<double> starts_in = {};  ///< seconds, while it waits for that
  std::deque<double> spent = {};         ///< CPU of the moments before, the newest last

  /// It runs, or is about to.
  [[nodiscard]] bool active() const;
};

/// Moments that a row remembers: what the widest curve shows.
inline constexpr std::size_t kMoments = 60;

/// One line of `ps --json --every`. What is missing or of another kind is empty; an error when it is no list
/// at all.
[[nodiscard]] Result<std::vector<Row>> parse_rows(std::string_view line);

enum class Order : std::uint8_t { state, name, cpu, memory, restarts };
[[nodiscard]] std::string_view name_of(Order order);

class Rows {
 public:
  /// The next moment: rows keep what they used before, the chosen one stays chosen.
  void take(std::vector<Row> rows);
  void set_order(Order order);
  [[nodiscard]] Order order() const { return order_; }
  /// Words that must all stand in a row's name, state or command; capitals and small letters are the same.
  void set_filter(std::string_view text);
  /// Moves what is chosen, not beyond the ends.
  void move(int rows);

  /// Those that the filter lets through, in order.
  [[nodiscard]] const std::vector<const Row*>& shown() const { return shown_; }
  /// The place of the chosen one among them; 0 when there are none.
  [[nodiscard]] int chosen() const { return chosen_; }
  [[nodiscard]] const Row* chosen_row() const;
  [[nodiscard]] const std::vector<Row>& all() const { return all_; }

 private:
  void arrange();

  std::vector<Row> all_;
  std::vector<const Row*> shown_;
  std::vector<std::string> words_;
  Order order_ = Order::state;
  int chosen_ = 0;
  std::string chosen_name_;
};

/// A curve of so many columns, the newest at the right: a full column is one CPU, or the most there was when
/// that is more. Blocks, or characters of ASCII where `utf8` is false.
[[nodiscard]] std::string curve(const std::deque<double>& spent, int columns, bool utf8);

}  // namespace sess::client::top
