#include "store/model_store.hpp"

#include <fcntl.h>

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
  model::Model::NewSplit split;
  split.beside = first->pane;
  REQUIRE(model.split_pane(split));
  REQUIRE(model.session_options().set("status", "off"));
  REQUIRE((*session)->options.set("@mine", "x"));
  model.environment().set("LANG", "ko_KR.UTF-8");
  (*session)->environment.remove("DISPLAY");
  return (*session)->id;
}

}  // namespace

TEST_CASE("a model that was written down is the same when it is read back", "[model_store]") {
  model::Model before;
  const auto id = build(before);
  input::KeyTables keys = input::KeyTables::with_defaults();
  keys.bind("root", *input::parse_key("F5"), {"display-message hi", "", false});
  SavedState state;
  state.buffers.push_back({"buffer0", std::string("a\0b", 3), {}, true, 4});
  SavedClient client;
  client.token = 123;
  client.session = client.last_session.emplace(id);
  client.read_only = client.active_pane = true;
  client.flags = {"no-detach-on-destroy"};
  client.key_table = "mine";
  client.input = {7, 2, 1};
  state.clients.push_back(client);
  state.configured = true;
  const std::string bytes = encode_model(before, keys, state);

  model::Model after;
  input::KeyTables read_keys;
  SavedState read_state;
  REQUIRE(decode_model(bytes, after, read_keys, read_state));
  CHECK(after.repair().empty());
  CHECK(after.validate().empty());
  CHECK(encode_model(after, read_keys, read_state) == bytes);
  REQUIRE(after.session_named("app") != nullptr);
  CHECK(after.session_named("app")->windows.size() == 2);
  CHECK(after.session_options().text("status") == "off");
  CHECK(read_keys.find("root", *input::parse_key("F5")) != nullptr);
  CHECK(read_state.buffers[0].data.size() == 3);
  CHECK(read_state.clients[0].read_only);
  CHECK(read_state.clients[0].active_pane);
  CHECK(read_state.clients[0].flags == client.flags);
  REQUIRE(read_state.clients[0].last_session);
  CHECK(read_state.clients[0].last_session->value == id.value);
  CHECK(read_state.clients[0].input == model::InputPosition{7, 2, 1});
}

TEST_CASE("any bytes are an error or a model that can be repaired", "[model_store]") {
  model::Model before;
  build(before);
  const std::string bytes = encode_model(before, input::KeyTables::with_defaults(), {});
  for (std::size_t i = 0; i < bytes.size(); i += 7) {
    std::string bad = bytes;
    bad[i] = static_cast<char>(bad[i] ^ 0x15);
    model::Model model;
    input::KeyTables keys;
    SavedState state;
    static_cast<void>(decode_model(bad, model, keys, state));
    model.repair();
    CHECK(model.validate().empty());
  }
}

TEST_CASE("the store keeps the last whole model", "[model_store]") {
  auto memory = os::SharedMemory::create("model", 0).value();
  const auto fd = [&] { return UniqueFd(::fcntl(memory.fd(), F_DUPFD_CLOEXEC, 0)); };
  {
    auto store = ModelStore::open(fd()).value();
    model::Model model;
    input::KeyTables keys;
    SavedState state;
    CHECK_FALSE(store.load(model, keys, state).value());
    build(model);
    REQUIRE(store.save(model, keys, state));
    auto same = os::SharedMemory::adopt(fd()).value();
    const auto header = same.map(0, 4096).value();
    const std::string before(reinterpret_cast<const char*>(header.data()), 4096);
    REQUIRE(store.save(model, keys, state));  // nothing changed: nothing is written
    CHECK(std::string(reinterpret_cast<const char*>(header.data()), 4096) == before);
    model.environment().set("LANG", "C");
    REQUIRE(store.save(model, keys, state));
    CHECK(std::string(reinterpret_cast<const char*>(header.data()), 4096) != before);
  }
  auto store = ModelStore::open(fd()).value();
  model::Model model;
  input::KeyTables keys;
  SavedState state;
  CHECK(store.load(model, keys, state).value());
  CHECK(model.sessions().size() == 1);
}
