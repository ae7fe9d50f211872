#include "command/language/completion.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "command/language/registry.hpp"
#include "model/options/table.hpp"

namespace sess::command {
namespace {

using Names = std::vector<std::string>;

constexpr std::string_view kLayouts[] = {"even-horizontal", "even-vertical", "main-horizontal",
                                         "main-vertical", "tiled"};

bool begins(std::string_view name, std::string_view word) {
  return name.substr(0, word.size()) == word;
}

std::string common_prefix(const Names& names) {
  std::string out = names.front();
  for (const auto& name : names) {
    const auto differs = std::mismatch(out.begin(), out.end(), name.begin(), name.end());
    out.erase(differs.first, out.end());
  }
  return out;
}

Names words(const model::Model& model, std::string_view word, bool at_start) {
  Names out;
  const auto offer = [&](std::string_view name) {
    if (!name.empty() && begins(name, word)) out.emplace_back(name);
  };
  for (const Entry* entry : Registry::standard().entries()) {
    offer(entry->name);
    offer(entry->alias);
  }
  for (const auto& [index, alias] : model.globals().server.array("command-alias")) {
    offer(std::string_view(alias).substr(0, alias.find('=')));
  }
  if (at_start) return out;
  for (const auto& option : model::option_table()) offer(option.name);
  for (const auto layout : kLayouts) offer(layout);
  return out;
}

Names sessions(const model::Model& model, std::string_view text) {
  Names out;
  for (const auto& [id, session] : model.sessions()) {
    if (begins(session.name, text)) {
      out.push_back(session.name + ":");
    } else if (begins(text, "$") && begins(to_string(id), text)) {
      out.push_back(to_string(id) + ":");
    }
  }
  return out;
}

/// Windows of a session by index, or by name when that is what was begun.
Names windows(const model::Model& model, const model::Session& session, std::string_view before,
              std::string_view text) {
  Names out;
  for (const auto& [index, link] : session.windows) {
    const auto* window = model.window(link.window);
    const std::string number = std::to_string(index);
    if (begins(number, text)) {
      out.push_back(std::string(before) + number);
    } else if (window != nullptr && begins(window->name, text)) {
      out.push_back(std::string(before) + window->name);
    }
  }
  return out;
}

Names targets(const model::Model& model, std::string_view text, const model::Session* current,
              bool windows_only) {
  if (windows_only) return current != nullptr ? windows(model, *current, "", text) : Names{};
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return sessions(model, text);
  const auto name = text.substr(0, colon);
  const model::Session* session = name.empty() ? current : nullptr;
  for (const auto& [id, other] : model.sessions()) {
    if (!name.empty() && (other.name == name || to_string(id) == name)) session = &other;
  }
  return session != nullptr ? windows(model, *session, text.substr(0, colon + 1), text.substr(colon + 1))
                            : Names{};
}

/// The session that a target's part before the colon names.
const model::Session* session_before(const model::Model& model, std::string_view name,
                                     const model::Session* current) {
  if (name.empty()) return current;
  for (const auto& [id, session] : model.sessions()) {
    if (session.name == name || to_string(id) == name) return &session;
  }
  return nullptr;
}

}  // namespace

Candidates candidates(const model::Model& model, std::string_view type, std::string_view word, bool at_start,
                      std::optional<model::SessionId> session) {
  const model::Session* current = session ? model.session(*session) : nullptr;
  Candidates out;
  const bool flagged = type == "command" && (begins(word, "-t") || begins(word, "-s"));
  const std::string flag(flagged ? word.substr(0, 2) : "");
  if (flagged) word.remove_prefix(2);
  if (type == "command" && !flagged) {
    Names names = words(model, word, at_start);
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    for (const auto& name : names) out.list.push_back({name, name});
    return out;
  }
  if (!flagged && type != "target" && type != "window-target") return out;
  const auto colon = word.find(':');
  out.windows = type == "window-target" || colon != std::string_view::npos;
  if (!out.windows) {
    Names names = sessions(model, word);
    std::sort(names.begin(), names.end());
    for (const auto& name : names) out.list.push_back({name, flag + name});
    return out;
  }
  const bool alone = type == "window-target";
  const auto* of = alone ? current : session_before(model, word.substr(0, colon), current);
  if (of == nullptr) return out;
  const auto begun = alone ? word : word.substr(colon + 1);
  const std::string before = alone ? "" : of->name + ":";
  for (const auto& [index, link] : of->windows) {
    const auto* window = model.window(link.window);
    const std::string number = std::to_string(index);
    if (window == nullptr || !begins(number, begun)) continue;
    out.list.push_back({fmt::format("{}{} ({})", before, number, window->name), flag + before + number});
  }
  return out;
}

std::optional<std::string> complete_word(const model::Model& model, std::string_view type,
                                         std::string_view word, bool at_start,
                                         std::optional<model::SessionId> session) {
  const model::Session* current = session ? model.session(*session) : nullptr;
  Names names;
  std::string flag;
  bool whole = false;  // a name that is whole is followed by a blank
  if (type == "command") {
    if (begins(word, "-t") || begins(word, "-s")) {
      flag = word.substr(0, 2);
      names = targets(model, word.substr(2), current, false);
    } else {
      names = words(model, word, at_start);
      whole = true;
    }
  } else if (type == "target" || type == "window-target") {
    names = targets(model, word, current, type == "window-target");
  }
  if (names.empty()) return std::nullopt;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  whole = whole && names.size() == 1;
  const std::string out = flag + common_prefix(names) + (whole ? " " : "");
  return out == word ? std::nullopt : std::optional(out);
}

}  // namespace sess::command
