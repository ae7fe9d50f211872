#include "behaviour.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace sess::test {

namespace {

/// Words and strings of one line.
class Line {
 public:
  Line(std::string file, int number, std::string_view text)
      : file_(std::move(file)), number_(number), rest_(text) {
    skip();
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error(fmt::format("{}:{}: {}", file_, number_, what));
  }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool empty() const { return rest_.empty() || rest_.front() == '#'; }
  [[nodiscard]] bool at_string() const { return !rest_.empty() && rest_.front() == '"'; }
  [[nodiscard]] std::string_view rest() const { return rest_; }

  std::string word() {
    if (empty()) fail("a word is missing");
    const std::size_t end = std::min(rest_.find_first_of(" \t"), rest_.size());
    std::string word(rest_.substr(0, end));
    rest_.remove_prefix(end);
    skip();
    return word;
  }

  std::uint64_t number(std::string_view text) const {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) fail(fmt::format("not a number: {}", text));
    return value;
  }
  int small_number(std::string_view text) const {
    const auto value = number(text);
    if (value > 100000) fail(fmt::format("too large: {}", text));
    return static_cast<int>(value);
  }

  /// One or more strings, each perhaps repeated: "abc" "\e[m"*3
  std::string strings() {
    if (!at_string()) fail("a string in quotes is missing");
    std::string all;
    while (at_string()) all += string();
    return all;
  }

  std::string string() {
    rest_.remove_prefix(1);
    std::string text;
    for (;;) {
      if (rest_.empty()) fail("a string has no end");
      const char c = take();
      if (c == '"') break;
      if (c == '\\') {
        escape(text);
      } else {
        text += c;
      }
    }
    std::uint64_t times = 1;
    if (!rest_.empty() && rest_.front() == '*') {
      rest_.remove_prefix(1);
      const std::size_t end = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
      times = number(rest_.substr(0, end));
      rest_.remove_prefix(end);
    }
    skip();
    std::string repeated;
    for (std::uint64_t i = 0; i < times; ++i) repeated += text;
    return repeated;
  }

  void end() const {
    if (!empty()) fail(fmt::format("too much: {}", rest_));
  }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  void skip() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }

  void escape(std::string& text) {
    if (rest_.empty()) fail("a string ends in a backslash");
    const char c = take();
    static const std::map<char, char> simple{{'e', '\x1b'}, {'r', '\r'},  {'n', '\n'},
                                             {'t', '\t'},   {'a', '\a'},  {'b', '\b'},
                                             {'0', '\0'},   {'\\', '\\'}, {'"', '"'}};
    if (const auto found = simple.find(c); found != simple.end()) {
      text += found->second;
    } else if (c == 'x') {
      text += static_cast<char>(hex(rest_.substr(0, 2)));
      rest_.remove_prefix(std::min<std::size_t>(2, rest_.size()));
    } else if (c == 'u' && rest_.starts_with("{")) {
      const std::size_t close = rest_.find('}');
      if (close == std::string_view::npos) fail("\\u{ has no }");
      append_utf8(text, hex(rest_.substr(1, close - 1)));
      rest_.remove_prefix(close + 1);
    } else {
      fail(fmt::format("unknown escape \\{}", c));
    }
  }

  char32_t hex(std::string_view digits) const {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (error != std::errc{} || end != digits.data() + digits.size()) fail("not hexadecimal");
    return value;
  }

  std::string file_;
  int number_;
  std::string_view rest_;
};

Size parse_size(const Line& line, const std::string& word) {
  const auto x = word.find('x');
  if (x == std::string::npos) line.fail("a size is ROWSxCOLS");
  return {static_cast<std::uint16_t>(line.small_number(word.substr(0, x))),
          static_cast<std::uint16_t>(line.small_number(word.substr(x + 1)))};
}

/// ROW,COL or ROW,FIRST-LAST
void parse_place(Step& step, const Line& line, const std::string& word) {
  const auto comma = word.find(',');
  if (comma == std::string::npos) line.fail("a place is ROW,COL");
  step.row = line.small_number(word.substr(0, comma));
  const std::string cols = word.substr(comma + 1);
  const auto dash = cols.find('-');
  step.col = line.small_number(cols.substr(0, dash));
  step.last_col = dash == std::string::npos ? step.col : line.small_number(cols.substr(dash + 1));
}

