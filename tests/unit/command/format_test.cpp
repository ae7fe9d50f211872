#include "command/format/format.hpp"

#include "command/format/text.hpp"
#include "fake_host.hpp"
#include "support/catch.hpp"

using namespace sess;
using namespace sess::command;

namespace {

/// The state in which tmux 3.3a printed what the table below has.
struct Recorded : World {
  Recorded() {
    run({"new", "-d", "-s", "main", "-n", "w0", "-x", "80", "-y", "24", "sleep 1000"});
    run({"set", "-g", "@a", "hello world"});
    run({"set", "-g", "@n", "5"});
    run({"set", "-g", "@path", "/usr/local/bin/x"});
    run({"set", "-g", "@f", "#{session_name}"});
    run({"setenv", "-g", "ENVV", "envvalue"});
  }
};

struct Row {
  const char* format;
  const char* expected;
};

// `tmux display-message -p FORMAT` of 3.3a.
constexpr Row kRows[] = {
    {"#{session_name}", "main"},
    {"#S:#I.#P #W #F", "main:0.0 w0 *"},
    {"##S #, #}", "#S , }"},
    {"#{?1,a,b}", "b"},
    {"#{?0,a,b}", "b"},
    {"#{?@a,yes,no}", "yes"},
    {"#{?nope,yes,no}", "no"},
    {"#{?#{==:#{session_name},main},Y,N}", "Y"},
    {"#{==:a,a}", "1"},
    {"#{!=:a,b}", "1"},
    {"#{<:a,b}", "1"},
    {"#{>:a,b}", "0"},
    {"#{<=:b,b}", "1"},
    {"#{>=:a,b}", "0"},
    {"#{&&:1,0}", "0"},
    {"#{||:0,1}", "1"},
    {"#{m:ma*,#{session_name}}", "1"},
    {"#{m/r:^m.*n$,#{session_name}}", "1"},
    {"#{m/ri:^M,#{session_name}}", "1"},
    {"#{m/i:MA*,main}", "1"},
    {"#{=3:@a}", "hel"},
    {"#{=-3:@a}", "rld"},
    {"#{=/3/...:@a}", "hel..."},
    {"#{=/-3/...:@a}", "...rld"},
    {"[#{p10:session_name}]", "[main      ]"},
    {"[#{p-10:session_name}]", "[      main]"},
    {"#{n:@a}", "11"},
    {"#{w:@a}", "11"},
    {"#{s/l/L/:@a}", "heLLo worLd"},
    {"#{s/(h)(e)/\\2\\1/:@a}", "ehllo world"},
    {"#{s/HELLO/x/i:@a}", "x world"},
    {"#{s/o$/X/:@a}", "hello world"},
    {"#{s|/|-|:@path}", "-usr-local-bin-x"},
    {"#{s/[aeiou]//:@a}", "hll wrld"},
    {"#{b:@path}", "x"},
    {"#{d:@path}", "/usr/local/bin"},
    {"#{l:#{session_name}}", "#{session_name}"},
    {"#{l:a#,b}", "a#,b"},
    {"#{a:65}", "A"},
    {"#{c:red}", "800000"},
    {"#{q:@a}", "hello\\ world"},
    {"#{q/h:@f}", "##{session_name}"},
    {"#{q:#{l:a b}}", "a b"},
    {"#{E:@f}", "main"},
    {"#{@f}", "#{session_name}"},
    {"#{T:@f}", "main"},
    {"#{S:#{session_name} }", "main "},
    {"#{W:#{window_index},<#{window_index}>}", "<0>"},
    {"#{P:#{pane_index}}", "0"},
    {"#{N/w:w0}", "1"},
    {"#{N/s:main}", "1"},
    {"#{N/s:nope}", "0"},
    {"#{e|+|:1,2}", "3"},
    {"#{e|-|:1,2}", "-1"},
    {"#{e|*|:3,4}", "12"},
    {"#{e|/|:7,2}", "3"},
    {"#{e|/|f:7,2}", "3.50"},
    {"#{e|/|f|4:7,3}", "2.3333"},
    {"#{e|%%|:7,4}", "3"},
    {"#{e|m|:7,4}", "3"},
    {"#{e|==|:1,1}", "1"},
    {"#{e|<|:1,2}", "1"},
    {"#{e|>=|:2,2}", "1"},
    {"#{e|+|:x,2}", ""},
    {"#{nope}", ""},
    {"x#{unclosed", "x"},
    {"#{ENVV}", "envvalue"},
    {"#{command-alias[0]}", "split-pane=split-window"},
    {"#{version}", "3.3a"},
    {"#{pane_dead}#{pane_in_mode}", "00"},
    {"#{window_flags}|#{window_raw_flags}", "*|*"},
    {"#{=5:#{l:abcdefgh}}", "abcde"},
    {"#{s/a/b/;=2:#{l:aaaa}}", "bb"},
    {"#[fg=red]x#[default]", "#[fg=red]x#[default]"},
    {"##[x]", "##[x]"},
    {"###[x]", "###[x]"},
    {"#{=2:#{l:#[bold]abc}}", "#[bold]ab"},
    {"#{w:#{l:#[bold]abc}}", "3"},
    {"#{t/f/%%Y:start_time}", "2023"},
    {"#{?session_name,#{?window_name,deep,no},b}", "deep"},
    {"#{?#{m:*ain,#S},#,comma,b}", ",comma"},
    {"#{?,a,b}", "b"},
    {"#{&&:#{==:a,a},#{!=:a,b}}", "1"},
    {"#{session_windows}#{window_panes}", "11"},
    {"#{window_layout}", "b25d,80x24,0,0,0"},
    {"#{=0:@a}", "hello world"},
    {"#{p0:@a}", "hello world"},
    {"#{m:*,}", "1"},
    {"%%H", "%H"},
    {"#{C:nope}", "0"},
    {"#{window_active}#{pane_active}", "11"},
    {"#{session_group}", ""},
    {"#{pane_width}x#{pane_height}", "80x24"},
    {"#{pane_at_top}#{pane_at_bottom}#{pane_at_left}#{pane_at_right}", "1111"},
    {"#{window_start_flag}#{window_end_flag}", "11"},
};

}  // namespace

