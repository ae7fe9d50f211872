// Items is the list or tree that a chooser shows: rows with a name and a text, some below others, open or
// closed, tagged or not; one of them is the current one, and a part of the rows is in view.
//
// It is built anew whenever what it shows changes: rows keep their identity by `id`, and with it their tag,
// whether they are open, and being the current one. Pure data: it draws nothing and knows no key.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "input/key.hpp"
#include "modes/choose/ports.hpp"

namespace sess::modes {

struct Item {
  std::string id;
  std::string name;
  std::string text;  ///< a format's result, with its #[styles]
  Subject subject;
  bool taggable = true;
  bool stands_for_parent = false;  ///< previews show its parent

  // Items' own.
  int parent = -1;
  int depth = 0;
  bool last = false;  ///< of its siblings
  bool parent_of = false;
  bool flat = true;  ///< neither it nor a sibling has rows below
  input::Key key;    ///< that chooses it
};

class Items {
 public:
  /// All go; what add() then adds takes their place when end() is called.
  void begin();
  /// Below `parent` (-1: at the top), behind what is there; `open`: whether it shows what is below it, unless
  /// it was there before. Returns its number.
  int add(int parent, Item item, bool open = false);
  /// Takes back all from this number on.
  void drop(int from) { items_.resize(static_cast<std::size_t>(from)); }
  [[nodiscard]] int count() const { return static_cast<int>(items_.size()); }
  void end();

  [[nodiscard]] bool empty() const { return lines_.empty(); }
  [[nodiscard]] int lines() const { return static_cast<int>(lines_.size()); }
  [[nodiscard]] const Item& line(int line) const {
    return items_[static_cast<std::size_t>(lines_[static_cast<std::size_t>(line)])];
  }
  [[nodiscard]] Item& line(int line) {
    return items_[static_cast<std::size_t>(lines_[static_cast<std::size_t>(line)])];
  }
  [[nodiscard]] const Item& at(int number) const { return items_[static_cast<std::size_t>(number)]; }
  /// Null while there are none.
  [[nodiscard]] const Item* current() const { return empty() ? nullptr : &line(current_); }
  [[nodiscard]] int current_line() const { return current_; }
  [[nodiscard]] int first_line() const { return offset_; }
  [[nodiscard]] bool is_open(const Item& item) const;

  /// Rows that are in view.
  void set_height(int height) { height_ = height; }
  [[nodiscard]] int height() const { return height_; }
  void show_current();

  enum class Ends : bool { stop, wrap };
  void up(Ends ends);
  void down(Ends ends);
  void page_up();
  void page_down();
  void first();
  void last();
  void choose_line(int line) { current_ = line; }
  /// Opens what it is below of. False: there is no such row.
  bool choose(std::string_view id);
  void open_current();
  void close_current();
  void open_all(bool open);
  void set_open(std::string_view id, bool open);

  [[nodiscard]] bool is_tagged(const Item& item) const { return tagged_.count(item.id) != 0; }
  [[nodiscard]] std::size_t tagged() const { return tagged_.size(); }
  /// The tagged ones from the top.
  [[nodiscard]] std::vector<Item> chosen() const;
  void toggle_tag();
  void tag_all();
  void untag_all() { tagged_.clear(); }

  /// The next one after the current one (or before it) for which `matches` is true becomes current, closed
  /// ones included. False: there is none.
  template <class Matches>
  bool search(bool forward, const Matches& matches) {
    if (empty()) return false;
    const int from = lines_[static_cast<std::size_t>(current_)];
    for (int step = 1; step < count(); ++step) {
      const int number = (from + (forward ? step : count() - step)) % count();
      if (!matches(at(number))) continue;
      return choose(std::string(at(number).id));
    }
    return false;
  }

 private:
  void make_lines();
  bool go_to(std::string_view id);

  std::vector<Item> items_;  ///< each before what is below it
  std::vector<int> lines_;   ///< numbers of those that are shown
  std::map<std::string, bool, std::less<>> open_;
  std::set<std::string, std::less<>> tagged_;
  std::string kept_;  ///< the current one's id while it is built anew
  int current_ = 0;
  int offset_ = 0;
  int height_ = 0;
};

}  // namespace sess::modes
