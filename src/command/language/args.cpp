#include "command/language/args.hpp"

#include <cctype>

#include "command/language/parser.hpp"
#include "model/number.hpp"
#include "base/quote.hpp"

namespace sess::command {
namespace {

const Flag* find_flag(const ArgSpec& spec, char letter) {
  for (const Flag& flag : spec.flags) {
    if (flag.letter == letter) return &flag;
  }
  return nullptr;
}

const Flag* find_long(const ArgSpec& spec, std::string_view name) {
  for (const Flag& flag : spec.flags) {
    if (!flag.long_name.empty() && flag.long_name == name) return &flag;
  }
  return nullptr;
}

}  // namespace

const std::string& Value::string() const {
  static const std::string kNone;
  const auto* text = std::get_if<std::string>(&value_);
  return text != nullptr ? *text : kNone;
}

CommandList Value::commands() const {
  const auto* list = std::get_if<CommandList>(&value_);
  return list != nullptr ? *list : nullptr;
}

std::string Value::text() const {
  if (is_string()) return string();
  const CommandList list = commands();
  return list ? sess::command::print(*list) : std::string();
}

Result<Args> Args::parse(const ArgSpec& spec, std::span<const Value> values) {
  Args args;
  std::size_t i = 1;
  const auto take_value = [&](const std::string& name) -> Result<std::string> {
    if (i == values.size()) return fail(ErrorCode::invalid_argument, "{} expects an argument", name);
    if (!values[i].is_string()) {
      return fail(ErrorCode::invalid_argument, "{} argument must be a string", name);
    }
    return values[i++].string();
  };

  std::vector<Value> before;  // arguments that flags may follow
  while (i < values.size()) {
    if (!values[i].is_string()) break;
    const std::string& text = values[i].string();
    if (text.size() < 2 || text[0] != '-') {
      if (!spec.permute) break;
      before.push_back(values[i++]);
      continue;
    }
    ++i;
    if (text == "--") break;

    if (text[1] == '-') {
      const std::string_view body = std::string_view(text).substr(2);
      const std::size_t equals = body.find('=');
      const std::string_view name = body.substr(0, equals);
      if (name == "help") return tl::unexpected<Error>(Error{ErrorCode::unavailable, 0, ""});
      const Flag* flag = find_long(spec, name);
      if (flag == nullptr) return fail(ErrorCode::invalid_argument, "unknown flag --{}", name);
      if (flag->value_name.empty()) {
        if (equals != std::string_view::npos) {
          return fail(ErrorCode::invalid_argument, "--{} takes no argument", name);
        }
        args.set(flag->letter);
        if (std::isalnum(static_cast<unsigned char>(flag->letter)) == 0) {
          args.flags_[flag->letter].long_name = flag->long_name;
        }
      } else if (equals != std::string_view::npos) {
        args.set(flag->letter, std::string(body.substr(equals + 1)));
      } else {
        auto value = take_value("--" + std::string(name));
        if (!value) return pass(value.error());
        args.set(flag->letter, std::move(*value));
      }
      continue;
    }

    for (std::size_t at = 1; at < text.size(); ++at) {
      const char letter = text[at];
      if (letter == '?') return tl::unexpected<Error>(Error{ErrorCode::unavailable, 0, ""});
      if (std::isalnum(static_cast<unsigned char>(letter)) == 0) {
        return fail(ErrorCode::invalid_argument, "invalid flag -{}", letter);
      }
      const Flag* flag = find_flag(spec, letter);
      if (flag == nullptr) return fail(ErrorCode::invalid_argument, "unknown flag -{}", letter);
      if (flag->value_name.empty()) {
        args.set(letter);
        continue;
      }
      if (at + 1 < text.size()) {
        args.set(letter, text.substr(at + 1));
      } else {
        auto value = take_value(std::string("-") + letter);
        if (!value) return pass(value.error());
        args.set(letter, std::move(*value));
      }
      break;
    }
  }

  before.insert(before.end(), values.begin() + static_cast<std::ptrdiff_t>(i), values.end());
  for (const Value& value : before) {
    ArgKind kind = ArgKind::string;
    if (spec.kind != nullptr) {
      auto wanted = spec.kind(args, args.size());
      if (!wanted) return pass(wanted.error());
      kind = *wanted;
    }
    if (kind == ArgKind::string && !value.is_string()) {
      return fail(ErrorCode::invalid_argument, "argument {} must be \"string\"", args.size() + 1);
    }
    if (kind == ArgKind::commands && value.is_string()) {
      return fail(ErrorCode::invalid_argument, "argument {} must be {{ commands }}", args.size() + 1);
    }
    args.values_.push_back(value);
  }
  const int count = static_cast<int>(args.size());
  if (count < spec.min) {
    return fail(ErrorCode::invalid_argument, "too few arguments (need at least {})", spec.min);
  }
  if (spec.max >= 0 && count > spec.max) {
    return fail(ErrorCode::invalid_argument, "too many arguments (need at most {})", spec.max);
  }
  return args;
}

int Args::count(char flag) const {
  const auto it = flags_.find(flag);
  return it == flags_.end() ? 0 : it->second.count;
}

std::optional<std::string_view> Args::get(char flag) const {
  const auto it = flags_.find(flag);
  if (it == flags_.end() || it->second.values.empty()) return std::nullopt;
  return it->second.values.back();
}

std::string_view Args::get_or(char flag, std::string_view fallback) const {
  return get(flag).value_or(fallback);
}

std::span<const std::string> Args::all(char flag) const {
  const auto it = flags_.find(flag);
  if (it == flags_.end()) return {};
  return it->second.values;
}

std::string Args::operator[](std::size_t index) const {
  return index < values_.size() ? values_[index].text() : std::string();
}

std::vector<std::string> Args::strings(std::size_t from) const {
  std::vector<std::string> out;
  for (std::size_t i = from; i < values_.size(); ++i) out.push_back(values_[i].text());
  return out;
}

Result<std::int64_t> Args::number(char flag, std::int64_t minimum, std::int64_t maximum,
                                  std::int64_t fallback) const {
  const auto text = get(flag);
  if (!text) return fallback;
  return model::parse_number(*text, minimum, maximum);
}

void Args::set(char flag) {
  ++flags_[flag].count;
}

void Args::set(char flag, std::string value) {
  Given& given = flags_[flag];
  ++given.count;
  given.values.push_back(std::move(value));
}

Args Args::map(const std::function<std::string(const std::string&)>& change) const {
  Args out = *this;
  for (auto& [letter, given] : out.flags_) {
    for (std::string& value : given.values) value = change(value);
  }
  for (Value& value : out.values_) {
    if (value.is_string()) value = Value(change(value.string()));
  }
  return out;
}

std::string Args::print() const {
  std::string out;
  for (const auto& [letter, given] : flags_) {
    if (!given.values.empty() || !given.long_name.empty()) continue;
    if (out.empty()) out += '-';
    out.append(static_cast<std::size_t>(given.count), letter);
  }
  for (const auto& [letter, given] : flags_) {
    if (!given.long_name.empty()) out += (out.empty() ? "--" : " --") + std::string(given.long_name);
    for (const std::string& value : given.values) {
      if (!out.empty()) out += ' ';
      out += '-';
      out += letter;
      out += ' ';
      out += escape_argument(value);
    }
  }
  for (const Value& value : values_) {
    if (!out.empty()) out += ' ';
    out += value.is_string() ? escape_argument(value.string()) : "{ " + value.text() + " }";
  }
  return out;
}

}  // namespace sess::command
