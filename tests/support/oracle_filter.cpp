#include "support/oracle_filter.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace sess::test {

namespace {

/// More than any sequence of kMaxParameters sane numbers needs.
constexpr std::size_t kMaxHeld = 512;

constexpr std::string_view kSettingRequest = "\x1bP$q";
constexpr std::size_t kLongestSetting = 3;

/// The settings that libvterm can tell: of any other it prints a wild pointer.
bool is_safe_dcs(std::string_view held) {
  if (!held.starts_with(kSettingRequest)) return true;
  const std::string_view setting = held.substr(kSettingRequest.size());
  return setting == "m" || setting == "r" || setting == " q" || setting == "\"q";
}

}  // namespace

std::string OracleFilter::pass(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0x1B) {
      // An escape ends whatever was going on; what was held is part of an abandoned sequence, or a whole
      // string.
      if (state_ == State::dcs && is_safe_dcs(held_)) out += held_;
      state_ = State::escape;
      held_.assign(1, c);
      continue;
    }
    switch (state_) {
      case State::ground:
        if (byte > 0x20 && byte != 0x7F) printed_ = true;
        out += c;
        break;
      case State::escape:
        held_ += c;
        if (c == '[') {
          state_ = State::csi;
        } else if (c == 'P') {
          state_ = State::dcs;
        } else if (byte >= 0x20) {
          out += std::exchange(held_, {});
          state_ = State::ground;
        }
        break;
      case State::dcs:
        // Held until it is known to be no DECRQSS, or one whose setting libvterm has.
        held_ += c;
        if (kSettingRequest.substr(0, held_.size()) != held_.substr(0, kSettingRequest.size()) ||
            byte < 0x20) {
          out += std::exchange(held_, {});
          state_ = State::ground;
        } else if (held_.size() > kSettingRequest.size() + kLongestSetting) {
          held_.resize(held_.size() - 1);  // No setting has such a name; what follows changes nothing.
        }
        break;
      case State::csi:
        held_ += c;
        if (byte == 0x18 || byte == 0x1A) {
          held_.clear();
          state_ = State::ground;
        } else if (byte >= 0x40 && byte <= 0x7E) {
          out += finish_csi();
        } else if (held_.size() > kMaxHeld) {
          held_.resize(kMaxHeld);
        }
        break;
    }
  }
  return out;
}

std::string OracleFilter::finish_csi() {
  state_ = State::ground;
  const std::string sequence = std::exchange(held_, {});
  if (sequence.size() >= kMaxHeld) return {};
  const auto separators =
      std::count_if(sequence.begin(), sequence.end(), [](char c) { return c == ';' || c == ':'; });
  if (separators >= kMaxParameters) return {};
  const char final_byte = sequence.back();
  if (final_byte == 'b' && !printed_) return {};
  if (final_byte == 'r' || final_byte == 's') margins_set_ = true;

  std::string safe;
  for (std::size_t i = 0; i < sequence.size();) {
    std::size_t end = i;
    while (end < sequence.size() && std::isdigit(static_cast<unsigned char>(sequence[end])) != 0) ++end;
    if (end == i) {
      safe += sequence[i++];
      continue;
    }
    const std::string digits = sequence.substr(i, end - i);
    const std::string significant = digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1));
    safe +=
        significant.size() > 5 || std::stoi(significant) > kLargest ? std::to_string(kLargest) : significant;
    i = end;
  }
  return safe;
}

}  // namespace sess::test
