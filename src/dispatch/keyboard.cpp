#include "dispatch/keyboard.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "command/language/target.hpp"
#include "dispatch/mouse.hpp"
#include "dispatch/overlays.hpp"
#include "dispatch/popups.hpp"
#include "dispatch/prompts.hpp"
#include "display/pane_modes.hpp"
#include "model/size_policy.hpp"
#include "peers/identities.hpp"
#include "peers/session_watch.hpp"
#include "protocol/message.hpp"
#include "store/checkpoint.hpp"

namespace sess::dispatch {

using peers::Overlay;

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

constexpr std::string_view kQuestions[] = {"command-prompt", "confirm-before", "display-panes",
                                           "display-menu"};

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

Keyboard::Keyboard(const Parts& parts, Acts acts)
    : loop_(parts.loop),
      clock_(parts.clock),
      model_(parts.model),
      keys_(parts.keys),
      queue_(parts.queue),
      remote_(parts.remote),
      terminals_(parts.terminals),
      checkpoint_(parts.checkpoint),
      identities_(parts.identities),
      prompts_(parts.prompts),
      overlays_(parts.overlays),
      popups_(parts.popups),
      mouse_(parts.mouse),
      session_watch_(parts.session_watch),
      pane_modes_(parts.pane_modes),
      acts_(std::move(acts)) {}

/// `over`: the pane that the mouse is over; for keys it is the active one.
std::string Keyboard::key_table(const model::Client& client, std::optional<model::PaneId> over) {
  if (!client.key_table.empty()) return client.key_table;
  const model::Session* session = client.session ? model_.session(*client.session) : nullptr;
  if (!over && session != nullptr) {
    if (const auto* window = model_.current_window(session->id))
      over = model_.windows().active_for(client, *window);
  }
  if (const auto mode = over ? pane_modes_.key_table(*over) : std::string_view(); !mode.empty())
    return std::string(mode);
  return session != nullptr ? session->options.string("key-table") : "root";
}

model::Pane* Keyboard::target_pane(const RemoteClient& client) {
  const model::Client* seen = model_.client(client.id);
  if (seen == nullptr || !seen->session) return nullptr;
  const model::Window* window = model_.current_window(*seen->session);
  return window == nullptr ? nullptr : model_.pane(model_.windows().active_for(*seen, *window));
}

std::vector<Key> Keyboard::intercepted_keys(const RemoteClient& client) {
  std::vector<Key> keys;
  const model::Client* seen = model_.client(client.id);
  if (seen == nullptr || !seen->session) return keys;
  const model::Session* session = model_.session(*seen->session);
  for (const auto option : {model::TextOption("prefix"), model::TextOption("prefix2")}) {
    if (const auto key = input::parse_key(session->options.string(option));
        key && key->code != input::code::kNone) {
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

std::vector<std::string> Keyboard::user_keys() const {
  constexpr unsigned kMost = 1000;  // User0 to User999 have names
  std::vector<std::string> out;
  // Asked with each key: what is not used is not copied.
  const auto* items = std::get_if<model::OptionArray>(model_.globals().server.find("user-keys"));
  if (items == nullptr) return out;
  for (const auto& [index, sequence] : *items) {
    if (index >= kMost) break;
    out.resize(index + 1);
    out[index] = sequence;
  }
  return out;
}

/// assume-paste-time: what comes faster than anybody types is a paste, and no key of ours. As tmux counts,
/// the second of such keys is still one, and so is what follows the prefix. What one read(2) of the client
/// gave came at once; what came apart was typed a millisecond apart at least, however late it got here. A
/// mode has no use for a paste.
bool Keyboard::is_pasted(RemoteClient& client) {
  const model::Client& seen = *model_.client(client.id);
  const auto now = clock_.now();
  const auto least = std::chrono::milliseconds(client.pasting ? 0 : 1);
  const auto apart = client.event_begin.bytes > 0
                         ? std::chrono::steady_clock::duration::zero()
                         : std::max<std::chrono::steady_clock::duration>(now - client.last_key, least);
  client.last_key = now;
  const auto* session = seen.session ? model_.session(*seen.session) : nullptr;
  const std::chrono::milliseconds limit(session != nullptr ? session->options.number("assume-paste-time")
                                                           : 0);
  const bool fast = apart < limit;
  const bool pasted = std::exchange(client.pasting, fast) && fast;
  const model::Pane* pane = target_pane(client);
  const bool in_mode = pane != nullptr && pane_modes_.mode(pane->id) != nullptr;
  return pasted && !client.in_prefix && !in_mode && seen.key_table.empty();
}

void Keyboard::on_input(RemoteClient& client, std::uint64_t sequence, std::string_view bytes) {
  client.decoder.set_user_keys(user_keys());
  if (sequence <= client.accepted.frame)
    client.ack_due = true;  // sent again after a reconnect, but applied before
  const auto fresh = client.frames.receive(sequence, bytes);
  const model::Client& seen = *model_.client(client.id);
  const model::Pane* pane = target_pane(client);
  const bool plain = client.direct && pane != nullptr && !client.in_prefix && !seen.read_only &&
                     client.held.empty() && !client.covered() && !client.decoder.waiting();
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

void Keyboard::on_escape_time(RemoteClient& client) {
  if (client.stalled) return look_ahead(client, {});
  client.decoder.flush();
  dispatch_events(client);
}

/// The user did something: the latest client decides a window's size. What a terminal says by itself
/// (answers, focus) is nothing that the user did.
void Keyboard::note_activity(RemoteClient& client) {
  const model::Client& seen = *model_.client(client.id);
  const model::Client* latest = seen.session ? model_.clients().latest(*seen.session) : nullptr;
  model_.clients().note_activity(client.id, clock_.wall());
  if (latest != &seen) model_.recalculate_sizes();
  if (seen.session) session_watch_.on_activity(*seen.session);
}

/// Where the client's input stands, with what the bytes behind do not tell again.
model::InputPosition Keyboard::typed_position(const RemoteClient& client) const {
  InputPosition position = client.frames.position();
  if (client.in_prefix && !client.repeating) position.state |= InputPosition::in_prefix;
  if (client.decoder.inside().paste) position.state |= InputPosition::in_paste;
  if (client.decoder.inside().string) position.state |= InputPosition::in_string;
  return position;
}

void Keyboard::dispatch_events(RemoteClient& client) {
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
  client.connection->pause_reading(
      client.stalled && (client.decoder.held() > kMostBehind || client.frames.waiting() > kMostFramesBehind));
  if (!client.stalled) client.ahead.reset();
  if (!attached()) return;
  if (client.stalled) {
    if (!was_stalled || client.event_begin != begin) client.escape_timer.start(kRestLimit);  // look_ahead()
  } else if (!client.decoder.waiting()) {
    client.escape_timer.stop();
  } else if (client.decoder.waiting_for_escape()) {
    client.escape_timer.start(std::chrono::milliseconds(std::max<std::int64_t>(
        1, std::min<std::int64_t>(model_.globals().server.number("escape-time"), 1000))));
  } else {
    client.escape_timer.start(kRestLimit);
  }
  if (!client.stalled) accept_held(client, typed_position(client));
}

void Keyboard::hold(RemoteClient& client, const model::Pane& pane, std::string_view bytes, bool alone) {
  if (!pane.input_off) hold_for(client, pane.id, bytes, alone);
}

void Keyboard::hold_for(RemoteClient& client, model::PaneId terminal, std::string_view bytes, bool alone) {
  if (model_.client(client.id)->read_only || bytes.empty()) return;
  const bool others = client.held_for != terminal || client.held_alone != alone;
  if (client.unsaved || (others && !client.held.empty())) accept_held(client, client.event_begin);
  if (client.unsaved) {
    // What a prompt took before is written down first: behind what the journal notes it is not sent again.
    client.unsaved = false;
    checkpoint_.save();
  }
  client.held_for = terminal;
  client.held_alone = alone;
  client.held.append(bytes);
}

void Keyboard::change_saved(RemoteClient& client) {
  if (!client.held.empty()) accept_held(client, client.event_begin);
  client.unsaved = true;
}

/// Panes that get what is held beside the one that it is typed into.
std::vector<model::PaneId> Keyboard::other_receivers(const RemoteClient& client) {
  std::vector<model::PaneId> others;
  const model::Pane* pane = client.held.empty() ? nullptr : model_.pane(client.held_for);
  const model::Window* window = pane != nullptr && !client.held_alone ? model_.window(pane->window) : nullptr;
  if (window == nullptr || !window->options.flag("synchronize-panes")) return others;
  for (const auto id : window->panes) {
    const model::Pane* other = model_.pane(id);
    if (id != pane->id && other != nullptr && !other->input_off && terminals_.find(id) != nullptr)
      others.push_back(id);
  }
  return others;
}

bool Keyboard::held_fits(const RemoteClient& client) {
  if (client.held.empty()) return true;
  const panes::PaneIo* io = terminals_.find(client.held_for);
  if (io == nullptr ? acts_.is_starting(client.held_for) : !io->input().takes(client.held.size()))
    return false;
  for (const auto other : other_receivers(client)) {
    if (!terminals_.find(other)->input().takes(client.held.size())) return false;
  }
  return true;
}

/// Into the journal, in one step with how far the client's input is applied by it. From here on nothing loses
/// it.
void Keyboard::accept_held(RemoteClient& client, InputPosition position) {
  if (client.held.empty() && (client.unsaved || position == client.accepted)) {
    if (client.unsaved) {  // it is written down with the model, at the end of this turn
      client.accepted = position;
      checkpoint_.changed();
    }
    return;
  }
  if (client.held.empty()) {
    const model::Pane* pane = target_pane(client);
    client.held_for = pane != nullptr ? pane->id : model::PaneId{};
  }
  panes::PaneIo* io = terminals_.find(client.held_for);
  if (io == nullptr) {  // the program is gone, and what was typed for it
    client.held.clear();
    client.accepted = position;
    checkpoint_.changed();
    return;
  }
  if (client.composed && !client.held.empty()) client.composed->expect_echo(clock_.now());
  for (const auto other : other_receivers(client)) {
    panes::PaneIo& beside = *terminals_.find(other);
    const auto had = beside.journal().input_applied(client.token);
    if (!had.before(position)) continue;  // before a crash
    beside.input().accept(client.held, client.token, {position.frame, position.bytes, InputPosition::copied});
  }
  if (!io->input().accept(client.held, client.token, position)) {
    log::error("pane {}: {} bytes of input are lost", client.held_for.value, client.held.size());
  }
  client.held.clear();
  client.accepted = position;
}

void Keyboard::settle(RemoteClient& client) {
  const bool unsaved = client.unsaved;
  accept_held(client, typed_position(client));
  client.unsaved = false;
  if (!unsaved) return;
  checkpoint_.changed();
  checkpoint_.save();
}

/// Behind input that waits for a program that does not read, one key is obeyed at once, so that nobody is
/// held there: the one that leaves. What waits is then dropped with the client.
void Keyboard::look_ahead(RemoteClient& client, std::string_view fresh) {
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
    queue_.submit_text(client.id, binding->command, state);
    return run_queue();
  }
}

void Keyboard::go_on_with_input() {
  for (auto& [id, client] : remote_) {
    if (client->stalled && client->phase == RemoteClient::Phase::attached) dispatch_events(*client);
  }
}

void Keyboard::on_event(RemoteClient& client, const Event& event) {
  const bool by_itself = event.kind == Event::Kind::reply || event.kind == Event::Kind::focus_in ||
                         event.kind == Event::Kind::focus_out;
  if (!by_itself) note_activity(client);
  switch (event.kind) {
    case Event::Kind::reply:
      if (const auto before = client.features.dark(); client.features.learn(event.raw)) {
        client.features.add(client.told_features);
        if (const auto dark = client.features.dark(); dark && dark != before) {
          const model::Client& seen = *model_.client(client.id);
          queue_.submit_hook(*dark ? "client-dark-theme" : "client-light-theme",
                             command::find_from_session(model_, *seen.session), client.id,
                             {{"hook_client", seen.name}});
        }
        identities_.changed();
        client.display_stale = true;  // it may have what it was not known to have, or lack it
        if (client.composed) client.composed->invalidate();
      }
      return;
    case Event::Kind::focus_in:
    case Event::Kind::focus_out: {
      const bool in = event.kind == Event::Kind::focus_in;
      model::Client& seen = *model_.client(client.id);
      seen.focused = in;
      queue_.submit_hook(in ? "client-focus-in" : "client-focus-out",
                         command::find_from_session(model_, *seen.session), client.id,
                         {{"hook_client", seen.name}});
      return;
    }
    case Event::Kind::mouse:
      if (overlays_.on_mouse(client, event.mouse) || popups_.on_mouse(client, event.mouse)) return;
      return mouse_.on_mouse(client, event);
    case Event::Kind::key:
      if (client.overlay.kind == Overlay::Kind::message) prompts_.on_overlay_key(client, event);
      if (overlays_.on_key(client, event)) return;
      if (client.overlay.kind != Overlay::Kind::none && prompts_.on_overlay_key(client, event)) return;
      if (popups_.on_key(client, event)) return;
      if (event.key.action == input::KeyAction::release || is_pasted(client)) break;
      if (on_key(client, event.key.key)) return;
      break;
    case Event::Kind::paste:
    case Event::Kind::unknown:
      if (client.menu) return;  // it is for the menu, which has no use for it
      if (client.overlay.kind == Overlay::Kind::prompt && prompts_.on_overlay_key(client, event)) return;
      if (popups_.on_typed(client, event)) return;
      client.in_prefix = client.repeating = false;  // it is no key of the prefix's table
      break;
  }
  // Not ours: the program's.
  const model::Pane* pane = target_pane(client);
  const panes::PaneIo* io = pane != nullptr ? terminals_.find(pane->id) : nullptr;
  if (pane == nullptr || pane_modes_.mode(pane->id) != nullptr) return;
  // A program that is still being started is waited for; what it will ask of the keyboard is not known yet.
  if (client.direct || io == nullptr) return hold(client, *pane, event.raw);
  const auto& modes = io->screen().modes();
  if (event.kind == Event::Kind::key) {
    if (!client.in_prefix)
      hold(client, *pane, input::encode_key(event.key, key_modes(modes, model_.globals().server)));
  } else if (event.kind == Event::Kind::paste) {
    hold(client, *pane,
         input::encode_paste(event.text, modes.bracketed_paste, {event.paste_begin, event.paste_end}));
  } else if (!event.raw.starts_with('\033')) {
    // Parts of a character that came apart, or text in another encoding: the program may know what it is.
    // What begins with Escape is this terminal's own, and the program has another.
    hold(client, *pane, event.raw);
  }
}

void Keyboard::run_bound(RemoteClient& client, const std::string& text, const command::State& state) {
  // At once, and after what was typed before it: the next key may be for the prompt that this opens or for
  // the pane that it selects. A server that dies in it does not run it again: a key is pressed again more
  // easily than what it did is undone. What only asks does nothing that could be done twice: its key counts
  // once the question is written down, or the answer could come to the program.
  const bool asks = std::any_of(std::begin(kQuestions), std::end(kQuestions),
                                [&](std::string_view command) { return text.starts_with(command); });
  if (asks) {
    change_saved(client);
  } else {
    settle(client);
  }
  queue_.submit_text(client.id, text, state);
  run_queue();
}

void Keyboard::run_queue() {
  queue_.run();
  checkpoint_.changed();
  loop_.defer([] {});
}

bool Keyboard::on_key(RemoteClient& client, Key key) {
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
    state.current = command::find_from_client(model_, client.id, 0);
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
  const bool in_mode = pane != nullptr && pane_modes_.mode(pane->id) != nullptr;
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
    if (pane_modes_.key_table(pane->id).empty()) {
      pane_modes_.type(pane->id, client.id, key);
      run_queue();
    }
    return true;
  }
  return false;
}

void Keyboard::set_key_table(model::ClientId id, std::string_view table) {
  RemoteClient* client = remote_.find(id);
  model::Client* seen = model_.client(id);
  if (client == nullptr || seen == nullptr) return;
  if (table == "prefix") {
    client->in_prefix = true;
    return;
  }
  seen->key_table = table == "root" ? "" : std::string(table);
}

bool Keyboard::prefix_pressed(model::ClientId id) const {
  const RemoteClient* client = remote_.find(id);
  return client != nullptr && client->in_prefix;
}

void Keyboard::drag_border(model::ClientId id) {
  RemoteClient* client = remote_.find(id);
  const model::Client* seen = model_.client(id);
  if (client == nullptr || seen == nullptr || !seen->session) return;
  client->dragging_border = true;
  // The mouse may have gone far with its first motion: the border is where the button went down.
  if (const auto* window = model_.current_window(*seen->session)) {
    model_.windows().drag_border(window->id, {client->press_col, client->press_row},
                                 {client->drag_col, client->drag_row});
  }
}

}  // namespace sess::dispatch
