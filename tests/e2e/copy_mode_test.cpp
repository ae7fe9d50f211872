// Copy mode does what tmux 3.3a's does: the same commands over the same pane contents leave the same cursor,
// selection, scroll position, search and buffers. Contents and sequences come from numbers, so that a failing
// one can be had again. What differs is a row of kDifferences, with its reason. Not played: selection-mode,
// which 3.3a does not have, and regular expressions with $, for which 3.3a finds blanks at the end of every
// line.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>
#include <set>
#include <tuple>

#include "twin.hpp"

using namespace sess::test;

namespace {

using Words = std::vector<std::string>;

/// One step that left something else.
struct Seen {
  std::string_view command, contents;
  bool vi;
  std::string_view field;
  std::string ours, theirs;
};

/// What sess does otherwise, and why: a sequence in which that shows is not compared beyond the step.
struct Difference {
  std::string_view name;
  bool (*is)(const Seen&);
  std::string_view reason;
};
bool has_wide(const Seen& seen) {
  return seen.contents == "wide" || seen.contents == "mixed";
}
/// Columns of wide contents that are one apart.
bool is_next_column(const Seen& seen) {
  const bool column =
      seen.field == "copy_cursor_x" || seen.field == "selection_end_x" || seen.field == "selection_start_x";
  return column && has_wide(seen) && std::atoi(seen.theirs.c_str()) == std::atoi(seen.ours.c_str()) + 1;
}
constexpr Difference kDifferences[] = {
    {"stale marks",
     [](const Seen& seen) { return seen.command == "goto-line" && seen.field == "search_match"; },
     "tmux marks the matches of what was shown before goto-line moved it, until the next search"},
    {"right half", is_next_column,
     "on a wide character tmux's cursor may be on its right half, sess's is on its left one: it is copied "
     "whole"},
    {"closing bracket",
     [](const Seen& seen) {
       const int beyond = std::atoi(seen.theirs.c_str()) - std::atoi(seen.ours.c_str());
       return !seen.vi && seen.command == "next-matching-bracket" && seen.field == "copy_cursor_x" &&
              (beyond == 1 || (beyond == 2 && has_wide(seen)));
     },
     "from within a word in brackets tmux goes behind the closing one, sess to the end of the word, as "
     "next-word-end does"},
    {"match over two rows",
     [](const Seen& seen) {
       return seen.field == "search_match" && seen.ours.size() > seen.theirs.size() &&
              seen.ours.starts_with(seen.theirs) && !seen.theirs.empty();
     },
     "of a match that wraps tmux's search_match has what is in the first row, sess's all of it"},
    {"below the pane",
     [](const Seen& seen) {
       return !seen.vi && seen.command.starts_with("search-") && seen.field == "scroll_position" &&
              std::atoi(seen.theirs.c_str()) == std::atoi(seen.ours.c_str()) + 1;
     },
     "behind a match that goes on below the last row shown tmux's cursor leaves the pane, sess scrolls"},
    {"filled column",
     [](const Seen& seen) { return seen.field == "buffers" && has_wide(seen) && seen.ours == seen.theirs; },
     "where a wide character did not fit in a row and wrapped, tmux copies the empty column before it as a "
     "blank or a line's end, sess what the program printed"},
};
std::set<std::string_view> differences_seen;

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  /// 0..n-1. Distributions of the library differ between libraries; this does not.
  unsigned operator()(unsigned n) { return static_cast<unsigned>(engine_() % n); }
  template <class List>
  const auto& of(const List& list) {
    return list[(*this)(static_cast<unsigned>(std::size(list)))];
  }

 private:
  std::mt19937 engine_;
};

constexpr std::string_view kWords[] = {"foo",   "bar-baz",  "(qux)",  "[x{y}z]", "hello_world",
                                       "a.b.c", "Error",    "error",  "ERROR",   "12",
                                       "3.14",  "\"quoted", "text\"", "end;",    "f(a,b)"};
constexpr std::string_view kWide[] = {"日本語", "한국어", "漢字", "ｗｉｄｅ", "日", "é", "😀"};

