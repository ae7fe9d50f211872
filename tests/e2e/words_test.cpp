// What people type: mistakes that are answered by what to type instead (mistakes.txt), lone names, patterns,
// screen's words.
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "job_rig.hpp"

using namespace sess::test;

namespace {

struct Mistake {
  Rig::Arguments words;
  int status = 0;
  std::string said;
  int line = 0;
};

std::vector<Mistake> mistakes() {
  std::vector<Mistake> out;
  std::ifstream file(test_data() + "/e2e/mistakes.txt");
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.rfind("$ ", 0) == 0) {
      Mistake next;
      next.line = number;
      std::istringstream words(line.substr(2));
      for (std::string word; words >> word;) next.words.push_back(word);
      out.push_back(next);
    } else if (line.rfind("= ", 0) == 0) {
      out.back().status = std::stoi(line.substr(2));
    } else if (line.rfind("> ", 0) == 0) {
      out.back().said = line.substr(2);
    }
  }
  return out;
}

void make_some(const Rig& rig) {
  rig.ask({"new-session", "-d", "-s", "app", "sleep 1000"});
  rig.ask({"run", "-d", "-s", "web", "--description", "front end", "--", "sleep", "1000"});
  CHECK(rig.sess({"run", "-s", "prep", "--", "true"}).status.code() == 0);
  CHECK(rig.sess({"run", "-s", "build", "--", "echo compiling; exit 3"}).status.code() == 3);
}

std::string names_of_sessions(const Rig& rig) {
  return rig.ask({"list-sessions", "-F", "#{session_name}"});
}

}  // namespace

TEST_CASE("sixty mistakes are answered by a line that says what to type", "[e2e][words]") {
  Rig rig;
  make_some(rig);
  const auto all = mistakes();
  CHECK(all.size() >= 60);
  for (const auto& mistake : all) {
    const auto outcome = rig.sess(mistake.words);
    std::string typed;
    for (const auto& word : mistake.words) typed += " " + word;
    INFO("mistakes.txt:" << mistake.line << ": sess" << typed << "\n" << outcome.out << outcome.err);
    CHECK(outcome.status.code() == mistake.status);
    CHECK((outcome.out + outcome.err).find(mistake.said) != std::string::npos);
  }
  // None of them did anything.
  CHECK(names_of_sessions(rig) == "app\nweb");
  CHECK(job_state(rig, "web") == "running");
}

TEST_CASE("a lone name is the target where a command takes nothing else", "[e2e][words]") {
  Rig rig;
  make_some(rig);
  auto terminal = rig.terminal({"attach", "app"});
  REQUIRE(wait_until([&] { return rig.ask({"list-clients", "-F", "#{session_name}"}) == "app"; }));
  rig.ask({"detach", "app"});
  REQUIRE(terminal->wait_exit());
  rig.ask({"rename-session", "app", "editor"});
  CHECK(names_of_sessions(rig) == "editor\nweb");
  rig.ask({"kill-session", "editor"});
  CHECK(names_of_sessions(rig) == "web");
}

TEST_CASE("commands about jobs take several names, patterns and --all", "[e2e][words]") {
  Rig rig;
  for (const std::string name : {"worker-1", "worker-2", "other"})
    rig.ask({"run", "-d", "-s", name, "--", "echo " + name + " begins; sleep 1000"});
  for (const std::string name : {"worker-1", "worker-2", "other"}) {
    REQUIRE(wait_until([&] { return rig.sess({"logs", name}).out == name + " begins\n"; }));
  }
  CHECK(rig.sess({"logs", "worker-*"}).out == "worker-1 | worker-1 begins\nworker-2 | worker-2 begins\n");
  CHECK(rig.sess({"logs", "other", "worker-2"}).out ==
        "other    | other begins\nworker-2 | worker-2 begins\n");
  CHECK(rig.sess({"logs", "--tail", "1", "--since", "yesterday", "other"}).out == "other begins\n");
  CHECK(rig.sess({"logs", "--since", "today", "other"}).out == "other begins\n");
  CHECK(split_lines(rig.sess({"status", "worker-*"}).out).size() > 10);
  rig.ask({"stop", "worker-?"});
  CHECK(job_state(rig, "worker-1") == "inactive");
  CHECK(job_state(rig, "worker-2") == "inactive");
  CHECK(job_state(rig, "other") == "running");
  rig.ask({"start", "worker-1", "worker-2"});
  rig.ask({"kill", "-9", "worker-1"});
  REQUIRE(wait_until([&] { return job_state(rig, "worker-1") == "failed"; }));
  rig.ask({"stop", "--all"});
  CHECK(job_state(rig, "other") == "inactive");
  rig.ask({"rm", "--ended"});
  CHECK(rig.sess({"jobs", "--json"}).out == "[]\n");
}

