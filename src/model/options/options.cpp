#include "model/options/options.hpp"

#include <fnmatch.h>
#include <strings.h>

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/quote.hpp"
#include "model/colour.hpp"
#include "model/number.hpp"
#include "model/style.hpp"

namespace sess::model {

namespace {

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

/// The first index that is free; all below `from` are in use. An array without a hole is not walked through:
/// who appends a hundred thousand items one by one would wait a minute.
unsigned first_free(const OptionArray& array, unsigned from) {
  if (!array.empty() && array.rbegin()->first == array.size() - 1) return array.rbegin()->first + 1;
  for (auto it = array.lower_bound(from); it != array.end() && it->first == from; ++it) ++from;
  return from;
}

/// `text` at the separators of an array option into new items; what is empty is skipped.
std::vector<std::string> split_items(const OptionEntry& entry, std::string_view text) {
  const std::string_view separators = entry.has_separator ? entry.separator : std::string_view(" ,");
  std::vector<std::string> items;
  if (separators.empty()) {
    if (!text.empty()) items.emplace_back(text);
    return items;
  }
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(separators), text.size());
    if (end > 0) items.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return items;
}

OptionValue make_default(const OptionEntry& entry) {
  if (entry.array) {
    OptionArray array;
    unsigned index = 0;
    for (const auto item : entry.default_items) array.emplace(index++, item);
    if (entry.default_items.empty()) {
      for (auto& item : split_items(entry, entry.default_text)) array.emplace(index++, std::move(item));
    }
    return array;
  }
  switch (entry.type) {
    case OptionType::number:
    case OptionType::flag:
    case OptionType::choice:
      return entry.default_number;
    default:
      return std::string(entry.default_text);
  }
}

const OptionValue& default_value(const OptionEntry& entry) {
  static const auto* const kValues = [] {
    auto* values = new std::vector<OptionValue>;
    for (const OptionEntry& row : option_table()) values->push_back(make_default(row));
    return values;
  }();
  return (*kValues)[static_cast<std::size_t>(&entry - option_table().data())];
}

/// tmux's default where it is another than the table's, else null.
const OptionValue* tmux_default(const OptionEntry& entry) {
  static const auto* const kValues = [] {
    auto* values = new std::map<std::string_view, OptionValue>;
    for (const OptionEntry& row : rows::kTmuxDefaults) values->emplace(row.name, make_default(row));
    return values;
  }();
  const auto it = kValues->find(entry.name);
  return it != kValues->end() ? &it->second : nullptr;
}

/// Whether a value has the shape of its row's.
bool fits(const OptionEntry& entry, const OptionValue& value) {
  if (value.index() != default_value(entry).index()) return false;
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number == nullptr) return true;
  switch (entry.type) {
    case OptionType::number:
      return *number >= entry.minimum && *number <= entry.maximum;
    case OptionType::flag:
      return *number == 0 || *number == 1;
    case OptionType::choice:
      return *number >= 0 && static_cast<std::size_t>(*number) < entry.choices.size();
    default:
      return true;
  }
}

tl::unexpected<Error> bad(std::string_view what, std::string_view value) {
  return fail(ErrorCode::invalid_argument, "{}: {}", what, value);
}

/// Text for an option, or an item of an array, in canonical form.
Result<std::string> check_text(const OptionEntry& entry, std::string value, const OptionChecks& checks) {
  switch (entry.type) {
    case OptionType::key: {
      if (!checks.key) return value;
      auto key = checks.key(value);
      if (!key) return bad("bad key", value);
      return *std::move(key);
    }
    case OptionType::colour: {
      const auto colour = parse_colour(value);
      if (!colour) return bad("bad colour", value);
      return to_string(*colour);
    }
    case OptionType::command:
      return checks.command ? checks.command(value) : Result<std::string>(value);
    default:
      break;
  }
  if (entry.array) return value;
  if (entry.name == "default-shell" && checks.shell && !checks.shell(value)) {
    return bad("not a suitable shell", value);
  }
  if (!entry.pattern.empty() && fnmatch(std::string(entry.pattern).c_str(), value.c_str(), 0) != 0) {
    return bad("value is invalid", value);
  }
  Style style;
  if (entry.style && value.find("#{") == std::string::npos && !apply_style(style, Style{}, value)) {
    return bad("invalid style", value);
  }
  return value;
}

