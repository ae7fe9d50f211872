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
#include "server/pane_modes.hpp"
#include "server/server.hpp"
#include "server/session_watch.hpp"

namespace sess::server {
namespace {

using input::Event;
using input::Key;
using model::InputPosition;

/// What is encoded for a program before it goes into its journal.
constexpr std::size_t kHeldAtOnce = 16 * 1024;
/// How long the rest of a sequence or of a character may take. A lone Escape waits escape-time.
constexpr std::chrono::seconds kRestLimit{1};
/// A client keeps less than this unacknowledged (protocol::InputBuffer).
constexpr std::size_t kMostBehind = 1 << 20;
constexpr std::size_t kMostFramesBehind = 16 * 1024;

constexpr std::string_view kQuestions[] = {"command-prompt", "confirm-before", "display-panes"};

bool is_prefix(const model::Session& session, Key key) {
  for (const auto option : {model::TextOption("prefix"), model::TextOption("prefix2")}) {
    const auto prefix = input::parse_key(session.options.string(option));
    if (prefix && *prefix == key && prefix->code != input::code::kNone) return true;
  }
  return false;
}

}  // namespace

input::KeyModes key_modes(const terminal::Modes& modes, const model::Options& server) {
  input::KeyModes out;
  out.application_cursor = modes.application_cursor_keys;
  out.application_keypad = modes.application_keypad;
  out.newline = modes.newline;
  // What DECBKM switches between begins with the option.
  out.backspace_sends_8 = modes.backarrow_sends_bs != (server.string("backspace") == "C-h");
  out.modify_other_keys = modes.modify_other_keys;
  out.kitty_flags = modes.kitty_flags();
  return out;
}

/// `over`: the pane that the mouse is over; for keys it is the active one.
std::string Server::key_table(const model::Client& client, std::optional<model::PaneId> over) {
  if (!client.key_table.empty()) return client.key_table;
  const model::Session* session = client.session ? model_.session(*client.session) : nullptr;
  if (!over && session != nullptr) {
    if (const auto* window = model_.current_window(session->id)) over = window->active;
  }
  if (const auto mode = over ? pane_modes_->key_table(*over) : std::string_view(); !mode.empty())
    return std::string(mode);
  return session != nullptr ? session->options.string("key-table") : "root";
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
  for (const auto option : {model::TextOption("prefix"), model::TextOption("prefix2")}) {
    if (const auto key = input::parse_key(session->options.string(option)); key && key->code != input::code::kNone) {
      keys.push_back(*key);
    }
  }
  const auto table = keys_.tables().find(key_table(*seen));
  if (table == keys_.tables().end()) return keys;
  for (const auto& [key, binding] : table->second) {
    if (!input::is_mouse(key)) keys.push_back(key);
  }
  return keys;
}

void Server::on_input(RemoteClient& client, std::uint64_t sequence, std::string_view bytes) {
  if (sequence <= client.accepted.frame) client.ack_due = true;  // sent again after a reconnect, but applied before
  const auto fresh = client.frames.receive(sequence, bytes);
  const model::Client& seen = *model_.client(client.id);
  const model::Pane* pane = target_pane(client);
  const bool plain = client.direct && pane != nullptr && !client.in_prefix && !seen.read_only && client.held.empty() &&
                     client.overlay.kind == Overlay::Kind::none && !client.decoder.waiting();
  if (plain && client.decoder.passes(fresh, intercepted_keys(client))) {
    note_activity(client);
    client.event_begin = typed_position(client);
    hold(client, *pane, fresh);
    client.frames.consume(fresh.size());
  } else {
    client.decoder.feed(fresh);
    if (client.ahead) look_ahead(client, fresh);
  }
  dispatch_events(client);
}

/// The user did something: the latest client decides a window's size. What a terminal says by itself (answers, focus)
/// is nothing that the user did.
void Server::note_activity(RemoteClient& client) {
  const model::Client& seen = *model_.client(client.id);
  const model::Client* latest = seen.session ? model_.latest_client(*seen.session) : nullptr;
  model_.touch_client(client.id, clock().wall());
  if (latest != &seen) model_.recalculate_sizes();
  if (seen.session) session_watch_->on_activity(*seen.session);
}

/// Where the client's input stands, with what the bytes behind do not tell again.
model::InputPosition Server::typed_position(const RemoteClient& client) const {
  InputPosition position = client.frames.position();
  if (client.in_prefix && !client.repeating) position.state |= InputPosition::in_prefix;
  if (client.decoder.inside().paste) position.state |= InputPosition::in_paste;
  if (client.decoder.inside().string) position.state |= InputPosition::in_string;
  return position;
}

void Server::dispatch_events(RemoteClient& client) {
  const auto begin = client.event_begin;
  const auto attached = [&] { return client.phase == RemoteClient::Phase::attached; };
  const bool was_stalled = client.stalled;
  while (attached()) {
    client.stalled = !held_fits(client);
    if (client.stalled) break;
    client.event_begin = typed_position(client);
    const auto event = client.decoder.next();
    if (!event) break;
    client.frames.consume(event->raw.size());
    on_event(client, *event);
    // One at a time where several programs get it: each of them knows then exactly which of the keys it has.
    if (client.held.size() >= kHeldAtOnce || !other_receivers(client).empty()) {
      if (attached() && held_fits(client)) accept_held(client, typed_position(client));
    }
  }
  // Who sends more than a client keeps for the case of a crash is not read until there is room.
  client.connection->pause_reading(client.stalled && (client.decoder.held() > kMostBehind ||
                                                      client.frames.waiting() > kMostFramesBehind));
  if (!client.stalled) client.ahead.reset();
  if (!attached()) return;
  if (client.stalled) {
    if (!was_stalled || client.event_begin != begin) client.escape_timer.start(kRestLimit);  // look_ahead()
  } else if (!client.decoder.waiting()) {
    client.escape_timer.stop();
  } else if (client.decoder.waiting_for_escape()) {
    client.escape_timer.start(std::chrono::milliseconds(std::max<std::int64_t>(
        1, std::min<std::int64_t>(model_.server_options().number("escape-time"), 1000))));
  } else {
    client.escape_timer.start(kRestLimit);
  }
  if (!client.stalled) accept_held(client, typed_position(client));
}

/// For the program in a pane: with the keys before it, or behind them when those are for another one.
void Server::hold(RemoteClient& client, const model::Pane& pane, std::string_view bytes, bool alone) {
  if (pane.input_off || model_.client(client.id)->read_only || bytes.empty()) return;
  const bool others = client.held_for != pane.id || client.held_alone != alone;
  if (client.unsaved || (others && !client.held.empty())) accept_held(client, client.event_begin);
  if (client.unsaved) {
    // What a prompt took before is written down first: behind what the journal notes it is not sent again.
    client.unsaved = false;
    save_model();
  }
  client.held_for = pane.id;
  client.held_alone = alone;
  client.held.append(bytes);
}

/// A key changes what the model's memory keeps of this client: to be written down before anything behind it.
void Server::change_saved(RemoteClient& client) {
  if (!client.held.empty()) accept_held(client, client.event_begin);
  client.unsaved = true;
}

/// Panes that get what is held beside the one that it is typed into.
std::vector<model::PaneId> Server::other_receivers(const RemoteClient& client) {
  std::vector<model::PaneId> others;
  const model::Pane* pane = client.held.empty() ? nullptr : model_.pane(client.held_for);
  const model::Window* window = pane != nullptr && !client.held_alone ? model_.window(pane->window) : nullptr;
  if (window == nullptr || !window->options.flag("synchronize-panes")) return others;
  for (const auto id : window->panes) {
    const model::Pane* other = model_.pane(id);
    if (id != pane->id && other != nullptr && !other->input_off && pane_io(id) != nullptr) others.push_back(id);
  }
  return others;
}

bool Server::held_fits(const RemoteClient& client) {
  if (client.held.empty()) return true;
  const panes::PaneIo* io = pane_io(client.held_for);
  if (io == nullptr ? is_starting(client.held_for) : !io->takes(client.held.size())) return false;
  for (const auto other : other_receivers(client)) {
    if (!pane_io(other)->takes(client.held.size())) return false;
  }
  return true;
}

/// Into the journal, in one step with how far the client's input is applied by it. From here on nothing loses it.
void Server::accept_held(RemoteClient& client, InputPosition position) {
  if (client.held.empty() && (client.unsaved || position == client.accepted)) {
    if (client.unsaved) {  // it is written down with the model, at the end of this turn
      client.accepted = position;
      commands_ran_ = true;
    }
    return;
  }
  if (client.held.empty()) {
    const model::Pane* pane = target_pane(client);
    client.held_for = pane != nullptr ? pane->id : model::PaneId{};
  }
  panes::PaneIo* io = pane_io(client.held_for);
  if (io == nullptr) {  // the program is gone, and what was typed for it
    client.held.clear();
    client.accepted = position;
    commands_ran_ = true;
    return;
  }
  if (client.composed && !client.held.empty()) client.composed->expect_echo(clock().now());
  for (const auto other : other_receivers(client)) {
    panes::PaneIo& beside = *pane_io(other);
    const auto had = beside.journal().input_applied(client.token);
    if (!had.before(position)) continue;  // before a crash
    beside.accept(client.held, client.token, {position.frame, position.bytes, InputPosition::copied});
  }
  if (!io->accept(client.held, client.token, position)) {
    log::error("pane {}: {} bytes of input are lost", client.held_for.value, client.held.size());
  }
  client.held.clear();
  client.accepted = position;
}

/// Before anything is done that must not be done twice: up to here what was typed is applied, whatever happens now.
void Server::settle(RemoteClient& client) {
  const bool unsaved = client.unsaved;
  accept_held(client, typed_position(client));
  client.unsaved = false;
  if (!unsaved) return;
  commands_ran_ = true;
  save_model();
}

/// Behind input that waits for a program that does not read, one key is obeyed at once, so that nobody is held there:
/// the one that leaves. What waits is then dropped with the client.
void Server::look_ahead(RemoteClient& client, std::string_view fresh) {
  const model::Client* seen = model_.client(client.id);
  if (client.phase != RemoteClient::Phase::attached || seen == nullptr || !seen->session) return;
  if (!client.ahead) {
    client.ahead = client.decoder;
    client.ahead_prefix = client.in_prefix;
  } else {
    client.ahead->feed(fresh);
  }
  const model::Session& session = *model_.session(*seen->session);
  while (const auto event = client.ahead->next()) {
    if (event->kind != Event::Kind::key || event->key.action == input::KeyAction::release) continue;
    const Key key = event->key.key;
    const bool in_prefix = std::exchange(client.ahead_prefix, false);
    client.ahead_prefix = !in_prefix && is_prefix(session, key);
    if (client.ahead_prefix) continue;
    const auto* binding = keys_.find_or_any(in_prefix ? "prefix" : key_table(*seen), key);
    if (binding == nullptr || binding->command != "detach-client") continue;
    command::State state;
    state.event.key = input::key_name(key);
    state.current = command::find_from_session(model_, session.id);
    queue_->submit_text(client.id, binding->command, state);
    return run_queue();
  }
}

/// Programs have read, or are gone: what waited for room is looked at again.
void Server::go_on_with_input() {
  for (auto& [id, client] : clients_) {
    if (client->stalled && client->phase == RemoteClient::Phase::attached) dispatch_events(*client);
  }
}

void Server::acknowledge_input() {
  for (auto& [id, client] : clients_) {
    if (client->phase != RemoteClient::Phase::attached) continue;
    client->unsaved = false;
    if (client->acknowledged == client->accepted.frame && !client->ack_due) continue;
    client->ack_due = false;
    client->acknowledged = client->accepted.frame;
    client->connection->send(protocol::encode(protocol::InputAck{client->acknowledged}));
  }
}

void Server::on_event(RemoteClient& client, const Event& event) {
  const bool by_itself = event.kind == Event::Kind::reply || event.kind == Event::Kind::focus_in ||
                         event.kind == Event::Kind::focus_out;
  if (!by_itself) note_activity(client);
  switch (event.kind) {
    case Event::Kind::reply:
      if (const auto before = client.features.dark(); client.features.learn(event.raw)) {
        if (const auto dark = client.features.dark(); dark && dark != before) {
          const model::Client& seen = *model_.client(client.id);
          queue_->submit_hook(*dark ? "client-dark-theme" : "client-light-theme",
                              command::find_from_session(model_, *seen.session), client.id,
                              {{"hook_client", seen.name}});
        }
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
                          command::find_from_session(model_, *seen.session), client.id, {{"hook_client", seen.name}});
      return;
    }
    case Event::Kind::mouse:
      return on_mouse(client, event);
    case Event::Kind::key:
      if (client.overlay.kind != Overlay::Kind::none && on_overlay_key(client, event)) return;
      if (event.key.action != input::KeyAction::release && on_key(client, event.key.key)) return;
      break;
    case Event::Kind::paste:
    case Event::Kind::unknown:
      if (client.overlay.kind == Overlay::Kind::prompt && on_overlay_key(client, event)) return;
      client.in_prefix = client.repeating = false;  // it is no key of the prefix's table
      break;
  }
  // Not ours: the program's.
  const model::Pane* pane = target_pane(client);
  const panes::PaneIo* io = pane != nullptr ? pane_io(pane->id) : nullptr;
  if (pane == nullptr || pane_modes_->mode(pane->id) != nullptr) return;
  // A program that is still being started is waited for; what it will ask of the keyboard is not known yet.
  if (client.direct || io == nullptr) return hold(client, *pane, event.raw);
  const auto& modes = io->screen().modes();
  if (event.kind == Event::Kind::key) {
    if (!client.in_prefix) hold(client, *pane, input::encode_key(event.key, key_modes(modes, model_.server_options())));
  } else if (event.kind == Event::Kind::paste) {
    hold(client, *pane, input::encode_paste(event.text, modes.bracketed_paste, {event.paste_begin, event.paste_end}));
  } else if (!event.raw.starts_with('\033')) {
    // Parts of a character that came apart, or text in another encoding: the program may know what it is. What
    // begins with Escape is this terminal's own, and the program has another.
    hold(client, *pane, event.raw);
  }
}

