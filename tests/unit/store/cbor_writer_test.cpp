#include "store/cbor_writer.hpp"

#include <limits>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"

using nlohmann::json;
using sess::store::CborWriter;

TEST_CASE("numbers of every length are read back by another implementation", "[cbor_writer]") {
  std::vector<std::int64_t> numbers{0, std::numeric_limits<std::int64_t>::max(),
                                    std::numeric_limits<std::int64_t>::min()};
  for (const std::int64_t edge : {24LL, 256LL, 65536LL, 4294967296LL}) {
    for (const std::int64_t number : {edge - 1, edge, edge + 1}) {
      numbers.push_back(number);
      numbers.push_back(-number);
    }
  }
  CborWriter out;
  out.value(numbers);
  CHECK(json::from_cbor(out.take()) == json(numbers));
  CborWriter largest;
  largest.value(std::numeric_limits<std::uint64_t>::max());
  CHECK(json::from_cbor(largest.take()) == json(std::numeric_limits<std::uint64_t>::max()));
}

TEST_CASE("maps hold any bytes, nest, and leave defaults out", "[cbor_writer]") {
  CborWriter out;
  out.begin_map();
  out.field("text", std::string("a\0\xff", 3));
  out.field("long", std::string(300, 'x'));
  out.field("yes", true);
  out.field("no", false);
  out.field("zero", 0);
  out.field("nothing", std::vector<std::string>{});
  out.name("inner");
  out.begin_map();
  out.field("list", std::vector<std::string>{"", "b"});
  out.end();
  out.end();
  const json read = json::from_cbor(out.take());
  CHECK(read.size() == 4);
  CHECK(read["text"].get<std::string>() == std::string("a\0\xff", 3));
  CHECK(read["long"].get<std::string>().size() == 300);
  CHECK(read["yes"] == true);
  CHECK(read["inner"]["list"] == json({"", "b"}));
}
