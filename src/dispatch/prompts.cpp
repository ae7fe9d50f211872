#include "dispatch/prompts.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/log.hpp"
#include "base/utf8.hpp"
#include "command/language/completion.hpp"
#include "dispatch/keyboard.hpp"
#include "dispatch/overlays.hpp"
#include "model/size_policy.hpp"
#include "os/files.hpp"
#include "peers/client_files.hpp"
#include "render/format_draw.hpp"

namespace sess::dispatch {
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

Result<> Prompts::prompt(model::ClientId id, command::PromptRequest request,
                         std::function<void(std::optional<std::string>)> answer) {
  RemoteClient* client = remote_.find(id);
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
  messages_.set_overlay(*client, std::move(overlay));
  if (request.kind == Kind::incremental && changed && !initial.empty()) changed("=" + initial);
  return {};
}

Result<> Prompts::choose_pane(model::ClientId id, std::chrono::milliseconds duration, Keys keys,
                              std::string again, std::function<void(std::optional<model::PaneId>)> answer) {
  RemoteClient* client = remote_.find(id);
  const model::Client* seen = model_.client(id);
  if (client == nullptr || seen == nullptr || !seen->session)
    return fail(ErrorCode::unavailable, "no current client");
  if (seen->control) return fail(ErrorCode::unavailable, "a control client shows no panes to choose from");
  const model::Window* window = model_.current_window(*seen->session);
  const auto window_id = window->id;
  Overlay overlay;
  overlay.kind = Overlay::Kind::panes;
  overlay.ignore_keys = keys == Keys::pass;
  overlay.again = std::move(again);
  overlay.done = [this, window_id, answer = std::move(answer)](std::optional<std::string> text) {
    std::optional<model::PaneId> chosen;
    if (text && text->size() == 1) {
      // Beyond nine the panes have letters.
      const char key = text->front();
      const int index = key <= '9' ? key - '0' : 10 + key - 'a';
      if (const model::Pane* pane = model_.windows().pane_at(window_id, index)) chosen = pane->id;
    }
    answer(chosen);
  };
  messages_.set_overlay(*client, std::move(overlay));
  if (duration.count() > 0) {
    client->message_timer.start(duration);
  }
  return {};
}

std::string Prompts::history_file() const {
  const auto path = model_.globals().server.string("history-file");
  return path.starts_with("~/") ? home_ + path.substr(1) : path;
}

void Prompts::load_prompt_history() {
  if (prompt_history_loaded_) return;
  const auto path = history_file();
  if (path.empty()) return;
  prompt_history_loaded_ = true;
  const std::string text = os::read_file(path, kHistoryFileLimit).value_or("");
  const auto limit = static_cast<std::size_t>(model_.globals().server.number("prompt-history-limit"));
  queue_.prompt_history().load(text, limit);
}

void Prompts::remember_answer(std::string_view type, std::string_view line) {
  load_prompt_history();
  const auto limit = static_cast<std::size_t>(model_.globals().server.number("prompt-history-limit"));
  auto& history = queue_.prompt_history();
  history.add(type, line, limit);
  answers_unsaved_ = true;
}

void Prompts::save_answers() {
  if (!std::exchange(answers_unsaved_, false)) return;
  const auto path = history_file();
  if (path.empty()) return;
  // Beside it first: a server that dies in here leaves the old one whole. What a link leads to is replaced,
  // not the link.
  std::error_code error;
  auto target = std::filesystem::canonical(path, error).string();
  if (error) target = path;
  const std::string next = target + ".new";
  auto written = peers::write_whole(next, queue_.prompt_history().text(), false);
  if (written && ::rename(next.c_str(), target.c_str()) != 0) written = fail_errno(errno, "{}", target);
  if (!written) log::warn("history-file {}: {}", path, written.error().text);
}

// --- keys -----------------------------------------------------------------------------------------------

void Prompts::answer_overlay(RemoteClient& client, std::optional<std::string> answer) {
  const auto done = std::move(client.overlay.done);
  const bool acts = !client.overlay.more;
  client.overlay.done = nullptr;
  messages_.clear_overlay(client);
  if (!done) return;
  if (acts) keyboard_.settle(client);  // what the answer does is not done twice
  done(std::move(answer));
  keyboard_.run_queue();
}

std::optional<store::SavedQuestion> saved_question(const Overlay& overlay) {
  using Shown = Overlay::Kind;
  if (overlay.kind == Shown::none || overlay.kind == Shown::message) return std::nullopt;
  store::SavedQuestion saved;
  saved.again = overlay.again;
  saved.answers = overlay.answers;
  saved.line = overlay.line.state();
  return saved;
}

void Prompts::ask_again(RemoteClient& client, const store::SavedQuestion& saved) {
  Overlay overlay;
  if (!saved.text.empty()) return messages_.show_again(client.id, saved.text);
  if (!saved.again.empty()) {
    command::State state;
    state.current = command::find_from_session(model_, *model_.client(client.id)->session);
    queue_.submit_text(client.id, saved.again, state);
    keyboard_.run_queue();
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
  messages_.set_overlay(client, std::move(overlay));
}

bool Prompts::on_overlay_key(RemoteClient& client, const Event& event) {
  Overlay& overlay = client.overlay;
  const auto finish = [&](std::optional<std::string> answer) { answer_overlay(client, std::move(answer)); };
  const Key key = event.key.key;
  if (overlay.kind == Overlay::Kind::message) {
    messages_.clear_overlay(client);
    return false;  // a message goes with the next key, which still does what it does
  }
  if (event.kind == Event::Kind::key && event.key.action == input::KeyAction::release) return true;
  keyboard_.change_saved(client);
  if (overlay.kind == Overlay::Kind::panes) {
    const bool chooses = event.kind == Event::Kind::key && !overlay.ignore_keys && key.mods == 0 &&
                         ((key.code >= '0' && key.code <= '9') || (key.code >= 'a' && key.code <= 'z'));
    if (!chooses) {
      if (!overlay.ignore_keys) finish(std::nullopt);
      return false;
    }
    finish(std::string(1, static_cast<char>(key.code)));
    return true;
  }
  return on_prompt_key(client, event);
}

void Prompts::prompt_changed(RemoteClient& client, char how) {
  if (client.overlay.asks != Kind::incremental) return;
  if (const auto changed = client.overlay.changed) {
    changed(how + client.overlay.line.text());
    keyboard_.run_queue();
  }
}

bool Prompts::complete_prompt(RemoteClient& client) {
  auto& line = client.overlay.line;
  const auto word = line.word();
  if (word.begin == word.end && line.empty() && client.overlay.history == "command") return false;
  if (word.begin == word.end && !line.empty()) return false;
  const auto session = model_.client(client.id)->session;
  auto several =
      command::candidates(model_, client.overlay.history, line.text(word), word.begin == 0, session);
  if (several.windows && several.list.size() == 1 && several.list.front().word != line.text(word)) {
    line.replace(word, several.list.front().word);
    return true;
  }
  if (several.windows && several.list.size() > 1) {
    offer(client, std::move(several.list), word);
    return false;
  }
  const auto completed =
      command::complete_word(model_, client.overlay.history, line.text(word), word.begin == 0, session);
  if (!completed) {
    offer(client, std::move(several.list), word);
    return false;
  }
  line.replace(word, *completed);
  return true;
}

/// A menu of what the word may become, beside the line where it begins; the last of them when there are many.
void Prompts::offer(RemoteClient& client, std::vector<command::Candidate> list,
                    input::LineEditor::Range word) {
  constexpr std::size_t kMost = 10;
  const model::Client* seen = model_.client(client.id);
  const model::Session* session = model_.session(*seen->session);
  const int lines = model::status_lines(model_, *session);
  const int room = seen->size.rows - lines - 2;
  if (list.size() < 2 || room < 1) return;
  const std::size_t height = std::min({list.size(), kMost, static_cast<std::size_t>(room)});
  list.erase(list.begin(), list.end() - static_cast<std::ptrdiff_t>(height));
  std::vector<modes::MenuEntry> entries;
  for (std::size_t i = 0; i < height; ++i) {
    const auto key = static_cast<std::uint32_t>('0' + i);
    entries.push_back({fmt::format("{}#[default] #[align=right]({})", list[i].shown, i), Key{key, 0}, {}});
  }
  const int row = session->options.choice("status-position") == "top"
                      ? lines
                      : seen->size.rows - 3 - static_cast<int>(height);
  // Behind "-t", where what is completed begins.
  const std::string text = client.overlay.line.text(word);
  const bool flagged =
      client.overlay.history == "command" && (text.starts_with("-t") || text.starts_with("-s"));
  const int column =
      render::format_width(client.overlay.text) + static_cast<int>(word.begin) + (flagged ? 2 : 0);
  modes::Menu::Options options;
  options.tab = true;
  overlays_.open(client, std::move(entries), row, std::max(0, column - 2), options,
                 [this, id = client.id, word, list = std::move(list)](Key key) {
                   RemoteClient* asked = remote_.find(id);
                   const std::size_t at = key.code - '0';
                   if (asked == nullptr || asked->overlay.kind != Overlay::Kind::prompt || at >= list.size())
                     return;
                   asked->overlay.line.replace(word, list[at].word);
                   if (asked->composed) asked->composed->invalidate();
                   prompt_changed(*asked, '=');
                 });
}

void Prompts::older_answer(Overlay& overlay, int step) {
  const auto& lines = queue_.prompt_history().lines(overlay.history);
  const auto back = static_cast<std::ptrdiff_t>(overlay.back) + step;
  if (back < 0 || back > static_cast<std::ptrdiff_t>(lines.size())) return;
  overlay.back = static_cast<std::size_t>(back);
  overlay.line.set(back == 0 ? "" : lines[lines.size() - overlay.back]);
}

bool Prompts::on_prompt_key(RemoteClient& client, const Event& event) {
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
      remember_answer(overlay.history, answer);
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
      if (const auto* buffer = queue_.buffers().newest();
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

}  // namespace sess::dispatch