TEST_CASE("cat prints a job's file, edit makes and changes it", "[e2e][words]") {
  Rig rig;
  rig.ask({"run", "-d", "-s", "web", "--restart", "always", "--", "sleep", "1000"});
  const auto none = rig.ask({"cat", "web"});
  CHECK(none.rfind("# web has no file", 0) == 0);
  CHECK(none.find("restart = \"always\"") != std::string::npos);
  const std::string editor = rig.home().root() + "/editor";
  std::ofstream(editor) << "#!/bin/sh\necho 'description = \"front end\"' >>\"$1\"\n";
  REQUIRE(::chmod(editor.c_str(), 0700) == 0);
  auto terminal = rig.terminal({"edit", "web"}, {24, 80}, {{"EDITOR", editor}, {"VISUAL", ""}});
  REQUIRE(terminal->wait_exit());
  const auto file = rig.ask({"cat", "web"});
  INFO(file);
  CHECK(file.rfind("# web has no file", 0) == std::string::npos);
  CHECK(file.find("description = \"front end\"") != std::string::npos);
  CHECK(rig.sess({"edit", "web"}).err == "edit needs a terminal\n");
  CHECK(rig.sess({"cat", "wbe"}).err == "no such job: wbe; did you mean web?\n");
}

TEST_CASE("who comes back is told once which jobs ended meanwhile", "[e2e][words]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "cat"});
  rig.ask({"run", "-d", "-s", "train", "--", "exit 7"});
  CHECK(rig.sess({"wait", "train"}).status.code() == 7);
  rig.ask({"run", "-d", "-s", "prep", "--", "true"});
  rig.ask({"wait", "prep"});
  REQUIRE(wait_until([&] { return rig.ask({"show-messages"}).find("job prep") != std::string::npos; }));
  {
    auto terminal = rig.terminal({"attach", "app"});
    CHECK(terminal->wait_for_text("2 jobs ended while you were away: train failed (7), prep well"));
    rig.ask({"detach", "app"});
    REQUIRE(terminal->wait_exit());
  }
  auto terminal = rig.terminal({"attach", "app"});
  terminal->type("here\r");
  REQUIRE(terminal->wait_for_text("here"));
  CHECK_FALSE(terminal->shows("while you were away"));
}

TEST_CASE("screen's words do what screen does", "[e2e][words]") {
  Rig rig;
  rig.ask({"-dmS", "app", "cat"});
  CHECK(rig.ask({"-ls"}).rfind("app: ", 0) == 0);
  rig.ask({"-S", "app", "-X", "stuff", "hello there^M"});
  REQUIRE(wait_until([&] {
    return rig.ask({"capture-pane", "-p", "-t", "app"}).rfind("hello there\nhello there", 0) == 0;
  }));
  auto first = rig.terminal({"-r", "app"});
  REQUIRE(wait_until([&] { return rig.ask({"list-clients", "-F", "#{session_name}"}) == "app"; }));
  auto second = rig.terminal({"-d", "-r", "app"});
  REQUIRE(second->wait_for_text("hello there"));
  REQUIRE(first->wait_exit());
  auto third = rig.terminal({"-x", "app"});
  REQUIRE(wait_until([&] { return rig.ask({"list-clients", "-F", "#{session_name}"}) == "app\napp"; }));
  rig.ask({"-S", "app", "-X", "quit"});
  CHECK(second->wait_exit());
  CHECK(third->wait_exit());
}

TEST_CASE("a session's name is the same however its letters are spelt", "[e2e][words]") {
  Rig rig;
  const std::string letters = "\u1112\u1161\u11ab";  // as a keyboard or a Macintosh's file system spells it
  rig.ask({"new-session", "-d", "-s", "한", "sleep 1000"});
  CHECK(rig.sess({"has-session", "-t", "=" + letters}).status.code() == 0);
  CHECK(rig.sess({"new-session", "-d", "-s", letters, "sleep 1000"}).err.find("duplicate session: 한") == 0);
  rig.ask({"new-session", "-d", "-s", letters + "2", "sleep 1000"});
  CHECK(names_of_sessions(rig) == "한\n한2");
  rig.ask({"rename-session", "-t", letters + "2", letters + "3"});
  CHECK(names_of_sessions(rig) == "한\n한3");
  rig.ask({"kill-session", "-t", letters + "3"});
  CHECK(names_of_sessions(rig) == "한");
}

TEST_CASE("jobs that only have a file are listed and start by pattern, and enable and disable take patterns",
          "[e2e][words]") {
  Rig rig;
  make_some(rig);
  rig.home().write("config/sess/jobs/nightly-a.toml", "command = [\"sleep\", \"1000\"]\n");
  rig.home().write("config/sess/jobs/nightly-b.toml", "command = [\"sleep\", \"1000\"]\n");
  CHECK(rig.ask({"jobs"}).find("nightly-a") != std::string::npos);
  rig.ask({"start", "nightly-*"});
  CHECK(job_state(rig, "nightly-a") == "running");
  CHECK(job_state(rig, "nightly-b") == "running");
  rig.ask({"enable", "nightly-*"});
  const auto enabled = [&](const std::string& name) {
    return rig.sess({"status", "--json", name}).out.find("\"enabled\":true") != std::string::npos;
  };
  CHECK((enabled("nightly-a") && enabled("nightly-b") && !enabled("web")));
  rig.ask({"disable", "nightly-*"});
  CHECK((!enabled("nightly-a") && !enabled("nightly-b")));
  // Of all that run or have a file; not of those that ended without one.
  rig.ask({"enable", "*"});
  CHECK(enabled("web"));
  const auto none = rig.sess({"enable", "nix*"});
  CHECK(none.status.code() == 1);
  CHECK(none.err.find("no job matches 'nix*'") == 0);
}
