#include "input/line_editor.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace sess::input {
namespace {

constexpr Key ctrl(char letter) {
  return {static_cast<std::uint32_t>(letter), mod::kCtrl};
}
constexpr Key meta(char letter) {
  return {static_cast<std::uint32_t>(letter), mod::kMeta};
}
constexpr Key plain(std::uint32_t code) {
  return {code, 0};
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto decoded = decode_utf8(text);
    const auto length = std::max<std::size_t>(1, decoded.length);
    if (decoded.code_point >= 0x20 && decoded.code_point != 0x7F) out.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return out;
}

/// The control character that a key stands for when it is taken literally.
std::uint32_t literal(Key key) {
  if (key.code == code::kBSpace) return 0x7F;
  if ((key.mods & mod::kCtrl) != 0 && key.code < 0x80) return key.code & 0x1FU;
  return key.code;
}

}  // namespace

void LineEditor::insert(std::string_view text) {
  const auto added = split(text);
  characters_.insert(characters_.begin() + static_cast<std::ptrdiff_t>(cursor_), added.begin(), added.end());
  cursor_ += added.size();
}

void LineEditor::set(std::string_view text) {
  characters_ = split(text);
  cursor_ = characters_.size();
}

void LineEditor::restore(const State& state) {
  // Control characters, too: they were taken literally.
  characters_.clear();
  const auto append = [this](std::string_view text) {
    while (!text.empty()) {
      const auto length = std::max<std::size_t>(1, decode_utf8(text).length);
      characters_.emplace_back(text.substr(0, length));
      text.remove_prefix(length);
    }
  };
  append(state.before);
  cursor_ = characters_.size();
  append(state.after);
  cut_ = state.cut;
  commanding_ = state.commanding;
  quoting_ = state.quoting;
}

std::string LineEditor::text(Range range) const {
  std::string out;
  for (std::size_t i = range.begin; i < range.end; ++i) out += characters_[i];
  return out;
}

LineEditor::Range LineEditor::word() const {
  std::size_t end = cursor_;
  while (end < characters_.size() && !blank(end)) ++end;
  std::size_t begin = cursor_;
  while (begin > 0 && !blank(begin - 1)) --begin;
  return {begin, end};
}

void LineEditor::replace(Range range, std::string_view text) {
  static_cast<void>(erase(range.begin, range.end));
  cursor_ = range.begin;
  insert(text);
}

LineEditor::Outcome LineEditor::move_to(std::size_t at) {
  cursor_ = std::min(at, characters_.size());
  return Outcome::moved;
}

LineEditor::Outcome LineEditor::erase(std::size_t begin, std::size_t end) {
  end = std::min(end, characters_.size());
  if (begin >= end) return Outcome::nothing;
  characters_.erase(characters_.begin() + static_cast<std::ptrdiff_t>(begin),
                    characters_.begin() + static_cast<std::ptrdiff_t>(end));
  if (cursor_ >= end) {
    cursor_ -= end - begin;
  } else if (cursor_ > begin) {
    cursor_ = begin;
  }
  return Outcome::changed;
}

LineEditor::Outcome LineEditor::cut(std::size_t begin, std::size_t end) {
  if (begin < end) cut_ = text({begin, end});
  return erase(begin, end);
}

bool LineEditor::separates(std::size_t at, std::string_view separators) const {
  return !characters_[at].empty() && separators.find(characters_[at]) != std::string_view::npos;
}

std::size_t LineEditor::word_back(std::string_view separators) const {
  std::size_t at = cursor_;
  while (at > 0 && blank(at - 1)) --at;
  if (at == 0) return 0;
  --at;
  const bool kind = separates(at, separators);
  while (at > 0 && !blank(at - 1) && separates(at - 1, separators) == kind) --at;
  return at;
}

std::size_t LineEditor::word_forward(std::string_view separators, Words words) const {
  const std::size_t size = characters_.size();
  std::size_t at = cursor_;
  const auto skip_blanks = [&] {
    while (at < size && blank(at)) ++at;
  };
  if (words == Words::emacs) skip_blanks();
  if (at == size) return at;
  if (!blank(at)) {
    const bool kind = separates(at, separators);
    do {
      ++at;
    } while (at < size && !blank(at) && separates(at, separators) == kind);
  }
  if (words == Words::vi) skip_blanks();
  return at;
}

std::size_t LineEditor::word_end(std::string_view separators) const {
  const std::size_t size = characters_.size();
  if (cursor_ == size) return size;
  std::size_t at = cursor_ + 1;
  while (at < size && blank(at)) ++at;
  if (at == size) return size;
  const bool kind = separates(at, separators);
  while (at + 1 < size && !blank(at + 1) && separates(at + 1, separators) == kind) ++at;
  return at;
}

LineEditor::Outcome LineEditor::append(Key key) {
  if (key.code >= code::kSpecial || (key.mods & ~mod::kShift) != 0) return Outcome::nothing;
  std::string bytes;
  append_utf8(bytes, key.code);
  characters_.insert(characters_.begin() + static_cast<std::ptrdiff_t>(cursor_), std::move(bytes));
  ++cursor_;
  return Outcome::changed;
}

LineEditor::Outcome LineEditor::on_key(Key key, Keys keys, std::string_view separators) {
  if (quoting_) {
    quoting_ = false;
    return append({literal(key), 0});
  }
  if (keys == Keys::vi) {
    const bool was_commanding = commanding_;
    const Translated translated = translate(key);
    if (translated.append) return append(key);
    if (translated.key.code == code::kNone) return translated.outcome;
    const Outcome outcome = edit(translated.key, separators);
    return outcome == Outcome::nothing && was_commanding != commanding_ ? Outcome::moved : outcome;
  }
  return edit(key, separators);
}