ColorWord parse_color(const Line& line, const std::string& word) {
  ColorWord color;
  if (!word.starts_with('#')) {
    color.index = line.small_number(word);
    return color;
  }
  if (word.size() != 7) line.fail("a colour is an index or #rrggbb");
  color.rgb = true;
  const auto part = [&](std::size_t at) { return std::stoi(word.substr(at, 2), nullptr, 16); };
  color.red = part(1);
  color.green = part(3);
  color.blue = part(5);
  return color;
}

Look parse_look(Line& line) {
  Look look;
  static const std::map<std::string, bool Look::*> flags{
      {"bold", &Look::bold},     {"faint", &Look::faint},       {"italic", &Look::italic},
      {"blink", &Look::blink},   {"inverse", &Look::inverse},   {"conceal", &Look::conceal},
      {"strike", &Look::strike}, {"overline", &Look::overline}, {"protected", &Look::protect}};
  bool any = false;
  while (!line.empty()) {
    any = true;
    const std::string word = line.word();
    if (const auto flag = flags.find(word); flag != flags.end()) {
      look.*flag->second = true;
    } else if (word == "underline") {
      look.underline = "single";
    } else if (word == "double" || word == "curly" || word == "dotted" || word == "dashed") {
      look.underline = word;
    } else if (word.starts_with("fg=")) {
      look.fg = parse_color(line, word.substr(3));
    } else if (word.starts_with("bg=")) {
      look.bg = parse_color(line, word.substr(3));
    } else if (word.starts_with("ul=")) {
      look.underline_color = parse_color(line, word.substr(3));
    } else if (word.starts_with("link=")) {
      look.link = word.substr(5);
    } else if (word != "none") {
      line.fail("unknown attribute " + word);
    }
  }
  if (!any) line.fail("an attribute, or none, is missing");
  return look;
}

Step parse_step(const std::string& word, Line& line) {
  using Kind = Step::Kind;
  static const std::map<std::string, Kind> kinds{{"in", Kind::input},
                                                 {"resize", Kind::resize},
                                                 {"limits", Kind::limits},
                                                 {"clear-history", Kind::clear_history},
                                                 {"reset", Kind::reset},
                                                 {"row", Kind::row},
                                                 {"rows", Kind::rows},
                                                 {"wrapped", Kind::wrapped},
                                                 {"not-wrapped", Kind::wrapped},
                                                 {"cursor", Kind::cursor},
                                                 {"attr", Kind::attr},
                                                 {"cell", Kind::cell},
                                                 {"reply", Kind::reply},
                                                 {"reply-any", Kind::reply_any},
                                                 {"title", Kind::title},
                                                 {"icon", Kind::icon},
                                                 {"directory", Kind::directory},
                                                 {"mode", Kind::mode},
                                                 {"history", Kind::history},
                                                 {"bell", Kind::bell},
                                                 {"relay", Kind::relay},
                                                 {"event", Kind::event}};
  const auto kind = kinds.find(word);
  if (kind == kinds.end()) line.fail("unknown line: " + word);
  Step step;
  step.kind = kind->second;
  step.line = line.number();
  switch (step.kind) {
    case Kind::input:
    case Kind::reply:
    case Kind::title:
    case Kind::icon:
    case Kind::directory:
    case Kind::relay:
    case Kind::event:
      step.text = line.strings();
      break;
    case Kind::resize:
      step.size = parse_size(line, line.word());
      break;
    case Kind::limits:
      step.count = line.number(line.word());
      step.bytes = line.number(line.word());
      break;
    case Kind::row:
      step.row = line.small_number(line.word());
      step.text = line.strings();
      break;
    case Kind::wrapped:
      step.row = line.small_number(line.word());
      step.flag = word == "wrapped";
      break;
    case Kind::cursor:
      parse_place(step, line, line.word());
      while (!line.empty()) {
        const std::string more = line.word();
        if (more == "wrap") {
          step.flag = true;
        } else if (more == "hidden" || more == "visible") {
          step.visible = more == "visible";
        } else {
          line.fail("a cursor is wrap, hidden or visible");
        }
      }
      break;
    case Kind::attr:
      parse_place(step, line, line.word());
      step.look = parse_look(line);
      break;
    case Kind::cell:
      parse_place(step, line, line.word());
      step.text = line.strings();
      step.width = line.small_number(line.word());
      break;
    case Kind::mode:
      step.text = line.word();
      step.value = line.word();
      break;
    case Kind::bell:
      step.count = line.number(line.word());
      break;
    case Kind::reply_any:
    case Kind::rows:
    case Kind::history:
    case Kind::clear_history:
    case Kind::reset:
      break;
  }
  line.end();
  return step;
}

}  // namespace

