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
