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
  CHECK(name_for({"FOO=1 BAR='x y' ./build.sh --all && echo"}) == "build");
  CHECK(name_for({"FOO=1 ./build.sh --all"}) == "build");
  CHECK(name_for({"-weird", "make"}) == "weird");
  CHECK(name_for({"한글"}) == "한글");
  CHECK(name_for({}) == "job");
  CHECK(name_for({""}) == "job");
}

TEST_CASE("interpreters, wrappers and runners are looked through", "[job]") {
  CHECK(name_for({"python3", "train.py"}) == "train");
  CHECK(name_for({"/usr/bin/python3.11", "-u", "-W", "ignore", "src/train.py", "--epochs", "3"}) == "train");
  CHECK(name_for({"python3", "-m", "http.server", "8000"}) == "http.server");
  CHECK(name_for({"python3", "-c", "print(1)"}) == "python3");
  CHECK(name_for({"python3"}) == "python3");
  CHECK(name_for({"./train.py"}) == "train");
  CHECK(name_for({"python3 학습.py"}) == "학습");
  CHECK(name_for({"nice", "-n", "5", "env", "-u", "HOME", "A=1", "node", "server.js"}) == "server");
  CHECK(name_for({"time", "-p", "make", "-j8"}) == "make");
  CHECK(name_for({"timeout", "-k", "5", "10m", "rsync", "-a", "x", "y"}) == "rsync");
  CHECK(name_for({"sh", "-c", "cd src && exec python train.py"}) == "train");
  CHECK(name_for({"bash", "-lc", "source venv/bin/activate; FOO=1 nohup ./serve.sh >log 2>&1"}) == "serve");
  CHECK(name_for({"bash", "deploy.sh"}) == "deploy");
  CHECK(name_for({"cd /srv/app && npm run build"}) == "build");
  CHECK(name_for({"npm", "run", "-s", "dev"}) == "dev");
  CHECK(name_for({"npm", "start"}) == "npm");
  CHECK(name_for({"uv", "run", "python", "fit.py"}) == "fit");
  CHECK(name_for({"java", "-Xmx2g", "-jar", "target/app.jar"}) == "app");
  CHECK(name_for({"go", "run", "./cmd/server"}) == "server");
  CHECK(name_for({"env"}) == "env");
  CHECK(name_for({"cd /srv/app"}) == "cd");
  CHECK(name_for({"while true; do ./poll.sh; sleep 1; done"}) == "poll");
  CHECK(name_for({"(make; make install) 2>&1 | tee log"}) == "make");
}

TEST_CASE("names that look the same are the same", "[job]") {
  CHECK(name_for({"\u1112\u1161\u11ab"}) == "\ud55c");
  CHECK(name_for({"e\u0301tude"}) == "\u00e9tude");
  // A long name is cut between characters.
  std::string hangul;
  for (int i = 0; i < 100; ++i) hangul += "한";
  CHECK(job::check_name(name_for({hangul})));
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
