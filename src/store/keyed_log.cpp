#include "store/keyed_log.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/checksum.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"
#include "os/memory/slots.hpp"

namespace sess::store {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kMagic = 0x324c444d53534553ULL;  // "SESSMDL2"
constexpr std::uint64_t kSmallestLog = 1 << 20;

/// Before each commit's records.
struct FrameHead {
  std::uint64_t length;  // of what follows
  std::uint64_t sum;
};

enum class Kind : std::uint32_t { bytes = 0, blob = 1, erased = 2 };

struct RecordHead {
  std::uint64_t key;
  std::uint32_t kind;
  std::uint32_t length;  // of what follows
};

/// What a record of a blob has in the place of bytes.
struct BlobName {
  std::uint64_t place;
  std::uint64_t length;
  std::uint64_t sum;
};

template <class T>
std::string_view as_bytes(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

template <class T>
bool take(std::string_view& rest, T& value) {
  if (rest.size() < sizeof value) return false;
  std::memcpy(&value, rest.data(), sizeof value);
  rest.remove_prefix(sizeof value);
  return true;
}

void append_record(std::string& out, KeyedLog::Key key, Kind kind, std::string_view content) {
  out +=
      as_bytes(RecordHead{key, static_cast<std::uint32_t>(kind), static_cast<std::uint32_t>(content.size())});
  out += content;
}

std::uint64_t whole_pages(std::uint64_t length) {
  return (length + kPage - 1) / kPage * kPage;
}

}  // namespace

struct KeyedLog::Root {
  std::uint64_t magic;
  struct Entry {
    std::uint64_t place;
    std::uint64_t capacity;
    std::uint64_t sequence;  // 0: not valid; stored last
  };
  std::array<Entry, 2> entries;
};

struct KeyedLog::LogHead {
  std::uint64_t end;  // bytes of frames that count
  std::uint64_t reserved;
};

KeyedLog::Root& KeyedLog::root() const {
  return *reinterpret_cast<Root*>(page_.data() + root_ % kPage);
}
KeyedLog::LogHead& KeyedLog::head() const {
  return *reinterpret_cast<LogHead*>(log_.data());
}

Result<KeyedLog> KeyedLog::open(os::SharedMemory memory, std::uint64_t root, std::uint64_t first) {
  KeyedLog log(std::move(memory));
  log.root_ = root;
  log.first_ = first;
  if (auto grown = log.memory_.grow(first); !grown) return pass(grown.error());
  auto page = log.memory_.map(root / kPage * kPage, kPage);
  if (!page) return pass(page.error());
  log.page_ = std::move(*page);
  if (auto read = log.read(); !read) return pass(read.error());
  log.release_unused();
  return log;
}

// --- reading
// ------------------------------------------------------------------------------------------------

Result<> KeyedLog::read() {
  if (root().magic == 0) return {};
  if (root().magic != kMagic)
    return fail(ErrorCode::protocol, "the model's memory has no valid magic number");
  const auto& [a, b] = root().entries;
  const auto& entry = a.sequence > b.sequence ? a : b;
  if (entry.sequence == 0) return {};
  if (entry.capacity <= sizeof(LogHead)) return fail(ErrorCode::protocol, "the model's log has no place");
  auto map = memory_.map(entry.place, entry.capacity);
  if (!map) return pass(map.error());
  log_ = std::move(*map);
  log_place_ = entry.place;
  extents_[entry.place] = entry.capacity;
  used_ = true;
  if (head().end > log_.size() - sizeof(LogHead))
    return fail(ErrorCode::protocol, "the model's log is too long");
  const std::string_view all(reinterpret_cast<const char*>(log_.data() + sizeof(LogHead)), head().end);
  for (std::string_view rest = all; !rest.empty();) {
    FrameHead frame{};
    if (!take(rest, frame) || frame.length > rest.size()) break;
    const std::string_view content = rest.substr(0, frame.length);
    if (checksum(content) == frame.sum) {
      read_frame(content, static_cast<std::uint64_t>(content.data() - all.data()));
    } else {
      log::error("a change of the model cannot be read: {} bytes are left out", frame.length);
    }
    rest.remove_prefix(frame.length);
  }
  for (const auto& [key, value] : values_) {
    bytes_ += value.length;
    if (value.blob) extents_[value.place] = whole_pages(value.length);
  }
  return {};
}

void KeyedLog::read_frame(std::string_view frame, std::uint64_t place) {
  const char* const begin = frame.data();
  for (std::string_view rest = frame; !rest.empty();) {
    RecordHead record{};
    if (!take(rest, record) || record.length > rest.size()) return;
    const std::string_view content = rest.substr(0, record.length);
    rest.remove_prefix(record.length);
    Value value;
    if (record.kind == static_cast<std::uint32_t>(Kind::blob)) {
      BlobName name{};
      std::string_view named = content;
      if (!take(named, name) || name.place % kPage != 0 || name.place < first_) continue;
      if (name.length > memory_.size() || name.place > memory_.size() - name.length) continue;
      value = {name.place, name.length, name.sum, true};
    } else {
      value.place = place + static_cast<std::uint64_t>(content.data() - begin);
      value.length = content.size();
    }
    if (record.kind == static_cast<std::uint32_t>(Kind::erased)) {
      values_.erase(record.key);
    } else {
      values_[record.key] = value;
    }
  }
}

std::vector<KeyedLog::Key> KeyedLog::keys() const {
  std::vector<Key> out;
  out.reserve(values_.size());
  for (const auto& [key, value] : values_) out.push_back(key);
  std::sort(out.begin(), out.end());
  return out;
}

std::string_view KeyedLog::in_log(const Value& value) const {
  return {reinterpret_cast<const char*>(log_.data() + sizeof(LogHead) + value.place), value.length};
}

std::optional<std::string> KeyedLog::value(Key key) const {
  const auto it = values_.find(key);
  if (it == values_.end()) return std::nullopt;
  if (!it->second.blob) return std::string(in_log(it->second));
  const auto map = memory_.map(it->second.place, it->second.length);
  if (!map) return std::nullopt;
  std::string out(reinterpret_cast<const char*>(map->data()), map->size());
  if (checksum(out) != it->second.sum) return std::nullopt;
  return out;
}

bool KeyedLog::same(const Value& value, std::string_view bytes) const {
  if (value.length != bytes.size()) return false;
  if (!value.blob) return in_log(value) == bytes;
  const auto map = memory_.map(value.place, value.length);
  return map && std::memcmp(map->data(), bytes.data(), bytes.size()) == 0;
}

// --- places
// -------------------------------------------------------------------------------------------------

Result<std::uint64_t> KeyedLog::allocate(std::uint64_t length) {
  length = whole_pages(length);
  std::uint64_t place = first_;
  for (const auto& [used, size] : extents_) {
    if (used >= place + length) break;
    place = std::max(place, used + size);
  }
  if (auto grown = memory_.grow(place + length); !grown) return pass(grown.error());
  // Now, where it is an error: a page that cannot be had later would be a signal in the middle of a copy.
  if (auto reserved = memory_.reserve(place, length); !reserved) {
    static_cast<void>(memory_.punch(place, length));
    return pass(reserved.error());
  }
  extents_[place] = length;
  return place;
}

void KeyedLog::release(std::uint64_t place) {
  const auto it = extents_.find(place);
  if (it == extents_.end()) return;
  if (auto punched = memory_.punch(it->first, it->second); !punched) log::warn("{}", punched.error().text);
  extents_.erase(it);
}

/// What a process that died had written and not published.
void KeyedLog::release_unused() {
  std::uint64_t place = first_;
  const auto free_until = [&](std::uint64_t end) {
    if (end > place) static_cast<void>(memory_.punch(place, end - place));
  };
  for (const auto& [used, size] : extents_) {
    free_until(used);
    place = std::max(place, used + size);
  }
  free_until(memory_.size());
}

// --- writing
// ------------------------------------------------------------------------------------------------

Result<KeyedLog::Value> KeyedLog::write_blob(std::string_view bytes) {
  auto place = allocate(bytes.size());
  if (!place) return pass(place.error());
  auto map = memory_.map(*place, bytes.size());
  if (!map) {
    release(*place);
    return pass(map.error());
  }
  std::memcpy(map->data(), bytes.data(), bytes.size());
  written_ += bytes.size();
  return Value{*place, bytes.size(), checksum(bytes), true};
}

Result<> KeyedLog::put(Key key, std::string_view bytes) {
  const auto it = values_.find(key);
  if (pending_.count(key) == 0 && it != values_.end() && same(it->second, bytes)) return {};
  Change change;
  change.key = key;
  if (bytes.size() < kBlob) {
    change.bytes = bytes;
  } else {
    if (bytes.size() > kMostBytes - std::min(kMostBytes, bytes_)) {
      return fail(ErrorCode::too_large, "the daemon's state would be larger than {} MiB", kMostBytes >> 20);
    }
    auto blob = write_blob(bytes);
    if (!blob) return pass(blob.error());
    change.blob = *blob;
  }
  pending_.insert(key);
  changes_.push_back(std::move(change));
  return {};
}

void KeyedLog::erase(Key key) {
  if (!has(key) && pending_.count(key) == 0) return;
  pending_.insert(key);
  Change change;
  change.key = key;
  change.erased = true;
  changes_.push_back(std::move(change));
}

Result<> KeyedLog::commit() {
  if (changes_.empty()) return {};
  std::string frame(sizeof(FrameHead), '\0');
  for (const auto& change : changes_) {
    if (change.erased) {
      append_record(frame, change.key, Kind::erased, {});
    } else if (change.blob) {
      append_record(frame, change.key, Kind::blob,
                    as_bytes(BlobName{change.blob->place, change.blob->length, change.blob->sum}));
    } else {
      append_record(frame, change.key, Kind::bytes, change.bytes);
    }
  }
  const std::string_view content = std::string_view(frame).substr(sizeof(FrameHead));
  const FrameHead frame_head{content.size(), checksum(content)};
  std::memcpy(frame.data(), &frame_head, sizeof frame_head);
  if (!log_ || frame.size() > log_.size() - sizeof(LogHead) - head().end) {
    if (auto written = rewrite(frame); !written) {
      drop_changes();
      return written;
    }
  }
  const std::uint64_t place = head().end;
  std::memcpy(log_.data() + sizeof(LogHead) + place, frame.data(), frame.size());
  written_ += frame.size();
  SESS_FAULT("model-commit");
  os::publish_fence();
  head().end = place + frame.size();
  used_ = true;
  apply(place + sizeof(FrameHead));
  return {};
}

/// A new log with what counts, and room for the frame that comes next and for as much again.
Result<> KeyedLog::rewrite(const std::string& frame) {
  std::string all(sizeof(FrameHead), '\0');
  for (const Key key : keys()) {
    const Value& value = values_.at(key);
    if (value.blob) {
      append_record(all, key, Kind::blob, as_bytes(BlobName{value.place, value.length, value.sum}));
    } else {
      append_record(all, key, Kind::bytes, in_log(value));
    }
  }
  const std::string_view content = std::string_view(all).substr(sizeof(FrameHead));
  const FrameHead frame_head{content.size(), checksum(content)};
  std::memcpy(all.data(), &frame_head, sizeof frame_head);
  const std::uint64_t needed = sizeof(LogHead) + all.size() + frame.size();
  const std::uint64_t capacity = whole_pages(std::max<std::uint64_t>(kSmallestLog, 2 * needed));
  auto place = allocate(capacity);
  if (!place) return pass(place.error());
  auto map = memory_.map(*place, capacity);
  if (!map) {
    release(*place);
    return pass(map.error());
  }
  const LogHead log_head{all.size(), 0};
  std::memcpy(map->data(), &log_head, sizeof log_head);
  std::memcpy(map->data() + sizeof log_head, all.data(), all.size());
  written_ += all.size();

  auto& [a, b] = root().entries;
  auto& entry = a.sequence > b.sequence ? b : a;
  const std::uint64_t sequence = std::max(a.sequence, b.sequence) + 1;
  entry.sequence = 0;  // until it is whole again, the other entry names the log
  os::publish_fence();
  SESS_FAULT("model-rewrite");
  entry.place = *place;
  entry.capacity = capacity;
  os::publish_fence();
  entry.sequence = sequence;
  os::publish_fence();
  root().magic = kMagic;

  const std::uint64_t old = log_place_;
  const bool had = static_cast<bool>(log_);
  log_ = std::move(*map);
  log_place_ = *place;
  // The other entry is not valid any more before its log's place is used again.
  (&entry == &a ? b : a).sequence = 0;
  os::publish_fence();
  if (had) release(old);
  values_.clear();
  read_frame(
      std::string_view(reinterpret_cast<const char*>(log_.data()) + sizeof(LogHead) + sizeof(FrameHead),
                       content.size()),
      sizeof(FrameHead));
  return {};
}

/// The frame at `place` is published: what it replaced is free.
void KeyedLog::apply(std::uint64_t place) {
  const auto forget = [this](Key key) {
    const auto it = values_.find(key);
    if (it == values_.end()) return;
    bytes_ -= it->second.length;
    if (it->second.blob) release(it->second.place);
    values_.erase(it);
  };
  for (const auto& change : changes_) {
    place += sizeof(RecordHead);
    forget(change.key);
    if (change.erased) continue;
    Value value = change.blob ? *change.blob : Value{place, change.bytes.size(), 0, false};
    place += change.blob ? sizeof(BlobName) : change.bytes.size();
    bytes_ += value.length;
    values_[change.key] = value;
  }
  changes_.clear();
  pending_.clear();
}

void KeyedLog::drop_changes() {
  for (const auto& change : changes_) {
    if (change.blob) release(change.blob->place);
  }
  changes_.clear();
  pending_.clear();
}

}  // namespace sess::store
