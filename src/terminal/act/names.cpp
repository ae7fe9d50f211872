#include "terminal/act/names.hpp"

#include <utility>

#include "terminal/act/checkpoint_fields.hpp"
#include "terminal/decode/sequence.hpp"

namespace sess::terminal {

void Names::set_title(std::string_view text, bool title, bool icon) {
  const std::string clean = clean_text(text, kMaxTitle);
  if (title) now_.title = clean;
  if (icon) now_.icon = clean;
}

void Names::push() {
  if (stack_.size() == kMaxStack) stack_.erase(stack_.begin());
  stack_.push_back(now_);
}

bool Names::pop(int which) {
  if (stack_.empty()) return false;
  if (which != 1) now_.title = stack_.back().title;
  if (which != 2) now_.icon = stack_.back().icon;
  stack_.pop_back();
  return true;
}

bool Names::set_directory(std::string_view url) {
  constexpr std::size_t kMaxPath = 4096;
  if (url.size() > kMaxPath || !is_clean_text(url)) return false;
  std::string_view path = url;
  if (path.rfind("file://", 0) == 0) {
    path.remove_prefix(7);
    const std::size_t slash = path.find('/');
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
  } else if (!path.empty() && path.front() != '/') {
    return false;
  }
  std::string decoded;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '%' && i + 2 < path.size() && hex_digit(path[i + 1]) >= 0 && hex_digit(path[i + 2]) >= 0) {
      decoded += static_cast<char>(hex_digit(path[i + 1]) * 16 + hex_digit(path[i + 2]));
      i += 2;
    } else {
      decoded += path[i];
    }
  }
  if (decoded.find('\0') != std::string::npos) return false;
  directory_url_ = url;
  directory_ = std::move(decoded);
  return true;
}

void Names::reset() {
  stack_.clear();
}

void Names::save(ByteWriter& out) const {
  const auto titles = [&](const Titles& one) {
    out.string(one.title);
    out.string(one.icon);
  };
  titles(now_);
  out.varint(stack_.size());
  for (const auto& one : stack_) titles(one);
  out.string(directory_url_);
  out.string(directory_);
}

void Names::restore(ByteReader& in) {
  const auto titles = [&] {
    Titles one;
    one.title = read_text(in, kMaxTitle);
    one.icon = read_text(in, kMaxTitle);
    return one;
  };
  now_ = titles();
  const int stack = read_number(in, kMaxStack);
  for (int i = 0; i < stack && in.ok(); ++i) stack_.push_back(titles());
  directory_url_ = std::string(in.string());
  directory_ = std::string(in.string());
}

}  // namespace sess::terminal
