// Questions in a client's status line and numbers over its panes: the line that is typed, its history and
// completion, and what keys mean there. Rules of tmux 3.3a's status_prompt_key().
//
// Owns what was answered before, and when history-file gets it. What the answer does is the asking command's.
#pragma once

#include <string>
#include <string_view>

#include "command/language/completion.hpp"
#include "command/language/queue.hpp"
#include "command/ports/questions.hpp"
#include "input/event.hpp"
#include "model/model.hpp"
#include "peers/messages.hpp"
#include "peers/remote_clients.hpp"
#include "store/model_store.hpp"

namespace sess::dispatch {

using peers::Messages;
using peers::Overlay;
using peers::RemoteClient;
using peers::RemoteClients;

class Keyboard;
class Overlays;

class Prompts final : public command::QuestionPort {
 public:
  Prompts(model::Model& model, command::Queue& queue, RemoteClients& remote, Messages& messages,
          Keyboard& keyboard, Overlays& overlays, std::string home)
      : model_(model),
        queue_(queue),
        remote_(remote),
        messages_(messages),
        keyboard_(keyboard),
        overlays_(overlays),
        home_(std::move(home)) {}

  /// A key or paste while something lies over the client's view. False: it does what it always does.
  bool on_overlay_key(RemoteClient& client, const input::Event& event);
  /// What was asked before the last server died is asked again, and what was typed stands there. Where that
  /// cannot be, something else takes the keys that were meant for it until the user has seen that: they are
  /// not a program's.
  void ask_again(RemoteClient& client, const store::SavedQuestion& saved);
  /// Writes history-file if somebody answered. Call at the end of a turn, when what the answers did is
  /// written down: an answer in the file has had its effect, also when the server dies in this moment.
  void save_answers();

  Result<> prompt(model::ClientId client, command::PromptRequest request,
                  std::function<void(std::optional<std::string>)> answer) override;
  Result<> choose_pane(model::ClientId client, std::chrono::milliseconds duration, Keys keys,
                       std::string again, std::function<void(std::optional<model::PaneId>)> answer) override;

 private:
  void answer_overlay(RemoteClient& client, std::optional<std::string> answer);
  bool on_prompt_key(RemoteClient& client, const input::Event& event);
  bool complete_prompt(RemoteClient& client);
  void offer(RemoteClient& client, std::vector<command::Candidate> list, input::LineEditor::Range word);
  void older_answer(Overlay& overlay, int step);
  void prompt_changed(RemoteClient& client, char how);
  [[nodiscard]] std::string history_file() const;
  void load_prompt_history();
  void remember_answer(std::string_view type, std::string_view line);

  model::Model& model_;
  command::Queue& queue_;
  RemoteClients& remote_;
  Messages& messages_;
  Keyboard& keyboard_;
  Overlays& overlays_;
  std::string home_;
  bool prompt_history_loaded_ = false;
  bool answers_unsaved_ = false;
};

/// What of an overlay outlives the server: nothing of a message.
[[nodiscard]] std::optional<store::SavedQuestion> saved_question(const Overlay& overlay);

}  // namespace sess::dispatch
