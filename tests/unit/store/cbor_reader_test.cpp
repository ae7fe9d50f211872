#include "store/cbor_reader.hpp"

#include <nlohmann/json.hpp>

#include "support/catch.hpp"

using nlohmann::json;
using sess::store::read_cbor;

TEST_CASE("what the library writes, and what has no length in front, is read", "[cbor_reader]") {
  const json tree = {{"text", std::string(300, 'x')},
                     {"numbers", {0, 23, 24, -70000, 1.5}},
                     {"none", nullptr},
                     {"yes", true},
                     {"inner", {{"list", json::array()}, {"map", json::object()}}}};
  std::string bytes;
  json::to_cbor(tree, bytes);
  CHECK(read_cbor(bytes) == tree);
  using namespace std::string_literals;
  CHECK(read_cbor("\xbf\x61"
                  "a\x9f\x01\x82\x02\x03\xff\x7f\x61"
                  "b\xff\xbf\xff\xff"s) == json{{"a", {1, {2, 3}}}, {"b", json::object()}});
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK(read_cbor(std::string_view(bytes).substr(0, length)).is_discarded());
  }
  CHECK(read_cbor(bytes + "x").is_discarded());
}

TEST_CASE("counts beyond any memory, depth beyond any stack, tags and stray breaks are refused",
          "[cbor_reader]") {
  const std::string many = "\xff\xff\xff\xff\xff\xff\xff\xff";
  for (const std::string head : {"\x9b", "\xbb", "\x5b", "\x7b"})
    CHECK(read_cbor(head + many).is_discarded());
  CHECK(read_cbor("\x9b\x7f" + many.substr(1)).is_discarded());
  for (const std::string head : {"\x81", "\x9f", "\xbf", "\x5f", "\xa1"}) {
    std::string deep;
    for (int i = 0; i < 1'000'000; ++i) deep += head;
    CHECK(read_cbor(deep).is_discarded());
  }
  for (const char* bytes : {"\xff", "\xc1\x01", "\x1c", "\x82\x01\xff", "\x3f"}) {
    CHECK(read_cbor(bytes).is_discarded());
  }
}
