// Fields of JSON and CBOR objects that were written by this or another version: what is missing or of another
// type is its default, so that reading is total. Owns nothing; knows no field's meaning.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>

namespace sess::store {

template <class T>
T get(const nlohmann::json& object, const char* name, T fallback = {}) {
  if (!object.is_object()) return fallback;
  const auto it = object.find(name);
  if (it == object.end()) return fallback;
  if constexpr (std::is_same_v<T, bool>) {
    return it->is_boolean() ? it->template get<bool>() : fallback;
  } else if constexpr (std::is_same_v<T, std::string>) {
    return it->is_string() ? it->template get<std::string>() : fallback;
  } else {
    return it->is_number_integer() ? it->template get<T>() : fallback;
  }
}

/// A field whatever it is; null when it is missing.
inline const nlohmann::json& child(const nlohmann::json& object, const char* name) {
  static const nlohmann::json kNone;
  if (!object.is_object()) return kNone;
  const auto it = object.find(name);
  return it == object.end() ? kNone : *it;
}

}  // namespace sess::store
