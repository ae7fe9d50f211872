// Files and users of the machine, and the standard streams of command clients.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/ids.hpp"

namespace sess::command {

using model::ClientId;

class FilePort {
 public:
  /// Reads a file as the client sees it: relative to its directory, "-" is its stdin. Bounded (16 MiB).
  virtual void read_file(std::optional<ClientId>, std::string path,
                         std::function<void(Result<std::string>)> done) = 0;
  virtual void write_file(std::optional<ClientId>, std::string path, std::string data, bool append,
                          std::function<void(Result<>)> done) = 0;
  /// Paths that match a glob(3) pattern, sorted; the error is errno's (ENOENT: "No such file or directory").
  [[nodiscard]] virtual Result<std::vector<std::string>> glob(std::string_view pattern) const = 0;
  /// Whether the path is absolute and may be executed: what default-shell must be.
  [[nodiscard]] virtual bool is_shell(std::string_view path) const = 0;
  /// Number of a user, none when there is no such user.
  [[nodiscard]] virtual std::optional<std::uint32_t> uid_of(std::string_view user) const = 0;
  /// Home directory of a user, "" when there is no such user.
  [[nodiscard]] virtual std::string home_of(std::string_view user) const = 0;

 protected:
  ~FilePort() = default;
};

}  // namespace sess::command
