// CustomizeKind: options and key bindings in one tree, for customize-mode. Reads the model and the key tables
// whenever rows are made and changes neither: what is marked is set, or set back, by commands that it gives
// to its ports. List, filter, marks and preview are the chooser's (chooser.hpp).
#pragma once

#include "input/key_tables.hpp"
#include "modes/choose/kind.hpp"
#include "model/model.hpp"

namespace sess::modes {

class CustomizeKind final : public Kind {
 public:
  /// Options are those that count for `pane`, in the session `session`.
  CustomizeKind(const model::Model& model, const input::KeyTables& keys, ChooserPorts& ports,
                model::SessionId session, model::PaneId pane)
      : model_(model), keys_(keys), ports_(ports), session_(session), pane_(pane) {}

  [[nodiscard]] std::string_view mode() const override { return "options-mode"; }
  [[nodiscard]] std::span<const std::string_view> orders() const override { return {}; }
  void build(const Build& build) override;
  [[nodiscard]] std::string target(const Item& item) const override { return item.id; }
  [[nodiscard]] std::span<const Action> actions() const override { return {}; }
  bool key(Items& items, input::Key key, const Item& item) override;
  void draw_preview(render::Frame& frame, render::Rect area, const Item& item) override;
  [[nodiscard]] Enter enter() const override { return Enter::is_a_key; }
  [[nodiscard]] int preview_rows() const override { return 12; }

 private:
  /// An option's row, from its id: "option/session/status" or "option/session/status-format/1".
  struct Option {
    model::OptionScope scope;
    std::string name;  ///< with [index]
  };
  /// A binding's row: "key/prefix/C-b", behind it "/note" and the like.
  struct Bound {
    std::string table, key, part;
  };
  [[nodiscard]] static std::optional<Option> option_of(const Item& item);
  [[nodiscard]] static std::optional<Bound> bound_of(const Item& item);
  [[nodiscard]] const input::Binding* binding(const Bound& bound) const;
  [[nodiscard]] const model::Options* options(model::OptionScope scope) const;
  [[nodiscard]] std::vector<model::OptionLine> lines(model::OptionScope scope) const;
  /// "-t $1": where a command sets an option of this scope; globally with `global`.
  [[nodiscard]] std::string where(model::OptionScope scope, bool global) const;

  [[nodiscard]] std::string scope_text(model::OptionScope scope) const;
  void add_options(const Build& build, std::string_view title, model::OptionScope scope);
  void add_keys(const Build& build, const std::string& table, const input::KeyTables::Table& bindings);
  void set_option(const Option& option, bool global);
  void set_binding(const Bound& bound);
  void change(const Items& items, bool tagged, bool unset);
  [[nodiscard]] std::string command_back(const Item& item, bool unset) const;

  const model::Model& model_;
  const input::KeyTables& keys_;
  ChooserPorts& ports_;
  model::SessionId session_;
  model::PaneId pane_;
};

}  // namespace sess::modes
