// Saved sessions as bytes, and the files that hold them.
#include "store/saved_session.hpp"

#include <fstream>

#include "store/disk_queue.hpp"
#include "support/catch.hpp"
#include "support/home.hpp"

using namespace sess;
using sess::test::TempHome;

namespace {

command::SavedSession example() {
  command::SavedSession session;
  session.name = "work";
  session.directory = "/home/\xff odd";
  session.created = model::Time(std::chrono::microseconds(1'700'000'000'000'001));
  session.current = 3;
  command::SavedWindow window;
  window.index = 3;
  window.name = "edit";
  window.named_by_hand = true;
  window.layout = "bb62,159x48,0,0{79x48,0,0,1,79x48,80,0,2}";
  window.size = {48, 159};
  window.panes = {{1, "/usr", "vim a", "title"}, {2, "/tmp", "", ""}};
  window.active = 1;
  window.zoomed = true;
  window.identity = "5f-7";
  window.options["synchronize-panes"] = std::int64_t{1};
  session.windows.push_back(window);
  session.group = "grouped";
  session.options["@mine"] = std::string("a\xff");
  session.options["history-limit"] = std::int64_t{7};
  session.options["update-environment"] = model::OptionArray{{0, "ONE"}, {5, "TWO"}};
  return session;
}

Result<> whole(std::string_view bytes) {
  auto content = store::unseal(bytes);
  return content ? Result<>() : Result<>(pass(content.error()));
}

}  // namespace

TEST_CASE("a saved session reads back as it was, bytes that are no text included", "[restore]") {
  const auto before = example();
  const auto after = store::decode_session(store::encode_session(before));
  REQUIRE(after);
  CHECK(after->name == before.name);
  CHECK(after->directory == before.directory);
  CHECK(after->created == before.created);
  CHECK(after->current == 3);
  REQUIRE(after->windows.size() == 1);
  const auto& window = after->windows[0];
  CHECK(window.index == 3);
  CHECK(window.name == "edit");
  CHECK(window.named_by_hand);
  CHECK(window.layout == before.windows[0].layout);
  CHECK(window.size == Size{48, 159});
  CHECK(window.active == 1);
  CHECK(window.zoomed);
  CHECK(window.identity == "5f-7");
  CHECK(window.options == before.windows[0].options);
  CHECK(after->group == "grouped");
  CHECK(after->options == before.options);
  REQUIRE(window.panes.size() == 2);
  CHECK(window.panes[0].id == 1);
  CHECK(window.panes[0].command == "vim a");
  CHECK(window.panes[1].directory == "/tmp");
}

TEST_CASE("a saved session that is cut short or changed at any byte is refused", "[restore]") {
  const std::string bytes = store::encode_session(example());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    INFO(i);
    CHECK_FALSE(store::decode_session(std::string_view(bytes).substr(0, i)));
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 0x20);
    CHECK_FALSE(store::decode_session(changed));
  }
  CHECK(store::unseal("sess 2 0\n").error().text == "a later version wrote it");
  CHECK(store::unseal("").error().text == "it is not one of ours, or empty");
  // Whole, but not a session.
  CHECK_FALSE(store::decode_session(store::seal("")));
  CHECK_FALSE(store::decode_session(store::seal("\xa0")));
}

TEST_CASE("a command at a prompt holds no control character: nothing runs before Enter", "[restore]") {
  CHECK(store::typed_words({"vim", "a b", "it's"}) == "vim 'a b' 'it'\\''s'");
  CHECK(store::typed_words({"sh", "-c", "rm x\nrm y"}) == "sh -c $'rm x\\012rm y'");
  CHECK(store::typed_words({"echo", "\x03\x1b'\\"}) == "echo $'\\003\\033\\'\\\\'");
  CHECK(store::typed_line("make -j8 && ./run") == "make -j8 && ./run");
  CHECK(store::typed_line("a\nb") == "sh -c $'a\\012b'");
}

TEST_CASE("the file before the newest is kept, and read when the newest is damaged", "[restore]") {
  const TempHome home;
  const std::string path = home.root() + "/sessions";
  auto directory = job::DiskDirectory::open(path);
  REQUIRE(directory);
  auto loop = os::Loop::open();
  REQUIRE(loop);
  std::vector<std::string> failures;
  {
    store::DiskQueue queue(**loop, **directory, [&](const Error& error) { failures.push_back(error.text); });
    queue.put("a.session", store::seal("one"));
    queue.drain();
    queue.put("a.session", store::seal("two"));
    queue.put("a.1.text", store::seal("text"));
    queue.put("b.session", store::seal("other"));
    queue.drain();
    CHECK((*directory)->list().value() ==
          std::vector<std::string>{"a.1.text", "a.session", "a.session.last", "b.session"});
    std::string note;
    CHECK(store::DiskQueue::read(**directory, "a.session", whole, note).value() == store::seal("two"));
    CHECK(note.empty());
    std::ofstream(path + "/a.session") << "torn";
    CHECK(store::DiskQueue::read(**directory, "a.session", whole, note).value() == store::seal("one"));
    CHECK(note == "a.session: it is not one of ours, or empty; the one before it is used");
    CHECK(store::DiskQueue::read(**directory, "c.session", whole, note).error().code == ErrorCode::not_found);
    queue.remove("a.");
    queue.drain();
    CHECK((*directory)->list().value() == std::vector<std::string>{"b.session"});
    // A name that cannot be written is told, from the loop.
    queue.put("x/y", "z");
    queue.drain();
    CHECK(failures.size() == 1);
    // The last word is written although nobody waits for it.
    queue.put("d.session", store::seal("last"));
  }
  CHECK((*directory)->read("d.session", 1000).value() == store::seal("last"));
}
