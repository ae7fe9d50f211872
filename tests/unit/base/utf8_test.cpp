#include "base/utf8.hpp"

#include <vector>

#include "support/catch.hpp"

using namespace sess;

namespace {
std::vector<char32_t> decode_all(std::string_view bytes) {
  std::vector<char32_t> out;
  while (!bytes.empty()) {
    const auto got = decode_utf8(bytes);
    out.push_back(got.code_point);
    bytes.remove_prefix(got.length);
  }
  return out;
}
}  // namespace

TEST_CASE("malformed UTF-8 gives one U+FFFD per maximal subpart", "[utf8]") {
  // The example of Unicode 15, table 3-8.
  const auto got = decode_all("\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64");
  const std::vector<char32_t> want{'a', 0xFFFD, 0xFFFD, 0xFFFD, 'b', 0xFFFD, 'c', 0xFFFD, 0xFFFD, 'd'};
  CHECK(got == want);
}

TEST_CASE("surrogates and overlong forms are malformed", "[utf8]") {
  CHECK_FALSE(is_utf8("\xED\xA0\x80"));
  CHECK_FALSE(is_utf8("\xC0\x80"));
  CHECK_FALSE(is_utf8("\xF4\x90\x80\x80"));
  CHECK(is_utf8("\xF4\x8F\xBF\xBF"));
}

TEST_CASE("a prefix of a well-formed sequence asks for more", "[utf8]") {
  CHECK(decode_utf8("\xEA\xB0").status == Utf8Status::more);
  CHECK(decode_utf8("\xEA\xB0\x80").code_point == 0xAC00);
}

TEST_CASE("what append_utf8 writes decode_utf8 reads back", "[utf8]") {
  for (char32_t c : {U'a', U'\u00E9', U'\uAC00', U'\U0001F600', U'\U0010FFFF'}) {
    std::string bytes;
    append_utf8(bytes, c);
    CHECK(decode_utf8(bytes).code_point == c);
    CHECK(decode_utf8(bytes).length == bytes.size());
  }
}
