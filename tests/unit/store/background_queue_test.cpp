#include "store/background_queue.hpp"

#include <future>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace sess;

struct Item {
  std::string text;
  bool barrier = false;
};
using Queue = store::BackgroundQueue<Item>;

/// A queue whose thread waits with its first batch until release() is called.
struct Rig {
  std::unique_ptr<os::Loop> loop = std::move(*os::Loop::open());
  std::promise<void> first_taken;
  std::promise<void> released;
  bool first = true;
  std::vector<std::string> ran;   ///< in the thread; read after drain() only
  std::vector<std::string> done;  ///< in the loop

  Queue make(std::size_t batch) {
    return Queue(*loop, {.run =
                             [this](std::deque<Item>& items) {
                               if (std::exchange(first, false)) {
                                 first_taken.set_value();
                                 released.get_future().wait();
                               }
                               std::string all;
                               for (const auto& item : items) all += item.text;
                               ran.push_back(all);
                             },
                         .done = [this](Item& item) { done.push_back(item.text); },
                         .batch = batch});
  }
  void take_first(Queue& queue) {
    queue.add({"first"});
    first_taken.get_future().wait();
  }
};

Queue::Match match_x(const Item& queued) {
  if (queued.barrier) return Queue::Match::barrier;
  return queued.text.front() == 'x' ? Queue::Match::same : Queue::Match::other;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("items are done in order, in batches, and told in order", "[server][background]") {
  Rig rig;
  auto queue = rig.make(2);
  rig.take_first(queue);
  for (const char* text : {"a", "b", "c"}) queue.add({text});
  rig.released.set_value();
  queue.drain();
  CHECK(rig.ran == Texts{"first", "ab", "c"});
  CHECK(rig.done == Texts{"first", "a", "b", "c"});
}

TEST_CASE("the loop is told without being asked", "[server][background]") {
  Rig rig;
  auto queue = rig.make(1);
  rig.released.set_value();
  queue.add({"a"});
  while (rig.done.empty()) rig.loop->run_once();
  CHECK(rig.done == Texts{"a"});
}

TEST_CASE("an item that waits is replaced in its place by one that is the same", "[server][background]") {
  Rig rig;
  auto queue = rig.make(1);
  rig.take_first(queue);
  queue.add({"x1"}, match_x);
  queue.add({"y"});
  queue.add({"x2"}, match_x);
  rig.released.set_value();
  queue.drain();
  CHECK(rig.ran == Texts{"first", "x2", "y"});
}

TEST_CASE("a file that was put, removed and put again was lost: nothing moves before a barrier",
          "[server][background]") {
  Rig rig;
  auto queue = rig.make(1);
  rig.take_first(queue);
  queue.add({"x1"}, match_x);
  queue.add({"remove", true});
  queue.add({"x2"}, match_x);
  rig.released.set_value();
  queue.drain();
  CHECK(rig.ran == Texts{"first", "x1", "remove", "x2"});
}

TEST_CASE("what is queued at the end is done, and nobody is told", "[server][background]") {
  Rig rig;
  {
    auto queue = rig.make(8);
    rig.take_first(queue);
    queue.add({"last"});
    rig.released.set_value();
  }
  CHECK(rig.ran == Texts{"first", "last"});
  CHECK(rig.done.empty());
}