std::string contents(Random& random, std::string_view kind) {
  constexpr unsigned kLines[] = {3, 20, 60, 200};
  constexpr std::string_view kKinds[] = {"plain", "wrapped", "wide", "tabs", "empty"};
  std::string out;
  const unsigned lines = kind == "many" ? 3000 : random.of(kLines);
  for (unsigned line = 0; line < lines; ++line) {
    if (line > 0) out += "\r\n";
    auto now = kind;
    if (kind == "mixed") now = random.of(kKinds);
    const auto words = [&](unsigned count, std::string_view between, bool wide) {
      for (unsigned i = 0; i < count; ++i) {
        if (i > 0) out += between;
        out += wide && random(2) == 0 ? random.of(kWide) : random.of(kWords);
      }
    };
    if (now == "plain" || now == "many") {
      if (random(4) == 0) out += "    ";
      words(1 + random(7), " ", false);
      if (random(3) == 0) out += "   ";
    } else if (now == "wrapped") {
      words(5 + random(45), random(2) == 0 ? "" : " ", false);
    } else if (now == "wide") {
      words(1 + random(20), " ", true);
    } else if (now == "tabs") {
      words(1 + random(4), "\t", false);
    }
  }
  if (random(2) == 0) out += "\r\n";
  return out;
}

constexpr std::string_view kMotions[] = {"cursor-down",    "cursor-left",    "cursor-right",  "cursor-up",
                                         "next-word",      "next-word-end",  "previous-word", "next-space",
                                         "next-space-end", "previous-space", "page-up",       "halfpage-up",
                                         "end-of-line",    "start-of-line",  "scroll-up"};
constexpr std::string_view kCommands[] = {"append-selection",
                                          "back-to-indentation",
                                          "begin-selection",
                                          "bottom-line",
                                          "clear-selection",
                                          "halfpage-down",
                                          "history-bottom",
                                          "history-top",
                                          "jump-again",
                                          "jump-reverse",
                                          "jump-to-mark",
                                          "middle-line",
                                          "next-matching-bracket",
                                          "next-paragraph",
                                          "other-end",
                                          "page-down",
                                          "previous-matching-bracket",
                                          "previous-paragraph",
                                          "rectangle-on",
                                          "rectangle-off",
                                          "rectangle-toggle",
                                          "scroll-down",
                                          "search-again",
                                          "search-reverse",
                                          "select-line",
                                          "select-word",
                                          "set-mark",
                                          "stop-selection",
                                          "toggle-position",
                                          "top-line",
                                          "refresh-from-pane",
                                          "copy-selection",
                                          "copy-selection-no-clear",
                                          "copy-line",
                                          "copy-end-of-line",
                                          "copy-pipe",
                                          "copy-pipe-line",
                                          "copy-pipe-end-of-line",
                                          "copy-pipe-no-clear",
                                          "pipe",
                                          "pipe-no-clear",
                                          "cursor-down-and-cancel",
                                          "halfpage-down-and-cancel",
                                          "page-down-and-cancel",
                                          "scroll-down-and-cancel"};
constexpr std::string_view kCharacterCommands[] = {"jump-forward", "jump-backward", "jump-to-forward",
                                                   "jump-to-backward"};
constexpr std::string_view kSearches[] = {"search-forward", "search-backward", "search-forward-text",
                                          "search-backward-text"};
constexpr std::string_view kIncremental[] = {"search-forward-incremental", "search-backward-incremental"};
constexpr std::string_view kPatterns[] = {"foo", "error", "Error",       "b.r",     "[0-9]+",
                                          "z",   "qux)",  "hello_world", "nowhere", "o b"};

Words step(Random& random) {
  Words out;
  if (random(7) == 0) out = {"-N", std::to_string(2 + random(5))};
  const unsigned which = random(20);
  if (which < 9) {
    out.emplace_back(random.of(kMotions));
  } else if (which < 17) {
    out.emplace_back(random.of(kCommands));
  } else if (which == 17) {
    constexpr std::string_view kCharacters[] = {"f", "o", "b", "x", "e", "(", "."};
    out.emplace_back(random.of(kCharacterCommands));
    out.emplace_back(random.of(kCharacters));
  } else if (which == 18) {
    out.emplace_back(random.of(kSearches));
    out.emplace_back(random.of(kPatterns));
  } else if (random(2) == 0) {
    constexpr std::string_view kTyped[] = {"=f", "=fo", "=foo", "+foo", "-e", "=er", "="};
    out.emplace_back(random.of(kIncremental));
    out.emplace_back(random.of(kTyped));
  } else {
    constexpr std::string_view kNumbers[] = {"0", "1", "5", "30", "1000"};
    out.emplace_back("goto-line");
    out.emplace_back(random.of(kNumbers));
  }
  return out;
}

constexpr std::string_view kFields[] = {
    "pane_mode",         "history_size",     "scroll_position",   "copy_cursor_x",     "copy_cursor_y",
    "selection_present", "selection_active", "selection_start_x", "selection_start_y", "selection_end_x",
    "selection_end_y",   "rectangle_toggle", "search_present",    "search_match",      "pane_search_string"};

