#include "command/language/shell_environment.hpp"

#include "command/families/spawn.hpp"

namespace sess::command {

model::Environment shell_environment(const model::Model& model, const ServerFacts& facts,
                                     const model::Session* session) {
  model::Environment environment = model.globals().environment;
  if (session != nullptr) environment.merge(session->environment);
  environment.set("TERM", model.globals().server.string("default-terminal"));
  name_daemon(environment, model, facts, session != nullptr ? std::optional(session->id) : std::nullopt);
  return environment;
}

}  // namespace sess::command