TEST_CASE("formats expand to what tmux prints", "[command]") {
  Recorded world;
  for (const Row& row : kRows) {
    INFO(row.format);
    CHECK(world.format(row.format) == std::string(row.expected) + "\n");
  }
}

TEST_CASE("what newer versions have works as well", "[command]") {
  Recorded world;
  CHECK(world.format("#{?@nope,a,@a,b,c}") == "b\n");
  CHECK(world.format("#{?@nope,a}") == "\n");
  CHECK(world.format("#{||:0,0,1}#{&&:1,1,0}") == "10\n");
  CHECK(world.format("#{R:ab,3}") == "ababab\n");
  CHECK(world.format("#{!:0}#{!!:@a}") == "11\n");
  CHECK(world.format("#{m/z:mn,#{session_name}}") == "1\n");
  CHECK(world.format("#{e|/|:1,0}") == "\n");
}

TEST_CASE("variables come from the model, the pane's terminal and the server", "[command]") {
  Recorded world;
  PaneFacts facts;
  facts.cursor_x = 7;
  facts.history_rows = [] { return 99; };
  facts.mode = "copy-mode";
  facts.modes = 1;
  facts.mode_formats = {{"scroll_position", "12"}};
  world.host.facts_of[PaneId{0}] = facts;
  CHECK(world.format("#{cursor_x} #{history_size} #{pane_mode} #{pane_in_mode} #{scroll_position}") ==
        "7 99 copy-mode 1 12\n");
  CHECK(world.format("#{pane_current_command} #{pane_current_path} #{pane_start_command}") ==
        "vim /srv/www \"sleep 1000\"\n");
  CHECK(world.format("#{host} #{host_short} #{socket_path} #{pid} #{user} #{uid} #{sess_version}") ==
        "box.example box /run/sess/default 42 ann 1000 0.1.0\n");
  CHECK(world.format("#{C:needle}") == "3\n");
  CHECK(world.format("#(date +%%s)") == "<date +%s>\n");
  CHECK(world.format("#{pane_tty} #{pane_id} #{window_id} #{session_id}") == "/dev/pts/100 %0 @0 $0\n");
  const auto* pane = world.model.pane(PaneId{0});
  REQUIRE(pane != nullptr);
  world.model.pane(PaneId{0})->dead = true;
  world.model.pane(PaneId{0})->dead_status = 3 << 8;
  CHECK(world.format("#{pane_dead} #{pane_dead_status} [#{pane_dead_signal}]") == "1 3 []\n");
  world.model.pane(PaneId{0})->dead_status = 15;
  CHECK(world.format("[#{pane_dead_status}] #{pane_dead_signal}") == "[] 15\n");
}

