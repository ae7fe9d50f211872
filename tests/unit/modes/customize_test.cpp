// customize-mode's rows over a model and key tables, and the commands that its keys run.
#include "modes/choose/chooser.hpp"
#include "modes/choose/customize.hpp"
#include "support/catch.hpp"

using namespace sess;
using namespace sess::modes;

namespace {

/// Ports that answer every question with `answer` and remember what was run.
struct World final : ChooserPorts {
  std::vector<std::string> ran;
  std::string asked, answer;
  [[nodiscard]] model::Style style() const override { return {}; }
  [[nodiscard]] model::Style colour(model::SessionId, bool) const override { return {}; }
  [[nodiscard]] std::string expand(std::string_view format, const Subject& subject, int) const override {
    for (const auto& [name, value] : subject.facts) {
      if (format == name) return value;
    }
    return {};
  }
  void run(std::string_view command, std::string_view, const Subject&) override { ran.emplace_back(command); }
  void ask(Question question, std::function<void(const std::string&)> then) override {
    asked = question.prompt + question.initial;
    then(answer);
  }
  [[nodiscard]] const terminal::Screen* screen(model::PaneId) const override { return nullptr; }
  [[nodiscard]] std::vector<BufferFacts> buffers() const override { return {}; }
  [[nodiscard]] std::string_view buffer(std::string_view) const override { return {}; }
  [[nodiscard]] Status status(model::ClientId) const override { return {}; }
  void draw_status(render::Frame&, render::Rect, model::ClientId) const override {}
};

struct Desk {
  Desk() {
    auto* session = model.create_session({"app", "/", "", {}}).value();
    model::Model::NewWindow window;
    window.session = session->id;
    window.size = {24, 80};
    const auto made = model.create_window(window).value();
    keys.bind("mine", *input::parse_key("x"), {"display-message hi", "a note", false});
    ChooserOptions options;
    options.format = "option_value";
    chooser = std::make_unique<Chooser>(
        std::make_unique<CustomizeKind>(model, keys, world, session->id, made.pane), options, world, size);
  }
  void type(std::string_view text) {
    for (const char c : text) chooser->key({static_cast<std::uint32_t>(static_cast<unsigned char>(c)), 0});
  }
  void search(const std::string& text) {
    world.answer = text;
    type("/");
  }
  std::string drawn() {
    render::Frame frame(size);
    chooser->draw(frame, {0, 0, size.rows, size.cols}, {});
    std::string out;
    for (int row = 0; row < size.rows; ++row) out += frame.text(row) + "\n";
    return out;
  }
  bool shows(std::string_view text) { return drawn().find(text) != std::string::npos; }

  Size size{30, 80};
  model::Model model;
  input::KeyTables keys;
  World world;
  std::unique_ptr<Chooser> chooser;
};

}  // namespace

TEST_CASE("options are set where they count, flags are turned, choices are the next one", "[customize]") {
  Desk desk;
  CHECK(desk.shows("+ Server Options"));
  CHECK(desk.shows("+ Key Table - mine"));
  desk.search("buffer-limit");
  CHECK(desk.shows("buffer-limit: 50"));
  CHECK(desk.shows("This is a server option."));
  CHECK(desk.shows("It is a number from 1 to"));
  desk.world.answer = "a b";
  desk.type("s");
  CHECK(desk.world.asked == "(buffer-limit) 50");
  CHECK(desk.world.ran.back() == R"(set-option -s buffer-limit "a b")");
  desk.search("renumber-windows");
  desk.type("s");
  CHECK(desk.world.ran.back() == "set-option -t =app: renumber-windows");
  desk.type("S");
  CHECK(desk.world.ran.back() == "set-option -g renumber-windows");
  desk.search("mode-keys");
  desk.type("s");
  CHECK(desk.world.ran.back() == "set-option -w -t \"%0\" mode-keys vi");
  desk.search("update-environment");
  desk.world.answer = "NAME";
  desk.type("s");
  CHECK(desk.world.ran.back() == "set-option -a -t =app: update-environment NAME");
}

TEST_CASE("what is set back is asked for first", "[customize]") {
  Desk desk;
  desk.search("status-interval");
  desk.world.answer = "n";
  desk.type("d");
  CHECK(desk.world.ran.empty());
  CHECK(desk.world.asked == "Reset status-interval to default? ");
  desk.world.answer = "y";
  desk.type("d");
  CHECK(desk.world.ran.back() == "set-option -u -t =app: status-interval ; set-option -u -g status-interval");
  desk.type("u");
  CHECK(desk.world.ran.back() == "set-option -u -t =app: status-interval");
  desk.type("t");
  desk.search("buffer-limit");
  desk.type("t");
  desk.world.answer = "y";
  desk.type("U");
  CHECK(desk.world.asked == "Unset 2 tagged? ");
  CHECK(desk.world.ran.back() == "set-option -su buffer-limit ; set-option -u -t =app: status-interval");
}

TEST_CASE("a key's command, note and repeat are changed each for itself", "[customize]") {
  Desk desk;
  desk.search("Key Table - mine");
  desk.type("lj");
  CHECK(desk.shows("This key is in the mine table."));
  CHECK(desk.shows("a note"));
  desk.type("lj");
  CHECK(desk.shows("Command: display-message hi"));
  desk.world.answer = "new-window ; split-window";
  desk.type("s");
  CHECK(desk.world.asked == "(x) display-message hi");
  CHECK(desk.world.ran.back() == R"(bind-key -N "a note" -T mine x "new-window ; split-window")");
  desk.type("jj");
  desk.type("s");
  CHECK(desk.world.ran.back() == R"(bind-key -r -N "a note" -T mine x "display-message hi")");
  desk.world.answer = "y";
  desk.type("d");
  CHECK(desk.world.ran.back() == "unbind-key -T mine x");
}

TEST_CASE("a filter leaves the options that it is true for", "[customize]") {
  Desk desk;
  desk.world.answer = "is_key";
  desk.type("f");
  CHECK_FALSE(desk.shows("Server Options"));
  CHECK(desk.shows("Key Table - mine"));
  desk.world.answer = "nothing";
  desk.type("f");
  CHECK(desk.shows("Server Options"));  // it would leave none
}
