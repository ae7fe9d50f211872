// One way to write each character: names that look the same are the same, however the keyboard or the file
// system spells them (a Hangul syllable or its letters, é or e with an accent).
#pragma once

#include <string>
#include <string_view>

namespace sess {

/// Unicode's normalization form C (UAX #15); text that is not UTF-8 as it is.
[[nodiscard]] std::string composed(std::string_view text);

}  // namespace sess
