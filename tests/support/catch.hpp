// Catch2 2.13 (Debian 12) or 3 (Debian 13): include this instead of either.
//
// All of the library, for every test program; `main` is catch_main.cpp with version 2 and the library's own
// with 3 (tests/CMakeLists.txt chooses). Tests use what both versions have.
#pragma once

#include <string>

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

namespace sess::test {

/// A matcher of text that has this in it: the versions name it differently.
inline auto contains_text(const std::string& part) {
#if __has_include(<catch2/catch_all.hpp>)
  return Catch::Matchers::ContainsSubstring(part);
#else
  return Catch::Matchers::Contains(part);
#endif
}

}  // namespace sess::test
