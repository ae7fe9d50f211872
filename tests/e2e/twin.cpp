#include "twin.hpp"

#include <algorithm>

namespace sess::test {
namespace {

std::string look(const OracleCell& cell) {
  const auto colour = [](const OracleColor& c) {
    if (c.kind == OracleColor::Kind::none) return std::string("-");
    if (c.kind == OracleColor::Kind::indexed) return std::to_string(c.v[0]);
    return std::to_string(c.v[0]) + "/" + std::to_string(c.v[1]) + "/" + std::to_string(c.v[2]);
  };
  std::string out = colour(cell.fg) + "," + colour(cell.bg);
  if (cell.bold) out += ",bold";
  if (cell.italic) out += ",italic";
  if (cell.reverse) out += ",reverse";
  if (cell.strike) out += ",strike";
  if (cell.blink) out += ",blink";
  if (cell.underline != 0) out += ",underline" + std::to_string(cell.underline);
  return out;
}

/// A blank shows its background alone: a foreground colour that nothing is written in is no difference.
std::string visible_look(OracleCell cell) {
  const bool blank = cell.text.empty() || cell.text == " ";
  if (blank && !cell.reverse && cell.underline == 0 && !cell.strike) {
    cell.fg = {};
    cell.bold = cell.italic = cell.blink = false;
  }
  return look(cell);
}

std::string visible_text(const OracleCell& cell) {
  return cell.text.empty() ? " " : cell.text;
}

std::string compare(const Oracle& a, const Oracle& b) {
  std::string out;
  const auto note = [&](const std::string& what) { out += (out.empty() ? "" : "; ") + what; };
  for (int r = 0; r < a.size().rows; ++r) {
    int text_from = -1, text_to = -1, look_from = -1, look_to = -1;
    for (int c = 0; c < a.size().cols; ++c) {
      const auto x = a.cell(r, c);
      const auto y = b.cell(r, c);
      if (visible_text(x) != visible_text(y) || x.width != y.width) {
        if (text_from < 0) text_from = c;
        text_to = c;
      } else if (visible_look(x) != visible_look(y)) {
        if (look_from < 0) look_from = c;
        look_to = c;
      }
    }
    const std::string row = "row " + std::to_string(r) + ": ";
    if (text_from >= 0) note(row + "text " + std::to_string(text_from) + "-" + std::to_string(text_to));
    if (look_from >= 0) {
      note(row + "look " + std::to_string(look_from) + "-" + std::to_string(look_to) + " (" +
           visible_look(a.cell(r, look_from)) + " here " + visible_look(b.cell(r, look_from)) + ")");
    }
  }
  if (a.cursor_visible() != b.cursor_visible()) {
    note(std::string("cursor ") + (b.cursor_visible() ? "shown" : "hidden"));
  } else if (a.cursor_visible() && (a.cursor_row() != b.cursor_row() || a.cursor_col() != b.cursor_col())) {
    note("cursor " + std::to_string(a.cursor_row()) + "," + std::to_string(a.cursor_col()) + " here " +
         std::to_string(b.cursor_row()) + "," + std::to_string(b.cursor_col()));
  }
  return out;
}

}  // namespace

std::string Twin::plain_config() {
  return "set -g status on\n"
         "set -g status-right 'right'\n"
         "set -g default-shell /bin/sh\n"
         "set -g default-command 'exec sh'\n"
         "set -gw automatic-rename off\n"
         "set -gw allow-rename off\n"
         "set -g update-environment ''\n"
         "set -g assume-paste-time 0\n"
         "set -s escape-time 0\n";
}

Twin::Twin(std::string config) : config_(rig_.home().write("twin.conf", config)) {
  rig_.home().write("tmux/.keep", "");
}

Twin::~Twin() {
  tmux_.clear();
  sess_.clear();
  static_cast<void>(test::run(tmux_argv({"kill-server"}), env()));
}

std::vector<std::string> Twin::env() const {
  return rig_.env({{"PS1", "$ "}, {"TMUX_TMPDIR", rig_.home().root() + "/tmux"}});
}

Twin::Arguments Twin::tmux_argv(const Arguments& arguments) const {
  Arguments argv{"tmux", "-u", "-L", "twin", "-f", config_};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

Twin::Arguments Twin::sess_argv(const Arguments& arguments) const {
  Arguments argv{Rig::bin("sess"), "-f", config_};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

std::size_t Twin::attach(const Arguments& arguments, Size size) {
  tmux_.push_back(std::make_unique<Attached>(tmux_argv(arguments), env(), size, rig_.home().home()));
  sess_.push_back(std::make_unique<Attached>(sess_argv(arguments), env(), size, rig_.home().home()));
  const std::size_t terminal = tmux_.size() - 1;
  INFO("tmux: " << tmux(terminal).screen() << "\nsess: " << sess(terminal).screen());
  REQUIRE(tmux(terminal).wait_until([&] { return tmux(terminal).oracle().alternate(); }));
  sess(terminal).wait_until([&] { return !sess(terminal).screen().empty(); });
  return terminal;
}

Twin::Both Twin::run(const Arguments& arguments) {
  pump();
  return {test::run(tmux_argv(arguments), env()), test::run(sess_argv(arguments), env())};
}

Twin::Both Twin::run_line(const std::string& line) {
  return run(split_words(line));
}

void Twin::type(std::string_view bytes, std::size_t terminal) {
  tmux(terminal).type(bytes);
  sess(terminal).type(bytes);
}

void Twin::resize(Size size, std::size_t terminal) {
  tmux(terminal).resize(size);
  sess(terminal).resize(size);
}

void Twin::pump() {
  for (auto& terminal : tmux_) terminal->pump();
  for (auto& terminal : sess_) terminal->pump();
}

std::string Twin::differences(const std::string& expected, std::size_t terminal, Milliseconds patience) {
  std::string found;
  const auto began = std::chrono::steady_clock::now();
  bool redrawn = false;
  // As expected at one moment is not enough where both still draw: it has to stay so for a short while.
  int calm = 0;
  test::wait_until(
      [&] {
        pump();
        found = compare(tmux(terminal).oracle(), sess(terminal).oracle());
        calm = found == expected ? calm + 1 : 0;
        // The yardstick forgets to draw a pane's end now and then when the machine is busy; what it knows is
        // what counts. Only tmux is asked to draw again, never sess.
        if (calm == 0 && !redrawn && std::chrono::steady_clock::now() - began > patience / 2) {
          redrawn = true;
          for (const auto& client :
               split_lines(test::run(tmux_argv({"list-clients", "-F", "#{client_name}"}), env()).out)) {
            static_cast<void>(test::run(tmux_argv({"refresh-client", "-t", client}), env()));
          }
        }
        return calm >= 4;
      },
      patience);
  return found;
}

std::string Twin::screens(std::size_t terminal) const {
  const auto& a = *tmux_[terminal];
  const auto& b = *sess_[terminal];
  const std::vector<std::string> panes = {"list-panes", "-F", "#{pane_id} dead: #{pane_dead} #{cursor_flag}"};
  return "--- tmux\n" + a.screen() + test::run(tmux_argv(panes), env()).out + "--- sess\n" + b.screen() +
         test::run(sess_argv(panes), env()).out;
}

bool Twin::tmux_is_stuck() const {
  const auto panes = test::run(
      tmux_argv({"list-panes", "-a", "-F", "#{pane_dead}#{pane_dead_status}#{pane_dead_signal}"}), env());
  const auto lines = split_lines(panes.out);
  return std::find(lines.begin(), lines.end(), "1") != lines.end();
}

std::vector<std::string> split_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else if (c == '\\' && quote == '"' && i + 1 < line.size()) {
        word += line[++i];
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (c == '\\' && i + 1 < line.size()) {
      word += line[++i];
      in_word = true;
    } else if (c == ' ') {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (in_word) words.push_back(std::move(word));
  return words;
}

std::string without_advice(const std::string& ours, const std::string& theirs) {
  std::string out;
  const auto known = split_lines(theirs);
  std::size_t at = 0;
  for (auto line : split_lines(ours)) {
    if (at < known.size() && line.starts_with(known[at] + "; ")) line = known[at];
    ++at;
    out += line + "\n";
  }
  return out;
}

}  // namespace sess::test
