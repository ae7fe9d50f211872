#include "base/base64.hpp"
#include "support/catch.hpp"

using namespace sess;

TEST_CASE("base64 gives the bytes back, with and without padding", "[base]") {
  CHECK(to_base64("") == "");
  CHECK(to_base64("f") == "Zg==");
  CHECK(to_base64("fo") == "Zm8=");
  CHECK(to_base64("foo") == "Zm9v");
  CHECK(from_base64("Zm8=") == "fo");
  CHECK(from_base64("Zg") == "f");
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  for (std::size_t n = 0; n <= all.size(); ++n)
    REQUIRE(from_base64(to_base64(all.substr(0, n))) == all.substr(0, n));
}

TEST_CASE("what is no base64 is refused", "[base]") {
  for (const char* text : {"Z", "Zm9v!", "?", "Zm 9v", "=Zg=", "Zm9vZ"}) {
    CAPTURE(text);
    CHECK_FALSE(from_base64(text));
  }
}
