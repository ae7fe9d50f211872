#include "command/format/format.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/time_text.hpp"
#include "command/format/modifiers.hpp"
#include "command/format/text.hpp"
#include "command/format/variables.hpp"
#include "model/colour.hpp"
#include "model/number.hpp"

namespace sess::command {
namespace {

using model::PaneId;
using model::Session;
using model::Window;

constexpr int kMaxDepth = 100;
/// #{} that one expansion may resolve: loops in loops over many sessions stop here instead of stopping the
/// server.
constexpr int kMaxSteps = 200'000;
constexpr std::size_t kMaxResult = 4 * 1024 * 1024;

class Expander {
 public:
  explicit Expander(const FormatContext& context, bool time) : context_(&context), time_(time) {}

  std::string expand(std::string_view text);

 private:
  std::string expand_over(const FormatContext& context, std::string_view text) {
    const FormatContext* saved = context_;
    context_ = &context;
    std::string out = expand(text);
    context_ = saved;
    return out;
  }

  /// display-message -v, indented by depth.
  void note(std::string_view what, std::string_view text) const {
    constexpr std::size_t kMaxNotes = 10'000;
    if (context_->trace == nullptr || context_->trace->size() > kMaxNotes) return;
    context_->trace->push_back(std::string(static_cast<std::size_t>(depth_), ' ') + std::string(what) +
                               std::string(text));
  }

  std::time_t now() const {
    auto time = context_->time;
    if (time == std::chrono::system_clock::time_point{} && context_->ports != nullptr)
      time = context_->ports->daemon.now();
    return std::chrono::system_clock::to_time_t(time);
  }

  void note_modifiers(const std::vector<Modifier>& list) const;
  bool replace(std::string_view body, std::string& out);
  std::optional<std::string> value(const WantedModifiers& want, std::string_view body);
  std::optional<std::string> conditional(const WantedModifiers& want, std::string_view body);
  std::optional<std::string> comparison(const Modifier& how, std::string_view body);
  std::string expression(const Modifier& how, std::string_view body);
  std::optional<std::string> loop(const WantedModifiers& want, std::string_view body);
  std::optional<std::string> has_name(const WantedModifiers& want, std::string_view body);
  std::string finish(const WantedModifiers& want, std::string text);

  /// The two sides of a comma, expanded.
  std::optional<std::pair<std::string, std::string>> sides(std::string_view body) {
    const std::size_t comma = skip_format(body, ",");
    if (comma == std::string_view::npos) return std::nullopt;
    // Which argument of a call comes first is the compiler's choice: what runs and is traced has an order.
    auto left = expand(body.substr(0, comma));
    return std::pair(std::move(left), expand(body.substr(comma + 1)));
  }

