#include "bench/remote/typist.hpp"

#include <algorithm>

#include "bench/remote/site.hpp"
#include "bench/terminal.hpp"

namespace sess::bench {

using namespace std::chrono_literals;

double Typist::at_once(double milliseconds) const {
  const auto& delays = result_.delays;
  const auto count =
      std::count_if(delays.begin(), delays.end(), [&](double delay) { return delay <= milliseconds; });
  return delays.empty() ? 0 : 100.0 * static_cast<double>(count) / static_cast<double>(delays.size());
}

void Typist::type_line(int keys) {
  auto& oracle = terminal_.oracle();
  // Where something else is drawn all the time the cursor may be there just now.
  if (!terminal_.wait_until([&] { return at_prompt(terminal_); }))
    throw Failure("no prompt to type at:\n" + terminal_.screen());
  row_ = oracle.cursor_row();
  if (row_ + 3 > oracle.size().rows) throw Failure("the typist wants a row below");
  states_ = {std::string(Site::kPrompt)};
  waiting_.clear();
  blamed_ = 0;
  std::string row = states_[0];
  const auto letter = [&] { return std::string(1, static_cast<char>('a' + random_() % 26)); };
  const auto put = [&](const std::string& text) {
    row += text;
    press(text, row, true);
  };
  put("#");
  for (int i = 1; i < keys; ++i) {
    if (i == keys / 2) {  // a slip
      put("x");
      row.pop_back();
      press("\x7f", row, false);
    }
    if (i == keys - 3) {  // a letter that was left out
      press("\033[D", row, false);
      row.insert(row.size() - 1, "o");
      press("o", row, true);
      press("\033[C", row, false);
    }
    put(i % 6 == 5 ? " " : letter());
  }
  while (row.back() == ' ') put(letter());
  if (!terminal_.wait_until([&] {
        look();
        return waiting_.empty() && oracle.row(row_) == row;
      }))
    throw Failure("what was typed is not there: '" + row + "', but\n" + terminal_.screen());
  terminal_.type("\r");
  if (!terminal_.wait_until([&] { return oracle.cursor_row() == row_ + 1 && at_prompt(terminal_); }))
    throw Failure("no prompt after a line:\n" + terminal_.screen());
  watch(500ms);
}

void Typist::press(const std::string& bytes, const std::string& row, bool measured) {
  watch(std::chrono::duration_cast<Clock::duration>(pace_ *
                                                    (0.5 + static_cast<double>(random_() % 1000) / 1000)));
  states_.push_back(row);
  if (measured) waiting_.push_back({Clock::now(), states_.size() - 1});
  ++result_.keys;
  terminal_.type(bytes);
}

void Typist::watch(Clock::duration time) {
  const auto end = Clock::now() + time;
  do {
    terminal_.pty().wait_output(1ms);
    terminal_.pump();
    look();
  } while (Clock::now() < end);
}

void Typist::look() {
  auto& oracle = terminal_.oracle();
  const std::string shown = oracle.row(row_);
  const auto bare = [](std::string text) {
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  };
  std::size_t at = states_.size();
  for (std::size_t i = states_.size(); i-- > 0 && at == states_.size();) {
    const bool blank = states_[i].ends_with(' ');
    if (bare(states_[i]) == shown && (!blank || oracle.cursor_col() >= static_cast<int>(states_[i].size())))
      at = i;
  }
  if (at == states_.size()) {
    const std::size_t last = states_.size() - 1;
    if (last > 0 && std::exchange(blamed_, last) != last) ++result_.wrong;
    return;
  }
  const auto now = Clock::now();
  while (!waiting_.empty() && waiting_.front().state <= at) {
    result_.delays.push_back(std::chrono::duration<double, std::milli>(now - waiting_.front().at).count());
    waiting_.erase(waiting_.begin());
  }
}

}  // namespace sess::bench
