// What a player of behaviours found wrong, and the words it says it in.
//
// play_sess.cpp and play_oracle.cpp each own one a run and return what it took; vt_test.cpp prints that.
// Nothing is thrown or checked here: a player goes on, so one run shows all that is wrong.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "behaviour.hpp"

namespace sess::test {

inline std::string on_off(bool on) {
  return on ? "on" : "off";
}

/// A blank that was written and one that never was look the same.
inline std::string blank_as_empty(std::string text) {
  return text == " " ? "" : text;
}

inline std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += "\n    |" + line;
  return text;
}

/// What a player found wrong, with the line of the step that says otherwise.
class Findings {
 public:
  /// What is found from now on belongs to this step.
  void at(const Step& step) { line_ = step.line; }
  void add(const std::string& what) { found_.push_back(fmt::format("line {}: {}", line_, what)); }
  template <class A, class B>
  void same(const A& is, const B& should, std::string_view what) {
    if (!(is == should)) add(fmt::format("{} is {}, not {}", what, is, should));
  }
  /// One sentence each, in order; leaves none.
  std::vector<std::string> take() { return std::move(found_); }
  [[nodiscard]] bool empty() const { return found_.empty(); }

 private:
  int line_ = 0;
  std::vector<std::string> found_;
};

}  // namespace sess::test
