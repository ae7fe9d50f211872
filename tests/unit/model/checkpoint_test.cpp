// A model out of a checkpoint, whole or damaged; and random sequences of everything.
#include <random>

#include "unit/model/fixture.hpp"

using namespace sess;
using namespace sess::model;

namespace {

Pane copy(const Pane& pane) {
  return pane;
}

Window copy(const Window& window) {
  Window out;
  out.id = window.id;
  out.name = window.name;
  out.size = window.size;
  out.layout = *Layout::restore(window.layout.text());
  out.panes = window.panes;
  out.active = window.active;
  out.last_panes = window.last_panes;
  out.zoomed = window.zoomed;
  out.options = window.options;
  return out;
}

void adopt_all(const Model& from, Model& to) {
  for (const auto& [id, pane] : from.panes()) CHECK(to.panes().adopt(copy(pane)));
  for (const auto& [id, window] : from.windows()) CHECK(to.windows().adopt(copy(window)));
  for (const auto& [id, session] : from.sessions()) CHECK(to.sessions().adopt(Session(session)));
}

void fill(Fixture& f) {
  const auto a = f.session("a");
  f.split(f.split(f.pane_of(a)), Axis::horizontal);
  f.window(a, 4, {24, 80}, true);
  const auto b = f.session("b");
  f.split(f.pane_of(b));
  f.model.windows().zoom(f.pane_of(b));
  REQUIRE(f.model.links().link_window({a, 0, b, 3, false, false}));
  f.model.links().join_group(a, "g");
  f.empty_session("", "g");
}

template <class T>
T& writable(const T& value) {
  return const_cast<T&>(value);
}

}  // namespace

TEST_CASE("an undamaged checkpoint is adopted without a repair", "[model]") {
  Fixture f;
  fill(f);
  Model restored;
  adopt_all(f.model, restored);
  CHECK(restored.repair() == kNothing);
  CHECK(restored.validate() == kNothing);
  CHECK(restored.events().take().empty());
  CHECK(restored.next_ids().pane == f.model.next_ids().pane);
  CHECK(restored.window(WindowId{0})->layout.text() == f.model.window(WindowId{0})->layout.text());
  CHECK(restored.pane(PaneId{1})->options.parent() == &restored.window(WindowId{0})->options);
  CHECK_FALSE(restored.panes().adopt(copy(*f.model.pane(PaneId{0}))));
}

TEST_CASE("a pane whose window is lost is found again in a session of its own", "[model]") {
  Model model;
  Pane pane;
  pane.id = PaneId{4};
  pane.window = WindowId{9};
  REQUIRE(model.panes().adopt(std::move(pane)));
  CHECK_FALSE(model.repair().empty());
  CHECK(model.validate() == kNothing);
  REQUIRE(model.sessions().named("recovered") != nullptr);
  CHECK(model.pane(PaneId{4}) != nullptr);
  CHECK(model.next_ids().pane == 5);
}

