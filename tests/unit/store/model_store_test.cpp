#include "store/model_store.hpp"

#include <fcntl.h>

#include <random>

#include "store/model_encoding.hpp"
#include "support/catch.hpp"

using namespace sess;
using namespace sess::store;

namespace {

model::SessionId build(model::Model& model) {
  auto session = model.create_session({"app", "/srv", "", {}});
  REQUIRE(session);
  model::Model::NewWindow spec;
  spec.session = (*session)->id;
  spec.name = "one \xff";  // names may hold any bytes
  spec.size = {24, 80};
  spec.pane.argv = {"vim", "file"};
  spec.pane.start_path = "/srv";
  const auto first = model.create_window(spec);
  REQUIRE(first);
  spec.name = "two";
  REQUIRE(model.create_window(spec));
  model::Windows::NewSplit split;
  split.beside = first->pane;
  REQUIRE(model.windows().split_pane(split));
  REQUIRE(model.globals().session.set("status", "off"));
  REQUIRE((*session)->options.set("@mine", "x"));
  model.globals().environment.set("LANG", "ko_KR.UTF-8");
  (*session)->environment.remove("DISPLAY");
  return (*session)->id;
}

/// A server's whole state.
struct Whole {
  model::Model model;
  input::KeyTables keys = input::KeyTables::with_defaults();
  command::BufferStore buffers;
  model::MessageLog messages;
  SavedState state;

  Saved saved() { return {model, keys, buffers, messages}; }
  /// All of it as text that can be compared.
  [[nodiscard]] std::string text() const {
    CborWriter out;
    put_meta(out, model, state, buffers.next_automatic());
    put_clients(out, state.clients);
    put_options(out, "server", model.globals().server);
    put_options(out, "session", model.globals().session);
    put_options(out, "window", model.globals().window);
    put_environment(out, model.globals().environment);
    for (const auto& [id, pane] : model.panes()) put(out, pane);
    for (const auto& [id, window] : model.windows()) put(out, window);
    for (const auto& [id, session] : model.sessions()) put(out, session);
    for (const auto& buffer : buffers.all()) {
      put(out, buffer);
      out.value(buffer.data);
    }
    for (const auto& line : messages.lines()) out.value(line);
    std::multiset<std::string> jobs;
    for (const auto& job : state.jobs) jobs.insert(*job);
    for (const auto& job : jobs) out.value(job);
    ByteWriter bytes;
    keys.save(bytes);
    return out.take() + bytes.take();
  }
};

struct Memory {
  os::SharedMemory memory = os::SharedMemory::create("model", 0).value();
  [[nodiscard]] UniqueFd fd() const { return UniqueFd(::fcntl(memory.fd(), F_DUPFD_CLOEXEC, 0)); }
  [[nodiscard]] ModelStore open() const { return ModelStore::open(fd()).value(); }
  /// What the next server finds.
  [[nodiscard]] std::string next() const {
    auto store = open();
    Whole whole;
    whole.keys = {};
    REQUIRE(store.load(whole.saved(), whole.state).value());
    CHECK(whole.model.repair().empty());
    CHECK(whole.model.validate().empty());
    return whole.text();
  }
};

}  // namespace

TEST_CASE("a menu that the mouse opened on %0 still knows that pane in the next server", "[model_store]") {
  SavedClient client;
  client.menu.emplace().mouse_pane = 0;
  CborWriter out;
  put_clients(out, {client});
  SavedState state;
  decode_clients(out.take(), state);
  REQUIRE(state.clients.size() == 1);
  REQUIRE(state.clients[0].menu);
  CHECK(state.clients[0].menu->mouse_pane == 0U);
}

