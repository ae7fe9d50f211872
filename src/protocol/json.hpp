// Reading and writing the JSON payloads: one object a message, total on hostile input.
//
// JsonReader checks size, depth, types and ranges field by field and remembers the first thing that is wrong;
// the caller reads all fields and asks error() once. Internal to this layer (nlohmann's headers are heavy).
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

  /// A whole number within the range; a missing field leaves `out` alone.
  template <class T>
  void number(const char* name, T& out, std::uint64_t max = std::numeric_limits<T>::max()) {
    static_assert(std::is_integral_v<T>);
    if (const auto value = unsigned_number(name, max)) out = static_cast<T>(*value);
  }
  void boolean(const char* name, bool& out);
  /// A name: control characters removed, cut to kMaxName.
  void name(const char* name, std::string& out);
  /// Text for people: control characters other than line feed and tab removed, cut to kMaxText.
  void text(const char* name, std::string& out);
  /// Bytes without NUL, as a string or {"hex":...}; longer than `max` is an error.
  void bytes(const char* name, std::string& out, std::size_t max);
  void byte_list(const char* name, std::vector<std::string>& out, std::size_t max_count);
  void names(const char* name, std::vector<std::string>& out);
  /// An object of names and values into "NAME=value", at most kMaxEnvironment together.
  void environment(const char* name, std::vector<std::string>& out);
  void version(const char* name, Version& out);
  void size(const char* name, TerminalSize& out);
  /// Whether the field is there and an object; read its fields through enter()ed calls until leave().
  [[nodiscard]] bool enter(const char* name);
  void leave();

  /// The index of a string among `choices`; 0 for one that is not there; nullopt when the field is missing.
  template <std::size_t N>
  [[nodiscard]] std::optional<std::size_t> choice(const char* name, const std::string_view (&choices)[N]) {
    const std::string* value = string(name);
    if (value == nullptr) return std::nullopt;
    for (std::size_t i = 0; i < N; ++i) {
      if (*value == choices[i]) return i;
    }
    return 0;
  }

  /// The first thing that was wrong.
  [[nodiscard]] std::optional<Error> error() const;

 private:
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

/// What bytes take in a frame as json_bytes(): a control character is six bytes there, what is not UTF-8 hex.
[[nodiscard]] std::size_t frame_cost(std::string_view bytes);

/// The string itself, or {"hex":...} when it is not UTF-8.
[[nodiscard]] nlohmann::json json_bytes(std::string_view bytes);
[[nodiscard]] nlohmann::json json_size(const TerminalSize& size);
[[nodiscard]] nlohmann::json json_version(Version version);

/// Cut to `max` bytes at a character boundary, control characters removed (line feed and tab stay when
/// asked).
enum class Lines { keep, drop };
[[nodiscard]] std::string clean(std::string_view text, std::size_t max, Lines lines);

void append_json_frame(std::string& out, FrameType type, const nlohmann::json& object, std::uint16_t flags = 0);

/// The message, or what the reader found wrong with it.
template <class Message>
[[nodiscard]] Result<Message> finish(const JsonReader& reader, Message&& message) {
  if (auto error = reader.error()) return pass(std::move(*error));
  return std::forward<Message>(message);
}

}  // namespace sess::protocol
