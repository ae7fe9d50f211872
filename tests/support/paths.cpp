#include "support/paths.hpp"

namespace sess::test {

const std::string& test_data() {
  static const std::string path = TEST_DATA;
  return path;
}

const std::string& test_bin() {
  static const std::string path = TEST_BIN;
  return path;
}

}  // namespace sess::test
