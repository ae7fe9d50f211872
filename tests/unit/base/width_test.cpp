#include "base/width.hpp"

#include "support/catch.hpp"

using namespace sess;

TEST_CASE("width of the scripts our users write", "[width]") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("한글") == 4);
  CHECK(display_width("\u1112\u1161\u11AB") == 2);  // the same syllable as jamo
  CHECK(display_width("漢字") == 4);
  CHECK(display_width("\uFF76\uFF85") == 2);  // half width katakana
  CHECK(display_width("e\u0301") == 1);
}

TEST_CASE("emoji sequences are one cluster of two columns", "[width]") {
  CHECK(display_width("\U0001F44D\U0001F3FD") == 2);                        // skin tone
  CHECK(display_width("\U0001F468\u200D\U0001F469\u200D\U0001F467") == 2);  // ZWJ family
  CHECK(display_width("\U0001F1F0\U0001F1F7") == 2);                        // flag
  CHECK(display_width("\u2764\uFE0F") == 2);                                // VS16
  CHECK(display_width("\u2764") == 1);
  CHECK(display_width("\U0001F600\uFE0E") == 1);  // VS15
}

TEST_CASE("Thai and Lao SARA AM takes a column of its own, whatever it stands behind", "[width]") {
  CHECK(display_width("ทำ") == 2);
  CHECK(display_width("น้ำ") == 2);  // the tone mark belongs to the consonant
  CHECK(display_width("\u0E99\u0EB3") == 2);
  CHECK(display_width("\u0E33") == 1);
  CHECK(display_width("\u0E33\u0E49") == 1);  // a mark behind it joins it
  CHECK(truncate_columns("น้ำ", 1) == "น้");
  CHECK(display_width("\u0E17\u0E34") == 1);  // SARA I is above its consonant
}

TEST_CASE("truncation never cuts a cluster", "[width]") {
  CHECK(truncate_columns("한글말", 5) == "한글");
  CHECK(truncate_columns("ab\U0001F1F0\U0001F1F7", 3) == "ab");
  CHECK(truncate_columns_left("한글말", 3) == "말");
}
