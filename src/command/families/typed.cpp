#include "command/families/typed.hpp"

namespace sess::command {

Status typed(Item& item, model::PaneId pane, PanePort::Typed how) {
  if (how == PanePort::Typed::refused) {
    return item.error("the program in " + to_string(pane) + " does not read: too much waits for it already");
  }
  const model::Client* client = item.client();
  if (client == nullptr || client->session || !item.ports().panes.input_waits(pane)) return Status::normal;
  const Waker waker = item.wait();
  item.ports().panes.when_input_taken(pane, [waker] { waker(Status::normal); });
  return Status::wait;
}

}  // namespace sess::command