Result<std::int64_t> parse_flag(std::optional<std::string_view> value, std::int64_t now) {
  if (!value || value->empty()) return now == 0 ? 1 : 0;
  if (*value == "1" || same(*value, "on") || same(*value, "yes")) return 1;
  if (*value == "0" || same(*value, "off") || same(*value, "no")) return 0;
  return bad("bad value", *value);
}

Result<std::int64_t> parse_choice(const OptionEntry& entry, std::optional<std::string_view> value,
                                  std::int64_t now) {
  if (!value) {
    if (now < 2) return now == 0 ? 1 : 0;
    // `status auto` is neither on nor off; toggling it hides the line.
    return entry.choices[static_cast<std::size_t>(now)] == "auto" ? 0 : now;
  }
  const auto it = std::find(entry.choices.begin(), entry.choices.end(), *value);
  if (it == entry.choices.end()) return bad("unknown value", *value);
  return it - entry.choices.begin();
}

Result<std::int64_t> parse_integer(const OptionEntry& entry, std::string_view value) {
  auto number = parse_number(value, entry.minimum, entry.maximum);
  if (!number) return fail(ErrorCode::invalid_argument, "value is {}: {}", number.error().text, value);
  return *number;
}

tl::unexpected<Error> empty_value() {
  return fail(ErrorCode::invalid_argument, "empty value");
}

}  // namespace

std::string option_text(const OptionEntry* entry, const OptionValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* array = std::get_if<OptionArray>(&value)) {
    std::string out;
    for (const auto& [index, item] : *array) out += (out.empty() ? "" : " ") + item;
    return out;
  }
  const std::int64_t number = std::get<std::int64_t>(value);
  if (entry != nullptr && entry->type == OptionType::flag) return number != 0 ? "on" : "off";
  if (entry != nullptr && entry->type == OptionType::choice) {
    return std::string(entry->choices[static_cast<std::size_t>(number)]);
  }
  return std::to_string(number);
}

std::string OptionLine::text() const {
  const std::string shown = inherited ? name + "*" : name;
  if (bare) return shown;
  return shown + " " + (quoted ? escape_argument(value) : value);
}

// -- reading
// -------------------------------------------------------------------------------------------------

const OptionValue* Options::own(std::string_view name) const {
  const auto it = values_.find(name);
  if (it != values_.end()) return &it->second;
  if (!global()) return nullptr;
  const OptionEntry* entry = find_option(name);
  return entry != nullptr && entry->in(scope_) ? &fallback(*entry) : nullptr;
}

const OptionValue* Options::find(std::string_view name) const {
  for (const Options* at = this; at != nullptr; at = at->parent_) {
    const auto it = at->values_.find(name);
    if (it != at->values_.end()) return &it->second;
  }
  const OptionEntry* entry = find_option(name);
  return entry == nullptr ? nullptr : &fallback(*entry);
}

bool Options::has_own(std::string_view name) const {
  return own(name) != nullptr;
}

const OptionValue& Options::value(const OptionEntry& entry) const {
  for (const Options* at = this; at != nullptr; at = at->parent_) {
    const auto it = at->values_.find(entry.name);
    if (it != at->values_.end()) return it->second;
  }
  return fallback(entry);
}

const OptionValue& Options::fallback(const OptionEntry& entry) const {
  const Options* global = this;
  while (global->parent_ != nullptr) global = global->parent_;
  const OptionValue* other = global->defaults_ == Dialect::tmux ? tmux_default(entry) : nullptr;
  return other != nullptr ? *other : default_value(entry);
}

void Options::set_defaults(Dialect whose) {
  if (std::exchange(defaults_, whose) != whose) changed();
}

std::string Options::string(TextOption option) const {
  return option_text(&option.entry(), value(option.entry()));
}

/// The type of a value is its row's: assign() and adopt() see to that.
std::int64_t Options::integer(const OptionEntry& entry) const {
  const auto* number = std::get_if<std::int64_t>(&value(entry));
  return number != nullptr ? *number : entry.default_number;
}

std::string_view Options::choice(ChoiceOption option) const {
  const auto& choices = option.entry().choices;
  const auto index = static_cast<std::size_t>(integer(option.entry()));
  return choices[index < choices.size() ? index : 0];
}

