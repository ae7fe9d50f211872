#include "command/format/variables.hpp"

#include <array>
#include <ctime>
#include <map>

#include "base/palette.hpp"
#include "base/quote.hpp"
#include "base/time_text.hpp"
#include "command/format/text.hpp"
#include "command/language/buffer.hpp"
#include "model/colour.hpp"
#include "model/number.hpp"
#include "model/options/table.hpp"

namespace sess::command {
namespace {

using model::Model;
using model::Options;
using model::OptionScope;

/// All tables in one index.
const std::map<std::string_view, Found (*)(const FormatContext&)>& index() {
  static const auto kIndex = [] {
    std::map<std::string_view, Found (*)(const FormatContext&)> out;
    for (const auto table : {session_variables(), window_variables(), pane_variables(), client_variables(),
                             server_variables()}) {
      for (const Variable& variable : table) out.emplace(variable.name, variable.value);
    }
    return out;
  }();
  return kIndex;
}

/// The nearest table of a scope: the object's own, else the global one.
const Options& table(const FormatContext& context, OptionScope scope) {
  const Model& model = *context.model;
  const auto* session = session_of(context);
  const auto* window = window_of(context);
  const auto* pane = pane_of(context);
  switch (scope) {
    case OptionScope::server:
      return model.globals().server;
    case OptionScope::session:
      return session != nullptr ? session->options : model.globals().session;
    case OptionScope::pane:
      if (pane != nullptr) return pane->options;
      [[fallthrough]];
    case OptionScope::window:
      return window != nullptr ? window->options : model.globals().window;
  }
  return model.globals().server;
}

Found find_option_value(const FormatContext& context, std::string_view name) {
  std::optional<unsigned> item;
  if (const std::size_t bracket = name.find('['); bracket != std::string_view::npos && name.back() == ']') {
    const auto number =
        model::parse_number(name.substr(bracket + 1, name.size() - bracket - 2), 0, 1'000'000);
    if (!number) return std::nullopt;
    item = static_cast<unsigned>(*number);
    name = name.substr(0, bracket);
  }
  const auto read = [&](const Options& options) {
    return item ? options.text(name, *item) : options.text(name);
  };
  if (!name.empty() && name[0] == '@') {
    for (const OptionScope scope :
         {OptionScope::server, OptionScope::pane, OptionScope::window, OptionScope::session}) {
      if (auto value = read(table(context, scope))) return value;
    }
    return std::nullopt;
  }
  const model::OptionEntry* entry = model::find_option(name);
  if (entry == nullptr) return std::nullopt;
  for (const OptionScope scope :
       {OptionScope::server, OptionScope::pane, OptionScope::window, OptionScope::session}) {
    if (!entry->in(scope)) continue;
    auto value = read(table(context, scope));
    // In a condition a flag counts by its number: "off" would be true.
    if (value && entry->type == model::OptionType::flag) value = *value == "on" ? "1" : "0";
    return value;
  }
  return std::nullopt;
}

Found find_raw(const FormatContext& context, std::string_view name, bool environment) {
  if (name.empty()) return std::nullopt;
  if (auto value = find_option_value(context, name)) return value;
  if (const auto it = index().find(name); it != index().end()) {
    if (auto value = it->second(context)) return value;
  }
  for (const auto& [key, value] : context.variables) {
    if (key == name) return value;
  }
  if (!environment) return std::nullopt;
  const auto* session = session_of(context);
  const auto* entry = session != nullptr ? session->environment.find(name) : nullptr;
  if (entry == nullptr) entry = context.model->globals().environment.find(name);
  return entry != nullptr ? entry->value : std::nullopt;
}

std::string base_name(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  if (path.empty()) return ".";
  if (path == "/") return "/";
  return std::string(path.substr(path.rfind('/') + 1));
}

std::string directory_name(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  path = path.substr(0, slash);
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path.empty() ? "/" : std::string(path);
}

}  // namespace

const model::Session* session_of(const FormatContext& c) {
  return c.target.session ? c.model->session(*c.target.session) : nullptr;
}
const model::Winlink* link_of(const FormatContext& c) {
  const auto* session = session_of(c);
  if (session == nullptr || !c.target.link) return nullptr;
  const auto it = session->windows.find(*c.target.link);
  return it == session->windows.end() ? nullptr : &it->second;
}
const model::Window* window_of(const FormatContext& c) {
  return c.target.window ? c.model->window(*c.target.window) : nullptr;
}
const model::Pane* pane_of(const FormatContext& c) {
  return c.target.pane ? c.model->pane(*c.target.pane) : nullptr;
}
const model::Client* client_of(const FormatContext& c) {
  return c.client ? c.model->client(*c.client) : nullptr;
}

Found seconds(model::Time time) {
  const std::time_t value = std::chrono::system_clock::to_time_t(time);
  if (value == 0) return std::nullopt;
  return std::to_string(value);
}

std::string window_flags(const model::Model& model, const model::Session& session, const model::Winlink& link,
                         bool escaped) {
  std::string out;
  if (link.activity) out += escaped ? "##" : "#";
  if (link.bell) out += '!';
  if (link.silence) out += '~';
  if (session.current == link.index) out += '*';
  if (!session.last.empty() && session.last.front() == link.index) out += '-';
  const auto mark = model.links().mark();
  if (mark && mark->session == session.id && mark->index == link.index) out += 'M';
  const auto* window = model.window(link.window);
  if (window != nullptr && window->zoomed) out += 'Z';
  return out;
}

std::string working_directory(const FormatContext& context) {
  const auto* session = session_of(context);
  if (session != nullptr && !session->start_path.empty()) return session->start_path;
  const auto* client = client_of(context);
  if (client != nullptr && !client->cwd.empty()) return client->cwd;
  return context.ports != nullptr ? context.ports->facts.home : std::string("/");
}

unsigned umask_of(const FormatContext& context) {
  if (context.umask) return *context.umask;
  const auto* client = client_of(context);
  if (client != nullptr && client->umask) return *client->umask;
  const auto* session = session_of(context);
  return session != nullptr ? session->umask : 022;
}

std::string colour_hex(std::string_view text) {
  const auto colour = model::parse_colour(text);
  if (!colour) return {};
  std::uint32_t rgb = 0;
  // The named sixteen as tmux writes them, which are not xterm's.
  static constexpr std::array<std::uint32_t, 16> kAnsi = {
      0x000000, 0x800000, 0x008000, 0x808000, 0x000080, 0x800080, 0x008080, 0xc0c0c0,
      0x808080, 0xff0000, 0x00ff00, 0xffff00, 0x0000ff, 0xff00ff, 0x00ffff, 0xffffff};
  switch (colour->kind) {
    case model::Colour::Kind::ansi:
      rgb = kAnsi[colour->red % 16];
      break;
    case model::Colour::Kind::indexed: {
      const unsigned n = colour->red;
      rgb = n < 16 ? kAnsi[n] : palette_rgb(n);
      break;
    }
    case model::Colour::Kind::rgb:
      rgb = static_cast<std::uint32_t>(colour->red) << 16 | static_cast<std::uint32_t>(colour->green) << 8 |
            colour->blue;
      break;
    default:
      return {};
  }
  return fmt::format("{:06x}", rgb);
}

std::optional<std::string> find_styled(const FormatContext& context, std::string_view name,
                                       const ValueStyle& style) {
  auto found = find_raw(context, name, !style.time);
  if (!found) return std::nullopt;
  if (style.time) {
    const auto time = model::parse_number(*found, 1, INT64_MAX);
    if (!time) return std::nullopt;
    if (style.pretty) {
      const auto now =
          context.ports != nullptr ? context.ports->daemon.now() : std::chrono::system_clock::now();
      return pretty_time(*time, std::chrono::system_clock::to_time_t(now));
    }
    return style.time_format.empty() ? long_time(*time) : format_time(style.time_format, *time);
  }
  if (style.basename) found = base_name(*found);
  if (style.dirname) found = directory_name(*found);
  if (style.quote_shell) found = quote_shell(*found);
  if (style.quote_style) found = quote_style(*found);
  if (style.quote_argument) found = escape_argument(*found);
  return found;
}

std::vector<std::pair<std::string, std::string>> all_variables(const FormatContext& context) {
  std::map<std::string, std::string> out;
  for (const auto& [name, function] : index()) {
    if (auto value = function(context)) out.emplace(name, *value);
  }
  for (const auto& [name, value] : context.variables) out.emplace(name, value);
  return {out.begin(), out.end()};
}

}  // namespace sess::command
