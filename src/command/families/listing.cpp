#include "command/families/listing.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "model/number.hpp"

namespace sess::command {

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x80) {
      const Utf8Decoded got = decode_utf8(text.substr(i));
      append_utf8(out, got.code_point);
      i += got.length;
      continue;
    }
    ++i;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

namespace {

std::string json_object(const FormatContext& row, std::span<const JsonField> fields) {
  std::string out = "{";
  for (const JsonField& field : fields) {
    if (out.size() > 1) out += ',';
    out += json_string(field.name);
    out += ':';
    const auto value = find_value(row, field.name);
    if (!value) {
      out += "null";
    } else if (field.kind == JsonField::Kind::boolean) {
      out += is_true(*value) ? "true" : "false";
    } else if (field.kind == JsonField::Kind::number && model::parse_number(*value, INT64_MIN, INT64_MAX)) {
      out += *value;
    } else {
      out += json_string(*value);
    }
  }
  return out + '}';
}

/// Numbers by value, everything else as text.
bool less(const std::string& a, const std::string& b) {
  const auto left = model::parse_number(a, INT64_MIN, INT64_MAX);
  const auto right = model::parse_number(b, INT64_MIN, INT64_MAX);
  return left && right ? *left < *right : a < b;
}

bool sort(std::vector<FormatContext>& rows, const Listing& listing, std::string_view order) {
  std::string_view variable;
  if (order == "name") variable = listing.by_name;
  if (order == "time" || order == "activity") variable = listing.by_time;
  if (order == "size") variable = listing.by_size;
  if (order == "index" || order == "creation") variable = listing.by_index;
  if (variable.empty()) return false;
  std::vector<std::pair<std::string, std::size_t>> keys;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::string key = find_value(rows[i], variable).value_or("");
    // An id sorts by its number.
    if (!key.empty() && std::string_view("$@%").find(key.front()) != std::string_view::npos) key.erase(0, 1);
    keys.emplace_back(std::move(key), i);
  }
  std::stable_sort(keys.begin(), keys.end(),
                   [](const auto& a, const auto& b) { return less(a.first, b.first); });
  std::vector<FormatContext> sorted;
  for (const auto& [key, i] : keys) sorted.push_back(std::move(rows[i]));
  rows = std::move(sorted);
  return true;
}

}  // namespace

Status print_listing(Item& item, const Listing& listing, std::vector<FormatContext> rows) {
  const Args& args = item.args();
  if (const auto filter = args.get('f')) {
    rows.erase(std::remove_if(rows.begin(), rows.end(),
                              [&](const FormatContext& row) { return !is_true(expand(row, *filter)); }),
               rows.end());
  }
  if (const auto order = args.get('O'); order && !sort(rows, listing, *order))
    return item.error("invalid sort order");
  if (args.has('r')) std::reverse(rows.begin(), rows.end());

  if (args.has(kJsonFlag)) {
    std::string out = "[";
    for (std::size_t i = 0; i < rows.size(); ++i) {
      out += i == 0 ? "\n  " : ",\n  ";
      out += json_object(rows[i], listing.fields);
    }
    item.print(out + (rows.empty() ? "]" : "\n]"));
    return Status::normal;
  }
  const std::string_view line = args.get_or('F', listing.line);
  int number = 0;
  for (FormatContext& row : rows) {
    row.variables.emplace_back("line", std::to_string(number++));
    item.print(expand(row, line));
  }
  return Status::normal;
}

}  // namespace sess::command