OptionArray Options::array(ArrayOption option) const {
  const auto* items = std::get_if<OptionArray>(&value(option.entry()));
  return items != nullptr ? *items : OptionArray{};
}

std::optional<std::string> Options::text(std::string_view name) const {
  const OptionValue* value = find(name);
  if (value == nullptr) return std::nullopt;
  return option_text(find_option(name), *value);
}

std::optional<std::string> Options::text(std::string_view name, unsigned index) const {
  const OptionValue* value = find(name);
  const auto* array = value == nullptr ? nullptr : std::get_if<OptionArray>(value);
  if (array == nullptr) return std::nullopt;
  const auto it = array->find(index);
  return it == array->end() ? std::nullopt : std::optional(it->second);
}

// -- changing
// ------------------------------------------------------------------------------------------------

void Options::changed() {
  static std::uint64_t last = 0;
  version_ = ++last;
}

OptionArray* Options::own_array(const OptionEntry& entry) {
  const auto it = values_.find(entry.name);
  if (it != values_.end()) return &std::get<OptionArray>(it->second);
  OptionValue begin = global() ? fallback(entry) : OptionValue(OptionArray{});
  return &std::get<OptionArray>(values_.emplace(entry.name, std::move(begin)).first->second);
}

Result<> Options::assign(const OptionName& name, const Assignment& assignment, const OptionChecks& checks) {
  const std::string_view given = assignment.given.empty() ? std::string_view(name.name) : assignment.given;
  const OptionEntry* entry = name.entry;
  const bool is_array = entry != nullptr && entry->array;
  if (name.index && !is_array) return bad("not an array", given);
  if (assignment.value) {
    const OptionValue* before = assignment.append ? own(name.name) : nullptr;
    const auto* text = before != nullptr ? std::get_if<std::string>(before) : nullptr;
    if (assignment.value->size() + (text != nullptr ? text->size() : 0) > kMostText) {
      return fail(ErrorCode::too_large, "value is too long: {}: at most {} KiB", given, kMostText >> 10);
    }
  }

  if (assignment.only_if_unset) {
    const OptionValue* now = own(name.name);
    bool already = now != nullptr;
    if (already && name.index) already = std::get<OptionArray>(*now).contains(*name.index);
    if (already) return fail(ErrorCode::already_exists, "already set: {}", given);
  }

  if (entry == nullptr) {
    if (!assignment.value) return empty_value();
    changed();
    auto& value = values_.try_emplace(name.name, std::string()).first->second;
    auto& text = std::get<std::string>(value);
    if (!assignment.append) text.clear();
    text += *assignment.value;
    return {};
  }
  return is_array ? assign_array(*entry, name.index, assignment, checks)
                  : assign_single(*entry, assignment, checks);
}

Result<> Options::assign_single(const OptionEntry& entry, const Assignment& assignment,
                                const OptionChecks& checks) {
  const auto keep = [&](Result<std::int64_t> number) -> Result<> {
    if (!number) return pass(number.error());
    changed();
    values_.insert_or_assign(std::string(entry.name), OptionValue(*number));
    return {};
  };
  switch (entry.type) {
    case OptionType::flag:
      return keep(parse_flag(assignment.value, integer(entry)));
    case OptionType::choice:
      return keep(parse_choice(entry, assignment.value, integer(entry)));
    case OptionType::number:
      if (!assignment.value) return empty_value();
      return keep(parse_integer(entry, *assignment.value));
    default:
      break;
  }
  if (!assignment.value) return empty_value();
  std::string wanted(*assignment.value);
  if (assignment.append && entry.type == OptionType::string) {
    if (const OptionValue* now = own(entry.name)) {
      wanted = std::get<std::string>(*now) + std::string(entry.separator) + wanted;
    }
  }
  auto value = check_text(entry, std::move(wanted), checks);
  if (!value) return pass(value.error());
  changed();
  values_.insert_or_assign(std::string(entry.name), OptionValue(*std::move(value)));
  return {};
}

