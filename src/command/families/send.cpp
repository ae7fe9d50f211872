// send-keys, send-prefix.
#include "base/utf8.hpp"
#include "command/families/typed.hpp"
#include "command/language/item.hpp"
#include "model/number.hpp"

namespace sess::command {
namespace {

using model::PaneId;

using Typed = PanePort::Typed;

Typed send_literal(const Ports& ports, PaneId pane, std::string_view text) {
  while (!text.empty()) {
    const Utf8Decoded got = decode_utf8(text);
    if (ports.panes.send_code_point(pane, got.code_point) == Typed::refused) return Typed::refused;
    text.remove_prefix(got.length);
  }
  return Typed::sent;
}

/// Who gets what is typed into the pane: as for a client's keys, with synchronize-panes the whole window.
std::vector<PaneId> receivers(const Item& item) {
  std::vector<PaneId> out{item.pane()->id};
  const model::Window* window = item.model().window(item.pane()->window);
  if (window == nullptr || !window->options.flag("synchronize-panes")) return out;
  for (const PaneId pane : window->panes) {
    if (pane != out.front()) out.push_back(pane);
  }
  return out;
}

/// Two or fewer hexadecimal digits: one byte.
std::optional<std::uint32_t> hexadecimal(std::string_view text) {
  if (text.empty() || text.size() > 2) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text) {
    std::uint32_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<std::uint32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<std::uint32_t>(c - 'a' + 10);
    } else if (c >= 'A' && c <= 'F') {
      digit = static_cast<std::uint32_t>(c - 'A' + 10);
    } else {
      return std::nullopt;
    }
    value = value * 16 + digit;
  }
  return value;
}

Status run_send(Item& item) {
  const Args& args = item.args();
  const Ports& ports = item.ports();
  if (item.pane() == nullptr) return Status::normal;
  const PaneId pane = item.pane()->id;
  std::int64_t times = 1;
  const bool to_mode = args.has('X') || (args.has('N') && args.empty());
  if (args.has('N')) {
    const auto given = args.number('N', 1, UINT32_MAX, 1);
    if (!given) return item.error("repeat count " + given.error().text);
    // More than this no program wants, and it would only fill its terminal.
    times = std::min<std::int64_t>(*given, 100'000);
  }
  std::vector<std::string> keys = args.strings();
  if (args.has('F')) {
    for (std::string& key : keys) key = item.expand(key, item.target());
  }
  if (to_mode) {
    // Without a count the one that was given before it counts.
    auto ran =
        ports.panes.mode_command(pane, item.target_client_id(), keys,
                                 args.has('N') ? static_cast<int>(times) : 0, item.state().event.mouse_event);
    return ran || !args.has('X') ? Status::normal : item.error(ran.error());
  }
  if (args.has('M')) {
    if (item.state().event.mouse_event.empty()) return item.error("no mouse target");
    return typed(item, pane,
                 ports.panes.send_mouse(pane, item.client_id(), item.state().event.key,
                                        item.state().event.mouse_event));
  }
  if (args.has('R')) ports.screens.reset_terminal(pane);
  const bool own_key = keys.empty();
  if (own_key) {
    if (args.has('N') || args.has('R') || item.state().event.key.empty()) return Status::normal;
    keys.push_back(item.state().event.key);
  }
  const auto send = [&](PaneId to, const std::string& key) {
    if (args.has('H') && !own_key) {
      const auto byte = hexadecimal(key);
      return byte ? ports.panes.send_code_point(to, *byte) : Typed::sent;
    }
    if (args.has('l') && !own_key) return send_literal(ports, to, key);
    const Typed sent = ports.panes.send_key(to, key);
    return sent == Typed::unknown_key && !own_key ? send_literal(ports, to, key) : sent;
  };
  const auto panes = receivers(item);
  for (std::int64_t i = 0; i < times; ++i) {
    for (const std::string& key : keys) {
      for (const PaneId to : panes) {
        if (send(to, key) == Typed::refused) return typed(item, to, Typed::refused);
      }
    }
  }
  return typed(item, pane, Typed::sent);
}

Status run_prefix(Item& item) {
  const auto* session = item.session();
  if (session == nullptr || item.pane() == nullptr) return Status::normal;
  const PaneId pane = item.pane()->id;
  const auto option = item.args().has('2') ? model::TextOption("prefix2") : model::TextOption("prefix");
  return typed(item, pane, item.ports().panes.send_key(pane, session->options.string(option)));
}

constexpr Flag kSendFlags[] = {{'F', "format", "", "expand formats in the keys"},
                               {'H', "hex", "", "keys are bytes in hexadecimal"},
                               {'l', "literal", "", "keys are text, not key names"},
                               {'M', "mouse", "", "pass the mouse event on"},
                               {'N', "repeat", "repeat-count", "so many times"},
                               {'R', "reset", "", "reset the terminal first"},
                               {'t', "target", "target-pane", "the pane"},
                               {'X', "mode-command", "", "a command of copy mode"}};
constexpr Flag kPrefixFlags[] = {{'2', "secondary", "", "the secondary prefix"},
                                 {'t', "target", "target-pane", "the pane"}};

constexpr Entry kEntries[] = {
    {.name = "send-keys",
     .alias = "send",
     .purpose = Purpose::input,
     .args = {kSendFlags, 0, -1},
     .usage = "[-FHlMRX] [-N repeat-count] [-t target-pane] key ...",
     .summary = "Type keys or text into a pane",
     .example = "sess send-keys -t build 'make check' Enter",
     .target = {'t', TargetKind::pane, 0},
     .flags = kAfterHook,
     .run = run_send},
    {.name = "send-prefix",
     .alias = "",
     .purpose = Purpose::input,
     .args = {kPrefixFlags, 0, 0},
     .usage = "[-2] [-t target-pane]",
     .summary = "Type the prefix key into a pane",
     .example = "sess send-prefix",
     .target = {'t', TargetKind::pane, 0},
     .flags = kAfterHook,
     .run = run_prefix},
};

}  // namespace

Entries send_entries() {
  return kEntries;
}

}  // namespace sess::command
