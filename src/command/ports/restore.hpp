// Sessions of an earlier daemon as they lie on disk, and what `restore` needs of the server to bring them
// back.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/size.hpp"
#include "model/ids.hpp"
#include "model/options/options.hpp"
#include "model/pane.hpp"

namespace sess::command {

struct SavedPane {
  std::uint32_t id = 0;   ///< names the file with its text
  std::string directory;  ///< where its foreground process was
  std::string command;    ///< for the prompt of a shell; empty: the shell itself was all
  std::string title;
};

struct SavedWindow {
  int index = 0;
  std::string name;
  bool named_by_hand = false;
  std::string layout;  ///< select-layout's text; pane ids in it do not count
  Size size;
  std::vector<SavedPane> panes;  ///< in window order
  std::size_t active = 0;
  bool zoomed = false;
  std::string identity;            ///< the same in every session that it was linked into; "": not known
  model::Options::Values options;  ///< set for itself
};

struct SavedSession {
  std::string key;  ///< names its files; different for every session there ever was
  std::string name;
  std::string directory;
  model::Time created{};
  std::vector<SavedWindow> windows;
  int current = 0;                 ///< index of the current window
  std::string group;               ///< "": none
  model::Options::Values options;  ///< set for itself
};

class RestorePort {
 public:
  virtual ~RestorePort() = default;

  struct Offer {
    std::vector<SavedSession> sessions;  ///< by name, of one name the newest first
    std::vector<std::string> notes;      ///< what could not be read, and what was taken in its place
  };
  /// Sessions that no longer live and were not ended on purpose.
  [[nodiscard]] virtual Offer offered() = 0;
  /// How many, without reading them.
  [[nodiscard]] virtual std::size_t offered_count() = 0;
  /// What the pane had shown, scrollback first: lines with colours, "\n" between them. A note when it is
  /// damaged.
  [[nodiscard]] virtual std::string text_of(const SavedSession& session, const SavedPane& pane,
                                            std::vector<std::string>& notes) = 0;
  /// Removes its files; of one that was restored once the new session is on disk itself.
  virtual void forget(const std::string& key) = 0;
  /// Types the text, without Enter, as soon as the pane's shell reads a line.
  virtual void type_at_prompt(model::PaneId pane, std::string text) = 0;
};

}  // namespace sess::command