  const FormatContext* context_;
  bool time_;
  int depth_ = 0;
  int steps_ = 0;
};

std::string_view alias(char c) {
  switch (c) {
    case 'D':
      return "pane_id";
    case 'F':
      return "window_flags";
    case 'H':
      return "host";
    case 'I':
      return "window_index";
    case 'P':
      return "pane_index";
    case 'S':
      return "session_name";
    case 'T':
      return "pane_title";
    case 'W':
      return "window_name";
    case 'h':
      return "host_short";
    default:
      return {};
  }
}

std::string Expander::expand(std::string_view given) {
  if (given.empty() || depth_ >= kMaxDepth) return {};
  ++depth_;
  note("expanding format: ", given);
  std::string timed;
  std::string_view text = given;
  if (time_ && text.find('%') != std::string_view::npos) {
    timed = format_time(std::string(text), now());
    text = timed;
  }

  std::string out;
  std::size_t i = 0;
  while (i < text.size() && out.size() <= kMaxResult) {
    if (text[i] != '#') {
      out += text[i++];
      continue;
    }
    if (i + 1 == text.size()) break;
    const char c = text[i + 1];
    i += 2;
    if (c == '(') {
      int depth = 1;
      std::size_t end = i;
      for (; end < text.size(); ++end) {
        if (text[end] == '(') ++depth;
        if (text[end] == ')' && --depth == 0) break;
      }
      if (end == text.size()) break;
      if (context_->jobs && context_->ports != nullptr) {
        const bool saved = std::exchange(time_, false);
        const std::string command = expand(text.substr(i, end - i));
        time_ = saved;
        out +=
            context_->ports->shells.shell_output(command, working_directory(*context_), umask_of(*context_));
      }
      i = end + 1;
      continue;
    }
    if (c == '{') {
      const std::size_t end = skip_format(text, "}", i - 2);
      if (end == std::string_view::npos || !replace(text.substr(i, end - i), out)) break;
      i = end + 1;
      continue;
    }
    if (c == '[' || c == '#') {
      // #[style] and any number of # before it are the drawing code's to read.
      std::size_t bracket = c == '[' ? i - 1 : i;
      while (bracket < text.size() && text[bracket] == '#') ++bracket;
      if (bracket < text.size() && text[bracket] == '[') {
        out += text.substr(i - 2, bracket + 1 - (i - 2));
        i = bracket + 1;
        continue;
      }
    }
    if (c == '#' || c == '}' || c == ',') {
      out += c;
      continue;
    }
    const std::string_view name = alias(c);
    if (name.empty()) {
      out += '#';
      out += c;
    } else if (!replace(name, out)) {
      break;
    }
  }
  note("result is: ", out);
  --depth_;
  return out;
}

bool Expander::replace(std::string_view body, std::string& out) {
  if (++steps_ > kMaxSteps) return false;
  note("found #{}: ", body);
  std::string_view rest = body;
  auto list = parse_modifiers(rest, [this](std::string_view text) { return expand(text); });
  std::vector<Modifier> none;
  if (!list) rest = body;
  const std::vector<Modifier>& used = list ? *list : none;
  const WantedModifiers want = wanted_modifiers(used);
  if (context_->trace != nullptr) note_modifiers(used);
  auto text = value(want, rest);
  if (!text) return false;
  const std::string finished = finish(want, std::move(*text));
  if (context_->trace != nullptr) note("", fmt::format("replaced '{}' with '{}'", body, finished));
  out += finished;
  return true;
}

/// Before the modifiers that only change the text. None: the format is broken, what follows is not expanded.
std::optional<std::string> Expander::value(const WantedModifiers& want, std::string_view body) {
  if (want.literal) return std::string(body);
  if (want.character) {
    const auto code = model::parse_number(expand(body), 32, 126);
    return code ? std::string(1, static_cast<char>(*code)) : std::string();
  }
  if (want.colour) return colour_hex(expand(body));
  if (want.sessions || want.windows || want.panes || want.clients) return loop(want, body);
  if (want.window_name || want.session_name) return has_name(want, body);
  if (want.search != nullptr) {
    const std::string pattern = expand(body);
    if (!context_->target.pane || context_->ports == nullptr) return "0";
    const std::string_view flags = want.search->argument(0);
    return std::to_string(context_->ports->screens.search_pane(*context_->target.pane, pattern,
                                                               flags.find('r') != std::string_view::npos,
                                                               flags.find('i') != std::string_view::npos));
  }
  if (want.compare != nullptr) return comparison(*want.compare, body);
  if (want.negate || want.truth) {
    const std::string text = body.find('#') != std::string_view::npos
                                 ? expand(body)
                                 : find_styled(*context_, body, {}).value_or("");
    return is_true(text) != want.negate ? "1" : "0";
  }
  if (want.repeat) {
    const auto both = sides(body);
    if (!both) return std::nullopt;
    const auto times = model::parse_number(both->second, 0, 10'000);
    std::string out;
    for (std::int64_t i = 0; times && i < *times && out.size() < kMaxResult; ++i) out += both->first;
    return out;
  }
  if (!body.empty() && body[0] == '?') return conditional(want, body.substr(1));
  if (want.expression != nullptr) return expression(*want.expression, body);
  if (body.find("#{") != std::string_view::npos) return expand(body);
  const auto found = find_styled(*context_, body, want.style);
  if (context_->trace != nullptr) {
    note("", found ? fmt::format("format '{}' found: {}", body, *found)
                   : fmt::format("format '{}' not found", body));
  }
  return found.value_or("");
}

void Expander::note_modifiers(const std::vector<Modifier>& list) const {
  for (std::size_t i = 0; i < list.size(); ++i) {
    note("", fmt::format("modifier {} is {}", i, list[i].name));
    for (std::size_t j = 0; j < list[i].arguments.size(); ++j) {
      note("", fmt::format("modifier {} argument {}: {}", i, j, list[i].arguments[j]));
    }
  }
}

/// condition,yes,no; or more pairs before the last; without the last, nothing.
std::optional<std::string> Expander::conditional(const WantedModifiers& want, std::string_view body) {
  for (;;) {
    const std::size_t comma = skip_format(body, ",");
    if (comma == std::string_view::npos) return std::nullopt;
    const std::string_view condition = body.substr(0, comma);
    note("condition is: ", condition);
    auto found = find_styled(*context_, condition, want.style);
    if (!found) {
      found = expand(condition);
      if (*found == condition) {
        found->clear();
        note("", fmt::format("condition '{}' not found; assuming false", condition));
      }
    }
    if (context_->trace != nullptr) {
      note("", fmt::format("condition '{}' is {}", condition, is_true(*found) ? "true" : "false"));
    }
    const std::string_view rest = body.substr(comma + 1);
    const std::size_t end = skip_format(rest, ",");
    const std::string_view yes = rest.substr(0, end);
    if (is_true(*found)) return expand(yes);
    if (end == std::string_view::npos) return std::string();
    body = rest.substr(end + 1);
    if (skip_format(body, ",") == std::string_view::npos) return expand(body);
  }
}

std::optional<std::string> Expander::comparison(const Modifier& how, std::string_view body) {
  const std::string& name = how.name;
  if (name == "||" || name == "&&") {
    // Any number of operands, as newer versions have it; two at least.
    bool any = false;
    bool all = true;
    int count = 0;
    for (std::size_t comma = 0; comma != std::string_view::npos; ++count) {
      comma = skip_format(body, ",");
      const bool value = is_true(expand(body.substr(0, comma)));
      any = any || value;
      all = all && value;
      if (comma != std::string_view::npos) body.remove_prefix(comma + 1);
    }
    if (count < 2) return std::nullopt;
    return (name == "||" ? any : all) ? "1" : "0";
  }
  const auto both = sides(body);
  if (!both) return std::nullopt;
  const auto& [left, right] = *both;
  if (context_->trace != nullptr) {
    note("", fmt::format("compare {} left is: {}", name, left));
    note("", fmt::format("compare {} right is: {}", name, right));
  }
  bool result = false;
  if (name == "==") result = left == right;
  if (name == "!=") result = left != right;
  if (name == "<") result = left < right;
  if (name == ">") result = left > right;
  if (name == "<=") result = left <= right;
  if (name == ">=") result = left >= right;
  if (name == "m") result = match(left, right, how.argument(0));
  return result ? "1" : "0";
}

std::string Expander::expression(const Modifier& how, std::string_view body) {
  const std::string& op = how.arguments[0];
  const bool decimals = how.argument(1).find('f') != std::string_view::npos;
  std::int64_t precision = decimals ? 2 : 0;
  if (how.arguments.size() >= 3) {
    const auto given = model::parse_number(how.argument(2), 0, 100);
    if (!given) return {};
    precision = *given;
  }
  const auto both = sides(body);
  if (!both) return {};
  const auto read = [&](const std::string& text, double& value) {
    char* end = nullptr;
    value = std::strtod(text.c_str(), &end);
    if (*end != '\0') return false;
    if (!decimals) value = std::trunc(value);
    return true;
  };
  double left = 0;
  double right = 0;
  if (!read(both->first, left) || !read(both->second, right)) return {};
  constexpr double kEqual = 1e-9;
  double result = 0;
  if (op == "+") {
    result = left + right;
  } else if (op == "-") {
    result = left - right;
  } else if (op == "*") {
    result = left * right;
  } else if (op == "/") {
    result = left / right;
  } else if (op == "%" || op == "m") {
    result = std::fmod(left, right);
  } else if (op == "==") {
    result = std::fabs(left - right) < kEqual ? 1 : 0;
  } else if (op == "!=") {
    result = std::fabs(left - right) > kEqual ? 1 : 0;
  } else if (op == "<") {
    result = left < right ? 1 : 0;
  } else if (op == "<=") {
    result = left <= right ? 1 : 0;
  } else if (op == ">") {
    result = left > right ? 1 : 0;
  } else if (op == ">=") {
    result = left >= right ? 1 : 0;
  } else {
    return {};
  }
  if (!std::isfinite(result)) return {};
  if (!decimals) result = std::trunc(result);
  if (result == 0) result = 0;  // no "-0"
  return fmt::format("{:.{}f}", result, static_cast<int>(precision));
}

std::optional<std::string> Expander::loop(const WantedModifiers& want, std::string_view body) {
  const model::Model& model = *context_->model;
  const std::size_t comma = skip_format(body, ",");
  const std::string_view all = body.substr(0, comma);
  const std::string_view current = comma == std::string_view::npos ? all : body.substr(comma + 1);
  std::string out;
  const auto add = [&](const FormatContext& context, std::string_view text) {
    if (out.size() < kMaxResult) out += expand_over(context, text);
  };
  FormatContext inner = *context_;
  if (want.sessions) {
    std::vector<const Session*> sessions;
    for (const auto& [id, session] : model.sessions()) sessions.push_back(&session);
    std::sort(sessions.begin(), sessions.end(),
              [](const Session* a, const Session* b) { return a->name < b->name; });
    for (const Session* session : sessions) {
      inner.target = find_from_session(model, session->id);
      add(inner, body);
    }
    return out;
  }
  if (want.clients) {
    for (const auto& [id, client] : model.clients()) {
      if (!client.session) continue;
      inner.client = id;
      add(inner, body);
    }
    return out;
  }
  if (want.windows) {
    const Session* session = context_->target.session ? model.session(*context_->target.session) : nullptr;
    if (session == nullptr) return std::nullopt;
    for (const auto& [index, link] : session->windows) {
      inner.target = find_from_link(model, session->id, index);
      add(inner, session->current == index ? current : all);
    }
    return out;
  }
  const Window* window = context_->target.window ? model.window(*context_->target.window) : nullptr;
  if (window == nullptr) return std::nullopt;
  for (const PaneId pane : window->panes) {
    inner.target.pane = pane;
    add(inner, pane == window->active ? current : all);
  }
  return out;
}

std::optional<std::string> Expander::has_name(const WantedModifiers& want, std::string_view body) {
  const model::Model& model = *context_->model;
  const std::string name = expand(body);
  if (want.session_name) {
    const bool found = std::any_of(model.sessions().begin(), model.sessions().end(),
                                   [&](const auto& entry) { return entry.second.name == name; });
    return found ? "1" : "0";
  }
  const Session* session = context_->target.session ? model.session(*context_->target.session) : nullptr;
  if (session == nullptr) return std::nullopt;
  const bool found = std::any_of(session->windows.begin(), session->windows.end(), [&](const auto& entry) {
    const Window* window = model.window(entry.second.window);
    return window != nullptr && window->name == name;
  });
  return found ? "1" : "0";
}

std::string Expander::finish(const WantedModifiers& want, std::string text) {
  if (want.expand) {
    text = expand(text);
  } else if (want.expand_time) {
    const bool saved = std::exchange(time_, true);
    text = expand(text);
    time_ = saved;
  }
  for (const Modifier* m : want.substitutions) {
    text = substitute(text, m->argument(0), m->argument(1), m->argument(2));
  }
  if (want.limit > 0) {
    std::string cut = keep_left(text, want.limit);
    if (cut != text) cut += want.marker;
    text = std::move(cut);
  } else if (want.limit < 0) {
    std::string cut = keep_right(text, -want.limit);
    if (cut != text) cut.insert(0, want.marker);
    text = std::move(cut);
  }
  if (want.width != 0) text = pad(std::move(text), want.width);
  if (want.length) text = std::to_string(text.size());
  if (want.columns) text = std::to_string(format_width(text));
  return text;
}

}  // namespace

std::string expand(const FormatContext& context, std::string_view text) {
  return Expander(context, false).expand(text);
}

std::string expand_time(const FormatContext& context, std::string_view text) {
  return Expander(context, true).expand(text);
}

bool is_true(std::string_view value) {
  return !value.empty() && value != "0";
}

std::optional<std::string> find_value(const FormatContext& context, std::string_view name) {
  return find_styled(context, name, {});
}

}  // namespace sess::command
