// Where the tests' data and the built programs are. The paths are compiled into one file only, so that a
// compiler cache serves a test from any checkout.
#pragma once

#include <string>

namespace sess::test {

/// The folder `tests` of the checkout.
[[nodiscard]] const std::string& test_data();
/// The folder with the programs of this build.
[[nodiscard]] const std::string& test_bin();

}  // namespace sess::test
