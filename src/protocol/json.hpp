// Reading and writing the JSON payloads: one object a message, total on hostile input.
//
// JsonWriter and JsonReader have the same functions, one a kind of field, so that a message's list of fields
// (fields.hpp) serves both. The reader checks size, depth, types and ranges and remembers the first thing
// that is wrong; what reads all fields asks error() once. A field that is missing leaves the member alone.
// Internal to this layer (nlohmann's headers are heavy).
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.hpp"
#include "protocol/message.hpp"

namespace sess::protocol {

class JsonReader {
 public:
  /// `what` names the message in errors. An empty payload reads as {}.
  JsonReader(std::string_view payload, std::string_view what);

  /// A whole number of the member's range.
  template <class T>
  void number(const char* name, T& out) {
    static_assert(std::is_integral_v<T>);
    if (const auto value = unsigned_number(name, std::numeric_limits<T>::max())) out = static_cast<T>(*value);
  }
  /// One that is missing when it is 0.
  void set_number(const char* name, auto& out) { number(name, out); }
  /// A number that is missing when it has the value `none`.
  void number_or(const char* name, std::uint64_t& out, std::uint64_t /*none*/) { number(name, out); }
  /// Missing when it is not set; above `max` is an error.
  template <class T>
  void optional_number(const char* name, std::optional<T>& out, std::uint64_t max) {
    if (const auto value = unsigned_number(name, max)) out = static_cast<T>(*value);
  }
  void boolean(const char* name, bool& out);
  /// One that is missing when it is false.
  void set_boolean(const char* name, bool& out) { boolean(name, out); }
  /// A name: control characters removed, cut to kMaxName.
  void name(const char* name, std::string& out);
  /// One that is missing when it is empty.
  void set_name(const char* name, std::string& out) { this->name(name, out); }
  /// Text for people: control characters other than line feed and tab removed, cut to kMaxText.
  void text(const char* name, std::string& out);
  /// Bytes without NUL, as a string or {"hex":...}; longer than `max` is an error. Written cut to it.
  void bytes(const char* name, std::string& out, std::size_t max);
  /// A path that is as good as unknown when it is longer than kMaxPath.
  void path(const char* name, std::string& out);
  /// A command for a shell: never cut in the middle, one that is longer than kMaxChunk is not sent at all.
  /// JSON writes a control character as six bytes, so what counts is also what it takes in the frame, where a
  /// shell's path has room beside it.
  void shell_command(const char* name, std::string& out) { bytes(name, out, kMaxChunk); }
  void arguments(const char* name, std::vector<std::string>& out, std::size_t max_count = kMaxArguments);
  /// Missing when there are none.
  void set_arguments(const char* name, std::vector<std::string>& out, std::size_t max_count) {
    arguments(name, out, max_count);
  }
  void names(const char* name, std::vector<std::string>& out);
  /// An object of names and values into "NAME=value", at most kMaxEnvironment together.
  void environment(const char* name, std::vector<std::string>& out);
  void version(const char* name, Version& out);
  void size(const char* name, TerminalSize& out);
  /// One of `choices`, by its place; the first for a word that is not there.
  template <class Enum, std::size_t N>
  void choice(const char* name, Enum& out, const std::string_view (&choices)[N]) {
    const std::string* value = string(name);
    if (value == nullptr) return;
    out = Enum{};
    for (std::size_t i = 0; i < N; ++i) {
      if (*value == choices[i]) out = static_cast<Enum>(i);
    }
  }
  /// One that is missing when it is the first.
  template <class Enum, std::size_t N>
  void set_choice(const char* name, Enum& out, const std::string_view (&choices)[N]) {
    choice(name, out, choices);
  }
  template <class Enum, std::size_t N>
  void optional_choice(const char* name, std::optional<Enum>& out, const std::string_view (&choices)[N]) {
    if (find(name) != nullptr) choice(name, out.emplace(), choices);
  }
  /// An object with fields of its own.
  template <class T>
  void object(const char* name, std::optional<T>& out) {
    const nlohmann::json* const outside = at_;
    if (!enter(name)) return;
    fields(*this, out.emplace());
    at_ = outside;
  }

