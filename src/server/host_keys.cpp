// Key bindings, prompts and the mouse, as commands see them.
#include <algorithm>

#include "base/utf8.hpp"
#include "base/width.hpp"
#include "model/size_policy.hpp"
#include "render/borders.hpp"
#include "server/host.hpp"
#include "server/server.hpp"

namespace sess::server {
namespace {

constexpr std::size_t kPromptLines = 1000;

std::size_t previous_cluster(std::string_view text, std::size_t at) {
  if (at == 0) return 0;
  std::size_t from = at - 1;
  while (from > 0 && (static_cast<unsigned char>(text[from]) & 0xC0U) == 0x80U) --from;
  return from;
}

std::size_t next_cluster(std::string_view text, std::size_t at) {
  if (at >= text.size()) return text.size();
  return at + decode_utf8(text.substr(at)).length;
}

}  // namespace

Result<> HostImpl::bind_key(const command::KeyBinding& binding) {
  const auto key = input::parse_key(binding.key);
  if (!key || key->code == input::code::kNone) {
    return fail(ErrorCode::invalid_argument, "unknown key: {}", binding.key);
  }
  if (binding.command.empty()) {
    server_.keys().annotate(binding.table, *key, binding.note, binding.repeat);
  } else {
    server_.keys().bind(binding.table, *key, {binding.command, binding.note, binding.repeat});
  }
  return {};
}

Result<> HostImpl::unbind_key(std::string_view table, std::string_view name) {
  const auto key = input::parse_key(name);
  if (!key || key->code == input::code::kNone) return fail(ErrorCode::invalid_argument, "unknown key: {}", name);
  if (!server_.keys().has_table(table)) return fail(ErrorCode::not_found, "table {} doesn't exist", table);
  server_.keys().unbind(table, *key);
  return {};
}

void HostImpl::unbind_table(std::string_view table) { server_.keys().unbind_all(table); }

bool HostImpl::has_key_table(std::string_view table) const { return server_.keys().has_table(table); }

std::string HostImpl::list_keys(const command::ListKeysRequest& request) const {
  input::ListKeys how;
  how.table = request.table;
  if (request.only) how.only = input::parse_key(*request.only);
  how.notes = request.notes;
  how.all = request.all;
  how.first = request.first;
  how.prefix = request.prefix;
  if (const auto key = input::parse_key(request.prefix_key)) how.prefix_key = *key;
  return server_.keys().list(how);
}

std::optional<std::string> HostImpl::key_name(std::string_view name) const {
  const auto key = input::parse_key(name);
  if (!key) return std::nullopt;
  return input::key_name(*key);
}

// --- prompts --------------------------------------------------------------------------------------------

Result<> HostImpl::prompt(ClientId id, command::PromptRequest request,
                          std::function<void(std::optional<std::string>)> answer) {
  RemoteClient* client = server_.client(id);
  if (client == nullptr || client->phase != RemoteClient::Phase::attached) {
    return fail(ErrorCode::unavailable, "no current client");
  }
  Overlay overlay;
  overlay.kind = Overlay::Kind::prompt;
  overlay.text = std::move(request.prompt);
  overlay.answer = std::move(request.initial);
  overlay.cursor = overlay.answer.size();
  overlay.single_key = request.kind == command::PromptRequest::Kind::single_key;
  overlay.history = request.history;
  overlay.done = [this, history = request.history, answer = std::move(answer)](std::optional<std::string> text) {
    if (text && !text->empty()) {
      auto& lines = prompt_history_[history];
      if (lines.empty() || lines.back() != *text) lines.push_back(*text);
      if (lines.size() > kPromptLines) lines.erase(lines.begin());
    }
    answer(std::move(text));
  };
  server_.set_overlay(*client, std::move(overlay));
  return {};
}

void HostImpl::edit_prompt(Overlay& overlay, input::Key key) {
  namespace code = input::code;
  auto& text = overlay.answer;
  auto& at = overlay.cursor;
  const bool ctrl = key.mods == input::mod::kCtrl;
  const auto set = [&](std::string value) {
    text = std::move(value);
    at = text.size();
  };
  const auto history = [&](int step) {
    const auto found = prompt_history_.find(overlay.history);
    if (found == prompt_history_.end() || found->second.empty()) return;
    const auto& lines = found->second;
    const auto now = static_cast<std::ptrdiff_t>(overlay.top) + step;  // top: how far back, 0 is the line typed
    if (now < 0 || now > static_cast<std::ptrdiff_t>(lines.size())) return;
    overlay.top = static_cast<std::size_t>(now);
    set(now == 0 ? "" : lines[lines.size() - overlay.top]);
  };
  if (key.code == code::kLeft || (ctrl && key.code == 'b')) {
    at = previous_cluster(text, at);
  } else if (key.code == code::kRight || (ctrl && key.code == 'f')) {
    at = next_cluster(text, at);
  } else if (key.code == code::kHome || (ctrl && key.code == 'a')) {
    at = 0;
  } else if (key.code == code::kEnd || (ctrl && key.code == 'e')) {
    at = text.size();
  } else if (key.code == code::kBSpace || (ctrl && key.code == 'h')) {
    const auto from = previous_cluster(text, at);
    text.erase(from, at - from);
    at = from;
  } else if (key.code == code::kDC || (ctrl && key.code == 'd')) {
    text.erase(at, next_cluster(text, at) - at);
  } else if (ctrl && key.code == 'u') {
    set("");
  } else if (ctrl && key.code == 'k') {
    text.erase(at);
  } else if (ctrl && key.code == 'w') {
    auto from = at;
    while (from > 0 && text[from - 1] == ' ') --from;
    while (from > 0 && text[from - 1] != ' ') --from;
    text.erase(from, at - from);
    at = from;
  } else if (key.code == code::kUp || (ctrl && key.code == 'p')) {
    history(1);
  } else if (key.code == code::kDown || (ctrl && key.code == 'n')) {
    history(-1);
  } else if (input::is_character(key) && key.mods == 0 && key.code >= 0x20) {
    std::string bytes;
    append_utf8(bytes, key.code);
    text.insert(at, bytes);
    at += bytes.size();
  }
}

Result<> HostImpl::choose_pane(ClientId id, std::chrono::milliseconds duration,
                               std::function<void(std::optional<PaneId>)> answer) {
  RemoteClient* client = server_.client(id);
  const model::Client* seen = server_.model().client(id);
  if (client == nullptr || seen == nullptr || !seen->session) return fail(ErrorCode::unavailable, "no current client");
  const model::Window* window = server_.model().current_window(*seen->session);
  const auto window_id = window->id;
  Overlay overlay;
  overlay.kind = Overlay::Kind::panes;
  overlay.done = [this, window_id, answer = std::move(answer)](std::optional<std::string> text) {
    std::optional<PaneId> chosen;
    if (text && text->size() == 1) {
      // Beyond nine the panes have letters.
      const char key = text->front();
      const int index = key <= '9' ? key - '0' : 10 + key - 'a';
      if (const model::Pane* pane = server_.model().pane_at(window_id, index)) chosen = pane->id;
    }
    answer(chosen);
  };
  server_.set_overlay(*client, std::move(overlay));
  if (duration.count() > 0) {
    client->message_timer.start(duration);
  }
  return {};
}

void HostImpl::drag_border(ClientId id) {
  if (RemoteClient* client = server_.client(id)) client->dragging_border = true;
}

// --- mouse ----------------------------------------------------------------------------------------------

void HostImpl::set_status_ranges(ClientId client, int line, std::vector<render::Range> ranges) {
  auto& lines = status_ranges_[client];
  lines.resize(std::max<std::size_t>(lines.size(), static_cast<std::size_t>(line) + 1));
  lines[static_cast<std::size_t>(line)] = std::move(ranges);
}

MouseTarget HostImpl::mouse_target(RemoteClient& client, int row, int col) {
  MouseTarget out;
  auto& model = server_.model();
  const model::Client* seen = model.client(client.id);
  const model::Session* session = model.session(*seen->session);
  const model::Window* window = model.current_window(*seen->session);
  const int status = model::status_lines(model, *session);
  const bool status_top = session->options.choice("status-position") == "top";
  const int first = status_top ? 0 : seen->size.rows - status;
  if (status > 0 && row >= first && row < first + status) {
    out.location = input::MouseLocation::status_default;
    out.row = row - first;
    out.column = col;
    const auto found = status_ranges_.find(client.id);
    if (found != status_ranges_.end() && static_cast<std::size_t>(out.row) < found->second.size()) {
      for (const auto& range : found->second[static_cast<std::size_t>(out.row)]) {
        if (col < range.begin || col >= range.end) continue;
        if (range.kind == model::Style::Range::left) out.location = input::MouseLocation::status_left;
        if (range.kind == model::Style::Range::right) out.location = input::MouseLocation::status_right;
        if (range.kind == model::Style::Range::window) {
          out.location = input::MouseLocation::status;
          if (const auto* link = model.link(session->id, static_cast<int>(range.window))) {
            out.pane = model.window(link->window)->active;
          }
        }
      }
    }
    return out;
  }
  const int y = status_top ? row - status : row;
  for (const auto id : window->panes) {
    if (window->zoomed && id != window->active) continue;
    const model::Pane* pane = model.pane(id);
    if (y >= pane->top && y < pane->top + pane->size.rows && col >= pane->left && col < pane->left + pane->size.cols) {
      out.pane = id;
      out.row = y - pane->top;
      out.column = col - pane->left;
      return out;
    }
  }
  out.location = input::MouseLocation::border;
  out.row = y;
  out.column = col;
  return out;
}

std::string HostImpl::encode_mouse_event(const input::Mouse& mouse, const MouseTarget& where) {
  return fmt::format("{} {} {} {} {}", static_cast<int>(mouse.action), mouse.button, mouse.mods, where.row,
                     where.column);
}

}  // namespace sess::server
