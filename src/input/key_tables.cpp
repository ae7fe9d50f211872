#include "input/key_tables.hpp"

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "base/quote.hpp"
#include "base/width.hpp"

namespace sess::input {
namespace {

constexpr std::string_view kRoot = "root";
constexpr std::string_view kPrefix = "prefix";
constexpr std::uint8_t kVersion = 1;

/// The key that a legacy terminal sends for this one, when that is another.
[[nodiscard]] std::optional<Key> legacy_twin(Key key) {
  if (!is_character(key)) return std::nullopt;
  const Key twin = canonical(key);
  return twin == key ? std::nullopt : std::optional(twin);
}

/// " ; " between commands as list-keys shows it: " \; ". Not inside of quotes and braces.
[[nodiscard]] std::string show_command(std::string_view command) {
  std::string out;
  char quote = 0;
  int depth = 0;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    if (quote != 0) {
      if (c == '\\' && quote == '"' && i + 1 < command.size()) {
        out += c;
        out += command[++i];
        continue;
      }
      if (c == quote) quote = 0;
    } else if (c == '\\' && i + 1 < command.size()) {
      out += c;
      out += command[++i];
      continue;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}') {
      --depth;
    } else if (c == ';' && depth == 0 && i > 0 && command[i - 1] == ' ') {
      out += '\\';
    }
    out += c;
  }
  return out;
}

void pad(std::string& out, std::string_view text, int width) {
  out += text;
  const int used = display_width(text);
  if (used < width) out.append(static_cast<std::size_t>(width - used), ' ');
}

[[nodiscard]] bool wanted(const ListKeys& how, Key key) {
  return !how.only || *how.only == key;
}

[[nodiscard]] int notes_width(const KeyTables::Table& table, const ListKeys& how) {
  int width = 0;
  for (const auto& [key, binding] : table) {
    if (!wanted(how, key) || is_mouse(key) || binding.note.empty()) continue;
    width = std::max(width, display_width(key_name(key)));
  }
  return width;
}

void print_notes(std::string& out, const KeyTables::Table& table, const ListKeys& how, int width,
                 std::string_view prefix) {
  for (const auto& [key, binding] : table) {
    if (!wanted(how, key) || is_mouse(key) || (binding.note.empty() && !how.all)) continue;
    out += prefix;
    pad(out, key_name(key), width + 1);
    out += binding.note.empty() ? show_command(binding.command) : binding.note;
    out += '\n';
    if (how.first) return;
  }
}

}  // namespace

KeyTables KeyTables::with_defaults() {
  KeyTables tables;
  tables.tables_[std::string(kRoot)];
  tables.tables_[std::string(kPrefix)];
  for (const auto& row : default_bindings()) {
    if (const auto key = parse_key(row.key))
      tables.bind(row.table, *key, {row.command, row.note, row.repeat});
  }
  ByteWriter nothing;
  nothing.u8(kVersion);
  nothing.varint(0);
  tables.saved_ = nothing.take();
  return tables;
}

void KeyTables::bind(std::string_view table, Key key, Binding binding) {
  saved_.reset();
  tables_[std::string(table)].insert_or_assign(key, std::move(binding));
}

bool KeyTables::annotate(std::string_view table, Key key, std::string note, bool repeat) {
  const auto found = tables_.find(table);
  if (found == tables_.end()) return false;
  const auto binding = found->second.find(key);
  if (binding == found->second.end()) return false;
  saved_.reset();
  binding->second.note = std::move(note);
  binding->second.repeat = binding->second.repeat || repeat;
  return true;
}

bool KeyTables::unbind(std::string_view table, Key key) {
  const auto found = tables_.find(table);
  if (found == tables_.end()) return false;
  saved_.reset();
  const bool erased = found->second.erase(key) > 0;
  if (found->second.empty() && table != kRoot && table != kPrefix) tables_.erase(found);
  return erased;
}

bool KeyTables::unbind_all(std::string_view table) {
  const auto found = tables_.find(table);
  if (found == tables_.end()) return false;
  saved_.reset();
  if (table == kRoot || table == kPrefix) {
    found->second.clear();
  } else {
    tables_.erase(found);
  }
  return true;
}

const Binding* KeyTables::find(std::string_view table, Key key) const {
  const auto found = tables_.find(table);
  if (found == tables_.end()) return nullptr;
  if (const auto binding = found->second.find(key); binding != found->second.end()) return &binding->second;
  if (const auto twin = legacy_twin(key)) {
    if (const auto binding = found->second.find(*twin); binding != found->second.end())
      return &binding->second;
  }
  return nullptr;
}

