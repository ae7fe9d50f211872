#include "model/options/options.hpp"

#include <fstream>
#include <set>

#include "model/model.hpp"
#include "model/options/scope.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"

using namespace sess;
using namespace sess::model;

namespace {

std::string error_of(const Result<>& result) {
  return result ? "" : result.error().text;
}

std::vector<std::string> texts(const std::vector<OptionLine>& lines) {
  std::vector<std::string> out;
  for (const auto& line : lines) out.push_back(line.text());
  return out;
}

/// show-options NAME
std::vector<std::string> shown(const Options& options, std::string_view name,
                               Options::Inherited inherited = Options::Inherited::no) {
  const auto lines = options.list(*match_option(name), inherited);
  return lines ? texts(*lines) : std::vector<std::string>{"! " + lines.error().text};
}

Result<> append(Options& options, std::string_view name, std::string_view value) {
  Options::Assignment assignment;
  assignment.value = value;
  assignment.append = true;
  return options.assign(*match_option(name), assignment);
}

Result<> toggle(Options& options, std::string_view name) {
  return options.assign(*match_option(name), {});
}

/// The sections of defaults.txt: what tmux 3.3a's show-options and show-hooks print without a configuration.
std::map<std::string, std::vector<std::string>> recorded_defaults() {
  std::ifstream file(test::test_data() + "/unit/model/defaults.txt");
  REQUIRE(file.good());
  std::map<std::string, std::vector<std::string>> sections;
  std::string line;
  std::string section;
  while (std::getline(file, line)) {
    if (line.starts_with("# ")) {
      section = line.substr(2);
    } else {
      sections[section].push_back(line);
    }
  }
  return sections;
}

/// Lines of ours without the options in which sess differs by design.
std::vector<std::string> comparable(const std::vector<std::string>& lines) {
  static const std::set<std::string> kOurs{
      "status",          "history-limit",       "default-terminal",  "history-bytes",       "attach-history",
      "default-shell",   "history-total-bytes", "job-message",       "job-notification",    "record-age",
      "escape-time",     "save-sessions",       "assume-paste-time", "rectangle-checksums", "tmux-defaults",
      "tmux-environment"};
  std::vector<std::string> out;
  for (const auto& line : lines) {
    const auto name = line.substr(0, line.find(' '));
    if (!kOurs.contains(name) && !name.starts_with("update-environment[")) out.push_back(line);
  }
  return out;
}

}  // namespace

TEST_CASE("show-options prints tmux's defaults, in its order and quoting", "[model][options]") {
  const auto recorded = recorded_defaults();
  Model model;
  CHECK(comparable(texts(model.globals().server.list())) == comparable(recorded.at("-s")));
  CHECK(comparable(texts(model.globals().session.list())) == comparable(recorded.at("-g")));
  CHECK(comparable(texts(model.globals().window.list())) == comparable(recorded.at("-gw")));
}

TEST_CASE("every hook of tmux exists in its scope", "[model][options]") {
  const auto recorded = recorded_defaults();
  Model model;
  const auto hooks = [](const Options& options) {
    auto names = texts(options.list(Options::Inherited::no, Options::Hooks::only));
    std::erase_if(names, [](const auto& name) { return name.starts_with("job-"); });  // sess's own
    return names;
  };
  CHECK(hooks(model.globals().session) == recorded.at("hooks -g"));
  CHECK(hooks(model.globals().window) == recorded.at("hooks -gw"));
}