Result<> Options::assign_array(const OptionEntry& entry, std::optional<unsigned> index,
                               const Assignment& assignment, const OptionChecks& checks) {
  if (!assignment.value) return empty_value();
  if (index) {
    auto value = check_text(entry, std::string(*assignment.value), checks);
    if (!value) return pass(value.error());
    std::string& item = (*own_array(entry))[*index];
    changed();
    if (!assignment.append || entry.type != OptionType::string) item.clear();
    item += *value;
    return {};
  }
  std::vector<std::string> items;
  for (auto& text : split_items(entry, *assignment.value)) {
    auto value = check_text(entry, std::move(text), checks);
    if (!value) return pass(value.error());
    items.push_back(*std::move(value));
  }
  OptionArray* array = own_array(entry);
  changed();
  if (!assignment.append) array->clear();
  unsigned place = 0;
  for (auto& item : items) {
    place = first_free(*array, place);
    array->emplace(place, std::move(item));
  }
  return {};
}

Result<> Options::set(std::string_view name, std::string_view value, const OptionChecks& checks) {
  const auto option = match_option(name);
  if (!option) return pass(option.error());
  Assignment assignment;
  assignment.value = value;
  assignment.given = name;
  return assign(*option, assignment, checks);
}

void Options::unset(const OptionName& name) {
  changed();
  if (!name.index) {
    values_.erase(name.name);
    return;
  }
  if (name.entry == nullptr || !name.entry->array || !has_own(name.name)) return;
  own_array(*name.entry)->erase(*name.index);
}

// -- showing
// -------------------------------------------------------------------------------------------------

namespace {

void append_lines(std::vector<OptionLine>& out, std::string_view name, const OptionEntry* entry,
                  const OptionValue& value, bool inherited, std::optional<unsigned> index) {
  OptionLine line;
  line.name = name;
  line.inherited = inherited;
  line.quoted = entry == nullptr || entry->type == OptionType::string;
  const auto* array = std::get_if<OptionArray>(&value);
  if (array == nullptr) {
    line.value = option_text(entry, value);
    out.push_back(std::move(line));
    return;
  }
  if (array->empty() && !index) {
    line.bare = true;
    out.push_back(std::move(line));
    return;
  }
  const auto append = [&](unsigned at, std::string_view item) {
    OptionLine one = line;
    one.name = fmt::format("{}[{}]", name, at);
    one.value = item;
    out.push_back(std::move(one));
  };
  if (!index) {
    for (const auto& [at, item] : *array) append(at, item);
    return;
  }
  // An item that is not set shows as an empty one.
  const auto found = array->find(*index);
  append(*index, found != array->end() ? std::string_view(found->second) : std::string_view());
}

}  // namespace

std::vector<OptionLine> Options::list(Inherited inherited, Hooks hooks, Dialect dialect) const {
  std::vector<OptionLine> out;
  if (hooks != Hooks::only) {
    for (const auto& [name, value] : values_) {
      if (name.front() == '@') append_lines(out, name, nullptr, value, false, std::nullopt);
    }
  }
  for (const OptionEntry& entry : option_table()) {
    if (!entry.in(scope_) || (entry.ours && dialect == Dialect::tmux)) continue;
    if (entry.hook ? hooks == Hooks::no : hooks == Hooks::only) continue;
    if (const OptionValue* value = own(entry.name)) {
      if (entry.newer && !values_.contains(entry.name)) continue;
      append_lines(out, entry.name, &entry, *value, false, std::nullopt);
    } else if (inherited == Inherited::yes && !entry.newer) {
      append_lines(out, entry.name, &entry, *find(entry.name), true, std::nullopt);
    }
  }
  return out;
}

Result<std::vector<OptionLine>> Options::list(const OptionName& name, Inherited inherited) const {
  std::vector<OptionLine> out;
  const OptionValue* value = own(name.name);
  const bool above = value == nullptr && inherited == Inherited::yes;
  if (above) value = find(name.name);
  if (value == nullptr) {
    if (name.user()) return bad("invalid option", name.name);
    return out;
  }
  append_lines(out, name.name, name.entry, *value, above, name.index);
  return out;
}

bool Options::adopt(std::string_view name, OptionValue value) {
  const OptionEntry* entry = find_option(name);
  const bool user = !name.empty() && name.front() == '@' && std::holds_alternative<std::string>(value);
  if (!user && (entry == nullptr || !fits(*entry, value))) return false;
  changed();
  values_.insert_or_assign(std::string(name), std::move(value));
  return true;
}

}  // namespace sess::model
