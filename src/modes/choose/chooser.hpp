// Chooser is the mode in which one thing is chosen from a list or a tree, or several are tagged and something
// is done with them: choose-tree, choose-client, choose-buffer. Keys, order, filter, search and looks are
// those of tmux 3.3a.
//
// Owns its rows and its Kind, which knows what is chosen from. Its key table is its own: keys come one by
// one.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "modes/choose/items.hpp"
#include "modes/choose/kind.hpp"
#include "modes/choose/ports.hpp"
#include "modes/mode.hpp"

namespace sess::modes {

/// The commands' flags.
struct ChooserOptions {
  std::string format;      ///< -F
  std::string filter;      ///< -f
  std::string key_format;  ///< -K
  std::string order;       ///< -O
  std::string command;     ///< what is run for what is chosen
  bool reversed = false;   ///< -r
  bool preview = true;     ///< not -N
};

class Chooser final : public Mode {
 public:
  /// `ports` outlive it.
  Chooser(std::unique_ptr<Kind> kind, ChooserOptions options, ChooserPorts& ports, Size size);

  [[nodiscard]] std::string_view name() const override { return kind_->mode(); }
  Outcome key(input::Key key) override;
  Outcome press(MouseAt at, input::MouseEvent event) override;
  void resize(Size size) override;
  void draw(render::Frame& frame, render::Rect area, const View& view) override;
  void formats(Formats&) override {}
  /// What it shows has changed.
  Outcome refresh() override;

 private:
  void build();
  void set_height();
  void set_keys();
  Outcome choose();
  Outcome enter();
  bool move(input::Key key);
  bool tag(input::Key key);
  bool ask_key(input::Key key);
  std::optional<Outcome> act(input::Key key);
  void search(bool forward);
  /// For the current row, or each tagged one.
  template <class Command>
  void run_each(bool tagged, Command command);
  void ask(Question question, std::function<void(const std::string&)> answer);
  void draw_rows(render::Frame& frame, render::Rect area, const terminal::Style& base);
  void draw_preview(render::Frame& frame, render::Rect area);

  std::unique_ptr<Kind> kind_;
  ChooserOptions options_;
  ChooserPorts& ports_;
  Size size_;
  Items items_;
  Sorting sorting_;
  bool no_matches_ = false;  ///< of the filter: all rows are shown then
  std::string searched_;
  std::shared_ptr<Chooser*> self_;  ///< an answer that comes when it is gone finds nobody
};

}  // namespace sess::modes
