#include "job/name.hpp"

#include <set>

#include "support/catch.hpp"

using namespace sess;

namespace {

std::string name_for(const std::vector<std::string>& command, const std::set<std::string>& taken = {}) {
  return job::name_for(command, [&](const std::string& name) { return taken.count(name) != 0; });
}

}  // namespace

TEST_CASE("a job is named after its program", "[job]") {
  CHECK(name_for({"make", "-j8"}) == "make");
  CHECK(name_for({"/usr/local/bin/my tool"}) == "my");
  CHECK(name_for({"/usr/local/bin/my tool", "x"}) == "mytool");
  CHECK(name_for({"FOO=1 BAR='x y' ./build.sh --all && echo"}) == "build.sh");
  CHECK(name_for({"FOO=1 ./build.sh --all"}) == "build.sh");
  CHECK(name_for({"-weird", "make"}) == "weird");
  CHECK(name_for({"한글"}) == "job");
  CHECK(name_for({}) == "job");
  CHECK(name_for({""}) == "job");
}

TEST_CASE("a name that is taken gets a number", "[job]") {
  CHECK(name_for({"make"}, {"make"}) == "make-2");
  CHECK(name_for({"make"}, {"make", "make-2", "make-3"}) == "make-4");
}

TEST_CASE("the name after ten thousand is found with few questions", "[job]") {
  int questions = 0;
  const auto name = job::name_for({"make"}, [&](const std::string& one) {
    ++questions;
    const auto dash = one.find('-');
    return dash == std::string::npos || std::stol(one.substr(dash + 1)) <= 10'000;
  });
  CHECK(name == "make-10001");
  CHECK(questions < 50);
}

TEST_CASE("a derived name is always a valid one", "[job]") {
  for (const auto* command : {"make", "../x", "...", "--", "a:b.c", "\033[31m", "x\ny"}) {
    CHECK(job::check_name(name_for({command, "argument"})));
    CHECK(job::check_name(name_for({command})));
  }
  const std::string long_name(500, 'x');
  CHECK(job::check_name(name_for({long_name, "y"}, {})));
  CHECK(job::check_name(name_for({long_name, "y"}, {std::string(job::kMaxName - 12, 'x')})));
}

TEST_CASE("names that could not be a file or a target are refused", "[job]") {
  for (const auto* wrong : {"", "-x", ".x", "a/b", "a b", "a:b", "\xff", "a\u00a0b", "\u2192", "a\n"})
    CHECK_FALSE(job::check_name(wrong));
  CHECK_FALSE(job::check_name(std::string(job::kMaxName + 1, 'a')));
  CHECK(job::check_name(std::string(job::kMaxName, 'a')));
  CHECK(job::check_name("web.1_test-2"));
  CHECK(job::check_name("학습"));
  CHECK(job::check_name("é"));
}

TEST_CASE("the nearest word is suggested, a far one is not", "[job]") {
  const std::vector<std::string> words{"restart", "restart-delay", "requires", "nice"};
  CHECK(job::nearest("restrat", words) == "restart");
  CHECK(job::nearest("restart-dealy", words) == "restart-delay");
  CHECK(job::nearest("nicee", words) == "nice");
  CHECK(job::nearest("colour", words).empty());
}
