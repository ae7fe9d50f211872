#include "terminal/screen/pools.hpp"

#include <algorithm>
#include <cstring>

namespace sess::terminal {
namespace {

std::uint64_t mix(std::uint64_t h, std::uint64_t v) {
  h = (h ^ v) * 0x9E3779B97F4A7C15ULL;
  return h ^ (h >> 29U);
}

}  // namespace

const Style StylePool::kDefault{};

std::size_t StylePool::hash(const Style& s) {
  std::uint64_t words[2];
  static_assert(sizeof(words) + sizeof(s.link) == sizeof(s));
  std::memcpy(words, &s, sizeof(words));
  return static_cast<std::size_t>(mix(mix(words[0], s.link), words[1]));
}

std::optional<std::uint16_t> StylePool::intern(const Style& style) {
  if (style == kDefault) return std::uint16_t{0};
  if (table_.empty()) {
    styles_.assign(1, Style{});
    grow_table();
  }
  const std::size_t mask = table_.size() - 1;
  for (std::size_t at = hash(style) & mask;; at = (at + 1) & mask) {
    const std::uint16_t id = table_[at];
    if (id == 0) break;
    if (styles_[id] == style) return id;
  }
  std::uint16_t id = 0;
  if (!free_.empty()) {
    id = free_.back();
    free_.pop_back();
    styles_[id] = style;
  } else {
    if (styles_.size() >= limit_) return std::nullopt;
    id = static_cast<std::uint16_t>(styles_.size());
    styles_.push_back(style);
    if (styles_.size() * 2 > table_.size()) {
      grow_table();
      return id;
    }
  }
  insert(id);
  return id;
}

void StylePool::insert(std::uint16_t id) {
  const std::size_t mask = table_.size() - 1;
  std::size_t at = hash(styles_[id]) & mask;
  while (table_[at] != 0) at = (at + 1) & mask;
  table_[at] = id;
}

void StylePool::grow_table() {
  table_.assign(std::max<std::size_t>(32, table_.size() * 2), 0);
  for (std::size_t id = 1; id < styles_.size(); ++id) insert(static_cast<std::uint16_t>(id));
}

void StylePool::collect(const std::vector<bool>& used, std::size_t cells) {
  free_.clear();
  std::fill(table_.begin(), table_.end(), std::uint16_t{0});
  std::size_t live = 0;
  for (std::size_t id = styles_.size(); id-- > 1;) {
    if (id < used.size() && used[id]) {
      insert(static_cast<std::uint16_t>(id));
      ++live;
    } else {
      styles_[id] = Style{};
      free_.push_back(static_cast<std::uint16_t>(id));
    }
  }
  limit_ = std::min(kMax, std::max({std::size_t{512}, live * 2, cells / 64}));
}

std::vector<std::uint16_t> StylePool::renumber(std::uint16_t fixed) {
  std::vector<std::uint16_t> to(styles_.size());
  if (table_.empty()) return to;
  std::fill(table_.begin(), table_.end(), std::uint16_t{0});
  if (fixed != 0 && fixed < to.size()) {
    insert(fixed);
    to[fixed] = fixed;
  }
  const std::size_t mask = table_.size() - 1;
  for (std::size_t id = 1; id < styles_.size(); ++id) {
    if (id == fixed || styles_[id] == kDefault) continue;
    std::size_t at = hash(styles_[id]) & mask;
    while (table_[at] != 0 && !(styles_[table_[at]] == styles_[id])) at = (at + 1) & mask;
    if (table_[at] == 0) table_[at] = static_cast<std::uint16_t>(id);
    to[id] = table_[at];
  }
  return to;
}

std::optional<std::uint32_t> ClusterPool::intern(std::string_view text) {
  const auto [it, fresh] = index_.try_emplace(std::string(text), 0);
  if (!fresh) return it->second;
  if ((free_.empty() && texts_.size() >= limit_) || bytes_ + text.size() > byte_limit_) {
    index_.erase(it);
    return std::nullopt;
  }
  bytes_ += text.size();
  if (!free_.empty()) {
    it->second = free_.back();
    free_.pop_back();
    texts_[it->second] = text;
    return it->second;
  }
  it->second = static_cast<std::uint32_t>(texts_.size());
  texts_.emplace_back(text);
  return it->second;
}

void ClusterPool::collect(const std::vector<bool>& used, std::size_t cells) {
  free_.clear();
  std::size_t live = 0;
  bytes_ = 0;
  for (std::size_t id = texts_.size(); id-- > 0;) {
    if (id < used.size() && used[id]) {
      ++live;
      bytes_ += texts_[id].size();
      continue;
    }
    if (!texts_[id].empty()) index_.erase(texts_[id]);
    texts_[id] = {};
    free_.push_back(static_cast<std::uint32_t>(id));
  }
  limit_ = std::max({std::size_t{512}, live * 2, cells / 64});
  byte_limit_ = std::min(kMaxTotal, std::max({std::size_t{16 * 1024}, bytes_ * 2, cells / 2}));
}

std::string_view LinkPool::uri(std::uint16_t id) const {
  if (id == 0 || id > links_.size()) return {};
  const std::string_view link = links_[id - 1U];
  return link.substr(std::min(link.size(), link.find('\n') + 1));
}

std::string_view LinkPool::id(std::uint16_t id) const {
  if (id == 0 || id > links_.size()) return {};
  const std::string_view link = links_[id - 1U];
  return link.substr(0, std::min(link.size(), link.find('\n')));
}

std::optional<std::uint16_t> LinkPool::intern(std::string_view id, std::string_view uri) {
  std::string key(id);
  key += '\n';
  key += uri;
  const auto [it, fresh] = index_.try_emplace(std::move(key), std::uint16_t{0});
  if (!fresh) return it->second;
  if ((free_.empty() && links_.size() >= limit_) || bytes_ + it->first.size() > byte_limit_) {
    index_.erase(it);
    return std::nullopt;
  }
  bytes_ += it->first.size();
  if (!free_.empty()) {
    it->second = free_.back();
    free_.pop_back();
    links_[it->second - 1U] = it->first;
    return it->second;
  }
  links_.push_back(it->first);
  it->second = static_cast<std::uint16_t>(links_.size());
  return it->second;
}

void LinkPool::collect(const std::vector<bool>& used) {
  free_.clear();
  std::size_t live = 0;
  bytes_ = 0;
  for (std::size_t id = links_.size(); id > 0; --id) {
    if (id < used.size() && used[id]) {
      ++live;
      bytes_ += links_[id - 1].size();
      continue;
    }
    if (!links_[id - 1].empty()) index_.erase(links_[id - 1]);
    links_[id - 1] = {};
    free_.push_back(static_cast<std::uint16_t>(id));
  }
  limit_ = std::min(kMax, std::max<std::size_t>(256, live * 2));
  byte_limit_ = std::min(kMaxTotal, std::max<std::size_t>(64 * 1024, bytes_ * 2));
}

}  // namespace sess::terminal