TEST_CASE("every kind of damage is repaired and loses no pane", "[model]") {
  std::mt19937 random(7);
  for (int round = 0; round < 400; ++round) {
    Fixture f;
    fill(f);
    Model damaged;
    adopt_all(f.model, damaged);
    const auto pick = [&](const auto& map) -> auto& {
      auto it = map.begin();
      std::advance(it, random() % map.size());
      return writable(it->second);
    };
    const auto panes = damaged.panes().size();
    for (int i = 0; i < 4; ++i) {
      switch (random() % 15) {
        case 0:
          pick(damaged.panes()).window = WindowId{static_cast<std::uint32_t>(random() % 12)};
          break;
        case 1:
          if (auto& list = pick(damaged.windows()).panes; !list.empty()) list.pop_back();
          break;
        case 2:
          pick(damaged.windows()).panes.push_back(PaneId{static_cast<std::uint32_t>(random() % 9)});
          break;
        case 3:
          pick(damaged.windows()).active = PaneId{77};
          break;
        case 4:
          pick(damaged.windows()).layout = Layout();
          break;
        case 5:
          pick(damaged.windows()).layout = Layout::single(PaneId{1}, {5, 5});
          break;
        case 6:
          pick(damaged.windows()).last_panes = {PaneId{0}, PaneId{0}, PaneId{55}};
          break;
        case 7:
          pick(damaged.windows()).size = Size{0, 60000};
          break;
        case 8:
          pick(damaged.sessions()).windows.clear();
          break;
        case 9:
          pick(damaged.sessions()).current = 99;
          break;
        case 10:
          pick(damaged.sessions()).last = {0, 0, 7};
          break;
        case 11:
          pick(damaged.sessions()).windows[6].window = WindowId{66};
          break;
        case 12:
          pick(damaged.sessions()).name = "a";
          break;
        case 13:
          pick(damaged.sessions()).group = "g";
          break;
        case 14:
          pick(damaged.windows()).zoomed = true;
          break;
        default:
          break;
      }
    }
    damaged.repair();
    REQUIRE(damaged.validate() == kNothing);
    REQUIRE(damaged.panes().size() == panes);
  }
}

TEST_CASE("a broken invariant is reported", "[model]") {
  Fixture f;
  fill(f);
  REQUIRE(f.model.validate() == kNothing);
  Window& window = *f.model.window(WindowId{0});
  const PaneId active = std::exchange(window.active, PaneId{99});
  CHECK_FALSE(f.model.validate().empty());
  window.active = active;
  f.model.pane(PaneId{0})->left = 3;
  CHECK_FALSE(f.model.validate().empty());
  f.model.pane(PaneId{0})->left = 0;
  f.model.sessions().named("b")->current = 42;
  CHECK_FALSE(f.model.validate().empty());
}