namespace {

/// What a key does that some control key does, too.
constexpr std::pair<std::uint32_t, char> kControls[] = {
    {code::kLeft, 'b'},   {code::kRight, 'f'},   {code::kHome, 'a'}, {code::kEnd, 'e'},
    {code::kBSpace, 'h'}, {code::kDC, 'd'},      {code::kUp, 'p'},   {code::kDown, 'n'},
    {code::kEnter, 'j'},  {code::kKpEnter, 'j'}, {'\n', 'j'},        {code::kEscape, 'c'}};

/// vi's commands in terms of emacs'.
struct ViCommand {
  std::uint32_t typed;
  Key means;
  bool inserts = false;
};
constexpr ViCommand kViCommands[] = {
    {'A', plain(code::kEnd), true},
    {'I', plain(code::kHome), true},
    {'C', ctrl('k'), true},
    {'s', plain(code::kDC), true},
    {'S', ctrl('u'), true},
    {'a', plain(code::kRight), true},
    {'$', plain(code::kEnd)},
    {'0', plain(code::kHome)},
    {'^', plain(code::kHome)},
    {'D', ctrl('k')},
    {'X', plain(code::kBSpace)},
    {'x', plain(code::kDC)},
    {'b', meta('b')},
    {'d', ctrl('u')},
    {'h', plain(code::kLeft)},
    {'l', plain(code::kRight)},
    {'j', plain(code::kDown)},
    {'k', plain(code::kUp)},
    {'p', ctrl('y')},
    {'q', ctrl('c')},
    {code::kEnter, plain(code::kEnter)},
    {'\n', plain('\n')},
    // Motions that only vi has.
    {'B', {'B', mod::kExtraMeta}},
    {'w', {'w', mod::kExtraMeta}},
    {'W', {'W', mod::kExtraMeta}},
    {'e', {'e', mod::kExtraMeta}},
    {'E', {'E', mod::kExtraMeta}},
};

}  // namespace

LineEditor::Translated LineEditor::translate(Key key) {
  const auto as = [](Key other) { return Translated{other, false, Outcome::nothing}; };
  const bool typed = is_character(key) && key.mods == 0;
  if (!commanding_) {
    if (key == plain(code::kEscape)) {
      commanding_ = true;
      return {{}, false, Outcome::moved};
    }
    return typed && key.code >= 0x20 ? Translated{key, true, Outcome::nothing} : as(key);
  }
  if (!typed) return as(key.code == code::kBSpace ? plain(code::kLeft) : key);
  if (key.code == code::kEscape || key.code == 'i') {
    commanding_ = false;
    return {{}, false, Outcome::moved};
  }
  for (const ViCommand& command : kViCommands) {
    if (command.typed != key.code) continue;
    if (command.inserts) commanding_ = false;
    return as(command.means);
  }
  return {{}, false, Outcome::nothing};
}

LineEditor::Outcome LineEditor::edit(Key key, std::string_view separators) {
  const std::size_t size = characters_.size();
  if (key.mods == 0) {
    if (key.code == code::kTab) return Outcome::complete;
    const auto same = std::find_if(std::begin(kControls), std::end(kControls),
                                   [&](const auto& row) { return row.first == key.code; });
    if (same == std::end(kControls)) return append(key);
    key = ctrl(same->second);
  }
  if (key.mods == mod::kCtrl) {
    switch (key.code) {
      case 'b':
        return move_to(cursor_ > 0 ? cursor_ - 1 : 0);
      case 'f':
        return move_to(cursor_ + 1);
      case 'a':
        return move_to(0);
      case 'e':
        return move_to(size);
      case 'h':
        return cursor_ > 0 ? erase(cursor_ - 1, cursor_) : Outcome::nothing;
      case 'd':
        return erase(cursor_, cursor_ + 1);
      case 'u':
        return erase(0, size);
      case 'k':
        return erase(cursor_, size);
      case 'w':
        return cut(word_back(separators), cursor_);
      case 'p':
        return Outcome::older;
      case 'n':
        return Outcome::newer;
      case 'j':
        return Outcome::accept;
      case 'c':
      case 'g':
        return Outcome::cancel;
      case 'r':
        return Outcome::search_backward;
      case 's':
        return Outcome::search_forward;
      case 'v':
        quoting_ = true;
        return Outcome::moved;
      case 'y':
        if (cut_.empty()) return Outcome::paste;
        insert(cut_);
        return Outcome::changed;
      case 't': {
        const std::size_t at = std::min(cursor_ + 1, size);
        if (at < 2) return Outcome::nothing;
        std::swap(characters_[at - 2], characters_[at - 1]);
        cursor_ = at;
        return Outcome::changed;
      }
      case code::kLeft:
        return move_to(word_back(separators));
      case code::kRight:
        return move_to(word_forward(separators, Words::emacs));
      default:
        return Outcome::nothing;
    }
  }
  if (key == meta('f')) return move_to(word_forward(separators, Words::emacs));
  if (key == meta('b')) return move_to(word_back(separators));
  if (key.mods == mod::kExtraMeta) {
    switch (key.code) {
      case 'B':
        return move_to(word_back({}));
      case 'w':
        return move_to(word_forward(separators, Words::vi));
      case 'W':
        return move_to(word_forward({}, Words::vi));
      case 'e':
        return move_to(word_end(separators));
      case 'E':
        return move_to(word_end({}));
      default:
        return Outcome::nothing;
    }
  }
  return append(key);
}

}  // namespace sess::input