std::string all_fields() {
  std::string out;
  for (const auto field : kFields) out += "#{" + std::string(field) + "}\x1f";
  return out + "#{copy_cursor_line}\x1f";  // to read why
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < line.size();) {
    const auto end = line.find('\x1f', at);
    if (end == std::string::npos) break;
    out.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

bool is_known(const Seen& seen) {
  for (const auto& difference : kDifferences) {
    if (!difference.is(seen)) continue;
    differences_seen.insert(difference.name);
    return true;
  }
  return false;
}

/// All buffers' text without what the edge of a row may add: blanks and ends of lines.
std::pair<std::string, std::string> buffers_without_blanks(Twin& twin) {
  const auto names = twin.run({"list-buffers", "-F", "#{buffer_name}"});
  std::pair<std::string, std::string> out;
  if (names.tmux.out != names.sess.out) return {"one", "other"};
  for (const auto& name : split_lines(names.tmux.out)) {
    auto text = twin.run({"show-buffer", "-b", name});
    std::erase_if(text.sess.out, [](char c) { return c == ' ' || c == '\n'; });
    std::erase_if(text.tmux.out, [](char c) { return c == ' ' || c == '\n'; });
    out.first += text.sess.out + "\n";
    out.second += text.tmux.out + "\n";
  }
  return out;
}

std::string joined(const Words& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

/// What differs in one sequence; "" when nothing does.
std::string compare(Twin& twin, unsigned seed) {
  constexpr std::string_view kKinds[] = {"plain", "wrapped", "wide", "tabs", "mixed", "mixed", "many"};
  Random random(seed);
  const auto kind = random.of(kKinds);
  const bool vi = random(2) == 0;
  const auto path = twin.rig().home().write("contents/" + std::to_string(seed), contents(random, kind));
  // What a program prints is there when the cursor of both stands behind it.
  const std::string done = "done" + std::to_string(seed);
  twin.run({"new-window", "-k", "-t", ":9",
            "cat " + path + "; printf '\\033]2;" + done + "\\007'; exec cat >/dev/null"});
  const bool printed = wait_until([&] {
    const auto title = twin.run({"display-message", "-p", "#{pane_title}"});
    return title.tmux.out == done + "\n" && title.sess.out == title.tmux.out;
  });
  if (!printed) return "the contents did not come";
  twin.run({"set-window-option", "mode-keys", vi ? "vi" : "emacs"});

  std::vector<Words> steps;
  Words line{"copy-mode"};
  for (int i = 0; i < 12; ++i) {
    steps.push_back(step(random));
    line.insert(line.end(), {";", "send-keys", "-X"});
    line.insert(line.end(), steps.back().begin(), steps.back().end());
    line.insert(line.end(), {";", "display-message", "-p", all_fields()});
    if (steps.back().back().ends_with("-and-cancel")) line.insert(line.end(), {";", "copy-mode"});
  }
  const auto both = twin.run(line);
  const auto buffers = twin.run({"list-buffers", "-F", "#{buffer_size} #{buffer_sample}"});
  const auto texts = buffers.tmux.out == buffers.sess.out ? std::pair<std::string, std::string>()
                                                          : buffers_without_blanks(twin);
  while (true) {
    const auto left = twin.run({"list-buffers"});
    if (left.tmux.out.empty() && left.sess.out.empty()) break;
    twin.run({"delete-buffer"});
  }
  const auto tmux = split_lines(both.tmux.out);
  const auto sess = split_lines(both.sess.out);
  std::string trail = std::string(kind) + (vi ? " vi" : " emacs");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    trail += "\n    " + joined(steps[i]);
    if (i >= tmux.size() || i >= sess.size())
      return trail + ": " + both.tmux.err + "; sess: " + both.sess.err;
    const auto theirs = fields_of(tmux[i]);
    const auto ours = fields_of(sess[i]);
    const auto command = steps[i].front() == "-N" ? steps[i][2] : steps[i].front();
    for (std::size_t f = 0; f < std::size(kFields); ++f) {
      if (f < theirs.size() && f < ours.size() && theirs[f] == ours[f]) continue;
      const Seen seen{
          command, kind, vi, kFields[f], f < ours.size() ? ours[f] : "", f < theirs.size() ? theirs[f] : ""};
      if (is_known(seen)) return "";
      return trail + ": " + std::string(kFields[f]) + " is '" + (f < ours.size() ? ours[f] : "-") +
             "', in tmux '" + (f < theirs.size() ? theirs[f] : "-") + "'" +
             "\n    on: " + (ours.empty() ? "" : ours.back()) +
             "\n    tmux: " + (theirs.empty() ? "" : theirs.back());
    }
  }
  if (buffers.tmux.out != buffers.sess.out &&
      !is_known({steps.back().back(), kind, vi, "buffers", texts.first, texts.second}))
    return trail + "\n  buffers: " + buffers.sess.out + "  in tmux: " + buffers.tmux.out;
  return "";
}

/// How many of the sequences are played: COPY_MODE_SEQUENCES says, up to kAll; COPY_MODE_ONLY=N plays that
/// one.
constexpr unsigned kAll = 420;
unsigned wanted(const char* name, unsigned otherwise) {
  const char* given = std::getenv(name);
  return given != nullptr ? static_cast<unsigned>(std::atoi(given)) : otherwise;
}

}  // namespace

