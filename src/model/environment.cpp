#include "model/environment.hpp"

#include <fnmatch.h>

namespace sess::model {

const Environment::Entry* Environment::find(std::string_view name) const {
  const auto it = entries_.find(name);
  return it == entries_.end() ? nullptr : &it->second;
}

std::optional<std::string> Environment::value(std::string_view name) const {
  const Entry* entry = find(name);
  return entry == nullptr ? std::nullopt : entry->value;
}

void Environment::changed() {
  static std::uint64_t last = 0;
  version_ = ++last;
}

void Environment::clear() {
  changed();
  entries_.clear();
}

void Environment::set(std::string_view name, std::string_view value, Visibility visibility) {
  changed();
  entries_.insert_or_assign(std::string(name), Entry{std::string(value), visibility});
}

void Environment::put(std::string_view assignment, Visibility visibility) {
  const auto equals = assignment.find('=');
  if (equals == std::string_view::npos || equals == 0) return;
  set(assignment.substr(0, equals), assignment.substr(equals + 1), visibility);
}

void Environment::remove(std::string_view name) {
  changed();
  entries_.insert_or_assign(std::string(name), Entry{std::nullopt, Visibility::visible});
}

void Environment::unset(std::string_view name) {
  changed();
  if (const auto it = entries_.find(name); it != entries_.end()) entries_.erase(it);
}

void Environment::merge(const Environment& other) {
  changed();
  for (const auto& [name, entry] : other.entries_) entries_.insert_or_assign(name, entry);
}

void Environment::update(std::span<const std::string> patterns, const Environment& client) {
  for (const std::string& pattern : patterns) {
    bool found = false;
    for (const auto& [name, entry] : client.entries_) {
      if (!entry.value || fnmatch(pattern.c_str(), name.c_str(), 0) != 0) continue;
      set(name, *entry.value);
      found = true;
    }
    if (!found) remove(pattern);
  }
}

std::vector<std::string> Environment::block() const {
  std::vector<std::string> out;
  for (const auto& [name, entry] : entries_) {
    if (!entry.value || name.empty() || entry.visibility == Visibility::hidden) continue;
    out.push_back(name + "=" + *entry.value);
  }
  return out;
}

}  // namespace sess::model
