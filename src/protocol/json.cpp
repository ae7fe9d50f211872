#include "protocol/json.hpp"

#include "base/utf8.hpp"

namespace sess::protocol {
namespace {

/// Nesting of the text as a JSON parser would see it; counts brackets outside strings.
std::size_t depth_of(std::string_view text) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool from_hex(std::string_view digits, std::string& out) {
  if (digits.size() % 2 != 0) return false;
  out.clear();
  out.reserve(digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = hex_digit(digits[i]);
    const int low = hex_digit(digits[i + 1]);
    if (high < 0 || low < 0) return false;
    out += static_cast<char>(high * 16 + low);
  }
  return true;
}

}  // namespace

std::string clean(std::string_view text, std::size_t max, Lines lines) {
  std::string out;
  while (!text.empty()) {
    const Utf8Decoded c = decode_utf8(text);
    const std::string_view piece = text.substr(0, c.length);
    text.remove_prefix(c.length);
    if (c.status != Utf8Status::value) continue;
    const bool line = c.code_point == U'\n' || c.code_point == U'\t';
    const bool control = c.code_point < 0x20 || (c.code_point >= 0x7f && c.code_point < 0xa0);
    if (control && !(line && lines == Lines::keep)) continue;
    if (out.size() + piece.size() > max) break;
    out += piece;
  }
  return out;
}

JsonReader::JsonReader(std::string_view payload, std::string_view what) : what_(what), at_(&root_) {
  root_ = nlohmann::json::object();
  if (payload.empty()) return;
  if (depth_of(payload) > kMaxJsonDepth) {
    reject("is nested too deeply");
    return;
  }
  auto parsed = nlohmann::json::parse(payload.begin(), payload.end(), nullptr, false);
  if (!parsed.is_object()) {
    reject(parsed.is_discarded() ? "is not JSON" : "is not an object");
    return;
  }
  root_ = std::move(parsed);
}

void JsonReader::reject(std::string_view reason) {
  if (error_.empty()) error_ = fmt::format("{} {}", what_, reason);
}

std::optional<Error> JsonReader::error() const {
  if (error_.empty()) return std::nullopt;
  return Error{ErrorCode::protocol, 0, error_};
}

const nlohmann::json* JsonReader::find(const char* name) {
  const auto it = at_->find(name);
  return it == at_->end() || it->is_null() ? nullptr : &*it;
}

const std::string* JsonReader::string(const char* name) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return nullptr;
  if (!value->is_string()) {
    reject(fmt::format("field {} is not a string", name));
    return nullptr;
  }
  return value->get_ptr<const std::string*>();
}

std::optional<std::uint64_t> JsonReader::unsigned_number(const char* name, std::uint64_t max) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number_unsigned() || value->get<std::uint64_t>() > max) {
    reject(fmt::format("field {} is not a number from 0 to {}", name, max));
    return std::nullopt;
  }
  return value->get<std::uint64_t>();
}

void JsonReader::boolean(const char* name, bool& out) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return;
  if (!value->is_boolean()) return reject(fmt::format("field {} is not true or false", name));
  out = value->get<bool>();
}

void JsonReader::name(const char* name, std::string& out) {
  if (const std::string* value = string(name)) out = clean(*value, kMaxName, Lines::drop);
}

void JsonReader::text(const char* name, std::string& out) {
  if (const std::string* value = string(name)) out = clean(*value, kMaxText, Lines::keep);
}

bool JsonReader::take_bytes(const nlohmann::json& value, const char* name, std::string& out,
                            std::size_t max) {
  if (value.is_string()) {
    out = value.get_ref<const std::string&>();
  } else {
    const auto hex = value.is_object() ? value.find("hex") : value.end();
    if (!value.is_object() || hex == value.end() || !hex->is_string() ||
        !from_hex(hex->get_ref<const std::string&>(), out)) {
      reject(fmt::format("field {} is neither a string nor hex bytes", name));
      return false;
    }
  }
  if (out.size() > max || out.find('\0') != std::string::npos) {
    reject(fmt::format("field {} is too long or contains a NUL", name));
    return false;
  }
  return true;
}

void JsonReader::bytes(const char* name, std::string& out, std::size_t max) {
  if (const nlohmann::json* value = find(name)) {
    std::string taken;
    if (take_bytes(*value, name, taken, max)) out = std::move(taken);
  }
}

void JsonReader::path(const char* name, std::string& out) {
  bytes(name, out, kMaxPayload);
  if (out.size() > kMaxPath) out.clear();
}

void JsonReader::arguments(const char* name, std::vector<std::string>& out, std::size_t max_count) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return;
  if (!value->is_array()) return reject(fmt::format("field {} is not a list", name));
  if (value->size() > max_count)
    return reject(fmt::format("field {} has more than {} items", name, max_count));
  out.clear();
  for (const nlohmann::json& item : *value) {
    std::string taken;
    if (!take_bytes(item, name, taken, kMaxPayload)) return;
    out.push_back(std::move(taken));
  }
}

