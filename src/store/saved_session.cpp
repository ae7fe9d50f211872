#include "store/saved_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/checksum.hpp"
#include "base/quote.hpp"
#include "base/saved_time.hpp"
#include "job/boot.hpp"
#include "store/cbor_reader.hpp"
#include "store/json_fields.hpp"
#include "store/option_values.hpp"

namespace sess::store {
namespace {

using nlohmann::json;

constexpr std::string_view kMagic = "sess 1 ";
constexpr std::size_t kDigits = 16;
constexpr std::size_t kMostWindows = 10'000;

/// The objects of a list; whatever else is in it is left out.
std::vector<json> objects(const json& in, const char* name) {
  std::vector<json> out;
  const auto it = in.find(name);
  if (it == in.end() || !it->is_array()) return out;
  for (const auto& one : *it) {
    if (one.is_object() && out.size() < kMostWindows) out.push_back(one);
  }
  return out;
}

json options_of(const model::Options::Values& values) {
  json out = json::object();
  for (const auto& [name, value] : values) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      out[name] = *text;
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
      out[name] = *number;
    } else {
      json items = json::array();
      for (const auto& [index, item] : std::get<model::OptionArray>(value)) items.push_back({index, item});
      out[name] = std::move(items);
    }
  }
  return out;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

}  // namespace

std::string seal(std::string_view content) {
  return fmt::format("{}{:016x}\n{}", kMagic, checksum(content), content);
}

Result<std::string> unseal(std::string_view bytes) {
  const std::size_t header = kMagic.size() + kDigits + 1;
  if (!bytes.starts_with("sess ")) return fail(ErrorCode::protocol, "it is not one of ours, or empty");
  if (!bytes.starts_with(kMagic)) return fail(ErrorCode::protocol, "a later version wrote it");
  if (bytes.size() < header) return fail(ErrorCode::protocol, "it is cut short");
  const auto content = bytes.substr(header);
  if (bytes.substr(kMagic.size(), kDigits + 1) != fmt::format("{:016x}\n", checksum(content))) {
    return fail(ErrorCode::protocol, "its checksum is wrong");
  }
  return std::string(content);
}

std::string encode_session(const command::SavedSession& session) {
  json windows = json::array();
  for (const auto& window : session.windows) {
    json panes = json::array();
    for (const auto& pane : window.panes) {
      panes.push_back(
          {{"id", pane.id}, {"directory", pane.directory}, {"command", pane.command}, {"title", pane.title}});
    }
    windows.push_back({{"index", window.index},
                       {"name", window.name},
                       {"named", window.named_by_hand},
                       {"layout", window.layout},
                       {"rows", window.size.rows},
                       {"cols", window.size.cols},
                       {"panes", std::move(panes)},
                       {"active", window.active},
                       {"zoomed", window.zoomed},
                       {"identity", window.identity},
                       {"options", options_of(window.options)}});
  }
  std::string bytes;
  json::to_cbor({{"name", session.name},
                 {"directory", session.directory},
                 {"created", saved_time(session.created)},
                 {"current", session.current},
                 {"group", session.group},
                 {"options", options_of(session.options)},
                 {"windows", std::move(windows)}},
                bytes);
  return seal(bytes);
}

Result<command::SavedSession> decode_session(std::string_view bytes) {
  auto content = unseal(bytes);
  if (!content) return pass(content.error());
  const json in = read_cbor(*content);
  if (!in.is_object()) return fail(ErrorCode::protocol, "it cannot be read");
  command::SavedSession session;
  session.name = get<std::string>(in, "name");
  session.directory = get<std::string>(in, "directory");
  session.created = time_saved(get<std::int64_t>(in, "created"));
  session.current = get<int>(in, "current");
  session.group = get<std::string>(in, "group");
  session.options = option_values(child(in, "options"));
  for (const auto& one : objects(in, "windows")) {
    command::SavedWindow window;
    window.index = get<int>(one, "index");
    window.name = get<std::string>(one, "name");
    window.named_by_hand = get<bool>(one, "named");
    window.layout = get<std::string>(one, "layout");
    window.size = clamp({get<std::uint16_t>(one, "rows"), get<std::uint16_t>(one, "cols")});
    window.active = get<std::size_t>(one, "active");
    window.zoomed = get<bool>(one, "zoomed");
    window.identity = get<std::string>(one, "identity");
    window.options = option_values(child(one, "options"));
    for (const auto& pane : objects(one, "panes")) {
      window.panes.push_back({get<std::uint32_t>(pane, "id"), get<std::string>(pane, "directory"),
                              get<std::string>(pane, "command"), get<std::string>(pane, "title")});
    }
    if (!window.panes.empty()) session.windows.push_back(std::move(window));
  }
  if (session.name.empty() || session.windows.empty())
    return fail(ErrorCode::protocol, "there is no session in it");
  return session;
}

std::string typed_words(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) {
    if (!out.empty()) out += ' ';
    if (std::none_of(word.begin(), word.end(), is_control)) {
      out += shell_word(word);
      continue;
    }
    // $'...' of bash, zsh and ksh has no raw control characters.
    out += "$'";
    for (const char c : word) {
      if (is_control(c)) {
        out += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
      } else if (c == '\'' || c == '\\') {
        out += std::string("\\") + c;
      } else {
        out += c;
      }
    }
    out += "'";
  }
  return out;
}

std::string typed_line(std::string_view line) {
  if (std::none_of(line.begin(), line.end(), is_control)) return std::string(line);
  return typed_words({"sh", "-c", std::string(line)});
}

}  // namespace sess::store