TEST_CASE("with tmux-defaults, who speaks tmux is shown tmux's options and no others", "[model][options]") {
  const auto recorded = recorded_defaults();
  Model model;
  REQUIRE(model.globals().server.set("tmux-defaults", "on"));
  model.globals().follow_tmux_defaults();
  using enum Options::Hooks;
  const auto shown = [](const Options& options, Options::Hooks hooks) {
    auto lines = texts(options.list(Options::Inherited::no, hooks, Dialect::tmux));
    std::erase_if(lines, [](const auto& line) { return line.starts_with("default-shell "); });  // the user's
    return lines;
  };
  auto session = recorded.at("-g");
  std::erase_if(session, [](const auto& line) { return line.starts_with("default-shell "); });
  CHECK(shown(model.globals().server, no) == recorded.at("-s"));
  CHECK(shown(model.globals().session, no) == session);
  CHECK(shown(model.globals().window, no) == recorded.at("-gw"));
  CHECK(shown(model.globals().session, only) == recorded.at("hooks -g"));

  // What a session inherits, and what unset leaves, are tmux's, too.
  const Options inherited(OptionScope::session, &model.globals().session);
  CHECK(inherited.choice("status") == "on");
  CHECK(inherited.number("history-limit") == 2000);
  CHECK(inherited.number("assume-paste-time") == 1);
  REQUIRE(model.globals().server.set("tmux-defaults", "off"));
  model.globals().follow_tmux_defaults();
  CHECK(inherited.choice("status") == "auto");
}

TEST_CASE("our own defaults are what the design says", "[model][options]") {
  Model model;
  const Options& session = model.globals().session;
  CHECK(session.choice("status") == "auto");
  CHECK(session.number("history-limit") == 50000);
  CHECK(session.number("history-bytes") == 33554432);
  CHECK(session.number("attach-history") == 2000);
  CHECK(model.globals().server.string("default-terminal") == "xterm-256color");
  const auto variables = session.text("update-environment");
  REQUIRE(variables);
  CHECK(variables->starts_with("DISPLAY KRB5CCNAME SSH_ASKPASS SSH_AUTH_SOCK"));
  CHECK(variables->find("XDG_SESSION_TYPE") != std::string::npos);
}

TEST_CASE("every row of the table has a default that its own rules accept", "[model][options]") {
  std::set<std::string_view> names;
  for (const OptionEntry& entry : option_table()) {
    INFO(entry.name);
    CHECK(names.insert(entry.name).second);
    CHECK(entry.scopes != 0);
    Options options(OptionScope::server);
    const OptionValue* value = options.find(entry.name);
    REQUIRE(value != nullptr);
    CHECK(options.adopt(entry.name, *value));
    // "none" is the one default that cannot be set, as in tmux.
    const std::string text = option_text(&entry, *value);
    if (!entry.array && text != "none") CHECK(error_of(options.set(entry.name, text)).empty());
  }
}

TEST_CASE("an option is found by its name, by a unique prefix and by its other spelling",
          "[model][options]") {
  CHECK(match_option("status")->name == "status");
  CHECK(match_option("renum")->name == "renumber-windows");
  CHECK(match_option("clock-mode-color")->name == "clock-mode-colour");
  CHECK(match_option("command-alias[12]")->index == 12U);
  CHECK(match_option("@mine")->user());
  CHECK(match_option("hi").error().text == "ambiguous option: hi");
  CHECK(match_option("status-utf8").error().text == "invalid option: status-utf8");
  for (const auto* bad : {"", "[1]", "a[", "command-alias[x]", "command-alias[9", "command-alias[1]x",
                          "command-alias[-1]", "command-alias[]", "command-alias[99999999999]"}) {
    CHECK(match_option(bad).error().text == "invalid option: " + std::string(bad));
  }
}

TEST_CASE("an option of a later tmux is known by its whole name only and shown once it is set",
          "[model][options]") {
  Options options(OptionScope::window);
  CHECK(match_option("menu-sel").error().text == "invalid option: menu-sel");
  CHECK(match_option("main-pane-h")->name == "main-pane-height");
  const auto count = options.list().size();
  REQUIRE(options.set("menu-selected-style", "bg=red"));
  CHECK(options.list().size() == count + 1);
}

