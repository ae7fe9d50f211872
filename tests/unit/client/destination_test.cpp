#include "client/remote/destination.hpp"

#include <algorithm>

#include "client/options.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"

using namespace sess;
using namespace sess::client;
using namespace sess::client::remote;

namespace {

using Words = std::vector<std::string>;

Options parsed(Words words) {
  words.insert(words.begin(), "sess");
  const auto options = parse_options(words);
  INFO((options ? "" : options.error().text));
  REQUIRE(options);
  return *options;
}

std::string refusal(Words words) {
  words.insert(words.begin(), "sess");
  const auto options = parse_options(words);
  REQUIRE_FALSE(options);
  return options.error().text;
}

}  // namespace

TEST_CASE("whoever asks for help on ssh is not told that ssh has no such option", "[client]") {
  for (const char* flag : {"-h", "--help"}) {
    const auto options = parsed({"ssh", flag});
    CHECK(options.command == Words{"ssh", "--help"});
    CHECK_FALSE(options.far);
  }
}

TEST_CASE("a host is named by ssh's words, by -H, and behind attach and ls", "[client]") {
  const auto ssh = parsed({"-L", "work", "ssh", "-p", "22", "-Jgate", "-4o", "Compression=yes", "me@far",
                           "-s", "app", "vi", "-R"});
  REQUIRE(ssh.far);
  CHECK(ssh.far->name == "me@far");
  CHECK(ssh.far->ssh_options == Words{"-p", "22", "-Jgate", "-4o", "Compression=yes"});
  CHECK(ssh.command == Words{"new-session", "-A", "-s", "app", "--", "vi", "-R"});
  CHECK(ssh.name == "work");
  CHECK(parsed({"ssh", "far"}).command.empty());
  CHECK(parsed({"ssh", "far", "make"}).command == Words{"new-session", "--", "make"});

  const auto attach = parsed({"attach", "-d", "-H", "far", "-t", "app"});
  REQUIRE(attach.far);
  CHECK(attach.far->name == "far");
  CHECK(attach.command == Words{"attach", "-d", "-t", "app"});
  CHECK(parsed({"ls", "-Hfar"}).far->name == "far");
  CHECK(parsed({"-H", "exec:docker exec -i c", "ls"}).far->kind == Destination::Kind::exec);
  // tmux's own -H, and words that are no flags.
  CHECK_FALSE(parsed({"send-keys", "-H", "41"}).far);
  CHECK_FALSE(parsed({"attach", "--", "-H", "far"}).far);
}

TEST_CASE("what ssh could take for an option is no host", "[client]") {
  for (const char* host : {"-oProxyCommand=x", "me@-x", "a b", "me@", "a\nb"}) {
    INFO(host);
    CHECK(refusal({"-H", host, "ls"}).find("is no host name") != std::string::npos);
    CHECK(refusal({"ssh", "--", host}).find("is no host name") != std::string::npos);
  }
  CHECK(refusal({"-H", "a", "attach", "-H", "b"}) == "two hosts are named");
  CHECK(refusal({"ssh", "-p"}) == "ssh's -p needs an argument");
  CHECK(refusal({"ssh", "-4N", "far"}) == "ssh's -N has no meaning here");
  CHECK(refusal({"ssh", "-Z", "far"}) == "ssh has no option -Z");
}

TEST_CASE("what goes through the far user's shell is quoted once", "[client]") {
  Destination far;
  far.name = "far";
  far.ssh_options = {"-p", "22"};
  const Words words{"-S", "it's a $place", "proxy"};
  const auto first = transport_command(far, Attempt::first, words);
  REQUIRE(first.size() > 4);
  CHECK(first[0] == "ssh");
  CHECK(first[first.size() - 2] == "far");
  CHECK(first[first.size() - 3] == "--");
  CHECK(std::find(first.begin(), first.end(), "ControlPath=none") == first.end());
  const auto again = transport_command(far, Attempt::watched, words);
  CHECK(std::find(again.begin(), again.end(), "ControlPath=none") != again.end());

  // The words arrive as they were.
  const std::string script = first.back();
  const std::string start = "exec sh -c ";
  REQUIRE(script.rfind(start, 0) == 0);
  const auto ran =
      test::run({"sh", "-c", "printf '<%s>' " + script.substr(start.size())}, {"PATH=/usr/bin:/bin"});
  CHECK(ran.out.find("<sess><-S><it's a $place><proxy>") != std::string::npos);

  Destination exec;
  exec.kind = Destination::Kind::exec;
  exec.name = "docker exec -i c";
  CHECK(transport_command(exec, Attempt::first, words) ==
        Words{"/bin/sh", "-c", "docker exec -i c sess -S 'it'\\''s a $place' proxy"});
}