TEST_CASE("copy mode's commands do what tmux's do over the same contents", "[copy]") {
  const unsigned count = std::clamp(wanted("COPY_MODE_SEQUENCES", 42), 1U, kAll);
  const unsigned only = wanted("COPY_MODE_ONLY", 0);
  Twin twin(Twin::plain_config() +
            "\nset-option -g history-limit 10000\nset-option -s copy-command 'cat >/dev/null'\nset-option -g "
            "status off\n");
  // Half of the sequences are in narrow windows, where nearly everything wraps.
  unsigned failed = 0, played = 0;
  unsigned seed = 1;
  std::string before;
  for (const auto& [cols, rows, until] :
       {std::tuple(80, 24, 200U), std::tuple(40, 10, 320U), std::tuple(33, 7, kAll)}) {
    twin.run({"new-session", "-d", "-s", "w" + std::to_string(cols), "-x", std::to_string(cols), "-y",
              std::to_string(rows), "exec cat"});
    if (!before.empty()) twin.run({"kill-session", "-t", before});
    before = "w" + std::to_string(cols);
    for (; seed <= until; ++seed) {
      if (only != 0 ? seed != only : seed % (kAll / count) != 0) continue;
      ++played;
      const auto difference = compare(twin, seed);
      if (difference.empty()) continue;
      ++failed;
      std::cerr << "sequence " << seed << ": " << difference << "\n";
    }
  }
  std::cout << played - failed << " of " << played << " sequences leave the same\n";
  CHECK(played > 0);
  for (const auto& difference : kDifferences) {
    INFO(difference.name << ": " << difference.reason);
    if (played == kAll) CHECK(differences_seen.count(difference.name) == 1);
  }
  CHECK(failed == 0);
}

TEST_CASE("next-prompt and previous-prompt go through a bash's prompts, after a crash of the server, too",
          "[copy]") {
  Rig rig;
  const auto rc = rig.home().write(
      "marks", "PS1='\\[\\e]133;A\\e\\\\\\]p> '\nPS0='\\e]133;C\\e\\\\'\nunset PROMPT_COMMAND\n");
  rig.ask({"new-session", "-d", "-x", "80", "-y", "10", "-s", "s", "exec bash --norc"});
  const auto prompt_behind = [&](const std::string& line) {
    const bool there = wait_until([&] {
      const auto lines = rig.history("s");
      return lines.size() > 1 && lines.back() == "p> " && lines[lines.size() - 2].ends_with(line);
    });
    if (!there) UNSCOPED_INFO(joined(rig.history("s")));
    return there;
  };
  const auto type = [&](const std::string& line) { rig.ask({"send-keys", "-t", "s", line, "Enter"}); };
  type(". " + rc);
  REQUIRE(prompt_behind("marks"));
  type("seq 101 130");
  REQUIRE(prompt_behind("130"));
  rig.kill_server();
  type("seq 201 203");
  REQUIRE(prompt_behind("203"));
  const auto send = [&](const Rig::Arguments& words) {
    Rig::Arguments all{"send-keys", "-t", "s", "-X"};
    all.insert(all.end(), words.begin(), words.end());
    rig.ask(all);
    return rig.ask({"display-message", "-p", "-t", "s", "#{copy_cursor_line}"});
  };
  for (int crashes = 0; crashes < 2; ++crashes) {
    rig.ask({"copy-mode", "-t", "s"});
    CHECK(send({"previous-prompt"}) == "p> seq 201 203");
    CHECK(send({"previous-prompt", "-o"}) == "101");
    CHECK(send({"previous-prompt"}) == "p> seq 101 130");
    CHECK(send({"next-prompt", "-o"}) == "101");
    CHECK(send({"next-prompt"}) == "p> seq 201 203");
    CHECK(send({"next-prompt", "-o"}) == "201");
    CHECK(send({"next-prompt"}) == "p>");
    rig.kill_server();
  }
}
