#include "store/saved_sessions.hpp"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.hpp"
#include "os/programs/process.hpp"
#include "store/saved_session.hpp"
#include "terminal/show/capture.hpp"

namespace sess::store {
namespace {

using namespace std::chrono_literals;

constexpr auto kSaveDelay = 500ms;
constexpr auto kTextDelay = 30s;
constexpr auto kRemovalDelay = 5s;
/// A shell that has no line editor is typed to all the same.
constexpr auto kTypingLimit = 3s;
/// Rows and bytes of a pane's text; older lines are left out.
constexpr std::int64_t kTextRows = 10'000;
constexpr std::size_t kTextBytes = 4 << 20;
/// Sessions that are offered; older ones go when a daemon starts.
constexpr std::size_t kMostOffered = 64;
constexpr std::string_view kSession = ".session";

std::string key_of(const model::Session& session) {
  const auto created =
      std::chrono::duration_cast<std::chrono::microseconds>(session.created.time_since_epoch()).count();
  // Keys sort by age.
  return fmt::format("{:016x}-{}", created, session.id.value);
}

std::string text_name(const std::string& key, std::uint32_t pane) {
  return fmt::format("{}.{}.text", key, pane);
}

}  // namespace

SavedSessions::SavedSessions(os::Loop& loop, model::Model& model, const keeper::Start& start,
                             panes::Terminals& terminals, Acts acts)
    : loop_(loop),
      model_(model),
      start_(start),
      terminals_(terminals),
      acts_(std::move(acts)),
      save_timer_(loop, [this] { on_save_timer(); }),
      text_timer_(loop, [this] { save_next_text(); }),
      removal_timer_(loop, [this] { remove_ended(); }),
      typing_timer_(loop, [this] {
        for (auto& [pane, text] : std::exchange(typing_, {})) {
          if (panes::PaneIo* io = terminals_.find(pane)) io->input().type(text);
        }
      }) {}

SavedSessions::~SavedSessions() = default;

bool SavedSessions::open() {
  if (directory_ != nullptr) return true;
  auto directory = job::DiskDirectory::open(start_.state_directory + "/sessions/" + start_.name);
  if (!directory) {
    if (!std::exchange(failed_, true)) log::warn("sessions are not saved: {}", directory.error().text);
    return false;
  }
  directory_ = std::move(*directory);
  queue_ = std::make_unique<DiskQueue>(loop_, *directory_, [this](const Error& error) {
    log::warn("{}", error.text);
    if (!std::exchange(failed_, true)) acts_.report(fmt::format("sessions are not saved: {}", error.text));
  });
  return true;
}

std::vector<std::string> SavedSessions::keys_on_disk() {
  std::set<std::string> keys;
  const auto names = directory_->list();
  for (const auto& name : names ? *names : std::vector<std::string>()) {
    const auto dot = name.find('.');
    if (dot != std::string::npos && name.compare(dot, kSession.size(), kSession) == 0)
      keys.insert(name.substr(0, dot));
  }
  for (const auto& [id, live] : live_) keys.erase(live.key);
  for (const auto& key : forgotten_) keys.erase(key);
  for (const auto& prefix : ended_) keys.erase(prefix.substr(0, prefix.find('.')));
  return {keys.begin(), keys.end()};
}

void SavedSessions::begin(bool first) {
  for (const auto& [id, session] : model_.sessions()) live_[id].key = key_of(session);
  if (!first || ::access((start_.state_directory + "/sessions/" + start_.name).c_str(), F_OK) != 0) return;
  if (!open()) return;
  auto keys = keys_on_disk();
  for (std::size_t i = 0; i + kMostOffered < keys.size(); ++i) queue_->remove(keys[i] + ".");
  announce_ = !keys.empty();
}

std::string SavedSessions::take_announcement() {
  if (!std::exchange(announce_, false)) return {};
  const auto count = keys_on_disk().size();
  if (count == 0) return {};
  return fmt::format("{} earlier session{} can be restored: sess restore", count, count == 1 ? "" : "s");
}

// --- writing --------------------------------------------------------------------------------------------

void SavedSessions::model_changed() {
  if (frozen_) return;
  model_dirty_ = true;
  note_changes();
  if (!save_timer_.armed()) save_timer_.start(kSaveDelay);
}

void SavedSessions::on_output(panes::PaneIo& pane) {
  if (!typing_.empty()) type_if_ready(pane);
  if (frozen_) return;
  printed_.insert(pane.id());
  unsaved_.insert(pane.id());
  if (!save_timer_.armed()) save_timer_.start(kSaveDelay);
  if (!text_timer_.armed()) text_timer_.start(kTextDelay);
}

void SavedSessions::on_save_timer() {
  if (frozen_) return;
  // Most output changes neither where a program is nor which one it is.
  if (refresh_printed() || std::exchange(model_dirty_, false)) save(Vanished::removed);
}

bool SavedSessions::wanted(const model::Session& session) {
  const model::Model& model = model_;
  if (!model.globals().server.flag("save-sessions")) return false;
  // An enabled job starts by itself.
  for (const auto& [index, link] : session.windows) {
    const auto* window = model.window(link.window);
    if (window == nullptr) continue;
    for (const auto pane : window->panes) {
      if (acts_.starts_at_boot(pane)) return false;
    }
  }
  return true;
}

bool SavedSessions::refresh(const model::Pane& pane) {
  PaneState& state = panes_[pane.id];
  const auto before = std::pair(state.directory, state.command);
  const panes::PaneIo* io = terminals_.find(pane.id);
  const auto process =
      io != nullptr && io->master() >= 0 ? os::foreground_process(io->master()) : std::nullopt;
  if (process) {
    if (auto directory = os::process_cwd(*process)) state.directory = std::move(*directory);
  }
  if (state.directory.empty()) state.directory = pane.start_path;
  if (!pane.argv.empty()) {
    state.command = typed_words(pane.argv);
  } else if (!pane.shell_command.empty()) {
    state.command = typed_line(pane.shell_command);
  } else if (process) {
    state.command = *process == pane.pid ? "" : typed_words(os::process_arguments(*process));
  }
  return before != std::pair(state.directory, state.command);
}

bool SavedSessions::refresh_printed() {
  bool changed = false;
  for (const auto id : std::exchange(printed_, {})) {
    const auto* pane = std::as_const(model_).pane(id);
    if (pane == nullptr || !refresh(*pane)) continue;
    changed_windows_.insert(pane->window);
    changed = true;
  }
  return changed;
}

command::SavedSession SavedSessions::picture(const model::Session& session) {
  const model::Model& model = model_;  // a lookup for writing would count as a change
  command::SavedSession out;
  out.name = session.name;
  out.directory = session.start_path;
  out.created = session.created;
  out.current = session.current.value_or(0);
  out.group = session.group;
  out.options = session.options.values();
  for (const auto& [index, link] : session.windows) {
    const auto* window = model.window(link.window);
    if (window == nullptr) continue;
    command::SavedWindow saved;
    saved.index = index;
    saved.name = window->name;
    saved.named_by_hand = window->automatic_rename_off || !window->options.flag("automatic-rename");
    saved.layout = window->layout.text();
    saved.size = window->size;
    saved.zoomed = window->zoomed;
    const auto made =
        std::chrono::duration_cast<std::chrono::microseconds>(window->created.time_since_epoch());
    saved.identity = fmt::format("{:x}-{}", made.count(), window->id.value);
    saved.options = window->options.values();
    for (const auto id : window->panes) {
      const auto* pane = model.pane(id);
      if (pane == nullptr) continue;
      if (id == window->active) saved.active = saved.panes.size();
      if (panes_[id].directory.empty()) refresh(*pane);
      saved.panes.push_back({id.value, panes_[id].directory, panes_[id].command, pane->title});
    }
    if (!saved.panes.empty()) out.windows.push_back(std::move(saved));
  }
  return out;
}

/// Before the model's memory takes them.
void SavedSessions::note_changes() {
  const model::Model& model = model_;
  const auto& sessions = model.sessions().changed();
  changed_sessions_.insert(sessions.begin(), sessions.end());
  const auto& windows = model.windows().changed();
  changed_windows_.insert(windows.begin(), windows.end());
  for (const auto id : model.panes().changed()) {
    if (const auto* pane = model.pane(id)) changed_windows_.insert(pane->window);
  }
  const auto options = model.globals().server.version() + model.globals().window.version();
  if (std::exchange(options_seen_, options) != options) all_changed_ = true;
}

bool SavedSessions::is_changed(const model::Session& session) const {
  if (all_changed_ || changed_sessions_.count(session.id) > 0) return true;
  return std::any_of(session.windows.begin(), session.windows.end(),
                     [this](const auto& link) { return changed_windows_.count(link.second.window) > 0; });
}

void SavedSessions::save(Vanished vanished) {
  save_timer_.stop();
  if (model_.sessions().empty() && live_.empty() && forgotten_.empty()) return;
  if (!open()) return;
  if (!forgotten_.empty()) save_all_text();
  note_changes();
  std::vector<std::string> gone;
  std::set<model::SessionId> alive;
  const model::Model& model = model_;
  for (const auto& [id, session] : model.sessions()) {
    if (!wanted(session)) continue;
    alive.insert(id);
    Live& live = live_[id];
    if (live.key.empty()) live.key = key_of(session);
    if (!live.written.empty() && !is_changed(session)) continue;
    const auto seen = picture(session);
    std::set<model::PaneId> panes;
    for (const auto& window : seen.windows) {
      for (const auto& pane : window.panes) panes.insert(model::PaneId{pane.id});
    }
    std::vector<model::PaneId> missing;
    std::set_difference(live.panes.begin(), live.panes.end(), panes.begin(), panes.end(),
                        std::back_inserter(missing));
    // What ended in the last moments before the daemon was told may have been ended by the same shutdown.
    if (!missing.empty() && vanished == Vanished::kept) continue;
    for (const auto pane : missing) {
      gone.push_back(text_name(live.key, pane.value));
      panes_.erase(pane);
    }
    live.panes = std::move(panes);
    auto bytes = encode_session(seen);
    if (bytes == live.written) continue;
    queue_->put(live.key + std::string(kSession), bytes);
    live.written = std::move(bytes);
  }
  all_changed_ = false;
  changed_sessions_.clear();
  changed_windows_.clear();
  for (const auto& key : std::exchange(forgotten_, {})) queue_->remove(key + ".");
  if (vanished == Vanished::kept) return;
  for (auto it = live_.begin(); it != live_.end();) {
    if (alive.count(it->first) > 0) {
      ++it;
      continue;
    }
    gone.push_back(it->second.key + ".");
    for (const auto pane : it->second.panes) panes_.erase(pane);
    it = live_.erase(it);
  }
  if (gone.empty()) return;
  ended_.insert(ended_.end(), gone.begin(), gone.end());
  removal_timer_.start(kRemovalDelay);
}

std::string SavedSessions::text_now(const panes::PaneIo& pane) const {
  terminal::CaptureOptions options;
  options.start = -kTextRows;
  options.escapes = true;
  options.join = true;
  const auto& screen = pane.screen();
  std::string text;
  if (screen.modes().alternate_screen) {
    // The full-screen program comes back by its command; what was there before it is on the main screen.
    options.end = -1;
    text = terminal::capture(screen, options);
    options.start = 0;
    options.end = terminal::CaptureOptions::kScreenEnd;
    options.hidden = true;
    text += terminal::capture(screen, options);
  } else {
    text = terminal::capture(screen, options);
  }
  const auto end = text.find_last_not_of(" \n");
  text.erase(end == std::string::npos ? 0 : end + 1);
  if (text.size() > kTextBytes) text.erase(0, text.find('\n', text.size() - kTextBytes) + 1);
  return text;
}

void SavedSessions::save_text(model::PaneId id) {
  const auto* pane = model_.pane(id);
  const panes::PaneIo* io = terminals_.find(id);
  if (pane == nullptr || io == nullptr || !open()) return;
  const auto sealed = seal(text_now(*io));
  for (const auto* session : model_.links().sessions_with(pane->window)) {
    if (wanted(*session)) queue_->put(text_name(key_of(*session), id.value), sealed);
  }
}

void SavedSessions::save_all_text() {
  text_timer_.stop();
  for (const auto pane : std::exchange(unsaved_, {})) save_text(pane);
}

void SavedSessions::save_next_text() {
  if (frozen_ || unsaved_.empty()) return;
  save_text(unsaved_.extract(unsaved_.begin()).value());
  if (!unsaved_.empty()) text_timer_.start(0ns);
}

void SavedSessions::freeze(Programs programs, std::function<void()> written) {
  if (!frozen_) {
    if (programs == Programs::live) refresh_printed();
    save_all_text();
    save(Vanished::kept);
    frozen_ = true;
    for (auto* timer : {&save_timer_, &text_timer_, &removal_timer_}) timer->stop();
  }
  // A disk that is slow is no reason to serve nobody: a loop that stands still is taken for one that hangs.
  queue_ ? queue_->then(std::move(written)) : loop_.defer(std::move(written));
}

void SavedSessions::remove_ended() {
  if (frozen_) return;
  if (model_.sessions().empty()) save(Vanished::removed);
  removal_timer_.stop();
  for (auto& prefix : std::exchange(ended_, {})) queue_->remove(std::move(prefix));
}

// --- restoring ------------------------------------------------------------------------------------------

std::size_t SavedSessions::offered_count() {
  if (::access((start_.state_directory + "/sessions/" + start_.name).c_str(), F_OK) != 0 || !open()) return 0;
  return keys_on_disk().size();
}

command::RestorePort::Offer SavedSessions::offered() {
  Offer offer;
  if (::access((start_.state_directory + "/sessions/" + start_.name).c_str(), F_OK) != 0) return offer;
  if (!open()) return offer;
  queue_->drain();
  for (const auto& key : keys_on_disk()) {
    std::string note;
    auto bytes = DiskQueue::read(
        *directory_, key + std::string(kSession),
        [](std::string_view read) {
          auto decoded = decode_session(read);
          return decoded ? Result<>() : Result<>(pass(decoded.error()));
        },
        note);
    if (!note.empty()) offer.notes.push_back(note);
    if (!bytes) {
      offer.notes.push_back(fmt::format("{}{}: {}; it is left out", key, kSession, bytes.error().text));
      continue;
    }
    auto session = *decode_session(*bytes);
    session.key = key;
    offer.sessions.push_back(std::move(session));
  }
  std::stable_sort(offer.sessions.begin(), offer.sessions.end(), [](const auto& a, const auto& b) {
    return a.name != b.name ? a.name < b.name : a.key > b.key;
  });
  return offer;
}

std::string SavedSessions::text_of(const command::SavedSession& session, const command::SavedPane& pane,
                                   std::vector<std::string>& notes) {
  if (!open()) return {};
  std::string note;
  const auto name = text_name(session.key, pane.id);
  const auto bytes = DiskQueue::read(
      *directory_, name,
      [](std::string_view read) {
        auto content = unseal(read);
        return content ? Result<>() : Result<>(pass(content.error()));
      },
      note);
  if (!note.empty()) notes.push_back(note);
  if (bytes) return *unseal(*bytes);
  if (bytes.error().code != ErrorCode::not_found) {
    notes.push_back(fmt::format("{}: {}; the pane's text is lost", name, bytes.error().text));
  }
  return {};
}

void SavedSessions::forget(const std::string& key) {
  forgotten_.push_back(key);
  model_changed();
}

void SavedSessions::type_at_prompt(model::PaneId pane, std::string text) {
  if (text.empty()) return;
  typing_[pane] = std::move(text);
  typing_timer_.start(kTypingLimit);
}

void SavedSessions::type_if_ready(panes::PaneIo& pane) {
  const auto it = typing_.find(pane.id());
  if (it == typing_.end() || pane.master() < 0) return;
  termios settings{};
  // A line editor has taken the terminal out of its canonical mode before it shows its prompt.
  if (::tcgetattr(pane.master(), &settings) != 0 || (settings.c_lflag & ICANON) != 0) return;
  const std::string text = std::move(it->second);
  typing_.erase(it);
  if (typing_.empty()) typing_timer_.stop();
  pane.input().type(text);
}

}  // namespace sess::store
