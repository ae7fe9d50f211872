// What commands lay over a client's panes: menus and popups. Commands say what stands where; who implements
// this (dispatch/overlays, dispatch/popups) owns what lies there, gets its keys and ends it. Modes of panes
// are another port's (ports/panes).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/size.hpp"
#include "command/ports/panes.hpp"
#include "model/ids.hpp"

namespace sess::command {

using model::ClientId;
using model::WindowId;

struct State;

/// What a place on a client's terminal is reckoned from.
struct Surroundings {
  Size terminal;
  int status_lines = 0;
  bool status_top = false;
  struct InStatus {
    int line = 0;
    int col = 0;
  };
  std::optional<InStatus> window;   ///< where the window stands in the status lines
  int view_top = 0, view_left = 0;  ///< of the window, in the corner of what is seen of it
};

/// An entry's text is a format that was expanded before (of a name); empty: a line.
struct MenuItem {
  std::string text;
  std::string key;
  std::string command;
};

/// What a box's flags say of its looks: each goes over the option of its name, "" leaves that as it is.
struct BoxWords {
  std::string lines;  ///< menu-border-lines' word
  std::string style, border_style, selected_style;
};

struct MenuRequest {
  std::string title;
  std::vector<MenuItem> items;
  int row = 0, col = 0;    ///< of its upper left corner on the terminal
  bool stay_open = false;  ///< -O
  bool mouse = false;      ///< a key of the mouse opened it
  int choice = 0;          ///< -C: the entry that is chosen at first; negative: none
  BoxWords words;
  std::shared_ptr<const State> state;  ///< that the chosen command runs with
};

/// A program in a box over the panes.
struct PopupRequest {
  int row = 0, col = 0;
  Size size;                        ///< with its border
  std::string lines;                ///< popup-border-lines' word; empty: the option's
  std::string style, border_style;  ///< over popup-style and popup-border-style
  std::string title;
  enum class Closes { never, when_ended, when_succeeded } closes = Closes::never;
  ProgramStart program;
};

class OverlayPort {
 public:
  /// Of a window that the client shows or not. None: the client has no terminal, or a menu or popup lies
  /// there already.
  [[nodiscard]] virtual std::optional<Surroundings> surroundings(ClientId, std::optional<WindowId>) const = 0;
  /// `closed` is told once, after what was chosen has been submitted.
  virtual void open_menu(ClientId, MenuRequest, std::function<void()> closed) = 0;
  /// `closed` is told once: the program's exit status or signal, 0 when it had not ended; an error when it
  /// did not start.
  virtual void open_popup(ClientId, PopupRequest, std::function<void(Result<int>)> closed) = 0;
  /// Whatever menu or popup lies there goes; a popup's program is hung up.
  virtual void close_overlay(ClientId) = 0;
  /// Columns and rows of the box that a menu takes.
  [[nodiscard]] virtual Size menu_size(const MenuRequest&) const = 0;

 protected:
  ~OverlayPort() = default;
};

}  // namespace sess::command
