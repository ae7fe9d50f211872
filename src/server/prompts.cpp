// Questions in a client's status line: the line that is typed, its history and completion, and what keys mean
// there. Rules of tmux 3.3a's status_prompt_key().
#include <algorithm>
#include <iterator>

#include "base/utf8.hpp"
#include "base/width.hpp"
#include "command/language/completion.hpp"
#include "os/files.hpp"
#include "render/format_draw.hpp"
#include "render/style.hpp"
#include "server/host.hpp"
#include "server/server.hpp"

namespace sess::server {
namespace {

using Kind = command::PromptRequest::Kind;
using input::Event;
using input::Key;
using Outcome = input::LineEditor::Outcome;

constexpr std::size_t kHistoryFileLimit = 1024 * 1024;
constexpr std::size_t kLineLimit = 64 * 1024;

bool digit(Key key) {
  return key.mods == 0 && key.code >= '0' && key.code <= '9';
}

}  // namespace

// --- as commands see them -------------------------------------------------------------------------------

Result<> HostImpl::prompt(ClientId id, command::PromptRequest request,
                          std::function<void(std::optional<std::string>)> answer) {
  RemoteClient* client = server_.client(id);
  if (client == nullptr || client->phase != RemoteClient::Phase::attached) {
    return fail(ErrorCode::unavailable, "no current client");
  }
  load_prompt_history();
  Overlay overlay;
  overlay.kind = Overlay::Kind::prompt;
  overlay.text = std::move(request.prompt);
  overlay.asks = request.kind;
  overlay.history = std::move(request.history);
  overlay.again = std::move(request.again);
  overlay.answers = std::move(request.answers);
  overlay.more = request.more;
  overlay.changed = std::move(request.changed);
  overlay.done = std::move(answer);
  const auto changed = overlay.changed;
  const std::string initial = request.initial;
  if (overlay.asks == Kind::incremental) {
    overlay.last = initial;
  } else {
    overlay.line.set(initial);
  }
  server_.set_overlay(*client, std::move(overlay));
  if (request.kind == Kind::incremental && changed && !initial.empty()) changed("=" + initial);
  return {};
}

std::string HostImpl::history_file() const {
  const auto path = server_.model().server_options().string("history-file");
  return path.starts_with("~/") ? server_.facts().home + path.substr(1) : path;
}

void HostImpl::load_prompt_history() {
  if (prompt_history_loaded_) return;
  const auto path = history_file();
  if (path.empty()) return;
  prompt_history_loaded_ = true;
  const std::string text = os::read_file(path, kHistoryFileLimit).value_or("");
  const auto limit =
      static_cast<std::size_t>(server_.model().server_options().number("prompt-history-limit"));
  server_.queue().prompt_history().load(text, limit);
}

void HostImpl::remember_answer(std::string_view type, std::string_view line) {
  load_prompt_history();
  const auto limit =
      static_cast<std::size_t>(server_.model().server_options().number("prompt-history-limit"));
  auto& history = server_.queue().prompt_history();
  history.add(type, line, limit);
  answers_unsaved_ = true;
}

// --- keys -----------------------------------------------------------------------------------------------

void Server::answer_overlay(RemoteClient& client, std::optional<std::string> answer) {
  const auto done = std::move(client.overlay.done);
  const bool acts = !client.overlay.more;
  client.overlay.done = nullptr;
  clear_overlay(client);
  if (!done) return;
  if (acts) settle(client);  // what the answer does is not done twice
  done(std::move(answer));
  run_queue();
}

std::optional<store::SavedQuestion> Server::saved_question(const RemoteClient& client) {
  const Overlay& overlay = client.overlay;
  using Shown = Overlay::Kind;
  if (overlay.kind == Shown::none || overlay.kind == Shown::message) return std::nullopt;
  store::SavedQuestion saved;
  if (overlay.kind == Shown::text) {
    saved.text = overlay.text;
    saved.top = overlay.top;
  } else {
    saved.again = overlay.again;
    saved.answers = overlay.answers;
    saved.line = overlay.line.state();
  }
  return saved;
}

/// What was asked before the last server died is asked again, and what was typed stands there. Where that cannot be,
/// something else takes the keys that were meant for it until the user has seen that: they are not a program's.
void Server::ask_again(RemoteClient& client, const store::SavedQuestion& saved) {
  Overlay overlay;
  if (!saved.text.empty()) {
    overlay.kind = Overlay::Kind::text;
    overlay.text = saved.text;
    overlay.top = static_cast<std::size_t>(saved.top);
    return set_overlay(client, std::move(overlay));
  }
  if (!saved.again.empty()) {
    command::State state;
    state.current = command::find_from_session(model_, *model_.client(client.id)->session);
    queue_->submit_text(client.id, saved.again, state);
    run_queue();
    const auto asked = [&client] {
      return client.overlay.kind == Overlay::Kind::prompt || client.overlay.kind == Overlay::Kind::panes;
    };
    for (const auto& answer : saved.answers) {
      if (asked()) answer_overlay(client, answer);
    }
    if (asked()) return client.overlay.line.restore(saved.line);
  }
  overlay.kind = Overlay::Kind::prompt;
  overlay.text = "the question that was here is given up; Enter goes on: ";
  overlay.line.restore(saved.line);
  set_overlay(client, std::move(overlay));
}

void Server::prompt_changed(RemoteClient& client, char how) {
  if (client.overlay.asks != Kind::incremental) return;
  if (const auto changed = client.overlay.changed) {
    changed(how + client.overlay.line.text());
    run_queue();
  }
}

bool Server::complete_prompt(RemoteClient& client) {
  auto& line = client.overlay.line;
  const auto word = line.word();
  if (word.begin == word.end) return false;
  const auto completed = command::complete_word(model_, client.overlay.history, line.text(word),
                                                word.begin == 0, model_.client(client.id)->session);
  if (!completed) return false;
  line.replace(word, *completed);
  return true;
}

void Server::older_answer(Overlay& overlay, int step) {
  const auto& lines = queue_->prompt_history().lines(overlay.history);
  const auto back = static_cast<std::ptrdiff_t>(overlay.back) + step;
  if (back < 0 || back > static_cast<std::ptrdiff_t>(lines.size())) return;
  overlay.back = static_cast<std::size_t>(back);
  overlay.line.set(back == 0 ? "" : lines[lines.size() - overlay.back]);
}

bool Server::on_prompt_key(RemoteClient& client, const Event& event) {
  Overlay& overlay = client.overlay;
  if (client.composed) client.composed->invalidate();
  const bool has_line = overlay.asks == Kind::line || overlay.asks == Kind::incremental;
  if (event.kind == Event::Kind::paste) {
    if (has_line && overlay.line.text().size() + event.text.size() <= kLineLimit) {
      overlay.line.insert(event.text);
      prompt_changed(client, '=');
    }
    return true;
  }
  if (event.kind != Event::Kind::key) return true;
  const Key key = event.key.key;
  const bool cancels = key.code == input::code::kEscape || key == Key{'c', input::mod::kCtrl};
  switch (overlay.asks) {
    case Kind::key_name:
      answer_overlay(client, input::key_name(key));
      return true;
    case Kind::numeric:
      if (digit(key)) {
        static_cast<void>(overlay.line.on_key(key, input::LineEditor::Keys::emacs, {}));
        return true;
      }
      answer_overlay(client, overlay.line.text());
      return false;  // what ends the number is no part of it: it does what it always does
    case Kind::single_key: {
      std::string answer;
      if (input::is_character(key) && key.mods == 0) append_utf8(answer, key.code);
      answer_overlay(client, cancels ? std::nullopt : std::optional(answer));
      return true;
    }
    case Kind::line:
    case Kind::incremental:
      break;
  }
  const model::Session* session = model_.session(*model_.client(client.id)->session);
  const auto keys = session->options.choice("status-keys") == "vi" ? input::LineEditor::Keys::vi
                                                                   : input::LineEditor::Keys::emacs;
  if (overlay.line.text().size() > kLineLimit && input::is_character(key) && key.mods == 0 && key.code >= ' ')
    return true;
  switch (overlay.line.on_key(key, keys, session->options.string("word-separators"))) {
    case Outcome::nothing:
    case Outcome::moved:
      return true;
    case Outcome::changed:
      prompt_changed(client, '=');
      return true;
    case Outcome::accept: {
      const std::string answer = overlay.line.text();
      host_->remember_answer(overlay.history, answer);
      answer_overlay(client, answer);
      return true;
    }
    case Outcome::cancel:
      answer_overlay(client, std::nullopt);
      return true;
    case Outcome::complete:
      if (complete_prompt(client)) prompt_changed(client, '=');
      return true;
    case Outcome::older:
      older_answer(overlay, 1);
      prompt_changed(client, '=');
      return true;
    case Outcome::newer:
      older_answer(overlay, -1);
      prompt_changed(client, '=');
      return true;
    case Outcome::paste:
      if (const auto* buffer = queue_->buffers().newest();
          buffer != nullptr && buffer->data.size() < kLineLimit) {
        // One line: what follows the first line's end would be another answer.
        overlay.line.insert(std::string_view(buffer->data).substr(0, buffer->data.find_first_of("\r\n")));
        prompt_changed(client, '=');
      }
      return true;
    case Outcome::search_backward:
    case Outcome::search_forward:
      break;
  }
  if (overlay.asks != Kind::incremental) return true;
  if (overlay.line.empty()) {
    overlay.line.set(overlay.last);
    prompt_changed(client, '=');
  } else {
    const bool back = key == Key{'r', input::mod::kCtrl};
    prompt_changed(client, back ? '-' : '+');
  }
  return true;
}

// --- drawing --------------------------------------------------------------------------------------------

void Server::draw_prompt(RemoteClient& client, render::Frame& frame, int row) {
  const Overlay& overlay = client.overlay;
  const model::Session* session = model_.session(*model_.client(client.id)->session);
  const auto option = overlay.line.commanding() ? model::TextOption("message-command-style")
                                                : model::TextOption("message-style");
  const auto look = render::style_on({}, expand(client, session->options.string(option)));
  const auto style = frame.atlas().style(render::to_style(look));
  const int columns = frame.size().cols;
  render::draw_line(frame, row, 0, columns, look, overlay.text);

  const int begin = std::min(render::format_width(overlay.text), columns - 1);
  const std::string before = overlay.line.before_cursor();
  const std::string behind = overlay.line.after_cursor();
  const int room = columns - begin - 1;
  const auto shown =
      display_width(before) > room ? truncate_columns_left(before, room) : std::string_view(before);
  const int at = begin + frame.put_text(row, begin, room, shown, style);
  frame.put_text(row, at, columns - at, behind, style);
  // Where the next character goes is a cell in reverse, as tmux draws it.
  frame.restyle({row, at, 1, 1}, [](terminal::Style cell) {
    cell.attrs ^= terminal::Attr::inverse;
    return cell;
  });
}

}  // namespace sess::server