void Server::run_bound(RemoteClient& client, const std::string& text, const command::State& state) {
  // At once, and after what was typed before it: the next key may be for the prompt that this opens or for the pane
  // that it selects. A server that dies in it does not run it again: a key is pressed again more easily than what it
  // did is undone. What only asks does nothing that could be done twice: its key counts once the question is written
  // down, or the answer could come to the program.
  const bool asks = std::any_of(std::begin(kQuestions), std::end(kQuestions),
                                [&](std::string_view command) { return text.starts_with(command); });
  if (asks) {
    change_saved(client);
  } else {
    settle(client);
  }
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
  const std::string base = key_table(seen);
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
    if (is_prefix(session, key)) {
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
  const model::Pane* pane = target_pane(client);
  const bool in_mode = pane != nullptr && pane_modes_->mode(pane->id) != nullptr;
  const auto* binding = keys_.find_or_any(base, key);
  // What the mode's table does not have, the root table may.
  if (binding == nullptr && in_mode && seen.key_table.empty()) binding = keys_.find_or_any("root", key);
  if (binding != nullptr) {
    if (!seen.key_table.empty() && base != "root" && base != session.options.string("key-table")) {
      change_saved(client);
      seen.key_table.clear();
    }
    run(*binding);
    return true;
  }
  if (base != "root" && !seen.key_table.empty()) {  // switch-client -T is for one key
    change_saved(client);
    seen.key_table.clear();
    return true;
  }
  if (in_mode && !client.in_prefix) {
    settle(client);
    if (pane_modes_->key_table(pane->id).empty()) pane_modes_->type(pane->id, key);
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
  change_saved(client);
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

}  // namespace sess::server
