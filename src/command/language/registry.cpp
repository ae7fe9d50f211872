#include "command/language/registry.hpp"

#include <algorithm>
#include <string>

namespace sess::command {
namespace {

/// Edits (insert, delete, replace, swap neighbours) from one word to another.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

}  // namespace

Registry::Registry(std::vector<const Entry*> entries) : entries_(std::move(entries)) {
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry* a, const Entry* b) { return a->name < b->name; });
  for (const Entry* entry : entries_) {
    for (const std::string_view name : {entry->name, entry->alias}) {
      for (const Words words : {Words::text, Words::command_line, Words::tmux}) {
        if (const auto found = search(name, words))
          exact_[static_cast<std::size_t>(words)].emplace(name, *found);
      }
    }
  }
}

const Registry& Registry::standard() {
  static const Registry kStandard = [] {
    std::vector<const Entry*> all;
    for (const Entries family :
         {session_entries(), attach_entries(),      client_entries(),      list_entries(),
          window_entries(),  window_move_entries(), pane_entries(),        pane_move_entries(),
          layout_entries(),  respawn_entries(),     keys_entries(),        send_entries(),
          options_entries(), environment_entries(), buffer_entries(),      display_entries(),
          script_entries(),  prompt_entries(),      choose_entries(),      mode_entries(),
          popup_entries(),   server_entries(),      help_entries(),        job_entries(),
          job_act_entries(), log_entries(),         job_listing_entries(), ps_entries(),
          boot_entries(),    restore_entries()}) {
      for (const Entry& entry : family) all.push_back(&entry);
    }
    return Registry(std::move(all));
  }();
  return kStandard;
}

Result<const Entry*> Registry::find(std::string_view name, Words words) const {
  const auto& exact = exact_[static_cast<std::size_t>(words)];
  if (const auto it = exact.find(name); it != exact.end()) return it->second;
  return search(name, words);
}

Result<const Entry*> Registry::search(std::string_view name, Words words) const {
  for (const Entry* entry : entries_) {
    if (words == Words::command_line && entry->ours && entry->name == name) return entry;
    if (words != Words::command_line && !entry->ours && entry->alias == name && !name.empty()) return entry;
  }
  std::vector<const Entry*> tmux_prefixes;
  std::vector<const Entry*> own_prefixes;
  for (const Entry* entry : entries_) {
    if (words == Words::tmux && entry->ours) continue;
    if (entry->name == name || (!entry->alias.empty() && entry->alias == name)) return entry;
    if (!name.empty() && starts_with(entry->name, name)) {
      (entry->ours ? own_prefixes : tmux_prefixes).push_back(entry);
    }
  }
  const auto& matches = tmux_prefixes.empty() ? own_prefixes : tmux_prefixes;
  if (matches.size() == 1) return matches.front();
  if (matches.size() > 1) {
    std::string names;
    for (const Entry* entry : matches) {
      if (!names.empty()) names += ", ";
      names += entry->name;
    }
    return fail(ErrorCode::invalid_argument, "ambiguous command: {}, could be: {}", name, names);
  }

  if (words == Words::tmux) return fail(ErrorCode::not_found, "unknown command: {}", name);

  // Two slips in a word, one in a short one; an alias counts as its command.
  constexpr std::size_t kLongest = 40;
  const Entry* nearest = nullptr;
  std::size_t best = name.size() < 5 ? 1 : 2;
  if (name.size() <= kLongest) {
    for (const Entry* entry : entries_) {
      for (const std::string_view word : {entry->name, entry->alias}) {
        if (word.size() < 3) continue;
        const std::size_t edits = distance(name, word);
        if (edits < best || (edits == best && nearest == nullptr)) {
          best = edits;
          nearest = entry;
        }
      }
    }
  }
  if (nearest != nullptr) {
    return fail(ErrorCode::not_found, "unknown command: {}; did you mean {}?", name, nearest->name);
  }
  return fail(ErrorCode::not_found, "unknown command: {}", name);
}

}  // namespace sess::command
