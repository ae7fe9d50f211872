#include "job/order.hpp"

#include "support/catch.hpp"

using namespace sess;
using job::Dependencies;
using job::Graph;
using job::State;
using Names = std::vector<std::string>;
using Ready = job::Graph::Ready;

namespace {

/// state() of a map; jobs that it does not name are inactive.
std::function<State(const std::string&)> states(std::map<std::string, State> map) {
  return [map = std::move(map)](const std::string& name) {
    const auto it = map.find(name);
    return it == map.end() ? State::inactive : it->second;
  };
}

}  // namespace

TEST_CASE("requires pulls in, after orders", "[job]") {
  Graph graph;
  graph.set("web", {{"db", "cache"}, {"db"}});
  graph.set("db", {{"disk"}, {"disk"}});
  graph.set("disk", {});
  graph.set("cache", {});
  CHECK(graph.start_order({"web"}).value() == Names{"disk", "db", "web"});
  // cache is only ordered: it comes along when somebody starts it, and then before.
  CHECK(graph.start_order({"web", "cache"}).value() == Names{"cache", "disk", "db", "web"});
}

TEST_CASE("a cycle is refused with its path", "[job]") {
  Graph graph;
  graph.set("a", {{"b"}, {}});
  graph.set("b", {{"c"}, {}});
  graph.set("c", {{"a"}, {}});
  graph.set("lone", {});
  const auto order = graph.start_order({"lone"});
  REQUIRE_FALSE(order);
  CHECK(order.error().text == "dependency cycle: a -> b -> c -> a");
  graph.set("c", {});
  CHECK(graph.check());
}

TEST_CASE("a job after itself is the shortest cycle", "[job]") {
  Graph graph;
  graph.set("a", {{"a"}, {}});
  CHECK(graph.check().error().text == "dependency cycle: a -> a");
}

TEST_CASE("a required job that does not exist is an error, an ordered one is not", "[job]") {
  Graph graph;
  graph.set("a", {{"ghost"}, {}});
  CHECK(graph.start_order({"a"}).value() == Names{"a"});
  graph.set("a", {{}, {"ghost"}});
  CHECK(graph.start_order({"a"}).error().text == "job a requires ghost, which does not exist");
  CHECK(graph.start_order({"b"}).error().text == "no job b");
}

TEST_CASE("a cycle of requirements names its members", "[job]") {
  Graph graph;
  graph.set("a", {{}, {"b"}, false});
  graph.set("b", {{}, {"a"}, false});
  CHECK(graph.check().error().text == "dependency cycle: a -> b -> a");
}

TEST_CASE("a stop takes along what requires the job, dependents first", "[job]") {
  Graph graph;
  graph.set("db", {});
  graph.set("web", {{"db"}, {"db"}});
  graph.set("proxy", {{"web"}, {"web"}});
  graph.set("batch", {{"db"}, {}});
  CHECK(graph.stopped_with("db") == Names{"proxy", "web"});
  CHECK(graph.stopped_with("proxy").empty());
}

TEST_CASE("a job waits for those before it that are on their way", "[job]") {
  Graph graph;
  graph.set("db", {});
  graph.set("web", {{"db"}, {}});
  CHECK(graph.may_start("web", states({{"db", State::waiting}})).ready == Ready::wait);
  CHECK(graph.may_start("web", states({{"db", State::running}})).ready == Ready::yes);
  // Not started by anybody: after alone does not wait for it.
  CHECK(graph.may_start("web", states({})).ready == Ready::yes);
  CHECK(graph.may_start("web", states({{"db", State::failed}})).ready == Ready::yes);
}

TEST_CASE("a oneshot job has come up when it has ended well", "[job]") {
  Graph graph;
  graph.set("migrate", {{}, {}, true});
  graph.set("web", {{"migrate"}, {"migrate"}});
  const auto answer = graph.may_start("web", states({{"migrate", State::running}}));
  CHECK(answer.ready == Ready::wait);
  CHECK(answer.because == "migrate");
  CHECK(graph.may_start("web", states({{"migrate", State::exited}})).ready == Ready::yes);
  const auto refused = graph.may_start("web", states({{"migrate", State::failed}}));
  CHECK(refused.ready == Ready::refused);
  CHECK(refused.because == "migrate");
}

TEST_CASE("a chain of a thousand jobs is put in order", "[job]") {
  Graph graph;
  graph.set("j0", {});
  for (int i = 1; i < 1000; ++i) {
    const std::string before = "j" + std::to_string(i - 1);
    graph.set("j" + std::to_string(i), {{before}, {before}});
  }
  const auto order = graph.start_order({"j999"}).value();
  REQUIRE(order.size() == 1000);
  for (int i = 0; i < 1000; ++i) REQUIRE(order[static_cast<std::size_t>(i)] == "j" + std::to_string(i));
}
