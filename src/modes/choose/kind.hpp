// Kind is what a chooser chooses from: which rows there are, what each stands for, what its preview shows and
// which keys act on it. Chooser does the rest.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "input/key.hpp"
#include "modes/choose/items.hpp"
#include "modes/choose/ports.hpp"
#include "modes/mode.hpp"
#include "render/frame.hpp"

namespace sess::modes {

struct Sorting {
  std::size_t order = 0;  ///< of Kind::orders()
  bool reversed = false;
};

/// A key that does something with rows: `command` for the current one, or for each tagged one.
struct Action {
  char key;
  bool tagged;
  std::string_view command;  ///< target() is put in the place of its %%; empty: what the chooser was made for
  bool leaves = false;       ///< and the mode is over
};

class Kind {
 public:
  virtual ~Kind() = default;
  Kind() = default;
  Kind(const Kind&) = delete;
  Kind& operator=(const Kind&) = delete;

  /// "tree-mode": pane_mode.
  [[nodiscard]] virtual std::string_view mode() const = 0;
  /// Names of the orders that rows come in; empty: they have one.
  [[nodiscard]] virtual std::span<const std::string_view> orders() const = 0;
  /// Adds the rows for which `passes` is true of their subject.
  struct Build {
    Items& items;
    Sorting sorting;
    std::string_view format;
    std::string_view filter;
    [[nodiscard]] bool passes(const ChooserPorts& ports, const Subject& subject, int line) const;
  };
  virtual void build(const Build& build) = 0;
  /// Which row is the current one at first.
  [[nodiscard]] virtual std::string first() const { return {}; }
  /// What a command calls the row: "=name:1.", a client's or a buffer's name.
  [[nodiscard]] virtual std::string target(const Item& item) const = 0;
  /// What is asked before a row goes: "Kill session name? "; empty: nothing.
  [[nodiscard]] virtual std::string question(const Item&) const { return {}; }
  [[nodiscard]] virtual std::span<const Action> actions() const = 0;
  /// What an action runs for this row.
  [[nodiscard]] virtual std::string_view command(const Action& action, const Item&) const {
    return action.command;
  }
  /// Another row is current, or the rows were made anew.
  virtual void moved() {}
  /// Another key of its own. False: it has none.
  virtual bool key(Items&, input::Key, const Item&) { return false; }
  [[nodiscard]] virtual bool matches(const Item& item, std::string_view text) const {
    return item.name.find(text) != std::string::npos;
  }
  virtual void draw_preview(render::Frame& frame, render::Rect area, const Item& item) = 0;
  /// What Enter and a row's own key do: choose, or what key() makes of them.
  enum class Enter : bool { chooses, is_a_key };
  [[nodiscard]] virtual Enter enter() const { return Enter::chooses; }
  /// 0: a third of the pane, or half of it.
  [[nodiscard]] virtual int preview_rows() const { return 0; }
  /// A click in the preview, counted from its corner. True: what is then current is chosen.
  virtual bool press(Items&, int /*row*/, int /*col*/) { return false; }
};

}  // namespace sess::modes
