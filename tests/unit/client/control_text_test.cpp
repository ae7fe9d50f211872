#include "client/control_text.hpp"

#include "support/catch.hpp"

using sess::client::ControlText;

TEST_CASE("a control client hands on whole lines, however the server's text is cut", "[control_text]") {
  const std::string text =
      "%begin 1 1 0\n%end 1 1 0\n%output %0 a\\015\\012\n%begin 2 2 1\none\n%begin 3 3 1\n%end 9 9 1\n%end 2 "
      "2 1\n";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    ControlText control;
    std::string got;
    for (std::size_t at = 0; at < text.size(); at += size) {
      const auto part = control.take(std::string_view(text).substr(at, size));
      CHECK((part.empty() || part.back() == '\n'));
      got += part;
    }
    CHECK(got == text);
    CHECK(control.close().empty());
  }
}

TEST_CASE("a line whose end never comes is not begun, and an open block ends as an error", "[control_text]") {
  ControlText control;
  CHECK(control.take("%output %0 a\\01").empty());
  CHECK(control.close().empty());
  CHECK(control.take("%begin 2 2 1\none\n%en") == "%begin 2 2 1\none\n");
  CHECK(control.close() == "%error 2 2 1\n");
  CHECK(control.close().empty());
}

TEST_CASE("a line that is too long to be kept is handed on, and ends where it was cut", "[control_text]") {
  ControlText control;
  static_cast<void>(control.take("%begin 2 2 1\n"));
  const std::string big(ControlText::kMostHeld + 1, 'x');
  CHECK((control.take(big) == big));
  CHECK(control.take("%end 2 2 1\n") == "%end 2 2 1\n");  // the end of that line, not of the block
  CHECK((control.take(big) == big));
  CHECK(control.close() == "\n%error 2 2 1\n");
}
