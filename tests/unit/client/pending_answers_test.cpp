#include "client/attach/pending_answers.hpp"

#include "support/catch.hpp"

using sess::client::PendingAnswers;
using namespace std::chrono_literals;

TEST_CASE("answers are awaited until DA1's has come, and not for ever", "[client]") {
  const PendingAnswers::Time now{100s};
  PendingAnswers answers;
  CHECK_FALSE(answers.awaited(now));
  answers.asked(now);
  CHECK(answers.awaited(now + 999ms));
  CHECK_FALSE(answers.awaited(now + 1s));
  answers.typed("abc\033[?2026;2$y\033]11;rgb:0/0/0\033\\\033[>41;354;0c\033[A");
  CHECK(answers.awaited(now));
  answers.typed("\033[?62;");
  answers.typed("22");
  CHECK(answers.awaited(now));
  answers.typed("c");
  CHECK_FALSE(answers.awaited(now));
}
