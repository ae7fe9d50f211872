#include "command/language/buffer.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "base/width.hpp"

namespace sess::command {

std::string Buffer::sample() const {
  constexpr int kColumns = 200;
  std::string out;
  int width = 0;
  std::size_t i = 0;
  while (i < data.size()) {
    const auto byte = static_cast<unsigned char>(data[i]);
    std::string piece;
    std::size_t length = 1;
    const Utf8Decoded got = decode_utf8(std::string_view(data).substr(i));
    if (byte >= 0x20 && got.status == Utf8Status::value && byte != 0x7f) {
      length = got.length;
      piece = data.substr(i, length);
    } else if (byte == '\n') {
      piece = "\\n";
    } else if (byte == '\t') {
      piece = "\\t";
    } else if (byte == '\r') {
      piece = "\\r";
    } else {
      piece = fmt::format("\\{:03o}", byte);
    }
    if (byte == '\\') piece = "\\\\";
    const int columns = display_width(piece);
    if (width + columns > kColumns) return out + "...";
    out += piece;
    width += columns;
    i += length;
  }
  return out;
}

const Buffer* BufferStore::find(std::string_view name) const {
  const auto it =
      std::find_if(buffers_.begin(), buffers_.end(), [&](const Buffer& b) { return b.name == name; });
  return it == buffers_.end() ? nullptr : &*it;
}

const Buffer* BufferStore::newest() const {
  return buffers_.empty() ? nullptr : &buffers_.front();
}

Result<> BufferStore::fits(std::size_t added, std::size_t freed) const {
  std::size_t total = added;
  for (const Buffer& buffer : buffers_) total += buffer.data.size();
  if (total - freed <= kMostBytes) return {};
  return fail(ErrorCode::too_large, "buffers may have {} MiB together: delete some", kMostBytes >> 20);
}

Result<std::string> BufferStore::add(std::string data, std::chrono::system_clock::time_point now,
                                     std::size_t limit, std::string_view prefix) {
  if (data.empty()) return {};
  if (auto fitting = fits(data.size(), 0); !fitting) return pass(fitting.error());
  ++version_;
  const auto automatic = [](const Buffer& b) { return b.automatic; };
  auto count = static_cast<std::size_t>(std::count_if(buffers_.begin(), buffers_.end(), automatic));
  for (auto it = buffers_.end(); count >= std::max<std::size_t>(limit, 1) && it != buffers_.begin();) {
    --it;
    if (!it->automatic) continue;
    it = buffers_.erase(it);
    --count;
  }
  std::string name;
  do {
    name = std::string(prefix) + std::to_string(next_++);
  } while (find(name) != nullptr);
  buffers_.insert(buffers_.begin(), Buffer{name, std::move(data), now, true, order_++});
  return name;
}

Result<> BufferStore::set(std::string_view name, std::string data,
                          std::chrono::system_clock::time_point now) {
  if (name.empty()) return fail(ErrorCode::invalid_argument, "empty buffer name");
  if (data.empty()) return {};
  const Buffer* replaced = find(name);
  if (auto fitting = fits(data.size(), replaced != nullptr ? replaced->data.size() : 0); !fitting)
    return fitting;
  ++version_;
  const std::string owned(name);  // `name` may be a buffer's own
  erase(owned);
  buffers_.insert(buffers_.begin(), Buffer{owned, std::move(data), now, false, order_++});
  return {};
}

Result<> BufferStore::rename(std::string_view from, std::string_view to) {
  if (from.empty()) return fail(ErrorCode::invalid_argument, "no buffer");
  if (to.empty()) return fail(ErrorCode::invalid_argument, "new name is empty");
  const Buffer* buffer = find(from);
  if (buffer == nullptr) return fail(ErrorCode::not_found, "no buffer {}", from);
  if (from == to) return {};
  const std::string old(from);
  const std::string name(to);
  erase(name);
  const auto it =
      std::find_if(buffers_.begin(), buffers_.end(), [&](const Buffer& b) { return b.name == old; });
  ++version_;
  it->name = name;
  it->automatic = false;
  return {};
}

bool BufferStore::erase(std::string_view name) {
  const auto it =
      std::find_if(buffers_.begin(), buffers_.end(), [&](const Buffer& b) { return b.name == name; });
  if (it == buffers_.end()) return false;
  ++version_;
  buffers_.erase(it);
  return true;
}

void BufferStore::restore(std::vector<Buffer> newest_first, std::uint64_t next_automatic) {
  buffers_ = std::move(newest_first);
  next_ = next_automatic;
  ++version_;
  const bool ordered = std::is_sorted(buffers_.begin(), buffers_.end(),
                                      [](const Buffer& a, const Buffer& b) { return a.order >= b.order; });
  order_ = ordered && !buffers_.empty() ? buffers_.front().order + 1 : 0;
  if (ordered) return;
  for (auto it = buffers_.rbegin(); it != buffers_.rend(); ++it) it->order = order_++;
}

}  // namespace sess::command