TEST_CASE("who forbids nothing has the umask 0 in the next server, too", "[model_store]") {
  for (const unsigned mask : {0U, 022U, 077U}) {
    model::Session session;
    session.umask = mask;
    CborWriter written;
    put(written, session);
    CHECK(decode<model::Session>(written.take()).umask == mask);
    model::Pane pane;
    pane.pipe_command = "cat >> log";
    pane.pipe_umask = mask;
    CborWriter out;
    put(out, pane);
    CHECK(decode<model::Pane>(out.take()).pipe_umask == mask);
  }
}

TEST_CASE("a model that was written down is the same when it is read back", "[model_store]") {
  const Memory memory;
  Whole before;
  const auto id = build(before.model);
  before.keys.bind("root", *input::parse_key("F5"), {"display-message hi", "", false});
  REQUIRE(before.buffers.add(std::string("a\0b", 3), {}, 50));
  REQUIRE(before.buffers.set("named", std::string(100'000, 'n'), {}));
  before.messages.add("hello", 10);
  SavedClient client;
  client.token = 123;
  client.session = client.last_session.emplace(id);
  client.detached = client.read_only = client.active_pane = true;
  client.flags = {"no-detach-on-destroy"};
  client.key_table = "mine";
  client.input = {7, 2, 1};
  client.question =
      SavedQuestion{"command-prompt -p a,b x", {"one"}, {"be", "hind", "cut", true, false}, "", 0};
  before.state.clients.push_back(client);
  before.state.jobs = {std::make_shared<const std::string>("job one"),
                       std::make_shared<const std::string>("job two")};
  before.state.configured = true;
  before.state.config_files = {"/etc/sess.conf"};
  auto store = memory.open();
  REQUIRE(store.save(before.saved(), before.state));
  CHECK(memory.next() == before.text());
}

TEST_CASE("only what changed is written", "[model_store]") {
  const Memory memory;
  Whole whole;
  build(whole.model);
  REQUIRE(whole.buffers.set("large", std::string(8 << 20, 'b'), {}));
  for (int i = 0; i < 500; ++i) {
    auto session = whole.model.create_session({"", "/", "", {}});
    model::Model::NewWindow spec;
    spec.session = (*session)->id;
    spec.size = {24, 80};
    REQUIRE(whole.model.create_window(spec));
  }
  auto store = memory.open();
  REQUIRE(store.save(whole.saved(), whole.state));
  auto written = store.log().written();
  REQUIRE(store.save(whole.saved(), whole.state));
  CHECK(store.log().written() == written);

  whole.model.windows().rename(model::WindowId{7}, "other");
  REQUIRE(store.save(whole.saved(), whole.state));
  CHECK(store.log().written() - written < 1000);
  written = store.log().written();
  whole.model.globals().environment.set("LANG", "C");
  whole.messages.add("a message", 1000);
  REQUIRE(whole.buffers.add("small", {}, 50));
  REQUIRE(store.save(whole.saved(), whole.state));
  CHECK(store.log().written() - written < 1000);
  CHECK(memory.next() == whole.text());
}

TEST_CASE("whatever happens to a model is written down", "[model_store]") {
  const Memory memory;
  std::mt19937 random(GENERATE(1U, 2U, 3U));
  Whole whole;
  whole.state.configured = true;
  build(whole.model);
  auto store = memory.open();
  auto& model = whole.model;
  const auto pick = [&](const auto& nodes) {
    auto it = nodes.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(random() % nodes.size()));
    return it->first;
  };
  for (int round = 0; round < 600; ++round) {
    if (model.sessions().empty()) build(model);
    const auto session = pick(model.sessions());
    const auto window = pick(model.windows());
    const auto pane = pick(model.panes());
    const auto name = "n" + std::to_string(random() % 20);
    switch (random() % 22) {
      case 0: {
        auto made = model.create_session({"", "/", random() % 3 == 0 ? "group" : "", {}});
        if (!(*made)->windows.empty()) break;
        model::Model::NewWindow spec;
        spec.session = (*made)->id;
        spec.size = {24, 80};
        REQUIRE(model.create_window(spec));
        break;
      }
      case 1: {
        model::Model::NewWindow spec;
        spec.session = session;
        spec.size = {24, 80};
        spec.select = random() % 2 == 0;
        static_cast<void>(model.create_window(spec));
        break;
      }
      case 2: {
        model::Windows::NewSplit split;
        split.beside = pane;
        static_cast<void>(model.windows().split_pane(split));
        break;
      }
      case 3:
        if (model.panes().size() > 3) model.destroy_pane(pane);
        break;
      case 4:
        if (model.sessions().size() > 2) model.destroy_session(session);
        break;
      case 5:
        static_cast<void>(model.sessions().rename(session, name));
        break;
      case 6:
        model.windows().set_name(window, name);
        break;
      case 7:
        static_cast<void>(
            model.links().select_window(session, model.session(session)->windows.begin()->first));
        break;
      case 8:
        static_cast<void>(model.links().next_window(session));
        break;
      case 9: {
        const auto target = pick(model.sessions());
        const int index = model.session(session)->windows.begin()->first;
        static_cast<void>(
            model.links().link_window({session, index, target, std::nullopt, false, random() % 2 == 0}));
        break;
      }
      case 10: {
        const auto other = pick(model.sessions());
        static_cast<void>(model.links().swap_windows(session, model.session(session)->windows.begin()->first,
                                                     other, model.session(other)->windows.rbegin()->first,
                                                     true));
        break;
      }
      case 11:
        model.unlink_window(session, model.session(session)->windows.rbegin()->first);
        break;
      case 12:
        model.links().renumber_windows(session);
        break;
      case 13: {
        model::Model::Join join;
        join.pane = pane;
        join.beside = pick(model.panes());
        static_cast<void>(model.join_pane(join));
        break;
      }
      case 14:
        model.windows().swap_panes(pane, pick(model.panes()), true);
        break;
      case 15:
        static_cast<void>(model.windows().zoom(pane));
        break;
      case 16:
        model.windows().resize(window, {30, 100});
        break;
      case 17:
        model.windows().arrange(window, model::Preset::tiled);
        break;
      case 18:
        static_cast<void>(model.session(session)->options.set("@x", name));
        static_cast<void>(model.globals().window.set("@y", name));
        break;
      case 19:
        model.session(session)->environment.set("A", name);
        model.globals().environment.set("B", name);
        break;
      case 20: {
        static_cast<void>(whole.buffers.add(name, {}, 3));
        static_cast<void>(whole.buffers.set(name, name + name, {}));
        if (random() % 3 == 0 && !whole.buffers.all().empty()) {
          whole.buffers.erase(std::string(whole.buffers.all().back().name));
        }
        static_cast<void>(whole.buffers.rename(name, "renamed"));
        break;
      }
      default:
        whole.messages.add(name, 5);
        whole.state.jobs.push_back(std::make_shared<const std::string>(name));
        if (random() % 2 == 0) whole.state.jobs.erase(whole.state.jobs.begin());
        model.windows().rotate(window, model::Windows::Rotation::up);
        model.sessions().note_activity(session, {});
        break;
    }
    static_cast<void>(model.events().take());
    REQUIRE(store.save(whole.saved(), whole.state));
    if (round % 10 == 0 && !model.sessions().empty()) {
      REQUIRE(model.validate().empty());
      REQUIRE(memory.next() == whole.text());
    }
  }
}

TEST_CASE("a buffer beyond the bound is refused and nothing changes", "[model_store]") {
  command::BufferStore buffers;
  const std::string half(command::BufferStore::kMostBytes / 2, 'x');
  REQUIRE(buffers.set("a", half, {}));
  REQUIRE(buffers.set("b", half, {}));
  const auto refused = buffers.add("one more", {}, 50);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text == "buffers may have 512 MiB together: delete some");
  CHECK(buffers.all().size() == 2);
  CHECK(buffers.set("a", half, {}));  // in the place of the old one
}
