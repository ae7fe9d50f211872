#include "modes/choose/chooser.hpp"

#include <algorithm>
#include <array>

namespace sess::modes {
namespace {

using input::Key;
namespace code = input::code;
namespace mod = input::mod;

/// Rows below which there is no preview, and lines that a preview takes at least.
constexpr int kSmallest = 10;
constexpr int kSmallestPreview = 2;

bool yes(const std::string& answer) {
  return answer == "y" || answer == "Y";
}

constexpr Key control(char letter) {
  return {static_cast<std::uint32_t>(letter), mod::kCtrl};
}
constexpr Key plain(char character) {
  return {static_cast<std::uint32_t>(character), 0};
}
constexpr Key meta(char character) {
  return {static_cast<std::uint32_t>(character), mod::kMeta};
}
constexpr Key special(std::uint32_t which) {
  return {which, 0};
}

/// Keys with which the rows are made anew.
constexpr Key kOpening[] = {special(code::kLeft), plain('h'), plain('-'), special(code::kRight),
                            plain('l'),           plain('+'), meta('-'),  meta('+'),
                            plain('O'),           plain('r'), plain('v')};

}  // namespace

bool Kind::Build::passes(const ChooserPorts& ports, const Subject& subject, int line) const {
  if (filter.empty()) return true;
  const std::string value = ports.expand(filter, subject, line);
  return !value.empty() && value != "0";
}

Chooser::Chooser(std::unique_ptr<Kind> kind, ChooserOptions options, ChooserPorts& ports, Size size)
    : kind_(std::move(kind)),
      options_(std::move(options)),
      ports_(ports),
      size_(size),
      self_(std::make_shared<Chooser*>(this)) {
  const auto orders = kind_->orders();
  const auto order = std::find(orders.begin(), orders.end(), options_.order);
  if (order != orders.end()) sorting_.order = static_cast<std::size_t>(order - orders.begin());
  sorting_.reversed = options_.reversed;
  build();
  items_.choose(kind_->first());
  set_keys();
}

void Chooser::build() {
  items_.begin();
  kind_->build({items_, sorting_, options_.format, options_.filter});
  no_matches_ = items_.count() == 0;
  if (no_matches_) kind_->build({items_, sorting_, options_.format, {}});
  set_height();  // what is current is brought into view
  items_.end();
  set_height();
  items_.show_current();
  set_keys();
}

void Chooser::set_height() {
  const int rows = size_.rows;
  int height = rows;
  if (options_.preview) {
    height = rows / 3 * 2;
    if (height > items_.lines()) height = rows / 2;
    if (const int preview = kind_->preview_rows(); preview > 0)
      height = preview < rows ? rows - preview : rows;
    if (height < kSmallest || rows - height < kSmallestPreview) height = rows;
  }
  items_.set_height(height);
}

void Chooser::set_keys() {
  for (int line = 0; line < items_.lines(); ++line) {
    Item& item = items_.line(line);
    const std::string name = ports_.expand(options_.key_format, item.subject, line);
    item.key = input::parse_key(name).value_or(Key{});
  }
}

void Chooser::resize(Size size) {
  size_ = size;
  build();
}

bool Chooser::move(Key key) {
  using Ends = Items::Ends;
  const auto is = [&](std::initializer_list<Key> keys) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  if (is({special(code::kUp), plain('k'), control('p')})) {
    items_.up(Ends::wrap);
  } else if (is({special(code::kDown), plain('j'), control('n')})) {
    items_.down(Ends::wrap);
  } else if (is({special(code::kPPage), control('b')})) {
    items_.page_up();
  } else if (is({special(code::kNPage), control('f')})) {
    items_.page_down();
  } else if (is({special(code::kHome), plain('g')})) {
    items_.first();
  } else if (is({special(code::kEnd), plain('G')})) {
    items_.last();
  } else if (is({special(code::kLeft), plain('h'), plain('-')})) {
    items_.close_current();
  } else if (is({special(code::kRight), plain('l'), plain('+')})) {
    items_.open_current();
  } else if (is({meta('-'), meta('+')})) {
    items_.open_all(key == meta('+'));
  } else {
    return false;
  }
  return true;
}

bool Chooser::tag(Key key) {
  if (key == plain('t')) {
    items_.toggle_tag();
    items_.down(Items::Ends::stop);
  } else if (key == plain('T')) {
    items_.untag_all();
  } else if (key == control('t')) {
    items_.tag_all();
  } else if (key == plain('O')) {
    if (!kind_->orders().empty()) sorting_.order = (sorting_.order + 1) % kind_->orders().size();
    build();
  } else if (key == plain('r')) {
    sorting_.reversed = !sorting_.reversed;
    build();
  } else if (key == plain('v')) {
    options_.preview = !options_.preview;
    build();
  } else {
    return false;
  }
  return true;
}

void Chooser::ask(Question question, std::function<void(const std::string&)> answer) {
  ports_.ask(std::move(question),
             [self = std::weak_ptr(self_), answer = std::move(answer)](const std::string& text) {
               if (const auto alive = self.lock()) answer(text);
             });
}

void Chooser::search(bool forward) {
  if (searched_.empty()) return;
  items_.search(forward, [&](const Item& item) { return kind_->matches(item, searched_); });
  set_keys();
}

template <class Command>
void Chooser::run_each(bool tagged, Command command) {
  if (tagged) {
    for (const Item& item : items_.chosen()) ports_.run(command(item), kind_->target(item), item.subject);
  } else if (const Item* item = items_.current()) {
    ports_.run(command(*item), kind_->target(*item), item->subject);
  }
}

bool Chooser::ask_key(Key key) {
  if (key == plain('/') || key == plain('?') || key == control('s')) {
    ask({"(search) ", "", "search", false}, [this](const std::string& text) {
      searched_ = text;
      search(true);
    });
  } else if (key == plain('n') || key == plain('N')) {
    search(key == plain('n'));
  } else if (key == plain('f')) {
    ask({"(filter) ", options_.filter, "search", false}, [this](const std::string& text) {
      options_.filter = text;
      build();
    });
  } else if (key == plain(':')) {
    const std::size_t tagged = items_.tagged();
    const std::string prompt = tagged == 0 ? "(current) " : fmt::format("({} tagged) ", tagged);
    ask({prompt, "", "command", false}, [this](const std::string& text) {
      if (!text.empty()) run_each(items_.tagged() > 0, [&](const Item&) { return std::string_view(text); });
    });
  } else {
    return false;
  }
  return true;
}

std::optional<Outcome> Chooser::act(Key key) {
  for (const Action& action : kind_->actions()) {
    if (key != plain(action.key)) continue;
    const auto command = [this, action](const Item& item) {
      return action.command.empty() ? std::string_view(options_.command) : kind_->command(action, item);
    };
    const std::string asked = kind_->question(*items_.current());
    if (action.tagged && items_.tagged() == 0) return action.leaves ? Outcome::leave : Outcome::nothing;
    if (asked.empty()) {
      run_each(action.tagged, command);
      return action.leaves ? Outcome::leave : Outcome::redraw;
    }
    const std::string prompt = action.tagged ? fmt::format("Kill {} tagged? ", items_.tagged()) : asked;
    ask({prompt, "", "command", true}, [this, action, command](const std::string& answer) {
      if (yes(answer)) run_each(action.tagged, command);
    });
    return Outcome::redraw;
  }
  return std::nullopt;
}

Outcome Chooser::refresh() {
  build();
  return items_.empty() ? Outcome::leave : Outcome::redraw;
}

Outcome Chooser::choose() {
  const Item* item = items_.current();
  if (item != nullptr) ports_.run(options_.command, kind_->target(*item), item->subject);
  return Outcome::leave;
}

Outcome Chooser::enter() {
  if (kind_->enter() == Kind::Enter::chooses || items_.empty()) return choose();
  kind_->key(items_, special(code::kEnter), *items_.current());
  return Outcome::redraw;
}

Outcome Chooser::key(Key key) {
  if (key == plain('q') || key == special(code::kEscape) || key == control('g')) return Outcome::leave;
  for (int line = 0; line < items_.lines(); ++line) {
    if (items_.line(line).key != key || key.code == code::kNone) continue;
    items_.choose_line(line);
    return enter();
  }
  const std::string before = items_.empty() ? std::string() : items_.current()->id;
  const bool opens = std::find(std::begin(kOpening), std::end(kOpening), key) != std::end(kOpening);
  if (move(key) || tag(key)) {
    if (opens || (!items_.empty() && items_.current()->id != before)) kind_->moved();
    set_keys();
    return Outcome::redraw;
  }
  if (ask_key(key)) return Outcome::redraw;
  if (items_.empty()) return Outcome::nothing;
  if (key == special(code::kEnter)) return enter();
  if (const auto acted = act(key)) return *acted;
  if (!kind_->key(items_, key, *items_.current())) return Outcome::nothing;
  set_keys();
  return Outcome::redraw;
}

Outcome Chooser::press(MouseAt at, input::MouseEvent event) {
  using input::MouseEvent;
  if (event == MouseEvent::wheel_up) return key(special(code::kUp));
  if (event == MouseEvent::wheel_down) return key(special(code::kDown));
  if (event != MouseEvent::down1 && event != MouseEvent::double_click1) return Outcome::nothing;
  if (at.row >= items_.height()) {
    if (!options_.preview || event != MouseEvent::down1 || items_.empty()) return Outcome::nothing;
    if (kind_->press(items_, at.row - items_.height() - 1, at.col - 2)) return choose();
    return Outcome::redraw;
  }
  const int line = items_.first_line() + at.row;
  if (line >= items_.lines()) return Outcome::nothing;
  items_.choose_line(line);
  return event == MouseEvent::double_click1 ? enter() : Outcome::redraw;
}

}  // namespace sess::modes