std::string to_string(const Look& look) {
  std::string text;
  const auto add = [&](bool on, std::string_view word) {
    if (!on) return;
    if (!text.empty()) text += ' ';
    text += word;
  };
  const auto color = [](const ColorWord& c) {
    return c.rgb ? fmt::format("#{:02x}{:02x}{:02x}", c.red, c.green, c.blue) : std::to_string(c.index);
  };
  add(look.bold, "bold");
  add(look.faint, "faint");
  add(look.italic, "italic");
  add(look.blink, "blink");
  add(look.inverse, "inverse");
  add(look.conceal, "conceal");
  add(look.strike, "strike");
  add(look.overline, "overline");
  add(look.protect, "protected");
  add(!look.underline.empty(), look.underline == "single" ? "underline" : look.underline);
  if (look.fg) add(true, "fg=" + color(*look.fg));
  if (look.bg) add(true, "bg=" + color(*look.bg));
  if (look.underline_color) add(true, "ul=" + color(*look.underline_color));
  add(!look.link.empty(), "link=" + look.link);
  return text.empty() ? "none" : text;
}

std::string in_quotes(std::string_view bytes) {
  std::string out = "\"";
  for (std::size_t i = 0; i < bytes.size();) {
    const auto got = decode_utf8(bytes.substr(i));
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (got.status == Utf8Status::value && got.code_point >= 0x20 && got.code_point != 0x7F &&
        (got.code_point < 0x80 || got.code_point >= 0xA0)) {
      if (byte == '"' || byte == '\\') out += '\\';
      out += bytes.substr(i, got.length);
      i += got.length;
      continue;
    }
    switch (byte) {
      case 0x1B:
        out += "\\e";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += fmt::format("\\x{:02x}", byte);
    }
    ++i;
  }
  return out + '"';
}

std::vector<Behaviour> parse_behaviours(const std::string& file, std::string_view text) {
  static const std::map<std::string, std::string Behaviour::*> kMarks{
      {"only-sess:", &Behaviour::only_sess},
      {"oracle-differs:", &Behaviour::oracle_differs},
      {"later-oracle-differs:", &Behaviour::later_oracle_differs},
      {"oracle-paint-differs:", &Behaviour::oracle_paint_differs},
      {"sess-gap:", &Behaviour::sess_gap},
      {"paint-gap:", &Behaviour::paint_gap}};
  std::vector<Behaviour> all;
  int number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view raw = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));

    if (raw.starts_with("== ")) {
      all.push_back({});
      all.back().file = file;
      all.back().title = raw.substr(3);
      all.back().line = number;
      continue;
    }
    Line line(file, number, raw);
    if (line.empty()) continue;
    if (all.empty()) line.fail("a behaviour begins with == and its title");
    Behaviour& now = all.back();
    if (raw.starts_with("|")) {
      if (now.steps.empty() ||
          (now.steps.back().kind != Step::Kind::rows && now.steps.back().kind != Step::Kind::history)) {
        line.fail("a line of text belongs below rows or history");
      }
      std::string content(raw.substr(1));
      if (now.steps.back().kind == Step::Kind::rows) content.resize(content.find_last_not_of(' ') + 1);
      now.steps.back().lines.push_back(std::move(content));
      continue;
    }
    const std::string word = line.word();
    if (word == "size") {
      if (!now.steps.empty()) line.fail("the size comes first");
      now.size = parse_size(line, line.word());
      line.end();
    } else if (const auto mark = kMarks.find(word); mark != kMarks.end()) {
      now.*mark->second = line.rest();
      if (line.rest().empty()) line.fail("the reason is missing");
    } else {
      now.steps.push_back(parse_step(word, line));
    }
  }
  for (const auto& behaviour : all) {
    const bool expects = std::any_of(behaviour.steps.begin(), behaviour.steps.end(),
                                     [](const Step& step) { return step.kind >= Step::Kind::row; });
    if (!expects) throw std::runtime_error(fmt::format("{}:{}: expects nothing", file, behaviour.line));
  }
  return all;
}

std::vector<Behaviour> load_behaviours(const std::string& directory) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".vt") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Behaviour> all;
  for (const auto& path : files) {
    std::ifstream in(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    auto some = parse_behaviours(path.filename().string(), text);
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace sess::test
