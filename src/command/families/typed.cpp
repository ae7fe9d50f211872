#include "command/families/typed.hpp"

namespace sess::command {

Status typed(Item& item, model::PaneId pane, Host::Typed how) {
  if (how == Host::Typed::refused) {
    return item.error("the program in " + to_string(pane) + " does not read: too much waits for it already");
  }
  const model::Client* client = item.client();
  if (client == nullptr || client->session || !item.host().input_waits(pane)) return Status::normal;
  const Waker waker = item.wait();
  item.host().when_input_taken(pane, [waker] { waker(Status::normal); });
  return Status::wait;
}

}  // namespace sess::command
