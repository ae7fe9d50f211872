#include "client/remote/hosts.hpp"

#include "support/catch.hpp"

using namespace sess::client::remote;

TEST_CASE("named hosts stand for a destination with options, others for themselves", "[hosts]") {
  const auto hosts = Hosts::parse(
      "[hosts.build]\nto = \"me@build.example\"\nssh = [\"-p\", \"2222\"]\n"
      "[hosts.box]\nto = \"exec:docker exec -i box\"\n",
      "hosts.toml");
  REQUIRE(hosts);
  auto given = *parse_destination("build");
  given.ssh_options = {"-v"};
  const auto build = hosts->resolve(given);
  CHECK(build.name == "me@build.example");
  CHECK(build.ssh_options == std::vector<std::string>{"-p", "2222", "-v"});
  const auto box = hosts->resolve(*parse_destination("box"));
  CHECK(box.kind == Destination::Kind::exec);
  CHECK(box.name == "docker exec -i box");
  CHECK(hosts->resolve(*parse_destination("other")).name == "other");
}

TEST_CASE("a list of hosts and groups names each host once", "[hosts]") {
  const auto hosts = Hosts::parse("[groups]\nweb = [\"a\", \"me@b\"]\nnone = []\n", "hosts.toml");
  REQUIRE(hosts);
  CHECK(*hosts->expand("c,@web,a") == std::vector<std::string>{"c", "a", "me@b"});
  CHECK(hosts->expand("@db").error().text == "there is no group @db in hosts.toml");
  CHECK_FALSE(hosts->expand("@none"));
  CHECK_FALSE(hosts->expand("a,,b"));
  CHECK_FALSE(hosts->expand("a,-oProxyCommand=x"));
  CHECK(names_several("a,b"));
  CHECK(names_several("@web"));
  CHECK_FALSE(names_several("me@web"));
  CHECK_FALSE(names_several("exec:docker exec -i a,b"));
}

TEST_CASE("a hosts.toml that cannot be understood is an error with its line", "[hosts]") {
  for (const auto& [text, words] : std::vector<std::pair<std::string, std::string>>{
           {"[hosts.a]\nto = \n", "f:2: "},
           {"\n[hosts.a]\nssh = []\n", "f:2: the host a needs to"},
           {"[hosts.a]\nto = \"-x\"\n", "f:1: "},
           {"[groups]\nweb = \"a\"\n", "f:2: web is to be a list of texts"}}) {
    const auto hosts = Hosts::parse(text, "f");
    INFO(text);
    REQUIRE_FALSE(hosts);
    CHECK(hosts.error().text.find(words) == 0);
  }
  CHECK(Hosts::load("/no/such/file"));
}
