// Somebody who types lines at a shell, and a watcher who compares each state of the row with what was typed:
// when a key was seen, and whether something else was seen.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "support/attached.hpp"

namespace sess::bench {

class Typist {
 public:
  /// `pace` is the mean time between two keys, which are between half of it and half more apart.
  Typist(test::Attached& terminal, test::Milliseconds pace) : terminal_(terminal), pace_(pace) {}

  /// At an empty prompt: a comment of that many keys with a slip that is mended and a letter that is put in,
  /// then Enter and a rest until the prompt is back. Throws Failure when it does not come.
  void type_line(int keys);

  struct Result {
    std::vector<double> delays;  ///< milliseconds from a key to its character
    int keys = 0;
    int wrong = 0;  ///< keys after which the row showed what nobody had typed
  };
  [[nodiscard]] const Result& result() const { return result_; }
  /// Keys that were seen within this time, of a hundred.
  [[nodiscard]] double at_once(double milliseconds) const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Key {
    Clock::time_point at;
    std::size_t state;
  };
  void press(const std::string& bytes, const std::string& row, bool measured);
  void watch(Clock::duration time);
  void look();

  test::Attached& terminal_;
  test::Milliseconds pace_;
  std::minstd_rand random_{7};
  std::vector<std::string> states_;  ///< of the row: before, and after each key
  std::vector<Key> waiting_;
  std::size_t blamed_ = 0;  ///< the state after which something wrong was seen last
  int row_ = 0;
  Result result_;
};

}  // namespace sess::bench
