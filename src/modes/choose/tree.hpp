// TreeKind: sessions, their windows and those's panes, for choose-tree. Reads the model whenever rows are
// made.
#pragma once

#include "modes/choose/kind.hpp"
#include "model/model.hpp"

namespace sess::modes {

class TreeKind final : public Kind {
 public:
  enum class Open : std::uint8_t {
    sessions,
    windows,
    all
  };  ///< -s, -w, neither: how far it is open at first
  struct Start {
    Open open = Open::all;
    bool all_of_group = false;  ///< -G
    model::SessionId session;
    int link = 0;
    model::PaneId pane;  ///< where it was called from
  };
  TreeKind(const model::Model& model, ChooserPorts& ports, const Start& start)
      : model_(model), ports_(ports), start_(start) {}

  [[nodiscard]] std::string_view mode() const override { return "tree-mode"; }
  [[nodiscard]] std::span<const std::string_view> orders() const override;
  void build(const Build& build) override;
  [[nodiscard]] std::string first() const override;
  [[nodiscard]] std::string target(const Item& item) const override;
  [[nodiscard]] std::string question(const Item& item) const override;
  [[nodiscard]] std::span<const Action> actions() const override;
  [[nodiscard]] std::string_view command(const Action& action, const Item& item) const override;
  void moved() override { shifted_ = 0; }
  bool key(Items& items, input::Key key, const Item& item) override;
  [[nodiscard]] bool matches(const Item& item, std::string_view text) const override;
  void draw_preview(render::Frame& frame, render::Rect area, const Item& item) override;
  bool press(Items& items, int row, int col) override;

 private:
  bool add_session(const Build& build, const model::Session& session);
  bool add_window(const Build& build, int parent, const model::Session& session, const model::Winlink& link);
  [[nodiscard]] bool is_squashed(const model::Session& session) const;

  /// Things beside each other in the preview: a session's windows, a window's panes.
  struct Part {
    std::string label, short_label;
    bool active = false;
    model::PaneId shows;
    std::string id;  ///< of its row
  };
  enum class Label : bool { in_part, in_share };  ///< a share has the line behind it, too
  void draw_parts(render::Frame& frame, render::Rect area, model::SessionId session, std::vector<Part> parts,
                  Label label);

  const model::Model& model_;
  ChooserPorts& ports_;
  Start start_;
  int shifted_ = 0;  ///< parts that < and > moved the preview by
  // Of the preview that was drawn last, for the mouse.
  int left_ = -1, right_ = -1, each_ = 0;
  std::vector<Part> parts_;  ///< those that are in it
};

}  // namespace sess::modes