TEST_CASE("values that do not fit are refused in tmux's words and change nothing", "[model][options]") {
  Model model;
  Options& o = model.globals().session;
  OptionChecks checks;
  checks.key = [](std::string_view key) {
    return key == "C-a" ? std::optional<std::string>("C-a") : std::nullopt;
  };
  checks.command = [](std::string_view) -> Result<std::string> {
    return fail(ErrorCode::invalid_argument, "unknown command: foo");
  };
  checks.shell = [](std::string_view) { return false; };
  const auto set = [&](std::string_view name, std::string_view value) {
    return error_of(o.set(name, value, checks));
  };
  CHECK(set("foo", "x") == "invalid option: foo");
  CHECK(set("base-index", "-1") == "value is too small: -1");
  CHECK(set("base-index", "99999999999999999999") == "value is too large: 99999999999999999999");
  CHECK(set("base-index", "x") == "value is invalid: x");
  CHECK(set("base-index", "") == "value is invalid: ");
  CHECK(set("status", "maybe") == "unknown value: maybe");
  CHECK(set("mouse", "maybe") == "bad value: maybe");
  CHECK(set("prefix", "Zork") == "bad key: Zork");
  CHECK(set("prefix", "C-a").empty());
  CHECK(set("display-panes-colour", "nocol") == "bad colour: nocol");
  CHECK(set("status-style", "fg=nope") == "invalid style: fg=nope");
  CHECK(set("status-style", "fg=#{?x,red,blue}").empty());
  CHECK(set("default-size", "80") == "value is invalid: 80");
  CHECK(set("default-shell", "/nope") == "not a suitable shell: /nope");
  CHECK(set("base-index[1]", "2") == "not an array: base-index[1]");
  CHECK(set("after-new-window", "foo") == "unknown command: foo");
  CHECK(error_of(toggle(o, "default-command")) == "empty value");
  CHECK(error_of(toggle(o, "update-environment")) == "empty value");
  CHECK(error_of(toggle(o, "@x")) == "empty value");
  Options::Assignment once;
  once.value = "2";
  once.only_if_unset = true;
  CHECK(error_of(o.assign(*match_option("base-index"), once)) == "already set: base-index");
  CHECK(o.number("base-index") == 0);
  CHECK(o.string("display-panes-colour") == "blue");
}

TEST_CASE("flags and two-valued choices toggle without a value", "[model][options]") {
  Model model;
  Options& o = model.globals().session;
  REQUIRE(toggle(o, "mouse"));
  CHECK(o.flag("mouse"));
  REQUIRE(o.set("mouse", ""));
  CHECK_FALSE(o.flag("mouse"));
  for (const auto* on : {"1", "ON", "yes"}) {
    REQUIRE(o.set("mouse", on));
    CHECK(o.flag("mouse"));
    REQUIRE(o.set("mouse", "No"));
    CHECK_FALSE(o.flag("mouse"));
  }
  REQUIRE(toggle(o, "status"));
  CHECK(o.choice("status") == "off");
  REQUIRE(toggle(o, "status"));
  CHECK(o.choice("status") == "on");
  REQUIRE(o.set("status", "5"));
  REQUIRE(toggle(o, "status"));
  CHECK(o.choice("status") == "5");
}

TEST_CASE("arrays are split, appended to, indexed, thinned and reset as in tmux", "[model][options]") {
  Model model;
  Options& o = model.globals().server;
  REQUIRE(o.set("command-alias", "a=b,c=d"));
  REQUIRE(append(o, "command-alias", "e=f"));
  CHECK(shown(o, "command-alias") ==
        std::vector<std::string>{"command-alias[0] a=b", "command-alias[1] c=d", "command-alias[2] e=f"});
  o.unset(*match_option("command-alias[1]"));
  CHECK(shown(o, "command-alias") ==
        std::vector<std::string>{"command-alias[0] a=b", "command-alias[2] e=f"});
  REQUIRE(append(o, "command-alias", "g=h"));
  CHECK(o.text("command-alias", 1) == "g=h");
  REQUIRE(append(o, "command-alias[1]", "i"));
  CHECK(o.text("command-alias", 1) == "g=hi");
  o.unset(*match_option("command-alias"));
  CHECK(shown(o, "command-alias").size() == 6);
  o.unset(*match_option("command-alias[0]"));
  CHECK(shown(o, "command-alias").size() == 5);
  CHECK(shown(o, "command-alias[77]") == std::vector<std::string>{"command-alias[77] ''"});
  REQUIRE(model.globals().session.set("status-format", "a b,c"));
  CHECK(model.globals().session.array("status-format").size() == 3);
  REQUIRE(o.set("user-keys", "a b,,c"));
  CHECK(shown(o, "user-keys") == std::vector<std::string>{"user-keys[0] \"a b\"", "user-keys[1] c"});
  CHECK(shown(o, "terminal-overrides") == std::vector<std::string>{"terminal-overrides"});
}

