#include "command/language/target.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "base/normal_form.hpp"
#include "command/families/geometry.hpp"
#include "command/language/target_search.hpp"
#include "model/number.hpp"

namespace sess::command {
namespace {

using model::Client;
using model::ClientId;
using model::Model;
using model::Pane;
using model::PaneId;
using model::Session;
using model::SessionId;
using model::Window;
using model::WindowId;
using model::Winlink;

constexpr std::int64_t kMaxIndex = std::numeric_limits<int>::max();

std::string_view map_token(std::string_view text,
                           std::span<const std::pair<std::string_view, std::string_view>> table) {
  for (const auto& [token, meaning] : table) {
    if (token == text) return meaning;
  }
  return text;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kWindowTokens = {
    {{"{start}", "^"}, {"{last}", "!"}, {"{end}", "$"}, {"{next}", "+"}, {"{previous}", "-"}}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kPaneTokens = {
    {{"{last}", "!"},
     {"{next}", "+"},
     {"{previous}", "-"},
     {"{top}", "top"},
     {"{bottom}", "bottom"},
     {"{left}", "left"},
     {"{right}", "right"},
     {"{top-left}", "top-left"},
     {"{top-right}", "top-right"},
     {"{bottom-left}", "bottom-left"},
     {"{bottom-right}", "bottom-right"}}};

/// "+", "+3", "-", "-2": how far; none for anything else.
std::optional<long> offset(std::string_view text) {
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  long n = 1;
  if (text.size() > 1) n = model::parse_number(text.substr(1), 1, kMaxIndex).value_or(0);
  return text[0] == '+' ? n : -n;
}

/// Unique among names that `matches` accepts; null when none or several do.
template <class Items, class Matches>
auto unique(const Items& items, Matches matches) -> std::optional<typename Items::value_type> {
  std::optional<typename Items::value_type> found;
  for (const auto& item : items) {
    if (!matches(item)) continue;
    if (found) return std::nullopt;
    found = item;
  }
  return found;
}

class Finder {
 public:
  Finder(const FindContext& context, const Target& current, unsigned flags)
      : context_(context), model_(*context.model), current_(current), flags_(flags) {}

  [[nodiscard]] const Target& found() const { return found_; }
  void set_flags(unsigned flags) { flags_ = flags; }

  bool session(std::string_view text) {
    const Session* session = find_session(text);
    if (session == nullptr) return false;
    found_ = {};
    found_.session = session->id;
    return true;
  }

  /// The session's current window and active pane.
  void use_current() {
    found_ = find_from_session(model_, *found_.session);
    found_.index = -1;
  }
  void use_active_pane() {
    const Window* window = found_.window ? model_.window(*found_.window) : nullptr;
    if (window != nullptr && found_.link) found_.pane = window->active;
  }

  bool window(std::string_view text, bool only) {
    if (text[0] == '@') {
      const auto id = model::parse_id<WindowId>(text);
      if (!id || model_.window(*id) == nullptr) return false;
      return best_session_with(*id);
    }
    found_ = {};
    found_.session = current_.session;
    if (window_in_session(text)) return true;
    if (!only && session(text)) {
      use_current();
      if ((flags_ & kFindWindowIndex) == 0) found_.index = found_.link.value_or(-1);
      return true;
    }
    return false;
  }

  bool window_in_session(std::string_view text);

  bool pane(std::string_view text, bool only) {
    if (text[0] == '%') {
      const auto id = model::parse_id<PaneId>(text);
      const Pane* pane = id ? model_.pane(*id) : nullptr;
      if (pane == nullptr || !best_session_with(pane->window)) return false;
      found_.pane = *id;
      return true;
    }
    found_ = current_;
    if (pane_in_window(text)) return true;
    if (!only && window(text, only)) {
      use_active_pane();
      return true;
    }
    return false;
  }

  bool pane_in_session(std::string_view text) {
    if (text[0] == '%') {
      const auto id = model::parse_id<PaneId>(text);
      const Pane* pane = id ? model_.pane(*id) : nullptr;
      if (pane == nullptr || !best_link_with(pane->window)) return false;
      found_.pane = *id;
      return true;
    }
    use_current();
    found_.index = found_.link.value_or(-1);
    return pane_in_window(text);
  }

  bool pane_in_window(std::string_view text);

 private:
  const Session* find_session(std::string_view typed) {
    // Names are kept in normal form C: a keyboard or a file system may spell them otherwise.
    const std::string text = composed(typed);
    if (text[0] == '$') {
      const auto id = model::parse_id<SessionId>(text);
      return id ? model_.session(*id) : nullptr;
    }
    if (const Session* exact = model_.sessions().named(text)) return exact;
    if (const auto client = find_client(context_, text)) {
      const Client* found = model_.client(*client);
      if (found != nullptr && found->session) return model_.session(*found->session);
    }
    if ((flags_ & kFindExactSession) != 0) return nullptr;
    const auto sessions = by_name(model_);
    const auto prefix = unique(
        sessions, [&](const Session* s) { return std::string_view(s->name).substr(0, text.size()) == text; });
    if (prefix) return *prefix;
    const bool ambiguous = std::any_of(sessions.begin(), sessions.end(), [&](const Session* s) {
      return std::string_view(s->name).substr(0, text.size()) == text;
    });
    if (ambiguous) return nullptr;
    return unique(sessions, [&](const Session* s) { return fnmatch(text.c_str(), s->name.c_str(), 0) == 0; })
        .value_or(nullptr);
  }

  bool set_link(const Winlink* link) {
    if (link == nullptr) return false;
    found_.link = link->index;
    found_.index = link->index;
    found_.window = link->window;
    return true;
  }

  bool best_link_with(WindowId window) {
    const Session* session = found_.session ? model_.session(*found_.session) : nullptr;
    return session != nullptr && set_link(link_to(*session, window));
  }

  bool best_session_with(WindowId window) {
    const Session* best = nullptr;
    for (const Session* session : model_.links().sessions_with(window)) {
      if (wins(model_, *session, best, flags_)) best = session;
    }
    if (best == nullptr) return false;
    found_ = {};
    found_.session = best->id;
    return best_link_with(window);
  }

  const FindContext& context_;
  const Model& model_;
  const Target& current_;
  unsigned flags_;
  Target found_;
};

bool Finder::window_in_session(std::string_view text) {
  const Session* session = found_.session ? model_.session(*found_.session) : nullptr;
  if (session == nullptr || session->windows.empty()) return false;
  const Winlink* current = session->current_link();
  // With an index that is free, the window is the current one; only the index counts.
  if (current != nullptr) set_link(current);
  found_.index = -1;
  const bool exact = (flags_ & kFindExactWindow) != 0;

  if (text[0] == '@') {
    const auto id = model::parse_id<WindowId>(text);
    return id && set_link(link_to(*session, *id));
  }
  if (const auto steps = offset(text); steps && !exact && current != nullptr) {
    if ((flags_ & kFindWindowIndex) != 0) {
      const std::int64_t index = current->index + *steps;
      if (index < 0 || index > kMaxIndex) return false;
      found_.index = static_cast<int>(index);
      return true;
    }
    const long count = static_cast<long>(session->windows.size());
    long at =
        (std::distance(session->windows.begin(), session->windows.find(current->index)) + *steps % count) %
        count;
    if (at < 0) at += count;
    return set_link(&std::next(session->windows.begin(), at)->second);
  }
  if (!exact && text.size() == 1) {
    if (text == "!") {
      if (session->last.empty()) return false;
      const auto it = session->windows.find(session->last.front());
      return it != session->windows.end() && set_link(&it->second);
    }
    if (text == "^") return set_link(&session->windows.begin()->second);
    if (text == "$") return set_link(&session->windows.rbegin()->second);
  }
  if (text[0] != '+' && text[0] != '-') {
    if (const auto index = model::parse_number(text, 0, kMaxIndex)) {
      const auto it = session->windows.find(static_cast<int>(*index));
      if (it != session->windows.end()) return set_link(&it->second);
      if ((flags_ & kFindWindowIndex) != 0) {
        found_.index = static_cast<int>(*index);
        return true;
      }
    }
  }

  std::vector<const Winlink*> links;
  for (const auto& [index, link] : session->windows) links.push_back(&link);
  const auto name_of = [&](const Winlink* link) -> std::string_view {
    const Window* window = model_.window(link->window);
    return window != nullptr ? std::string_view(window->name) : std::string_view();
  };
  const std::string pattern(text);
  const auto same = [&](const Winlink* link) { return name_of(link) == text; };
  const auto prefix = [&](const Winlink* link) { return name_of(link).substr(0, text.size()) == text; };
  const auto glob = [&](const Winlink* link) {
    return fnmatch(pattern.c_str(), std::string(name_of(link)).c_str(), 0) == 0;
  };
  // Several that match equally well are an error, not a reason to look for something weaker.
  if (std::any_of(links.begin(), links.end(), same)) return set_link(unique(links, same).value_or(nullptr));
  if (exact) return false;
  if (std::any_of(links.begin(), links.end(), prefix))
    return set_link(unique(links, prefix).value_or(nullptr));
  return set_link(unique(links, glob).value_or(nullptr));
}

bool Finder::pane_in_window(std::string_view text) {
  const Window* window = found_.window ? model_.window(*found_.window) : nullptr;
  if (window == nullptr) return false;
  const auto take = [&](std::optional<PaneId> pane) {
    if (pane) found_.pane = *pane;
    return pane.has_value();
  };
  if (text[0] == '%') {
    const auto id = model::parse_id<PaneId>(text);
    const Pane* pane = id ? model_.pane(*id) : nullptr;
    return pane != nullptr && pane->window == window->id && take(id);
  }
  if (text == "!") return take(model_.windows().last_pane(window->id));
  if (text == "{up-of}") return take(neighbour(model_, window->active, Direction::up));
  if (text == "{down-of}") return take(neighbour(model_, window->active, Direction::down));
  if (text == "{left-of}") return take(neighbour(model_, window->active, Direction::left));
  if (text == "{right-of}") return take(neighbour(model_, window->active, Direction::right));
  if (text == "{active}") return take(window->active);
  if (const auto steps = offset(text)) {
    const PaneId from = current_.window == window->id && current_.pane ? *current_.pane : window->active;
    if (take(pane_by_offset(*window, from, *steps))) return true;
  }
  if (const auto index = model::parse_number(text, 0, kMaxIndex)) {
    for (const PaneId id : window->panes) {
      if (model_.windows().pane_index(id) == *index) return take(id);
    }
  }
  return take(pane_described(model_, *window, text));
}

/// The parts of "session:window.pane"; empty ones are absent.
struct Parts {
  std::string_view session, window, pane;
  bool window_only = false, pane_only = false;
};

Parts split(std::string_view text, TargetKind kind) {
  Parts parts;
  const std::size_t colon = text.find(':');
  const std::size_t period = text.find('.', colon == std::string_view::npos ? 0 : colon);
  const std::string_view pane =
      period == std::string_view::npos ? std::string_view() : text.substr(period + 1);
  if (colon != std::string_view::npos) {
    parts.session = text.substr(0, colon);
    parts.window = text.substr(colon + 1, period == std::string_view::npos ? period : period - colon - 1);
    parts.window_only = true;
    parts.pane = pane;
    parts.pane_only = period != std::string_view::npos;
    return parts;
  }
  if (period != std::string_view::npos) {
    parts.window = text.substr(0, period);
    parts.pane = pane;
    parts.pane_only = true;
    return parts;
  }
  if (text[0] == '$' || (kind == TargetKind::session && text[0] != '@' && text[0] != '%')) {
    parts.session = text;
  } else if (text[0] == '@' || (kind == TargetKind::window && text[0] != '%')) {
    parts.window = text;
  } else {
    parts.pane = text;
  }
  return parts;
}

}  // namespace

Result<Target> find_target(const FindContext& context, std::optional<std::string_view> text, TargetKind kind,
                           unsigned flags) {
  const Model& model = *context.model;
  Target current;
  const auto mark = model.links().mark();
  if (mark && (flags & kFindDefaultMarked) != 0) {
    current = find_from_link(model, mark->session, mark->index);
    current.pane = mark->pane;
  } else if (still_there(model, context.current)) {
    current = context.current;
  } else {
    current = find_from_client(model, context.client, flags);
  }
  const auto failed = [&](tl::unexpected<Error> error) -> Result<Target> {
    if ((flags & kFindCanFail) != 0) return Target{};
    return error;
  };
  if (!current.valid()) return failed(fail(ErrorCode::not_found, "no current target"));

  if (!text || text->empty()) {
    if ((flags & kFindWindowIndex) != 0) current.index = -1;
    return current;
  }
  if (*text == "=" || *text == "{mouse}") {
    if (!context.mouse || !context.mouse->session)
      return failed(fail(ErrorCode::not_found, "no mouse target"));
    Target found = *context.mouse;
    if (kind == TargetKind::pane && found.pane) return found;
    found = found.link ? find_from_link(model, *found.session, *found.link)
                       : find_from_session(model, *found.session);
    if (!found.valid()) return failed(fail(ErrorCode::not_found, "no mouse target"));
    return found;
  }
  if (*text == "~" || *text == "{marked}") {
    if (!mark) return failed(fail(ErrorCode::not_found, "no marked target"));
    Target found = find_from_link(model, mark->session, mark->index);
    found.pane = mark->pane;
    return found;
  }

  Parts parts = split(*text, kind);
  if (!parts.session.empty() && parts.session[0] == '=') {
    parts.session.remove_prefix(1);
    flags |= kFindExactSession;
  }
  if (!parts.window.empty() && parts.window[0] == '=') {
    parts.window.remove_prefix(1);
    flags |= kFindExactWindow;
  }
  parts.window = map_token(parts.window, kWindowTokens);
  parts.pane = map_token(parts.pane, kPaneTokens);
  if (!parts.pane.empty() && (flags & kFindWindowIndex) != 0) {
    return failed(fail(ErrorCode::invalid_argument, "can't specify pane here"));
  }
  const auto no_session = [&] {
    return failed(fail(ErrorCode::not_found, "can't find session: {}", parts.session));
  };
  const auto no_window = [&] {
    return failed(fail(ErrorCode::not_found, "can't find window: {}", parts.window));
  };
  const auto no_pane = [&] { return failed(fail(ErrorCode::not_found, "can't find pane: {}", parts.pane)); };

  Finder finder(context, current, flags);
  const bool has_window = !parts.window.empty();
  const bool has_pane = !parts.pane.empty();
  if (!parts.session.empty()) {
    if (!finder.session(parts.session)) return no_session();
    if (!has_window && !has_pane) {
      finder.use_current();
    } else if (!has_window) {
      if (!finder.pane_in_session(parts.pane)) return no_pane();
    } else {
      if (!finder.window_in_session(parts.window)) return no_window();
      finder.use_active_pane();
      if (has_pane && !finder.pane_in_window(parts.pane)) return no_pane();
    }
    return finder.found();
  }
  if (has_window) {
    if (!finder.window(parts.window, parts.window_only)) return no_window();
    finder.use_active_pane();
    if (has_pane && !finder.pane_in_window(parts.pane)) return no_pane();
    return finder.found();
  }
  if (has_pane) {
    if (!finder.pane(parts.pane, parts.pane_only)) return no_pane();
    return finder.found();
  }
  if ((flags & kFindWindowIndex) != 0) current.index = -1;
  return current;
}

}  // namespace sess::command