TEST_CASE("display-message -a lists variables, -v says how a format was expanded", "[command]") {
  Recorded world;
  const std::string all = world.run({"display", "-p", "-a"}).out;
  CHECK(all.find("\nsession_name=main\n") != std::string::npos);
  CHECK(all.find("\nversion=3.3a\n") != std::string::npos);
  CHECK(world.run({"display", "-pv", "#{?x,y,z}"}).out ==
        "# expanding format: #{?x,y,z}\n"
        "# found #{}: ?x,y,z\n"
        "# condition is: x\n"
        "#  expanding format: x\n"
        "#  result is: x\n"
        "# condition 'x' not found; assuming false\n"
        "# condition 'x' is false\n"
        "#  expanding format: z\n"
        "#  result is: z\n"
        "# replaced '?x,y,z' with 'z'\n"
        "# result is: z\n"
        "z\n");
}

TEST_CASE("deep, looping and endless formats end", "[command]") {
  Recorded world;
  world.run({"set", "-g", "@loop", "#{E:@loop}x"});
  CHECK(world.format("#{E:@loop}").size() < 1000);
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "#{?1,";
  (void)world.format(deep);
  for (int i = 0; i < 20; ++i) world.run({"new", "-d"});
  (void)world.format("#{S:#{S:#{S:#{S:#{S:#{S:#{S:x}}}}}}}");
  CHECK(world.format("#{p999999999:@a}").size() < 20'000);
  CHECK(world.format("#{R:#{R:#{R:xxxxxxxxxx,10000},10000},10000}").size() < 20'000'000);
}

TEST_CASE("any bytes are expanded without harm", "[command]") {
  Recorded world;
  FormatContext context;
  context.model = &world.model;
  context.ports = &world.host.ports;
  context.target = find_from_session(world.model, world.model.sessions().named("main")->id);
  std::uint32_t seed = 5;
  const std::string_view alphabet = "#{}?,:;=/|e+sm<&!@an[]p1-%\x80\xff";
  for (int round = 0; round < 5000; ++round) {
    std::string text = "#{";
    for (int i = 0; i < 30; ++i) {
      seed = seed * 1664525 + 1013904223;
      text += alphabet[(seed >> 16) % alphabet.size()];
    }
    (void)expand(context, text);
    (void)expand_time(context, text);
  }
}

TEST_CASE("columns count as they are drawn", "[command]") {
  CHECK(format_width("#[fg=red]한글#[default]x") == 5);
  CHECK(format_width("##x") == 2);
  CHECK(format_width("##[x") == 3);
  CHECK(keep_left("한글", 3) == "한");
  CHECK(keep_right("ab한글", 4) == "한글");
  CHECK(keep_right("#[bold]abc", 2) == "#[bold]bc");
  CHECK(pad("한", 4) == "한  ");
  CHECK(pad("x", -3) == "  x");
}

TEST_CASE("times are short when they are near", "[command]") {
  const std::time_t now = 1'700'000'000;
  CHECK(pretty_time(now - 60, now).find(':') == 2);
  CHECK(pretty_time(now - 3 * 86'400, now).size() == 5);
  CHECK(pretty_time(now - 100 * 86'400, now).size() == 5);
}
