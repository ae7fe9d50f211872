// Programs look the same in a session as on a bare terminal, cell by cell, and still do after a detach and
// attach and after the death of the server. Who judges is libvterm's screen layer.
#include <signal.h>

#include <filesystem>

#include "rig.hpp"

using namespace sess::test;
namespace fs = std::filesystem;

namespace {

struct Step {
  std::string keys;
  std::string shows;  ///< what must be on the screen before the next keys
};

struct Program {
  std::string name;
  std::string command;
  std::string first;  ///< what it shows once it is up
  std::vector<Step> steps;
};

/// Everything that a user can see, as text that a test can print.
std::string appearance(Attached& terminal) {
  auto& oracle = terminal.oracle();
  std::string out;
  const auto size = oracle.size();
  for (int r = 0; r < size.rows; ++r) {
    out += oracle.row(r) + "\n";
    std::string looks;
    for (int c = 0; c < size.cols; ++c) {
      const auto cell = oracle.cell(r, c);
      if (cell.width == 0)
        continue;  // libvterm leaves the right half of a wide character whatever looks it had
      const bool blank = cell.text.empty() || cell.text == " ";
      int look = cell.bold * 1 + cell.italic * 2 + cell.reverse * 4 + cell.strike * 8 + cell.underline * 16;
      if (blank) look &= ~3;  // bold and italic of a blank show nothing
      look =
          look * 31 + static_cast<int>(cell.bg.kind) * 7 + cell.bg.v[0] * 3 + cell.bg.v[1] * 5 + cell.bg.v[2];
      if (!blank)
        look = look * 31 + static_cast<int>(cell.fg.kind) * 7 + cell.fg.v[0] * 3 + cell.fg.v[1] * 5 +
               cell.fg.v[2];
      looks += std::to_string(look) + ",";
    }
    out += "    " + std::to_string(std::hash<std::string>{}(looks)) + "\n";
  }
  out += "cursor " + std::to_string(oracle.cursor_row()) + "," + std::to_string(oracle.cursor_col()) +
         (oracle.cursor_visible() ? "" : " hidden") + (oracle.alternate() ? " alternate" : "") + " mouse " +
         std::to_string(static_cast<int>(oracle.mouse())) + "\n";
  return out;
}

std::vector<Program> programs(const Rig& rig) {
  std::string text;
  for (int i = 1; i <= 200; ++i) text += "line " + std::to_string(i) + " of a file, 한글 and äöü\n";
  rig.home().write("home/file.txt", text);
  rig.home().write("home/files/file.txt", text);
  rig.home().write("config/mc/ini", "[Layout]\nmessage_visible=false\nfree_space=false\n");
  rig.home().write("home/code.c",
                   "#include <stdio.h>\n/* a comment */\nint main(void) { return puts(\"text\") < 0; }\n");
  return {
      {"vim",
       "vim -n -u NONE -N -c 'set ruler' -c 'syntax on' code.c",
       "comment",
       {{"jjA // typed\x1b", "// typed"}, {":vsplit file.txt\r", "line 1 of"}, {"\x06", "line 30 "}}},
      {"less",
       "less -M file.txt",
       "line 1 of",
       {{" ", "line 30 "}, {"/100\r", "line 100 of"}, {"\x1bu", "line 100 of"}}},
      {"bash",
       "bash --norc --noprofile",
       "bash-",
       {{"echo $((40+2)) $'\\e[1;31mred\\e[0m'\r", "42 red"}, {"seq 1 40\r", "\n40"}}},
      {"zsh",
       "env PROMPT='zsh: ' zsh -f",
       "zsh:",
       {{"PROMPT='zsh> '\r", "zsh>"},
        {"print -P '%F{blue}'$((40+2))'%f'\r", "\n42"},
        {"seq 1 40\r", "\n40"}}},
      {"fish", "fish --no-config", "@", {{"echo (math 40 + 2)\r", "\n42"}, {"seq 1 40\r", "\n40"}}},
      {"mc",
       "mc -u -x --nosubshell files files",
       "file.txt",
       {{"\x1bOB", "file.txt            "},
        {"\x1b"
         "3",
         "line 1 of"}}},
  };
}

void settle(Attached& terminal, const std::string& text) {
  const bool shown = terminal.wait_for_text(text);
  INFO("waited for " << text << " on:\n" << terminal.screen());
  REQUIRE(shown);
}

}  // namespace

TEST_CASE("programs look in a session as on a bare terminal, also after a detach and after a server's death",
          "[programs]") {
  Rig rig;
  for (const auto& program : programs(rig)) {
    if (!fs::exists("/usr/bin/" + program.name)) continue;
    DYNAMIC_SECTION(program.name) {
      Attached bare({"sh", "-c", "exec " + program.command}, rig.env(), {24, 80}, rig.home().home());
      settle(bare, program.first);
      auto client = rig.terminal({"new-session", "-s", "app", "exec " + program.command});
      settle(*client, program.first);
      const auto same = [&](const std::string& when) {
        const bool agreed = client->wait_until(
            [&] {
              bare.pump();
              return appearance(bare) == appearance(*client);
            },
            Milliseconds(10'000));
        INFO(program.name << " " << when);
        if (!agreed) CHECK(appearance(bare) == appearance(*client));
        CHECK(agreed);
      };
      same("at first");
      for (const auto& step : program.steps) {
        bare.type(step.keys);
        settle(bare, step.shows);
        client->type(step.keys);
        settle(*client, step.shows);
        same("after keys");
      }
      client->type(
          "\x02"
          "d");
      REQUIRE(client->wait_exit());
      client = rig.terminal({"attach", "-t", "app"});
      same("after attach");
      ::kill(rig.server(), SIGKILL);
      same("after the server's death");
      client = rig.terminal({"attach", "-d", "-t", "app"});
      same("attached to the new server");
    }
  }
}

TEST_CASE("htop has the same structure in a session as on a bare terminal", "[programs]") {
  REQUIRE(fs::exists("/usr/bin/htop"));  // contrib/packages test installs it
  Rig rig;
  Attached bare({"htop", "-d", "100"}, rig.env(), {24, 80});
  auto client = rig.terminal({"new-session", "-s", "app", "exec htop -d 100"});
  const auto structured = [&](Attached& terminal) {
    return terminal.wait_until([&] {
      const auto lines = split_lines(terminal.screen());
      return lines.size() == 24 && lines[23].starts_with("F1Help  F2Setup F3Search") &&
             terminal.shows("Load average") && terminal.shows("Command") && terminal.oracle().alternate() &&
             !terminal.oracle().cursor_visible() &&
             terminal.oracle().cell(23, 2).bg.kind != OracleColor::Kind::none;
    });
  };
  CHECK(structured(bare));
  CHECK(structured(*client));
  ::kill(rig.server(), SIGKILL);
  CHECK(structured(*client));
  client = rig.terminal({"attach", "-d", "-t", "app"});
  CHECK(structured(*client));
  // It asked with ?1006;1000h, of which this libvterm heeds only the first; a reattaching terminal is told
  // each alone.
  CHECK(client->oracle().mouse() == OracleMouse::click);
}