TEST_CASE("a hundred thousand items of an array are set, appended to, shown, found and thinned",
          "[model][options]") {
  constexpr unsigned kItems = 100'000;
  Model model;
  Options& o = model.globals().server;
  const OptionName whole = *match_option("user-keys");
  std::string all;
  for (unsigned i = 0; i < kItems / 2; ++i) all += "a" + std::to_string(i) + ",";
  REQUIRE(all.size() < Options::kMostText);
  REQUIRE(o.set("user-keys", all));
  for (unsigned i = kItems / 2; i < kItems; ++i) REQUIRE(append(o, "user-keys", "a" + std::to_string(i)));
  const OptionArray items = o.array("user-keys");
  REQUIRE(items.size() == kItems);
  bool same = true;
  for (const auto& [index, item] : items) same = same && item == "a" + std::to_string(index);
  CHECK(same);
  CHECK(o.list(whole, Options::Inherited::no)->size() == kItems);
  for (unsigned i = 0; i < kItems; ++i) {
    auto one = whole;
    one.index = i;
    REQUIRE(o.list(one, Options::Inherited::no)->size() == 1);
  }
  // Holes are filled from the first one on, also by many items at once.
  for (unsigned i = 0; i < kItems; i += 2) {
    auto one = whole;
    one.index = i;
    o.unset(one);
  }
  REQUIRE(append(o, "user-keys", all));
  CHECK(o.text("user-keys", 0) == "a0");
  CHECK(o.text("user-keys", kItems - 2) == "a" + std::to_string(kItems / 2 - 1));
  CHECK(o.array("user-keys").size() == kItems);
}

TEST_CASE("a hook takes its whole command as one item and is printed unquoted", "[model][options]") {
  Model model;
  Options& o = model.globals().session;
  REQUIRE(o.set("after-new-window", "display-message \"a b\" ; new-window"));
  CHECK(shown(o, "after-new-window") ==
        std::vector<std::string>{"after-new-window[0] display-message \"a b\" ; new-window"});
  const auto lines = [&](Options::Hooks hooks) { return o.list(Options::Inherited::no, hooks).size(); };
  CHECK(lines(Options::Hooks::yes) == lines(Options::Hooks::no) + lines(Options::Hooks::only));
}

TEST_CASE("a table inherits, is shown so, and appending begins with what it has itself", "[model][options]") {
  Options global(OptionScope::window);
  Options window(OptionScope::window, &global);
  Options pane(OptionScope::pane, &window);
  REQUIRE(global.set("window-style", "fg=red"));
  CHECK(pane.string("window-style") == "fg=red");
  CHECK_FALSE(pane.has_own("window-style"));
  CHECK(shown(pane, "window-style").empty());
  CHECK(shown(pane, "window-style", Options::Inherited::yes) ==
        std::vector<std::string>{"window-style* fg=red"});
  REQUIRE(append(window, "window-style", "bold"));
  CHECK(window.string("window-style") == "bold");
  REQUIRE(append(window, "window-style", "dim"));
  CHECK(pane.string("window-style") == "bold,dim");
  window.unset(*match_option("window-style"));
  CHECK(pane.string("window-style") == "fg=red");
  REQUIRE(append(global, "window-style", "bold"));
  CHECK(pane.string("window-style") == "fg=red,bold");
  CHECK(shown(pane, "pane-colours", Options::Inherited::yes) == std::vector<std::string>{"pane-colours*"});
  CHECK(shown(pane, "@x", Options::Inherited::yes) == std::vector<std::string>{"! invalid option: @x"});
  REQUIRE(global.set("@x", "1"));
  CHECK(pane.text("@x") == "1");
  const auto all = texts(pane.list(Options::Inherited::yes));
  CHECK(all.front() == "cursor-colour* none");
  CHECK(pane.list().empty());
}

