#include "modes/choose/buffers.hpp"

#include <algorithm>
#include <array>

#include "base/printable.hpp"

namespace sess::modes {
namespace {

constexpr std::array<std::string_view, 3> kOrders{"time", "name", "size"};

/// In the popup a client of its own takes the text out and brings it back, so that what was edited outlives a
/// server that dies meanwhile. Editors end a last line that the buffer left open: that newline goes again.
constexpr std::string_view kEdit = R"sh(display-popup -EE -w 90% -h 90% sh -c '
f=$(mktemp) || exit
sess save-buffer -b "$1" "$f" && open=$(tail -c 1 "$f") && $(sess show-options -sv editor) "$f" &&
{ [ -z "$open" ] || [ -n "$(tail -c 1 "$f")" ] || truncate -s -1 "$f"; } && sess load-buffer -b "$1" "$f"
ended=$?
rm -f "$f"
exit $ended' edit '%%')sh";

constexpr std::array<Action, 5> kActions{{{'d', false, "delete-buffer -b '%%'"},
                                          {'D', true, "delete-buffer -b '%%'"},
                                          {'e', false, kEdit},
                                          {'p', false, "", true},
                                          {'P', true, "", true}}};

}  // namespace

std::span<const std::string_view> BufferKind::orders() const {
  return kOrders;
}
std::span<const Action> BufferKind::actions() const {
  return kActions;
}

void BufferKind::build(const Build& build) {
  auto buffers = ports_.buffers();
  std::stable_sort(buffers.begin(), buffers.end(), [&](const BufferFacts& a, const BufferFacts& b) {
    const BufferFacts& first = build.sorting.reversed ? b : a;
    const BufferFacts& second = build.sorting.reversed ? a : b;
    if (build.sorting.order == 0 && first.order != second.order) return first.order > second.order;
    if (build.sorting.order == 2 && first.size != second.size) return first.size > second.size;
    return first.name < second.name;
  });
  for (const auto& buffer : buffers) {
    Item item;
    item.id = item.name = item.subject.buffer = buffer.name;
    item.subject.kind = Subject::Kind::buffer;
    if (!build.passes(ports_, item.subject, build.items.count())) continue;
    item.text = ports_.expand(build.format, item.subject, build.items.count());
    build.items.add(-1, std::move(item));
  }
}

bool BufferKind::matches(const Item& item, std::string_view text) const {
  return item.name.find(text) != std::string::npos ||
         ports_.buffer(item.subject.buffer).find(text) != std::string_view::npos;
}

void BufferKind::draw_preview(render::Frame& frame, render::Rect area, const Item& item) {
  std::string_view rest = ports_.buffer(item.subject.buffer);
  for (int row = 0; row < area.rows && !rest.empty(); ++row) {
    const auto end = rest.find('\n');
    // More than a row holds is not looked at: a buffer may be one long line.
    const auto line = rest.substr(0, std::min<std::size_t>(end, static_cast<std::size_t>(area.cols) * 8));
    frame.put_text(area.row + row, area.col, area.cols, printable(line), 0);
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
}

}  // namespace sess::modes
