#include "modes/choose/customize.hpp"

#include <algorithm>

#include "base/quote.hpp"
#include "base/width.hpp"
#include "terminal/screen/line_wrap.hpp"

namespace sess::modes {
namespace {

using model::OptionEntry;
using model::OptionScope;
using model::OptionType;

constexpr std::string_view kSession = "session";

std::string_view scope_name(OptionScope scope) {
  switch (scope) {
    case OptionScope::server:
      return "server";
    case OptionScope::session:
      return kSession;
    case OptionScope::window:
      return "window";
    case OptionScope::pane:
      break;
  }
  return "pane";
}

OptionScope scope_named(std::string_view name) {
  for (const auto scope : {OptionScope::server, OptionScope::session, OptionScope::window}) {
    if (scope_name(scope) == name) return scope;
  }
  return OptionScope::pane;
}

std::string type_text(const OptionEntry& entry) {
  switch (entry.type) {
    case OptionType::number:
      return fmt::format("a number from {} to {}", entry.minimum, entry.maximum);
    case OptionType::key:
      return "a key";
    case OptionType::colour:
      return "a colour";
    case OptionType::flag:
      return "on or off";
    case OptionType::command:
      return "a command";
    case OptionType::choice: {
      std::string out = "one of";
      for (const auto word : entry.choices) out += fmt::format(" {}", word);
      return out;
    }
    case OptionType::string:
      break;
  }
  return entry.style ? "a style" : "a text";
}

/// Parts of an id, which '/' divides; the last may hold one itself.
std::vector<std::string> split(std::string_view id, std::size_t parts) {
  std::vector<std::string> out;
  while (out.size() + 1 < parts) {
    const auto end = id.find('/');
    if (end == std::string_view::npos) break;
    out.emplace_back(id.substr(0, end));
    id.remove_prefix(end + 1);
  }
  out.emplace_back(id);
  return out;
}

std::string base_name(const std::string& name) {
  return name.substr(0, name.find('['));
}

}  // namespace

std::optional<CustomizeKind::Option> CustomizeKind::option_of(const Item& item) {
  const auto parts = split(item.id, 3);
  if (parts.size() != 3 || parts[0] != "option") return std::nullopt;
  return Option{scope_named(parts[1]), parts[2]};
}

/// The key stands last: it may be any character.
std::optional<CustomizeKind::Bound> CustomizeKind::bound_of(const Item& item) {
  const auto parts = split(item.id, 4);
  if (parts.size() != 4 || parts[0] != "key") return std::nullopt;
  return Bound{parts[2], parts[3], parts[1]};
}

const input::Binding* CustomizeKind::binding(const Bound& bound) const {
  const auto key = input::parse_key(bound.key);
  return key ? keys_.find(bound.table, *key) : nullptr;
}

const model::Options* CustomizeKind::options(OptionScope scope) const {
  if (scope == OptionScope::server) return &model_.globals().server;
  const model::Session* session = model_.session(session_);
  if (scope == OptionScope::session) return session == nullptr ? nullptr : &session->options;
  const model::Pane* pane = model_.pane(pane_);
  if (scope == OptionScope::pane || pane == nullptr) return pane == nullptr ? nullptr : &pane->options;
  const model::Window* window = model_.window(pane->window);
  return window == nullptr ? nullptr : &window->options;
}

/// The window's and the pane's are one list: a pane's own value stands in the place of its window's.
std::vector<model::OptionLine> CustomizeKind::lines(OptionScope scope) const {
  const model::Options* own = options(scope);
  if (own == nullptr) return {};
  const model::Options* window = scope == OptionScope::pane ? options(OptionScope::window) : nullptr;
  if (window == nullptr) return own->list(model::Options::Inherited::yes);
  std::vector<model::OptionLine> out;
  std::string replaced;
  for (const auto& name : own->list(model::Options::Inherited::no)) {
    if (name.name.starts_with('@')) out.push_back(name);
  }
  for (auto& line : window->list(model::Options::Inherited::yes)) {
    const std::string name = base_name(line.name);
    if (!own->has_own(name)) {
      out.push_back(std::move(line));
    } else if (replaced != name && !name.starts_with('@')) {
      replaced = name;
      const auto mine = own->list(model::OptionName{name, std::nullopt, model::find_option(name)},
                                  model::Options::Inherited::no);
      if (mine) out.insert(out.end(), mine->begin(), mine->end());
    }
  }
  return out;
}

std::string CustomizeKind::where(OptionScope scope, bool global) const {
  if (scope == OptionScope::server) return "-s";
  if (global) return scope == OptionScope::session ? "-g" : "-gw";
  if (scope == OptionScope::session) {
    const model::Session* session = model_.session(session_);
    return "-t " + escape_argument(fmt::format("={}:", session == nullptr ? "" : session->name));
  }
  return (scope == OptionScope::pane ? "-p -t " : "-w -t ") + escape_argument(to_string(pane_));
}

/// "session main", "window 1", "pane 0".
std::string CustomizeKind::scope_text(OptionScope scope) const {
  const model::Session* session = model_.session(session_);
  if (scope == OptionScope::server) return "server";
  if (scope == OptionScope::session)
    return fmt::format("session {}", session != nullptr ? session->name : "");
  return fmt::format("pane {}", model_.windows().pane_index(pane_));
}

void CustomizeKind::add_options(const Build& build, std::string_view title, OptionScope scope) {
  const auto shown = lines(scope);
  if (shown.empty()) return;
  Item head;
  head.id = std::string(title);
  head.name = head.id;
  head.taggable = false;
  const int parent = build.items.add(-1, std::move(head));
  int array = -1;
  std::string array_name;
  for (const auto& line : shown) {
    const std::string name = base_name(line.name);
    const OptionEntry* entry = model::find_option(name);
    Item item;
    item.id = fmt::format("option/{}/{}", scope_name(scope), line.name);
    item.name = line.name;
    auto& facts = item.subject.facts;
    facts = {{"is_option", "1"},
             {"option_name", line.name},
             {"option_value", line.value},
             {"option_is_global", line.inherited || scope == OptionScope::server ? "1" : "0"},
             {"option_scope", scope_text(scope)}};
    if (!build.passes(ports_, item.subject, build.items.count())) continue;
    if (entry != nullptr && entry->array && name != array_name) {
      Item all;
      all.id = fmt::format("option/{}/{}", scope_name(scope), name);
      all.name = array_name = name;
      array = build.items.add(parent, std::move(all));
    }
    if (entry != nullptr && entry->array && line.bare) continue;
    item.text = ports_.expand(build.format, item.subject, build.items.count());
    if (entry != nullptr && entry->array) item.name = line.name.substr(name.size());
    build.items.add(entry != nullptr && entry->array ? array : parent, std::move(item));
  }
  if (build.items.count() == parent + 1) build.items.drop(parent);
}

void CustomizeKind::add_keys(const Build& build, const std::string& table,
                             const input::KeyTables::Table& bindings) {
  Item head;
  head.id = "table/" + table;
  head.name = "Key Table - " + table;
  head.taggable = false;
  const int parent = build.items.add(-1, std::move(head));
  for (const auto& [key, bound] : bindings) {
    const std::string name = input::key_name(key);
    Item item;
    item.id = fmt::format("key/all/{}/{}", table, name);
    item.name = name;
    item.subject.facts = {
        {"is_key", "1"},          {"is_option", "0"},  {"key", name}, {"key_command", bound.command},
        {"key_note", bound.note}, {"key_table", table}};
    if (!build.passes(ports_, item.subject, build.items.count())) continue;
    const int row = build.items.add(parent, std::move(item));
    const auto part = [&](std::string_view what, std::string_view title, std::string text) {
      Item each;
      each.id = fmt::format("key/{}/{}/{}", what, table, name);
      each.name = std::string(title);
      each.text = "#[ignore]" + text;
      each.taggable = false;
      each.stands_for_parent = true;
      build.items.add(row, std::move(each));
    };
    part("command", "Command", bound.command);
    part("note", "Note", bound.note);
    part("repeat", "Repeat", bound.repeat ? "on" : "off");
  }
  if (build.items.count() == parent + 1) build.items.drop(parent);
}

void CustomizeKind::build(const Build& build) {
  add_options(build, "Server Options", OptionScope::server);
  add_options(build, "Session Options", OptionScope::session);
  add_options(build, "Window & Pane Options", OptionScope::pane);
  for (const auto& [table, bindings] : keys_.tables()) add_keys(build, table, bindings);
}

/// A flag is the other one, a choice the next; everything else is asked for.
void CustomizeKind::set_option(const Option& option, bool global) {
  const OptionEntry* entry = model::find_option(base_name(option.name));
  auto scope = option.scope;
  if (scope == OptionScope::pane && entry != nullptr && !entry->in(OptionScope::pane))
    scope = OptionScope::window;
  const model::Options* table = options(option.scope);
  if (table == nullptr) return;
  // What is given for a list as a whole is added to it.
  const bool whole_array = entry != nullptr && entry->array && option.name.find('[') == std::string::npos;
  const std::string command = fmt::format("set-option {}{} {}", whole_array ? "-a " : "",
                                          where(scope, global), escape_argument(option.name));
  if (entry != nullptr && !entry->array && entry->type == OptionType::flag)
    return ports_.run(command, {}, {});
  const auto index = option.name.find('[');
  const std::string now = index == std::string::npos
                              ? table->text(option.name).value_or("")
                              : table
                                    ->text(base_name(option.name),
                                           static_cast<unsigned>(std::atoi(option.name.c_str() + index + 1)))
                                    .value_or("");
  if (entry != nullptr && entry->type == OptionType::choice) {
    const auto at = std::find(entry->choices.begin(), entry->choices.end(), now) - entry->choices.begin();
    const auto next = entry->choices[static_cast<std::size_t>(at + 1) % entry->choices.size()];
    return ports_.run(command + " " + std::string(next), {}, {});
  }
  ports_.ask({fmt::format("({}) ", option.name), whole_array ? std::string() : now, "command", false},
             [this, command](const std::string& value) {
               ports_.run(command + " " + escape_argument(value), {}, {});
             });
}

void CustomizeKind::set_binding(const Bound& bound) {
  const input::Binding* now = binding(bound);
  if (now == nullptr) return;
  const auto command = [bound](const input::Binding& to) {
    return fmt::format("bind-key {}{}-T {} {} {}", to.repeat ? "-r " : "",
                       to.note.empty() ? "" : "-N " + escape_argument(to.note) + " ",
                       escape_argument(bound.table), escape_argument(bound.key), escape_argument(to.command));
  };
  input::Binding next = *now;
  if (bound.part == "repeat") {
    next.repeat = !next.repeat;
    return ports_.run(command(next), {}, {});
  }
  const bool note = bound.part == "note";
  ports_.ask({fmt::format("({}) ", bound.key), note ? now->note : now->command, "command", false},
             [this, next, note, command](const std::string& text) mutable {
               (note ? next.note : next.command) = text;
               ports_.run(command(next), {}, {});
             });
}

/// The command that sets a row back: an option here and above, or here alone; a key to its default, or to
/// nothing.
std::string CustomizeKind::command_back(const Item& item, bool unset) const {
  if (const auto option = option_of(item)) {
    const OptionEntry* entry = model::find_option(base_name(option->name));
    auto scope = option->scope;
    if (scope == OptionScope::pane && entry != nullptr && !entry->in(OptionScope::pane))
      scope = OptionScope::window;
    const std::string name = escape_argument(option->name);
    if (scope == OptionScope::server) return fmt::format("set-option -su {}", name);
    const std::string here = fmt::format("set-option -u {} {}", where(scope, false), name);
    return unset ? here : fmt::format("{} ; set-option -u {} {}", here, where(scope, true), name);
  }
  const auto bound = bound_of(item);
  if (!bound) return {};
  const std::string gone =
      fmt::format("unbind-key -T {} {}", escape_argument(bound->table), escape_argument(bound->key));
  if (unset) return gone;
  for (const auto& each : input::default_bindings()) {
    if (bound->table != each.table || input::parse_key(bound->key) != input::parse_key(each.key)) continue;
    return fmt::format("bind-key {}{}-T {} {} {}", each.repeat ? "-r " : "",
                       *each.note == '\0' ? "" : "-N " + escape_argument(each.note) + " ",
                       escape_argument(bound->table), escape_argument(bound->key),
                       escape_argument(each.command));
  }
  return gone;
}

void CustomizeKind::change(const Items& items, bool tagged, bool unset) {
  std::vector<Item> rows = tagged ? items.chosen() : std::vector<Item>{*items.current()};
  std::string all;
  for (const Item& row : rows) {
    const std::string command = command_back(row, unset);
    if (!command.empty()) all += (all.empty() ? "" : " ; ") + command;
  }
  if (all.empty()) return;
  const std::string what = tagged ? fmt::format("{} tagged", items.tagged()) : rows.front().name;
  ports_.ask({unset ? fmt::format("Unset {}? ", what) : fmt::format("Reset {} to default? ", what), "",
              "command", true},
             [this, all](const std::string& answer) {
               if (answer == "y" || answer == "Y") ports_.run(all, {}, {});
             });
}

bool CustomizeKind::key(Items& items, input::Key key, const Item& item) {
  if (key.mods != 0) return false;
  const auto option = option_of(item);
  switch (key.code) {
    case input::code::kEnter:
    case 's':
    case 'w':
    case 'S':
      if (option) {
        Option at = *option;
        if (key.code == 'w' && at.scope == OptionScope::pane) at.scope = OptionScope::window;
        set_option(at, key.code == 'S');
      } else if (const auto bound = bound_of(item); bound && bound->part != "all") {
        set_binding(*bound);
      } else {
        items.open_current();
      }
      return true;
    case 'd':
    case 'u':
      change(items, false, key.code == 'u');
      return true;
    case 'D':
    case 'U':
      change(items, true, key.code == 'U');
      return true;
    default:
      return false;
  }
}

void CustomizeKind::draw_preview(render::Frame& frame, render::Rect area, const Item& item) {
  std::vector<std::string> lines;
  if (const auto option = option_of(item)) {
    const std::string name = base_name(option->name);
    const OptionEntry* entry = model::find_option(name);
    const auto scope =
        option->scope == OptionScope::pane && (entry == nullptr || !entry->in(OptionScope::pane))
            ? OptionScope::window
            : option->scope;
    const model::Options* table = options(scope);
    lines.push_back(fmt::format("This is a {} option.", scope_name(scope)));
    if (entry == nullptr) {
      lines.emplace_back("It is a user's own.");
    } else {
      lines.push_back(
          fmt::format("It is {}{}.", entry->array ? "a list; each of it is " : "", type_text(*entry)));
    }
    lines.emplace_back();
    for (const auto& [title, text] : item.subject.facts) {
      if (title == "option_value") lines.push_back("Option value: " + text);
    }
    if (table != nullptr && scope != OptionScope::server) {
      lines.push_back(table->has_own(name) ? fmt::format("It is set in this {}.", scope_name(scope))
                                           : "It is as it is set globally.");
    }
  } else if (const auto bound = bound_of(item)) {
    const input::Binding* now = binding(*bound);
    if (now == nullptr) return;
    lines.push_back(now->note.empty() ? "There is no note for this key." : now->note);
    lines.emplace_back();
    lines.push_back(fmt::format("This key is in the {} table.", bound->table));
    lines.push_back(now->repeat ? "This key does repeat." : "This key does not repeat.");
    lines.emplace_back();
    lines.push_back("Command: " + now->command);
  }
  int row = area.row;
  for (const auto& line : lines) {
    const auto starts = terminal::wrap_line(line, area.cols);
    for (std::size_t i = 0; i < std::max<std::size_t>(1, starts.size()) && row < area.row + area.rows;
         ++i, ++row) {
      if (starts.empty()) continue;
      const auto end = i + 1 < starts.size() ? starts[i + 1] : line.size();
      frame.put_text(row, area.col, area.cols, std::string_view(line).substr(starts[i], end - starts[i]), 0);
    }
  }
}

}  // namespace sess::modes