  /// The first thing that was wrong.
  [[nodiscard]] std::optional<Error> error() const;

 private:
  [[nodiscard]] bool enter(const char* name);
  [[nodiscard]] const nlohmann::json* find(const char* name);
  [[nodiscard]] const std::string* string(const char* name);
  [[nodiscard]] std::optional<std::uint64_t> unsigned_number(const char* name, std::uint64_t max);
  [[nodiscard]] bool take_bytes(const nlohmann::json& value, const char* name, std::string& out,
                                std::size_t max);
  void reject(std::string_view reason);

  std::string what_;
  nlohmann::json root_;
  const nlohmann::json* at_;
  std::string error_;
};

/// Cut to `max` bytes at a character boundary, control characters removed (line feed and tab stay when
/// asked).
enum class Lines { keep, drop };
[[nodiscard]] std::string clean(std::string_view text, std::size_t max, Lines lines);

/// What bytes take in a frame: a control character is six bytes there, what is not UTF-8 hex.
[[nodiscard]] std::size_t frame_cost(std::string_view bytes);

/// What every writer does with fields that are missing where there is nothing to say. `Self` writes one.
template <class Self>
class WriterOfSet {
 public:
  void set_number(const char* name, auto value) {
    if (value != 0) self().number(name, value);
  }
  void optional_number(const char* name, const auto& value, std::uint64_t /*max*/) {
    if (value) self().number(name, *value);
  }
  void set_boolean(const char* name, bool value) {
    if (value) self().boolean(name, true);
  }
  void set_name(const char* name, const std::string& value) {
    if (!value.empty()) self().name(name, value);
  }
  void set_arguments(const char* name, const std::vector<std::string>& value, std::size_t /*max_count*/) {
    if (!value.empty()) self().arguments(name, value);
  }
  template <class Enum>
  void set_choice(const char* name, Enum value, const auto& choices) {
    if (value != Enum{}) self().choice(name, value, choices);
  }
  void optional_choice(const char* name, const auto& value, const auto& choices) {
    if (value) self().choice(name, *value, choices);
  }

 private:
  Self& self() { return static_cast<Self&>(*this); }
};

class JsonWriter : public WriterOfSet<JsonWriter> {
 public:
  void number(const char* name, auto value) { object_[name] = value; }
  void number_or(const char* name, std::uint64_t value, std::uint64_t none) {
    if (value != none) object_[name] = value;
  }
  void boolean(const char* name, bool value) { object_[name] = value; }
  void name(const char* name, const std::string& value) {
    object_[name] = clean(value, kMaxName, Lines::drop);
  }
  void text(const char* name, const std::string& value) {
    object_[name] = clean(value, kMaxText, Lines::keep);
  }
  void bytes(const char* name, std::string_view value, std::size_t max);
  void path(const char* name, const std::string& value) { bytes(name, value, kMaxPayload); }
  void shell_command(const char* name, const std::string& value);
  void arguments(const char* name, const std::vector<std::string>& value);
  void names(const char* name, const std::vector<std::string>& value) { object_[name] = value; }
  void environment(const char* name, const std::vector<std::string>& value);
  void version(const char* name, Version value);
  void size(const char* name, const TerminalSize& value);
  template <class Enum, std::size_t N>
  void choice(const char* name, Enum value, const std::string_view (&choices)[N]) {
    object_[name] = choices[static_cast<std::size_t>(value)];
  }
  template <class T>
  void object(const char* name, std::optional<T>& value) {
    if (!value) return;
    JsonWriter inner;
    fields(inner, *value);
    object_[name] = std::move(inner.object_);
  }

  /// The whole object; bytes that are not UTF-8 in a text become U+FFFD.
  [[nodiscard]] std::string dump() const;

 private:
  nlohmann::json object_ = nlohmann::json::object();
};

}  // namespace sess::protocol
