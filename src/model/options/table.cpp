#include "model/options/table.hpp"

#include <map>

#include "model/options/rows.hpp"

namespace sess::model {

namespace {

using rows::kTable;

/// Other spellings of names.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kOtherNames{{
    {"display-panes-color", "display-panes-colour"},
    {"display-panes-active-color", "display-panes-active-colour"},
    {"clock-mode-color", "clock-mode-colour"},
    {"cursor-color", "cursor-colour"},
    {"pane-colors", "pane-colours"},
}};

std::string_view spelling(std::string_view name) {
  for (const auto& [other, ours] : kOtherNames) {
    if (other == name) return ours;
  }
  return name;
}

/// `name[3]` in two parts. False when the brackets are malformed.
bool split_index(std::string_view text, OptionName& out) {
  const auto open = text.find('[');
  if (open == std::string_view::npos) {
    out.name = text;
    return !text.empty();
  }
  const std::string_view digits = text.substr(open + 1, text.size() - open - 2);
  if (text.back() != ']' || open == 0 || digits.empty() || digits.size() > 9) return false;
  unsigned index = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return false;
    index = index * 10 + static_cast<unsigned>(c - '0');
  }
  out.name = text.substr(0, open);
  out.index = index;
  return true;
}

}  // namespace

std::span<const OptionEntry> option_table() {
  return kTable;
}

const OptionEntry* find_option(std::string_view name) {
  static const auto* const kByName = [] {
    auto* map = new std::map<std::string_view, const OptionEntry*>;
    for (const OptionEntry& entry : kTable) map->emplace(entry.name, &entry);
    return map;
  }();
  const auto it = kByName->find(spelling(name));
  return it == kByName->end() ? nullptr : it->second;
}

Result<OptionName> match_option(std::string_view text) {
  OptionName found;
  if (!split_index(text, found)) return fail(ErrorCode::invalid_argument, "invalid option: {}", text);
  if (found.name.front() == '@') return found;
  found.entry = find_option(found.name);
  if (found.entry == nullptr) {
    for (const OptionEntry& entry : kTable) {
      if (entry.newer || !entry.name.starts_with(found.name)) continue;
      if (found.entry != nullptr) return fail(ErrorCode::invalid_argument, "ambiguous option: {}", text);
      found.entry = &entry;
    }
  }
  if (found.entry == nullptr) return fail(ErrorCode::invalid_argument, "invalid option: {}", text);
  found.name = found.entry->name;
  return found;
}

}  // namespace sess::model
