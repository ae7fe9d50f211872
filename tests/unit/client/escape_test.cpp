#include "client/remote/escape.hpp"

#include "support/catch.hpp"

using sess::client::remote::Escape;
using Command = Escape::Command;

TEST_CASE("a tilde that begins a line speaks to the client, every other one to the program", "[client]") {
  Escape escape;
  CHECK(escape.filter("~?").command == Command::help);
  CHECK(escape.filter("ls ~/x\r").typed == "ls ~/x\r");
  auto out = escape.filter("~");
  CHECK(out.typed.empty());
  CHECK_FALSE(out.command);
  out = escape.filter(".");
  CHECK(out.typed.empty());
  CHECK(out.command == Command::leave);

  Escape other;
  CHECK(other.filter("~~.").typed == "~.");
  CHECK(other.filter("\r~x~.").typed == "\r~x~.");
  CHECK(other.filter("\r~sls").typed == "\rls");
  CHECK(other.filter("\033[13u~.").command == Command::leave);
}

TEST_CASE("what is pasted never speaks to the client", "[client]") {
  Escape escape;
  const auto out = escape.filter("\033[200~a\r~.\r~?b\033[201~");
  CHECK_FALSE(out.command);
  CHECK(out.typed == "\033[200~a\r~.\r~?b\033[201~");
  CHECK_FALSE(escape.filter("~.").command);  // behind a paste no line begins
  CHECK(escape.filter("\r~.").command == Command::leave);
}

TEST_CASE("what the terminal answers or reports is no key: a line begins as before", "[client]") {
  for (const char* report :
       {"\033[?62;22c", "\033[>41;354;0c", "\033[24;80R", "\033[0n", "\033[?2026;2$y", "\033[?0u",
        "\033[8;24;80t", "\033[I", "\033[O", "\033[<35;10;5M", "\033P>|XTerm(379)\033\\",
        "\033]11;rgb:0000/0000/~.00\033\\", "\033]10;rgb:ffff/ffff/ffff\a"}) {
    INFO(report + 1);
    Escape escape;
    const auto out = escape.filter(report);
    CHECK(out.typed == report);
    CHECK_FALSE(out.command);
    CHECK(escape.filter("~?").command == Command::help);
    CHECK_FALSE(escape.filter("x" + std::string(report) + "~?").command);
    CHECK(escape.filter("\r" + std::string(report) + "~.").command == Command::leave);
  }
  for (const char* key : {"\033[A", "\033[3~", "\033OA", "\033b", "\033]", "\033P"}) {
    INFO(key + 1);
    Escape escape;
    CHECK_FALSE(escape.filter(std::string(key) + "~.").command);
    CHECK(escape.filter(std::string(key) + "\r~.").command == Command::leave);
  }
}
