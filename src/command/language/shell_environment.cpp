#include "command/language/shell_environment.hpp"

#include <fmt/format.h>

namespace sess::command {

model::Environment shell_environment(const model::Model& model, const ServerFacts& facts,
                                     const model::Session* session) {
  model::Environment environment = model.environment();
  if (session != nullptr) environment.merge(session->environment);
  environment.set("TERM", model.server_options().string("default-terminal"));
  environment.set("SESS", fmt::format("{},{},{}", facts.socket_path, facts.pid,
                                      session != nullptr ? std::to_string(session->id.value) : "-1"));
  return environment;
}

}  // namespace sess::command
