// Keeps on disk what sessions are made of, so that the next daemon can offer them: windows, layouts,
// directories, commands, and what the panes had shown.
//
// Written half a second after something changed; what panes print, half a minute after the first new byte;
// all of it when the daemon is told to end. Nothing is written, and nothing wakes, while nothing happens. A
// session that ends while the daemon goes on is removed a few seconds later: at a shutdown its programs may
// be killed before the daemon is told, and such a session is wanted back. One directory a daemon:
// STATE/sessions/NAME.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "command/ports/restore.hpp"
#include "job/files.hpp"
#include "keeper/message.hpp"
#include "model/model.hpp"
#include "model/session.hpp"
#include "os/loop.hpp"
#include "panes/terminals.hpp"
#include "store/disk_queue.hpp"

namespace sess::store {

class SavedSessions final : public command::RestorePort {
 public:
  struct Acts {
    std::function<void(const std::string&)> report;     ///< a sentence for whoever can read it
    std::function<bool(model::PaneId)> starts_at_boot;  ///< a job that comes back by itself
  };
  SavedSessions(os::Loop& loop, model::Model& model, const keeper::Start& start, panes::Terminals& terminals,
                Acts acts);
  ~SavedSessions() override;

  // --- for Server -----------------------------------------------------------------------------------------

  /// The daemon's first server: too old sessions go, the others are offered.
  void begin(bool first);
  void model_changed();
  void on_output(panes::PaneIo& pane);
  void on_pane_closed(model::PaneId pane) {
    typing_.erase(pane);
    unsaved_.erase(pane);
    printed_.erase(pane);
  }
  /// The daemon ends: what there is now is written, and stays as it is from here on; `written` is told later,
  /// when the disk has it. Once programs have been told to end, what they are and where can no longer be
  /// looked up: then it is what was seen last.
  enum class Programs : bool { live, ending };
  void freeze(Programs programs, std::function<void()> written);
  /// The daemon leaves because its last session ended.
  void remove_ended();
  /// A sentence for the first client that attaches to a new daemon, once; empty when nothing is offered.
  [[nodiscard]] std::string take_announcement();

  // --- command::RestorePort -------------------------------------------------------------------------------

  [[nodiscard]] Offer offered() override;
  [[nodiscard]] std::size_t offered_count() override;
  [[nodiscard]] std::string text_of(const command::SavedSession& session, const command::SavedPane& pane,
                                    std::vector<std::string>& notes) override;
  void forget(const std::string& key) override;
  void type_at_prompt(model::PaneId pane, std::string text) override;

 private:
  /// A session that lives, as it was written last.
  struct Live {
    std::string key;
    std::string written;
    std::set<model::PaneId> panes;
  };
  struct PaneState {
    std::string directory;
    std::string command;
  };
  enum class Vanished : bool { removed, kept };

  [[nodiscard]] bool open();
  void on_save_timer();
  void save(Vanished vanished);
  /// Every pane that printed since, or one a turn: a long scrollback takes a millisecond or more.
  void save_all_text();
  void save_next_text();
  void save_text(model::PaneId pane);
  /// True when something is different.
  bool refresh(const model::Pane& pane);
  bool refresh_printed();
  [[nodiscard]] command::SavedSession picture(const model::Session& session);
  void note_changes();
  [[nodiscard]] bool is_changed(const model::Session& session) const;
  [[nodiscard]] bool wanted(const model::Session& session);
  [[nodiscard]] std::string text_now(const panes::PaneIo& pane) const;
  [[nodiscard]] std::vector<std::string> keys_on_disk();
  void type_if_ready(panes::PaneIo& pane);

  os::Loop& loop_;
  model::Model& model_;
  const keeper::Start& start_;
  panes::Terminals& terminals_;
  Acts acts_;
  std::unique_ptr<job::Directory> directory_;
  std::unique_ptr<DiskQueue> queue_;
  std::map<model::SessionId, Live> live_;
  std::map<model::PaneId, PaneState> panes_;
  std::set<model::PaneId> printed_;     ///< since their facts were looked up
  std::vector<std::string> ended_;      ///< file name prefixes to remove when the timer is over
  std::vector<std::string> forgotten_;  ///< keys to remove with the next save
  std::map<model::PaneId, std::string> typing_;
  os::Timer save_timer_, text_timer_, removal_timer_, typing_timer_;
  std::set<model::PaneId> unsaved_;  ///< panes whose text is to be written
  bool model_dirty_ = false;
  /// Of which the file may be out of date; all of them after a change of what is asked for every session.
  std::set<model::SessionId> changed_sessions_;
  std::set<model::WindowId> changed_windows_;
  std::uint64_t options_seen_ = 0;
  bool all_changed_ = true;
  bool frozen_ = false;
  bool failed_ = false;  ///< and reported
  bool announce_ = false;
};

}  // namespace sess::store