TEST_CASE("values are quoted so that the parser reads them back", "[model][options]") {
  Options o(OptionScope::session);
  const std::vector<std::pair<std::string, std::string>> cases{
      {"a\nb", "a\\nb"},
      {"\\", "\\\\"},
      {"\"", "\\\""},
      {"a\"b", "'a\"b'"},
      {"~/x", "\\~/x"},
      {"~", "\\~"},
      {"a\\b", "a\\\\b"},
      {"t\tu\033[1m\"$HOME $ x$", "\"t\\tu\\033[1m\\\"\\$HOME $ x$\""},
      {"a\u0085b", "a\\302\\205b"},
      {"", "''"},
      {"é 漢", "\"é 漢\""},
      {" ", "\" \""}};
  for (const auto& [value, printed] : cases) {
    REQUIRE(o.set("@x", value));
    CHECK(shown(o, "@x") == std::vector<std::string>{"@x " + printed});
  }
}

TEST_CASE("a checkpoint's value that does not fit its row is dropped", "[model][options]") {
  Options o(OptionScope::session);
  CHECK(o.adopt("base-index", std::int64_t{3}));
  CHECK(o.adopt("@user", std::string("x")));
  CHECK_FALSE(o.adopt("base-index", std::string("3")));
  CHECK_FALSE(o.adopt("base-index", std::int64_t{-3}));
  CHECK_FALSE(o.adopt("status", std::int64_t{99}));
  CHECK_FALSE(o.adopt("mouse", std::int64_t{2}));
  CHECK_FALSE(o.adopt("no-such", std::string("x")));
  CHECK_FALSE(o.adopt("@user", std::int64_t{1}));
  CHECK_FALSE(o.adopt("status-format", std::string("x")));
  CHECK(o.number("base-index") == 3);
}

TEST_CASE("set-option finds its table by the option, then by the flags", "[model][options]") {
  Model model;
  Session session;
  Window window;
  Pane pane;
  ScopeRequest request;
  const auto named = [&](std::string_view name) {
    return options_for_name(model, *match_option(name), request);
  };
  CHECK(named("escape-time")->options == &model.globals().server);
  CHECK(named("status").error().text == "no current session");
  CHECK(named("mode-keys").error().text == "no current window");
  request.target = "x:";
  CHECK(named("status").error().text == "no such session: x:");
  CHECK(named("@user").error().text == "no such session: x:");
  request.session = &session;
  request.target_window = &window;
  request.target_pane = &pane;
  CHECK(named("status")->options == &session.options);
  CHECK(named("mode-keys")->options == &window.options);
  CHECK(named("window-style")->options == &window.options);
  request.pane = true;
  CHECK(named("window-style")->options == &pane.options);
  CHECK(named("mode-keys")->options == &window.options);
  CHECK(named("@user")->options == &pane.options);
  request.pane = false;
  request.global = true;
  CHECK(named("status")->options == &model.globals().session);
  CHECK(named("mode-keys")->options == &model.globals().window);
  CHECK(named("@user")->options == &model.globals().session);
  request.window = true;
  CHECK(named("@user")->options == &model.globals().window);
  request.server = true;
  CHECK(options_for_flags(model, request)->options == &model.globals().server);
}
