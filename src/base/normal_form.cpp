#include "base/normal_form.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>

namespace sess {

std::string composed(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
    return std::string(text);
  utf8proc_uint8_t* made = nullptr;
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &made,
                                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  std::string out = length < 0 || made == nullptr
                        ? std::string(text)
                        : std::string(reinterpret_cast<const char*>(made), static_cast<std::size_t>(length));
  std::free(made);  // NOLINT(cppcoreguidelines-no-malloc): utf8proc's
  return out;
}

}  // namespace sess
