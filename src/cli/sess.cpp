// `sess`: the thin client. Reads the global flags and leaves the rest to the client layer.
#include <cstdio>
#include <string>
#include <vector>

#include "client/options.hpp"
#include "client/run.hpp"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv, argv + argc);
  auto options = sess::client::parse_options(arguments);
  if (!options) {
    std::fprintf(stderr, "%s\n", options.error().text.c_str());
    return static_cast<int>(sess::client::ExitCode::usage);
  }
  return sess::client::run(*options);
}
