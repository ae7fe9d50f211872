// What clients type: bound keys become commands, everything else goes to the program.
//
// A direct client's bytes are forwarded as they came; a composed client's keys, mouse and pastes are encoded anew for
// the program's modes. Either way every input frame is accepted into a pane's journal exactly once, with its number.
#include <algorithm>

#include "base/log.hpp"
#include "base/utf8.hpp"
#include "command/language/target.hpp"
#include "input/encode.hpp"
#include "model/size_policy.hpp"
#include "protocol/message.hpp"
#include "server/host.hpp"
#include "server/server.hpp"

namespace sess::server {
namespace {

using input::Event;
using input::Key;

std::string base_table(const model::Model& model, const model::Client& client) {
  if (!client.key_table.empty()) return client.key_table;
  const model::Session* session = client.session ? model.session(*client.session) : nullptr;
  return session != nullptr ? session->options.string("key-table") : "root";
}

}  // namespace

input::KeyModes key_modes(const terminal::Modes& modes) {
  input::KeyModes out;
  out.application_cursor = modes.application_cursor_keys;
  out.application_keypad = modes.application_keypad;
  out.newline = modes.newline;
  out.backspace_sends_8 = modes.backarrow_sends_bs;
  out.modify_other_keys = modes.modify_other_keys;
  out.kitty_flags = modes.kitty_flags();
  return out;
}

model::Pane* Server::target_pane(const RemoteClient& client) {
  const model::Client* seen = model_.client(client.id);
  if (seen == nullptr || !seen->session) return nullptr;
  const model::Window* window = model_.current_window(*seen->session);
  return window == nullptr ? nullptr : model_.pane(window->active);
}

std::vector<Key> Server::intercepted_keys(const RemoteClient& client) {
  std::vector<Key> keys;
  const model::Client* seen = model_.client(client.id);
  if (seen == nullptr || !seen->session) return keys;
  const model::Session* session = model_.session(*seen->session);
  for (const char* option : {"prefix", "prefix2"}) {
    if (const auto key = input::parse_key(session->options.string(option)); key && key->code != input::code::kNone) {
      keys.push_back(*key);
    }
  }
  const auto table = keys_.tables().find(base_table(model_, *seen));
  if (table == keys_.tables().end()) return keys;
  for (const auto& [key, binding] : table->second) {
    if (!input::is_mouse(key)) keys.push_back(key);
  }
  return keys;
}

void Server::on_input(RemoteClient& client, std::uint64_t sequence, std::string_view bytes) {
  if (sequence <= client.sequence) {  // sent again after a reconnect, but applied before
    client.ack_due = true;
    return;
  }
  client.sequence = sequence;
  client.ack_due = true;
  const model::Client& seen = *model_.client(client.id);
  const bool plain = client.direct && !client.in_prefix && client.overlay.kind == Overlay::Kind::none &&
                     !seen.read_only && client.held.empty() && !client.decoder.waiting();
  if (plain && client.decoder.passes(bytes, intercepted_keys(client))) {
    note_activity(client);
    return forward_input(client, bytes, true);
  }
  client.decoder.feed(bytes);
  dispatch_events(client);
}

/// The user did something: the latest client decides a window's size. What a terminal says by itself (answers, focus)
/// is nothing that the user did.
void Server::note_activity(RemoteClient& client) {
  const model::Client& seen = *model_.client(client.id);
  const model::Client* latest = seen.session ? model_.latest_client(*seen.session) : nullptr;
  model_.touch_client(client.id, clock().wall());
  if (latest != &seen) model_.recalculate_sizes();
}

void Server::dispatch_events(RemoteClient& client) {
  if (client.phase != RemoteClient::Phase::attached) return;
  while (auto event = client.decoder.next()) {
    on_event(client, *event, client.held);
    if (client.phase != RemoteClient::Phase::attached) return;
  }
  if (client.decoder.waiting()) {
    // The rest of a sequence, or nothing: a lone Escape. Until it is known nothing of this frame is applied, so
    // that a server that dies now gets all of it again.
    client.escape_timer.start(std::chrono::milliseconds(std::max<std::int64_t>(
        1, std::min<std::int64_t>(model_.server_options().number("escape-time"), 1000))));
    forward_input(client, client.held, false);
  } else {
    client.escape_timer.stop();
    forward_input(client, client.held, true);
  }
  client.held.clear();
}

void Server::forward_input(RemoteClient& client, std::string_view bytes, bool whole_frames) {
  const model::Pane* pane = target_pane(client);
  panes::PaneIo* io = pane != nullptr ? pane_io(pane->id) : nullptr;
  const model::Client* seen = model_.client(client.id);
  if (io == nullptr) {
    if (pane != nullptr && !pane->input_off && !seen->read_only) type_ahead(pane->id, bytes);
    return;
  }
  if (pane->input_off || seen->read_only) bytes = {};
  if (bytes.empty() && !whole_frames) return;
  if (client.composed && !bytes.empty()) client.composed->expect_echo(clock().now());
  const bool taken =
      whole_frames ? io->input(bytes, client.token, client.sequence) : io->input(bytes);
  if (!taken) {
    // The program has not read a megabyte of input: more is refused, as a terminal's full line would be.
    log::info("pane {}: {} bytes of input refused, the program does not read", pane->id.value, bytes.size());
    if (whole_frames) io->input({}, client.token, client.sequence);
  }
  const model::Window* window = model_.window(pane->window);
  if (!bytes.empty() && window != nullptr && window->options.flag("synchronize-panes")) {
    for (const auto other : window->panes) {
      if (other == pane->id) continue;
      if (panes::PaneIo* other_io = pane_io(other)) other_io->input(bytes);
    }
  }
}

void Server::acknowledge_input() {
  for (auto& [id, client] : clients_) {
    if (!client->ack_due || client->decoder.waiting()) continue;
    client->ack_due = false;
    if (client->phase != RemoteClient::Phase::attached) continue;
    client->acknowledged = client->sequence;
    client->connection->send(protocol::encode(protocol::InputAck{client->sequence}));
  }
}

void Server::on_event(RemoteClient& client, const Event& event, std::string& forward) {
  const bool by_itself = event.kind == Event::Kind::reply || event.kind == Event::Kind::focus_in ||
                         event.kind == Event::Kind::focus_out;
  if (!by_itself) note_activity(client);
  switch (event.kind) {
    case Event::Kind::reply:
      if (client.features.learn(event.raw)) {
        follow_client_identity(client);
        if (client.composed) client.composed->invalidate();
      }
      return;
    case Event::Kind::focus_in:
    case Event::Kind::focus_out: {
      const bool in = event.kind == Event::Kind::focus_in;
      model::Client& seen = *model_.client(client.id);
      seen.focused = in;
      queue_->submit_hook(in ? "client-focus-in" : "client-focus-out",
                          command::find_from_session(model_, *seen.session), client.id);
      return;
    }
    case Event::Kind::mouse:
      return on_mouse(client, event, forward);
    case Event::Kind::key:
      if (client.overlay.kind != Overlay::Kind::none && on_overlay_key(client, event)) return;
      if (event.key.action != input::KeyAction::release && on_key(client, event.key.key)) return;
      break;
    case Event::Kind::paste:
    case Event::Kind::unknown:
      if (client.overlay.kind == Overlay::Kind::prompt && on_overlay_key(client, event)) return;
      break;
  }
  // Not ours: the program's.
  if (client.direct) {
    forward.append(event.raw);
    return;
  }
  const model::Pane* pane = target_pane(client);
  panes::PaneIo* io = pane != nullptr ? pane_io(pane->id) : nullptr;
  if (pane == nullptr || client.in_prefix) return;
  if (io == nullptr) {
    forward += event.raw;  // its program is still being started: type_ahead() keeps it
    return;
  }
  const auto& modes = io->screen().modes();
  if (event.kind == Event::Kind::key) {
    forward += input::encode_key(event.key, key_modes(modes));
  } else if (event.kind == Event::Kind::paste) {
    forward += input::encode_paste(event.text, modes.bracketed_paste, {event.paste_begin, event.paste_end});
  }
}

void Server::run_bound(RemoteClient& client, const std::string& text, const command::State& state) {
  // At once, and after what was typed before it: the next key may be for the prompt that this opens or for the pane
  // that it selects.
  forward_input(client, client.held, false);
  client.held.clear();
  queue_->submit_text(client.id, text, state);
  run_queue();
}

void Server::run_queue() {
  queue_->run();
  commands_ran_ = true;
  loop_->defer([] {});
}

bool Server::on_key(RemoteClient& client, Key key) {
  model::Client& seen = *model_.client(client.id);
  if (!seen.session) return false;
  model::Session& session = *model_.session(*seen.session);
  const std::string base = base_table(model_, seen);
  const auto leave_prefix = [&] {
    client.in_prefix = client.repeating = false;
    client.key_timer.stop();
    if (client.composed) client.composed->invalidate();
  };
  const auto run = [&](const input::Binding& binding) {
    command::State state;
    state.event.key = input::key_name(key);
    state.current = command::find_from_session(model_, session.id);
    run_bound(client, binding.command, state);
  };

  if (!client.in_prefix || client.repeating) {
    for (const char* option : {"prefix", "prefix2"}) {
      const auto prefix = input::parse_key(session.options.string(option));
      if (!prefix || !(*prefix == key) || prefix->code == input::code::kNone) continue;
      client.in_prefix = true;
      client.repeating = false;
      client.key_timer.stop();
      if (client.composed) client.composed->invalidate();
      return true;
    }
  }
  if (client.in_prefix) {
    const auto* binding = keys_.find_or_any("prefix", key);
    if (client.repeating && (binding == nullptr || !binding->repeat)) {
      leave_prefix();  // the repeat is over: the key counts as if the prefix had not been pressed
    } else {
      if (binding == nullptr) {
        leave_prefix();
        return true;
      }
      const auto repeat = std::chrono::milliseconds(session.options.number("repeat-time"));
      if (binding->repeat && repeat.count() > 0) {
        client.repeating = true;
        client.key_timer.start(repeat);
      } else {
        leave_prefix();
      }
      run(*binding);
      return true;
    }
  }
  if (const auto* binding = keys_.find_or_any(base, key)) {
    if (base != "root" && base != session.options.string("key-table")) seen.key_table.clear();
    run(*binding);
    return true;
  }
  if (base != "root" && !seen.key_table.empty()) {  // switch-client -T is for one key
    seen.key_table.clear();
    return true;
  }
  return false;
}

// --- messages, texts and pane numbers ---------------------------------------------------------------------------------

bool Server::on_overlay_key(RemoteClient& client, const Event& event) {
  Overlay& overlay = client.overlay;
  const auto finish = [&](std::optional<std::string> answer) { answer_overlay(client, std::move(answer)); };
  const Key key = event.key.key;
  if (overlay.kind == Overlay::Kind::message) {
    clear_overlay(client);
    return false;  // a message goes with the next key, which still does what it does
  }
  if (event.kind == Event::Kind::key && event.key.action == input::KeyAction::release) return true;
  if (overlay.kind == Overlay::Kind::panes) {
    const bool chooses = event.kind == Event::Kind::key && !overlay.ignore_keys && key.mods == 0 &&
                         ((key.code >= '0' && key.code <= '9') || (key.code >= 'a' && key.code <= 'z'));
    if (!chooses) {
      if (!overlay.ignore_keys) finish(std::nullopt);
      return false;
    }
    finish(std::string(1, static_cast<char>(key.code)));
    return true;
  }
  if (overlay.kind == Overlay::Kind::text) {
    const std::size_t page = std::max<std::size_t>(1, client.hello.size.cells.rows - 1U);
    const std::size_t lines = static_cast<std::size_t>(std::count(overlay.text.begin(), overlay.text.end(), '\n'));
    const std::size_t most = lines > page ? lines - page : 0;
    if (key.code == input::code::kDown || key == Key{'j', 0}) {
      overlay.top = std::min(most, overlay.top + 1);
    } else if (key.code == input::code::kUp || key == Key{'k', 0}) {
      overlay.top -= overlay.top > 0 ? 1 : 0;
    } else if (key.code == input::code::kNPage || key.code == input::code::kSpace) {
      overlay.top = std::min(most, overlay.top + page);
    } else if (key.code == input::code::kPPage) {
      overlay.top -= std::min(overlay.top, page);
    } else {
      finish(std::nullopt);
      return true;
    }
    if (client.composed) client.composed->invalidate();
    return true;
  }
  return on_prompt_key(client, event);
}

// --- mouse ----------------------------------------------------------------------------------------------

void Server::on_mouse(RemoteClient& client, const Event& event, std::string& forward) {
  if (client.direct) {  // reports come only because the program asked for them
    forward.append(event.raw);
    return;
  }
  model::Client& seen = *model_.client(client.id);
  model::Session& session = *model_.session(*seen.session);
  if (!session.options.flag("mouse")) return;
  const auto in_window = host_->in_window(client, event.mouse);
  if (client.dragging_border) {
    if (event.mouse.action == input::MouseAction::release) {
      client.dragging_border = false;
    } else if (const auto* window = model_.current_window(session.id); window != nullptr) {
      model_.drag_border(window->id, {client.drag_col, client.drag_row}, {in_window.col, in_window.row});
      client.drag_col = in_window.col;
      client.drag_row = in_window.row;
    }
    return;
  }
  client.drag_col = in_window.col;
  client.drag_row = in_window.row;
  const auto where = host_->mouse_target(client, event.mouse.row, event.mouse.col);
  const auto gesture = client.gestures.on_mouse(event.mouse, where.location, where.pane ? where.pane->value : 0,
                                                clock().now());
  const auto* binding = gesture.key.code == input::code::kNone
                            ? nullptr
                            : keys_.find_or_any(base_table(model_, seen), gesture.key);
  if (binding != nullptr) {
    command::State state;
    state.event.key = input::key_name(gesture.key);
    state.current = command::find_from_session(model_, session.id);
    if (where.pane) state.event.mouse = command::find_from_pane(model_, *where.pane);
    state.event.mouse_event = host_->encode_mouse_event(gesture.mouse, where);
    state.event.formats = {{"mouse_x", std::to_string(where.column)}, {"mouse_y", std::to_string(where.row)}};
    run_bound(client, binding->command, state);
    return;
  }
  if (where.pane) host_->send_mouse(*where.pane, host_->encode_mouse_event(event.mouse, where));
}

}  // namespace sess::server
