// Files as commands name them: relative to their client's directory, "-" is its standard input or output.
// Users and shells of the machine.
#pragma once

#include <string>

#include "command/ports/files.hpp"
#include "model/model.hpp"
#include "os/loop.hpp"
#include "peers/remote_clients.hpp"

namespace sess::peers {

class ClientFiles final : public command::FilePort {
 public:
  using ClientId = model::ClientId;

  ClientFiles(os::Loop& loop, model::Model& model, RemoteClients& remote, std::string home)
      : loop_(loop), model_(model), remote_(remote), home_(std::move(home)) {}

  void read_file(std::optional<ClientId> client, std::string path,
                 std::function<void(Result<std::string>)> done) override;
  void write_file(std::optional<ClientId> client, std::string path, std::string data, bool append,
                  std::function<void(Result<>)> done) override;
  [[nodiscard]] Result<std::vector<std::string>> glob(std::string_view pattern) const override;
  [[nodiscard]] bool is_shell(std::string_view path) const override;
  [[nodiscard]] std::optional<std::uint32_t> uid_of(std::string_view user) const override;
  [[nodiscard]] std::string home_of(std::string_view user) const override;

 private:
  [[nodiscard]] std::string absolute_path(std::optional<ClientId> client, std::string path) const;

  os::Loop& loop_;
  model::Model& model_;
  RemoteClients& remote_;
  std::string home_;
};

/// Writes a whole file, or appends to it.
Result<> write_whole(const std::string& path, std::string_view data, bool append);

}  // namespace sess::peers
