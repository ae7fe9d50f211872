#include "client/terminfo.hpp"

#include <algorithm>

#include "support/catch.hpp"

namespace sess::client {
namespace {

void put(std::string& out, int number, int width = 2) {
  for (int i = 0; i < width; ++i) out += static_cast<char>(number >> (8 * i));
}

/// An entry with bce, 256 colours, ech and sitm (strings up to 311), RGB (a flag), U8 (a number), Smulx
/// and kDC3.
std::string entry(int width) {
  std::string out;
  const std::string names = "test|an entry";
  put(out, width == 4 ? 01036 : 0432);
  put(out, static_cast<int>(names.size()) + 1);
  put(out, 29);
  put(out, 14);
  put(out, 312);
  put(out, 4);
  out += names + '\0';
  for (int i = 0; i < 29; ++i) out += i == 28 ? '\1' : '\0';
  if (out.size() % 2 == 1) out += '\0';
  for (int i = 0; i < 14; ++i) put(out, i == 13 ? 256 : -1, width);
  for (int i = 0; i < 312; ++i) put(out, i == 37 ? 0 : i == 311 ? 2 : -1);
  out += std::string("a\0b\0", 4);
  for (const int count : {1, 1, 3, 9, 28}) put(out, count);  // Smulx has a value, Smol is absent
  out += '\1';
  if (out.size() % 2 == 1) out += '\0';
  put(out, 1, width);
  put(out, 0);
  put(out, -1);
  put(out, 2);
  for (const int name : {0, 4, 7, 13, 18}) put(out, name);
  out += std::string("m\0k\0RGB\0U8\0Smulx\0Smol\0kDC3\0", 27) + '\0';
  return out;
}

bool has(const std::vector<std::string>& list, const char* name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

TEST_CASE("a compiled terminfo entry tells its capabilities, with numbers of either width", "[terminfo]") {
  for (const int width : {2, 4}) {
    const auto read = parse_terminfo(entry(width));
    REQUIRE(read);
    for (const char* name : {"bce", "colors=256", "ech", "sitm", "RGB", "U8", "Smulx"}) {
      CAPTURE(width, name);
      CHECK(has(*read, name));
    }
    for (const char* name : {"dim", "csr", "Smol", "kDC3"}) {
      CAPTURE(width, name);
      CHECK_FALSE(has(*read, name));
    }
  }
}

TEST_CASE("an entry that is cut anywhere tells less or nothing, and never reads beyond it", "[terminfo]") {
  const auto whole = entry(2);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string part(whole.data(), size);
    const auto read = parse_terminfo(part);
    if (read) CHECK(read->size() <= 7);
  }
  CHECK_FALSE(parse_terminfo("#! nothing of the kind"));
}

TEST_CASE("a name of a terminal is no way into the file system", "[terminfo]") {
  CHECK_FALSE(read_terminfo("../etc/passwd"));
  CHECK_FALSE(read_terminfo(".hidden"));
  CHECK_FALSE(read_terminfo(""));
}

}  // namespace sess::client
