#include "store/option_values.hpp"

#include <nlohmann/json.hpp>

namespace sess::store {

model::Options::Values option_values(const nlohmann::json& object) {
  model::Options::Values out;
  if (!object.is_object()) return out;
  for (const auto& [name, value] : object.items()) {
    if (value.is_string()) {
      out[name] = value.get<std::string>();
    } else if (value.is_number_integer()) {
      out[name] = value.get<std::int64_t>();
    } else if (value.is_array()) {
      model::OptionArray items;
      for (const auto& item : value) {
        if (item.is_array() && item.size() == 2 && item[0].is_number_unsigned() && item[1].is_string()) {
          items[item[0].get<unsigned>()] = item[1].get<std::string>();
        }
      }
      out[name] = std::move(items);
    }
  }
  return out;
}

}  // namespace sess::store