void JsonReader::names(const char* name, std::vector<std::string>& out) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return;
  if (!value->is_array()) return reject(fmt::format("field {} is not a list", name));
  out.clear();
  for (const nlohmann::json& item : *value) {
    if (!item.is_string()) return reject(fmt::format("field {} holds something that is no string", name));
    if (out.size() == kMaxFeatures) break;
    out.push_back(clean(item.get_ref<const std::string&>(), kMaxName, Lines::drop));
  }
}

void JsonReader::environment(const char* name, std::vector<std::string>& out) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return;
  if (!value->is_object()) return reject(fmt::format("field {} is not an object", name));
  out.clear();
  std::size_t total = 0;
  for (const auto& item : value->items()) {
    const std::string& key = item.key();
    std::string taken;
    if (key.empty() || key.find('=') != std::string::npos || key.find('\0') != std::string::npos) {
      return reject(fmt::format("field {} holds a variable without a proper name", name));
    }
    if (!take_bytes(item.value(), name, taken, kMaxEnvironment)) return;
    total += key.size() + taken.size() + 2;
    if (total > kMaxEnvironment) return reject(fmt::format("field {} is too long", name));
    out.push_back(key + '=' + taken);
  }
}

void JsonReader::version(const char* name, Version& out) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return;
  const auto number = [](const nlohmann::json& item) {
    return item.is_number_unsigned() && item.get<std::uint64_t>() <= 0xffff;
  };
  if (!value->is_array() || value->size() < 2 || !number((*value)[0]) || !number((*value)[1])) {
    return reject(fmt::format("field {} is not [major, minor]", name));
  }
  out = {(*value)[0].get<std::uint16_t>(), (*value)[1].get<std::uint16_t>()};
}

void JsonReader::size(const char* field, TerminalSize& out) {
  const nlohmann::json* const outside = at_;
  if (!enter(field)) return;
  number("rows", out.cells.rows);
  number("cols", out.cells.cols);
  number("xpixel", out.xpixel);
  number("ypixel", out.ypixel);
  at_ = outside;
  out.cells = clamp(out.cells);
}

bool JsonReader::enter(const char* name) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return false;
  if (!value->is_object()) {
    reject(fmt::format("field {} is not an object", name));
    return false;
  }
  at_ = value;
  return true;
}

namespace {

/// The string itself, or {"hex":...} when it is not UTF-8.
nlohmann::json json_bytes(std::string_view bytes) {
  if (is_utf8(bytes)) return std::string(bytes);
  std::string hex;
  for (const char c : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return {{"hex", std::move(hex)}};
}

}  // namespace

std::size_t frame_cost(std::string_view bytes) {
  if (!is_utf8(bytes)) return 2 * bytes.size() + 16;
  std::size_t cost = bytes.size() + 8;
  for (const char c : bytes) {
    if (static_cast<unsigned char>(c) < 0x20) cost += 5;
    if (c == '"' || c == '\\') cost += 1;
  }
  return cost;
}

void JsonWriter::bytes(const char* name, std::string_view value, std::size_t max) {
  object_[name] = json_bytes(value.substr(0, max));
}

void JsonWriter::shell_command(const char* name, const std::string& value) {
  const bool fits = value.size() <= kMaxChunk && frame_cost(value) <= kMaxPayload - 8 * kMaxPath;
  object_[name] = json_bytes(fits ? std::string_view(value) : std::string_view());
}

void JsonWriter::arguments(const char* name, const std::vector<std::string>& value) {
  auto list = nlohmann::json::array();
  for (const std::string& argument : value) list.push_back(json_bytes(argument));
  object_[name] = std::move(list);
}

void JsonWriter::environment(const char* name, const std::vector<std::string>& value) {
  auto object = nlohmann::json::object();
  for (const std::string& variable : value) {
    const std::size_t equals = variable.find('=');
    if (equals == std::string::npos || equals == 0) continue;
    std::string key = variable.substr(0, equals);
    if (!is_utf8(key)) continue;
    object[std::move(key)] = json_bytes(std::string_view(variable).substr(equals + 1));
  }
  object_[name] = std::move(object);
}

void JsonWriter::version(const char* name, Version value) {
  object_[name] = nlohmann::json::array({value.major, value.minor});
}

void JsonWriter::size(const char* name, const TerminalSize& value) {
  object_[name] = {{"rows", value.cells.rows},
                   {"cols", value.cells.cols},
                   {"xpixel", value.xpixel},
                   {"ypixel", value.ypixel}};
}

std::string JsonWriter::dump() const {
  return object_.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace sess::protocol
