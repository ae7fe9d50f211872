#include "render/notification.hpp"

#include "support/catch.hpp"

using sess::render::notification;
using sess::render::notification_kind;
using Kind = sess::render::NotificationKind;

TEST_CASE("each terminal is sent the notification that it knows", "[render]") {
  CHECK(notification_kind("kitty(0.26.5)", "xterm-kitty", "") == Kind::osc99);
  CHECK(notification_kind("foot(1.13.1)", "foot", "") == Kind::osc777);
  CHECK(notification_kind("VTE(7200)", "xterm-256color", "") == Kind::osc777);
  CHECK(notification_kind("libvterm(0.3)", "xterm-256color", "") == Kind::osc9);
  CHECK(notification_kind("", "rxvt-unicode-256color", "") == Kind::osc777);
  CHECK(notification_kind("", "xterm-256color", "iTerm.app") == Kind::osc9);
  CHECK(notification_kind("WezTerm 20230712", "xterm-256color", "WezTerm") == Kind::osc9);
  for (const auto* term : {"", "dumb", "linux", "linux-16color", "tmux-256color", "screen"}) {
    CHECK(notification_kind("", term, "") == Kind::none);
  }
}

TEST_CASE("a notification's text cannot end it or start another sequence", "[render]") {
  CHECK(notification(Kind::osc9, "sess", "job make failed") == "\x1b]9;sess: job make failed\a");
  CHECK(notification(Kind::osc777, "a;b", "c;d") == "\x1b]777;notify;a,b;c;d\a");
  CHECK(notification(Kind::osc99, "sess", "x") ==
        "\x1b]99;i=sess:d=0;sess\x1b\\\x1b]99;i=sess:p=body;x\x1b\\");
  CHECK(notification(Kind::osc9, "s", "a\x1b]52;c;eA==\ab\x7f\n") == "\x1b]9;s: a]52;c;eA==b\a");
  CHECK(notification(Kind::none, "s", "b").empty());
}