const Binding* KeyTables::find_or_any(std::string_view table, Key key) const {
  if (const Binding* binding = find(table, key)) return binding;
  return find(table, {code::kAny, 0});
}

std::string KeyTables::list(const ListKeys& how) const {
  std::string out;
  if (how.notes) {
    if (how.table) {
      const auto found = tables_.find(*how.table);
      if (found == tables_.end()) return out;
      print_notes(out, found->second, how, notes_width(found->second, how), how.prefix.value_or(""));
      return out;
    }
    const std::string start = how.prefix ? *how.prefix : key_name(how.prefix_key) + " ";
    const std::string empty(static_cast<std::size_t>(display_width(start)), ' ');
    int width = 0;
    for (const auto name : {kRoot, kPrefix}) {
      if (const auto found = tables_.find(name); found != tables_.end()) {
        width = std::max(width, notes_width(found->second, how));
      }
    }
    for (const auto name : {kRoot, kPrefix}) {
      const auto found = tables_.find(name);
      if (found != tables_.end()) print_notes(out, found->second, how, width, name == kRoot ? empty : start);
    }
    return out;
  }

  bool repeat = false;
  int table_width = 0;
  int key_width = 0;
  const auto each = [&](auto&& visit) {
    for (const auto& [name, table] : tables_) {
      if (how.table && *how.table != name) continue;
      for (const auto& [key, binding] : table) {
        if (wanted(how, key)) visit(name, key, binding);
      }
    }
  };
  each([&](const std::string& name, Key key, const Binding& binding) {
    repeat = repeat || binding.repeat;
    table_width = std::max(table_width, display_width(name));
    key_width = std::max(key_width, display_width(escape_argument(key_name(key))));
  });
  each([&](const std::string& name, Key key, const Binding& binding) {
    out += "bind-key ";
    if (repeat) out += binding.repeat ? "-r " : "   ";
    out += "-T ";
    pad(out, name, table_width);
    out += ' ';
    pad(out, escape_argument(key_name(key)), key_width);
    out += ' ';
    out += show_command(binding.command);
    out += '\n';
  });
  return out;
}

void KeyTables::save(ByteWriter& out) const {
  if (!saved_) saved_ = encode();
  out.raw(*saved_);
}

std::string KeyTables::encode() const {
  const KeyTables defaults = with_defaults();
  ByteWriter body;
  std::uint64_t changes = 0;
  const auto put = [&](const std::string& table, Key key, const Binding* binding) {
    ++changes;
    body.string(table);
    body.u32(key.code);
    body.u8(key.mods);
    body.boolean(binding != nullptr);
    if (binding == nullptr) return;
    body.string(binding->command);
    body.string(binding->note);
    body.boolean(binding->repeat);
  };
  for (const auto& [name, table] : defaults.tables_) {
    const auto mine = tables_.find(name);
    for (const auto& [key, binding] : table) {
      if (mine == tables_.end() || mine->second.find(key) == mine->second.end()) put(name, key, nullptr);
    }
  }
  for (const auto& [name, table] : tables_) {
    const auto theirs = defaults.tables_.find(name);
    for (const auto& [key, binding] : table) {
      if (theirs != defaults.tables_.end()) {
        const auto same = theirs->second.find(key);
        if (same != theirs->second.end() && same->second == binding) continue;
      }
      put(name, key, &binding);
    }
  }
  ByteWriter out;
  out.u8(kVersion);
  out.varint(changes);
  out.raw(body.bytes());
  return out.take();
}

std::optional<KeyTables> KeyTables::restore(ByteReader& in) {
  KeyTables tables = with_defaults();
  if (in.u8() != kVersion) return std::nullopt;
  const std::uint64_t changes = in.varint();
  for (std::uint64_t i = 0; i < changes && in.ok(); ++i) {
    const std::string table(in.string());
    const Key key{in.u32(), in.u8()};
    if (!in.boolean()) {
      tables.unbind(table, key);
      continue;
    }
    Binding binding;
    binding.command = in.string();
    binding.note = in.string();
    binding.repeat = in.boolean();
    if (in.ok()) tables.bind(table, key, std::move(binding));
  }
  if (!in.ok()) return std::nullopt;
  return tables;
}

}  // namespace sess::input
