// The messages between keeper and server as release 0.1 wrote them: keepers and servers of different versions
// talk during an upgrade.
#include <fcntl.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "compat/link_examples.hpp"
#include "compat/recorded.hpp"
#include "keeper/link.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"

using namespace sess;
using namespace sess::test;

namespace {

/// A recorded message of the link, with as many descriptors as it announced.
keeper::RawMessage raw(const std::string& name) {
  const std::string bytes = read_whole(test_data() + "/compat/0.1/link/" + name);
  INFO(name);
  REQUIRE(bytes.size() >= 8);
  std::vector<UniqueFd> fds;
  for (int i = 0; i < bytes[5]; ++i) fds.emplace_back(open("/dev/null", O_RDWR | O_CLOEXEC));
  keeper::MessageReader reader;
  reader.feed(bytes, std::move(fds));
  auto message = reader.next();
  REQUIRE(message);
  REQUIRE(message->has_value());
  return std::move(**message);
}

template <class Message>
Message to_server(const std::string& name) {
  auto message = keeper::decode_to_server(raw(name));
  REQUIRE(message);
  REQUIRE(std::holds_alternative<Message>(*message));
  return std::move(std::get<Message>(*message));
}

template <class Message>
Message to_keeper(const std::string& name) {
  auto message = keeper::decode_to_keeper(raw(name));
  REQUIRE(message);
  REQUIRE(std::holds_alternative<Message>(*message));
  return std::move(std::get<Message>(*message));
}

}  // namespace

TEST_CASE("the messages of 0.1's keeper keep every field", "[compat]") {
  const auto start = to_server<keeper::Start>("start");
  const auto start_wanted = link_start();
  CHECK(start.previous == start_wanted.previous);
  CHECK(start.start_count == start_wanted.start_count);
  CHECK(start.name == start_wanted.name);
  CHECK(start.socket_path == start_wanted.socket_path);
  CHECK(start.socket_directory == start_wanted.socket_directory);
  CHECK(start.private_directory == start_wanted.private_directory);
  CHECK(start.state_directory == start_wanted.state_directory);
  CHECK(start.config_directory == start_wanted.config_directory);
  CHECK(start.config_files == start_wanted.config_files);
  CHECK(start.verbosity == start_wanted.verbosity);
  CHECK(start.foreground == start_wanted.foreground);
  CHECK(start.boot == start_wanted.boot);
  CHECK(start.program == start_wanted.program);
  CHECK((start.listener && start.model));

  const auto program = to_server<keeper::Program>("program");
  const auto wanted = link_program();
  CHECK(program.pane == wanted.pane);
  CHECK(program.pid == wanted.pid);
  CHECK(program.tty == wanted.tty);
  CHECK(program.program == wanted.program);
  CHECK(program.exited == wanted.exited);
  CHECK(program.wait_status == wanted.wait_status);
  CHECK(program.usage == wanted.usage);
  CHECK(program.started == wanted.started);
  CHECK(program.ended == wanted.ended);
  CHECK((program.master && program.journal));

  static_cast<void>(to_server<keeper::Ready>("ready"));
  const auto spawned = to_server<keeper::Spawned>("spawned");
  const auto spawned_wanted = link_spawned();
  CHECK(spawned.request == spawned_wanted.request);
  CHECK(spawned.pane == spawned_wanted.pane);
  CHECK(spawned.pid == spawned_wanted.pid);
  CHECK(spawned.tty == spawned_wanted.tty);
  CHECK(spawned.note == spawned_wanted.note);
  CHECK(spawned.started == spawned_wanted.started);
  CHECK((spawned.master && spawned.journal));
  const auto failed = to_server<keeper::SpawnFailed>("spawn_failed");
  CHECK(failed.request == 13);
  CHECK(failed.pane == 10);
  CHECK(failed.sys_errno == 2);
  CHECK(failed.text == "no such file");
  const auto exited = to_server<keeper::Exited>("exited");
  CHECK(exited.pane == 11);
  CHECK(exited.pid == 4713);
  CHECK(exited.wait_status == 9);
  CHECK(exited.usage == link_usage());
  CHECK(exited.ended == link_time(4));
  CHECK(to_server<keeper::Ping>("ping").serial == 14);
  static_cast<void>(to_server<keeper::Stop>("stop"));
  CHECK(to_server<keeper::Listener>("listener").listener);
}

TEST_CASE("the messages of 0.1's server keep every field", "[compat]") {
  const auto spawn = to_keeper<keeper::Spawn>("spawn");
  const auto wanted = link_spawn();
  CHECK(spawn.request == wanted.request);
  CHECK(spawn.pane == wanted.pane);
  CHECK(spawn.argv == wanted.argv);
  CHECK(spawn.env == wanted.env);
  CHECK(spawn.cwd == wanted.cwd);
  CHECK(spawn.argv0 == wanted.argv0);
  CHECK(spawn.size == wanted.size);
  CHECK(spawn.pixels.width == wanted.pixels.width);
  CHECK(spawn.pixels.height == wanted.pixels.height);
  CHECK(spawn.umask == wanted.umask);
  CHECK(spawn.keep_journal == wanted.keep_journal);
  CHECK(spawn.nice == wanted.nice);
  CHECK(spawn.memory_limit == wanted.memory_limit);
  CHECK(spawn.input == wanted.input);
  CHECK(to_keeper<keeper::Forget>("forget").pane == 15);
  const auto signal = to_keeper<keeper::Signal>("signal");
  CHECK(signal.pane == 16);
  CHECK(signal.signo == 15);
  CHECK(signal.whom == keeper::Signal::Whom::session);
  CHECK(to_keeper<keeper::Pong>("pong").serial == 17);
  static_cast<void>(to_keeper<keeper::End>("end"));
  static_cast<void>(to_keeper<keeper::Leave>("leave"));
}

// Not run by ctest: make_compat runs it with SESS_COMPAT_OUT.
TEST_CASE("records the link's messages", "[.record]") {
  const char* out = std::getenv("SESS_COMPAT_OUT");
  REQUIRE(out != nullptr);
  std::filesystem::create_directories(std::string(out) + "/link");
  for (const auto& [name, bytes] : link_recordings()) {
    std::ofstream(std::string(out) + "/link/" + name, std::ios::binary) << bytes;
  }
}
