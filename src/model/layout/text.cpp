// Layout strings, both ways:
//
//   bb62,159x48,0,0{79x48,0,0,1,79x48,80,0,2}
//   |    |      |  |            |
//   |    |      |  |            cell of a pane: size, offset, pane number
//   |    |      |  children left to right in {}, top to bottom in []
//   |    |      offset
//   |    columns x lines
//   checksum of what follows the comma
#include <algorithm>
#include <optional>
#include <set>

#include "model/layout/cells.hpp"
#include "model/layout/layout.hpp"

namespace sess::model {

using cells::Kind;
using cells::Owned;

namespace {

/// Longest string that is read, bytes: about as many cells as the largest window can hold in a row and
/// column.
constexpr std::size_t kMaxText = 64 * 1024;
/// Deepest nesting: every level takes two cells of one side.
constexpr int kMaxDepth = 1024;

void append(std::string& out, const LayoutCell& cell) {
  const Rect& r = cell.rect;
  out += fmt::format("{}x{},{},{}", r.cols, r.rows, r.left, r.top);
  if (cell.kind == Kind::pane) {
    out += fmt::format(",{}", cell.pane.value);
    return;
  }
  out += cell.kind == Kind::row ? '{' : '[';
  for (const auto& child : cell.children) {
    append(out, *child);
    out += ',';
  }
  out.back() = cell.kind == Kind::row ? '}' : ']';
}

/// Recursive descent over the text; every function gives nullopt or null on malformed input.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  Owned cell(LayoutCell* parent, int depth) {
    if (depth > kMaxDepth) return nullptr;
    const auto cols = number();
    if (!cols || !take('x')) return nullptr;
    const auto rows = number();
    if (!rows || !take(',')) return nullptr;
    const auto left = number();
    if (!left || !take(',')) return nullptr;
    const auto top = number();
    if (!top || *cols > kMaxSide || *rows > kMaxSide) return nullptr;

    const Rect rect{to_int(*left), to_int(*top), to_int(*cols), to_int(*rows)};
    auto made = cells::make_leaf(PaneId{kNoPane}, rect, parent);
    if (const auto id = pane_number()) made->pane = PaneId{*id};
    if (rest_.empty() || rest_.front() == ',' || rest_.front() == '}' || rest_.front() == ']') return made;
    if (rest_.front() != '{' && rest_.front() != '[') return nullptr;
    made->kind = rest_.front() == '{' ? Kind::row : Kind::column;
    do {
      rest_.remove_prefix(1);
      auto child = cell(made.get(), depth + 1);
      if (child == nullptr) return nullptr;
      made->children.push_back(std::move(child));
    } while (!rest_.empty() && rest_.front() == ',');
    return take(made->kind == Kind::row ? '}' : ']') ? std::move(made) : nullptr;
  }

  static constexpr std::uint32_t kNoPane = 0xFFFFFFFF;

 private:
  static int to_int(std::uint32_t n) { return static_cast<int>(std::min<std::uint32_t>(n, 0xFFFF)); }

  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<std::uint32_t> number() {
    std::uint32_t value = 0;
    const char* end = rest_.data() + rest_.size();
    const auto [stop, error] = std::from_chars(rest_.data(), end, value);
    if (error != std::errc{}) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
    return value;
  }

  /// `,12` that is not the beginning of the next cell (`,12x…`).
  std::optional<std::uint32_t> pane_number() {
    const auto saved = rest_;
    if (!take(',')) return std::nullopt;
    const auto value = number();
    if (value && (rest_.empty() || rest_.front() != 'x')) return value;
    rest_ = saved;
    return std::nullopt;
  }

  std::string_view rest_;
};

/// The tree that the text says, when its checksum holds and all of it was read.
Owned read(std::string_view text) {
  if (text.size() < 5 || text.size() > kMaxText || text[4] != ',') return nullptr;
  std::uint16_t sum = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + 4, sum, 16);
  if (error != std::errc{} || stop != text.data() + 4) return nullptr;
  text.remove_prefix(5);
  if (sum != layout_checksum(text)) return nullptr;
  Reader reader(text);
  auto root = reader.cell(nullptr, 0);
  return root != nullptr && reader.at_end() ? std::move(root) : nullptr;
}

std::vector<LayoutCell*> leaves(LayoutCell* cell) {
  std::vector<LayoutCell*> out;
  if (cell->kind == Kind::pane) out.push_back(cell);
  for (auto& child : cell->children) {
    const auto below = leaves(child.get());
    out.insert(out.end(), below.begin(), below.end());
  }
  return out;
}

/// Old strings may carry a wrong root size: what the children add up to is right.
void correct_root(LayoutCell& root) {
  int cols = 0;
  int rows = 0;
  for (const auto& child : root.children) {
    cols = root.kind == Kind::row ? cols + child->rect.cols + 1 : child->rect.cols + 1;
    rows = root.kind == Kind::column ? rows + child->rect.rows + 1 : child->rect.rows + 1;
  }
  if (root.kind == Kind::pane) return;
  root.rect.cols = cols - 1;
  root.rect.rows = rows - 1;
}

}  // namespace

std::uint16_t layout_checksum(std::string_view text) {
  std::uint32_t sum = 0;
  for (const char c : text) {
    sum = ((sum >> 1) + ((sum & 1) << 15)) & 0xFFFF;
    sum = (sum + static_cast<unsigned char>(c)) & 0xFFFF;
  }
  return static_cast<std::uint16_t>(sum);
}

std::string Layout::text() const {
  std::string body;
  if (root_ != nullptr) append(body, *root_);
  return fmt::format("{:04x},{}", layout_checksum(body), body);
}

Result<Layout> Layout::parse(std::string_view text, const std::vector<PaneId>& panes, BorderStatus border) {
  Owned root = read(text);
  if (root == nullptr || panes.empty()) return fail(ErrorCode::invalid_argument, "invalid layout: {}", text);

  auto found = leaves(root.get());
  if (found.size() < panes.size()) {
    return fail(ErrorCode::invalid_argument, "have {} panes but need {}: {}", panes.size(), found.size(),
                text);
  }
  // More cells than panes: the bottom right one goes, again and again.
  while (found.size() > panes.size()) {
    cells::remove(root, found.back(), border);
    found.pop_back();
  }
  correct_root(*root);
  for (std::size_t i = 0; i < panes.size(); ++i) found[i]->pane = panes[i];
  const Rect& whole = root->rect;
  const bool too_large = whole.cols > kMaxSide || whole.rows > kMaxSide;
  Layout layout(std::move(root));
  layout.fix_offsets();
  if (too_large || !layout.validate().empty()) {
    return fail(ErrorCode::invalid_argument, "size mismatch after applying layout: {}", text);
  }
  return layout;
}

Result<Layout> Layout::restore(std::string_view text) {
  const auto refuse = [&] { return fail(ErrorCode::invalid_argument, "broken layout: {}", text); };
  Owned root = read(text);
  if (root == nullptr) return refuse();
  for (const LayoutCell* leaf : leaves(root.get())) {
    if (leaf->pane.value == Reader::kNoPane) return refuse();
  }
  Layout layout(std::move(root));
  if (!layout.validate().empty()) return refuse();
  return layout;
}

}  // namespace sess::model
