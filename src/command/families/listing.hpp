// What all listings share: -F and -f, order (-O, -r) and --json.
//
// A list command collects its rows as format contexts and describes its line and fields; this file filters,
// sorts, expands and prints. Jobs and saved sessions are no format contexts: job_text.hpp writes their JSON
// and takes json_string() and kJsonFlag from here.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "command/format/format.hpp"
#include "command/language/item.hpp"

namespace sess::command {

/// The letter of --json, which has no short form (letters of short flags are alphanumeric).
inline constexpr char kJsonFlag = '\1';

/// A field of a listing's JSON object: the format variable of that name.
struct JsonField {
  enum class Kind { text, number, boolean } kind;
  std::string_view name;
};

/// A listing's text line, JSON fields, and what -O may name.
struct Listing {
  std::string_view line;
  std::span<const JsonField> fields;
  std::string_view by_name, by_time, by_size, by_index;  ///< variables that sort; empty: no such order
};

/// Prints one line (or object) per row that -f lets through. Error: "invalid sort order".
Status print_listing(Item& item, const Listing& listing, std::vector<FormatContext> rows);

/// Text as a JSON string, quotes included; malformed UTF-8 becomes U+FFFD.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace sess::command