TEST_CASE("random sequences of operations keep every invariant", "[model]") {
  for (unsigned seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    Fixture f;
    const auto any = [&](const auto& map) {
      auto it = map.begin();
      std::advance(it, random() % map.size());
      return it->first;
    };
    const auto any_index = [&](SessionId id) {
      const auto& windows = f.model.session(id)->windows;
      auto it = windows.begin();
      std::advance(it, random() % windows.size());
      return it->first;
    };
    const auto coin = [&] { return random() % 2 == 0; };
    const auto maybe_index = [&]() -> std::optional<int> {
      if (coin()) return std::nullopt;
      return static_cast<int>(random() % 6);
    };
    const auto how = [&] {
      Layout::Split split;
      split.axis = coin() ? Axis::horizontal : Axis::vertical;
      split.before = coin();
      split.full = coin();
      if (coin()) split.size = static_cast<int>(random() % 30);
      return split;
    };
    static constexpr const char* kOptions[][2] = {
        {"pane-border-status", "top"}, {"pane-border-status", "off"}, {"renumber-windows", "on"},
        {"renumber-windows", "off"},   {"detach-on-destroy", "off"},  {"detach-on-destroy", "next"},
        {"base-index", "1"},           {"base-index", "0"},           {"window-size", "smallest"},
        {"window-size", "latest"},     {"aggressive-resize", "on"},   {"pane-border-status", "bottom"}};
    for (int step = 0; step < 250; ++step) {
      if (f.model.sessions().empty()) f.session("");
      const SessionId s = any(f.model.sessions());
      const SessionId s2 = any(f.model.sessions());
      const PaneId p = any(f.model.panes());
      const PaneId p2 = any(f.model.panes());
      const WindowId w = any(f.model.windows());
      const auto operation = random() % 34;
      INFO("seed " << seed << " step " << step << " operation " << operation);
      switch (operation) {
        case 0:
          f.session("",
                    {static_cast<std::uint16_t>(random() % 60), static_cast<std::uint16_t>(random() % 200)});
          break;
        case 1: {
          const auto id = f.empty_session("", coin() ? "g" : "h");
          if (f.model.session(id)->windows.empty()) f.window(id);
          break;
        }
        case 2:
          if (f.model.sessions().size() > 3) f.model.destroy_session(s);
          break;
        case 3:
          f.model.links().join_group(s, "g");
          break;
        case 4:
        case 5: {
          Model::NewWindow spec;
          spec.session = s;
          spec.index = maybe_index();
          spec.replace = coin();
          spec.select = coin();
          (void)f.model.create_window(spec);
          break;
        }
        case 6:
          f.model.destroy_window(w);
          break;
        case 7:
          (void)f.model.links().link_window({s, any_index(s), s2, maybe_index(), coin(), coin()});
          break;
        case 8:
          (void)f.model.move_window({s, any_index(s), s2, maybe_index(), coin(), coin()});
          break;
        case 9:
          (void)f.model.links().swap_windows(s, any_index(s), s2, any_index(s2), coin());
          break;
        case 10:
          f.model.unlink_window(s, any_index(s));
          break;
        case 11:
          (void)f.model.links().shuffle_up(s, any_index(s));
          break;
        case 12:
          f.model.links().renumber_windows(s);
          break;
        case 13:
          f.model.links().select_window(s, any_index(s));
          break;
        case 14:
          coin() ? f.model.links().next_window(s) : f.model.links().last_window(s);
          break;
        case 15:
        case 16:
        case 17:
        case 18: {
          Windows::NewSplit spec;
          spec.beside = p;
          spec.how = how();
          (void)f.model.windows().split_pane(spec);
          break;
        }
        case 19:
          f.model.destroy_pane(p);
          break;
        case 20:
          f.model.windows().select_pane(f.model.pane(p)->window, p);
          break;
        case 21:
          (void)f.model.join_pane({p, p2, how(), coin()});
          break;
        case 22: {
          Model::Break spec;
          spec.pane = p;
          spec.source = f.model.links().sessions_with(f.model.pane(p)->window).front()->id;
          spec.target = s;
          spec.index = maybe_index();
          spec.select = coin();
          (void)f.model.break_pane(spec);
          break;
        }
        case 23:
          f.model.windows().swap_panes(p, p2, coin());
          break;
        case 24:
          f.model.windows().rotate(w, coin() ? Windows::Rotation::up : Windows::Rotation::down);
          break;
        case 25:
          coin() ? f.model.windows().zoom(p) : f.model.windows().unzoom(w);
          break;
        case 26:
          f.model.windows().resize_pane(p, coin() ? Axis::horizontal : Axis::vertical,
                                        static_cast<int>(random() % 41) - 20);
          break;
        case 27:
          f.model.windows().arrange(w, static_cast<Preset>(random() % 7));
          break;
        case 28:
          f.model.windows().resize(
              w, {static_cast<std::uint16_t>(random() % 70), static_cast<std::uint16_t>(random() % 250)});
          break;
        case 29:
          f.model.windows().spread_panes(p);
          break;
        case 30: {
          const auto& option = kOptions[random() % std::size(kOptions)];
          Options& table = find_option(option[0])->in(OptionScope::session) ? f.model.globals().session
                                                                            : f.model.globals().window;
          REQUIRE(table.set(option[0], option[1]));
          for (const auto& [id, window] : f.model.windows()) f.model.windows().refresh_geometry(id);
          break;
        }
        case 31: {
          Client& client = f.model.clients().add("c", f.now);
          client.size = {static_cast<std::uint16_t>(random() % 70),
                         static_cast<std::uint16_t>(random() % 250)};
          f.model.clients().attach(client.id, s, f.now);
          f.model.recalculate_sizes();
          break;
        }
        case 32:
          if (!f.model.clients().empty()) f.model.clients().remove(any(f.model.clients()));
          break;
        case 33:
          (void)f.model.windows().apply_layout(w, f.model.window(f.model.pane(p)->window)->layout.text());
          break;
        default:
          break;
      }
      REQUIRE(f.model.validate() == kNothing);
      if (step % 50 == 0) {
        Model restored;
        adopt_all(f.model, restored);
        REQUIRE(restored.repair() == kNothing);
      }
    }
  }
}
