#include "model/number.hpp"

#include <charconv>

namespace sess::model {

Result<std::int64_t> parse_number(std::string_view text, std::int64_t minimum, std::int64_t maximum) {
  const bool plus = text.size() > 1 && text.front() == '+' && text[1] != '-';
  const std::string_view digits = plus ? text.substr(1) : text;
  std::int64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (error == std::errc::invalid_argument || stop != end)
    return fail(ErrorCode::invalid_argument, "invalid");
  const bool huge = error == std::errc::result_out_of_range;
  if ((huge && digits.front() == '-') || (!huge && value < minimum)) {
    return fail(ErrorCode::invalid_argument, "too small");
  }
  if (huge || value > maximum) return fail(ErrorCode::invalid_argument, "too large");
  return value;
}

Result<std::int64_t> parse_size(std::string_view text, std::int64_t minimum, std::int64_t maximum,
                                std::int64_t whole) {
  if (text.empty()) return fail(ErrorCode::invalid_argument, "empty");
  if (text.back() != '%') return parse_number(text, minimum, maximum);
  auto percent = parse_number(text.substr(0, text.size() - 1), 0, 100);
  if (!percent) return percent;
  const std::int64_t value = whole * *percent / 100;
  if (value < minimum) return fail(ErrorCode::invalid_argument, "too small");
  if (value > maximum) return fail(ErrorCode::invalid_argument, "too large");
  return value;
}

std::optional<Size> parse_dimensions(std::string_view text) {
  const std::size_t at = text.find_first_of("x,");
  if (at == std::string_view::npos) return std::nullopt;
  const auto cols = parse_number(text.substr(0, at), 1, kMaxSide);
  const auto rows = parse_number(text.substr(at + 1), 1, kMaxSide);
  if (!cols || !rows) return std::nullopt;
  return Size{static_cast<std::uint16_t>(*rows), static_cast<std::uint16_t>(*cols)};
}

}  // namespace sess::model
