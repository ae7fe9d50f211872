// Catch2 2.13 (Debian 12) or 3 (Debian 13): include this instead of either.
//
// All of the library, for every test program; `main` is catch_main.cpp with version 2 and the library's own
// with 3 (tests/CMakeLists.txt chooses). Tests use what both versions have.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
