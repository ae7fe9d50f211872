// Hosts that have names of their own here, and groups of them: hosts.toml in the configuration directory.
//
//   [hosts.build]                    [groups]
//   to = "me@build.example"          web = ["web1", "web2", "me@web3"]
//   ssh = ["-p", "2222"]
//
// Pure but for load(), which reads the file once. A name that is not in it is the host's own.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "client/remote/destination.hpp"

namespace sess::client::remote {

class Hosts {
 public:
  /// No file is no names. One that cannot be read or understood is an error with its line.
  [[nodiscard]] static Result<Hosts> load(const std::string& path);
  [[nodiscard]] static Result<Hosts> parse(std::string_view text, std::string_view path);

  /// What the name stands for; options of ssh that were given go behind the named host's.
  [[nodiscard]] Destination resolve(Destination named) const;
  /// `a,b,@group` one by one, each once. An unknown or empty group, an empty name or more than kMost are
  /// errors.
  [[nodiscard]] Result<std::vector<std::string>> expand(std::string_view list) const;
  static constexpr std::size_t kMost = 1024;

 private:
  std::map<std::string, Destination, std::less<>> hosts_;
  std::map<std::string, std::vector<std::string>, std::less<>> groups_;
};

/// Whether -H names several: a list with commas, or a group.
[[nodiscard]] bool names_several(std::string_view text);

}  // namespace sess::client::remote
