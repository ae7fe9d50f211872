#include "command/families/table.hpp"

#include <algorithm>

#include "base/width.hpp"
#include "command/language/item.hpp"

namespace sess::command {
namespace {

constexpr int kGap = 2;
/// What a cut column keeps, and what the last one needs before others are left out for it.
constexpr int kLeast = 8;
constexpr int kLastColumn = 16;

std::string_view begin_of(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "\x1b[32m";
    case Tone::bad:
      return "\x1b[31m";
    case Tone::uncertain:
      return "\x1b[33m";
    case Tone::dim:
      return "\x1b[2m";
    case Tone::strong:
      return "\x1b[1m";
    case Tone::plain:
      break;
  }
  return {};
}

int total(const std::vector<int>& widths) {
  int columns = -kGap;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (widths[i] >= 0)
      columns += kGap + (i + 1 == widths.size() ? std::min(widths[i], kLastColumn) : widths[i]);
  }
  return columns;
}

}  // namespace

Result<Look> look_of(const Item& item) {
  Look look;
  const auto* client = item.client();
  const bool terminal =
      client != nullptr && !client->session && item.ports().clients.prints_on_terminal(client->id);
  if (terminal) {
    look.colours = client->environment.value("NO_COLOR").value_or("").empty() && client->term != "dumb";
    look.columns = item.args().has(kWideFlag) ? 0 : client->size.cols;
  }
  const std::string_view said = client != nullptr ? item.ports().clients.color_choice(client->id) : "auto";
  const auto when = item.args().get_or(kColorFlag, said);
  if (when != "auto" && when != "always" && when != "never") {
    return fail(ErrorCode::invalid_argument, "--color takes always, auto or never, not '{}'", when);
  }
  if (when != "auto") look.colours = when == "always";
  return look;
}

std::string toned(std::string_view text, Tone tone, const Look& look) {
  const auto begin = begin_of(tone);
  if (!look.colours || begin.empty() || text.empty()) return std::string(text);
  return std::string(begin) + std::string(text) + "\x1b[0m";
}

std::string shortened(std::string_view text, int columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns <= 0) return {};
  return std::string(truncate_columns(text, columns - 1)) + "…";
}

std::string wrapped(std::string_view text, const Look& look, int indent) {
  std::string out;
  int used = indent;
  for (bool first = true; !text.empty(); first = false) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    const int width = display_width(word);
    if (used > indent && look.columns > 0 && used + 1 + width > look.columns) {
      out += '\n' + std::string(static_cast<std::size_t>(indent), ' ');
      used = indent;
    } else if (!first) {
      out += ' ';
      ++used;
    }
    out += word;
    used += width;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::vector<int> Table::widths() const {
  std::vector<int> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    int widest = display_width(columns_[i].head);
    for (const auto& row : rows_) widest = std::max(widest, display_width(row[i].text));
    widths.push_back(widest);
  }
  if (look_.columns <= 0) return widths;
  while (total(widths) > look_.columns) {
    std::size_t least = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (widths[i] < 0 || columns_[i].worth == Column::kNeeded) continue;
      if (least == columns_.size() || columns_[i].worth <= columns_[least].worth) least = i;
    }
    if (least == columns_.size()) break;
    widths[least] = -1;
  }
  // What may not be left out is cut, the widest first.
  for (int over = total(widths) - look_.columns; over > 0; over = total(widths) - look_.columns) {
    const auto widest = std::max_element(widths.begin(), widths.end() - 1);
    if (*widest <= kLeast) break;
    *widest = std::max(kLeast, *widest - over);
  }
  return widths;
}

void Table::append_line(std::string& out, const std::vector<Cell>& row,
                        const std::vector<int>& widths) const {
  std::size_t last = 0;
  for (std::size_t i = 0; i < row.size(); ++i) last = widths[i] >= 0 ? i : last;
  int used = 0;
  for (std::size_t i = 0; i <= last; ++i) {
    if (widths[i] < 0) continue;
    const int gap = used > 0 ? kGap : 0;
    int room =
        i == last && last + 1 == row.size() && look_.columns <= 0 ? display_width(row[i].text) : widths[i];
    if (look_.columns > 0)
      room = i == last ? look_.columns - used - gap : std::min(room, look_.columns - used - gap);
    if (room <= 0) return;
    const std::string text = shortened(row[i].text, room);
    const int width = display_width(text);
    out.append(static_cast<std::size_t>(gap), ' ');
    out += toned(text, row[i].tone, look_);
    if (i < last) out.append(static_cast<std::size_t>(std::max(0, room - width)), ' ');
    used += gap + std::max(room, width);
  }
}

std::string Table::text() const {
  const auto widths = this->widths();
  std::vector<Cell> head;
  for (const auto& column : columns_) head.emplace_back(std::string(column.head), Tone::strong);
  std::string out;
  append_line(out, head, widths);
  for (const auto& row : rows_) {
    out += '\n';
    append_line(out, row, widths);
  }
  return out;
}

}  // namespace sess::command
