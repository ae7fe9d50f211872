// The letters and numbers by which terminals name keys that are no characters: what the decoder reads and the
// encoder writes. Private to input.
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "input/key.hpp"

namespace sess::input {

/// CSI letter, SS3 letter. F1 to F4 are P to S beside them.
inline constexpr std::array<std::pair<char, std::uint32_t>, 6> kCursorLetters = {{{'A', code::kUp},
                                                                                  {'B', code::kDown},
                                                                                  {'C', code::kRight},
                                                                                  {'D', code::kLeft},
                                                                                  {'F', code::kEnd},
                                                                                  {'H', code::kHome}}};

/// CSI number tilde.
inline constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 4> kEditingNumbers = {
    {{2, code::kIC}, {3, code::kDC}, {5, code::kPPage}, {6, code::kNPage}}};

/// The numbers of F5 to F20 before the tilde, with the VT220's gaps.
inline constexpr std::array<std::uint32_t, 16> kFunctionNumbers = {15, 17, 18, 19, 20, 21, 23, 24,
                                                                   25, 26, 28, 29, 31, 32, 33, 34};

/// What a key of the keypad types, and its SS3 final in application mode. kitty numbers them in this order.
struct KeypadRow {
  std::uint32_t code;
  char character;
  char application;
};
inline constexpr std::uint32_t kFirstKeypadNumber = 57399;
inline constexpr std::array<KeypadRow, 18> kKeypadRows = {{{code::kKp0, '0', 'p'},
                                                           {code::kKp1, '1', 'q'},
                                                           {code::kKp2, '2', 'r'},
                                                           {code::kKp3, '3', 's'},
                                                           {code::kKp4, '4', 't'},
                                                           {code::kKp5, '5', 'u'},
                                                           {code::kKp6, '6', 'v'},
                                                           {code::kKp7, '7', 'w'},
                                                           {code::kKp8, '8', 'x'},
                                                           {code::kKp9, '9', 'y'},
                                                           {code::kKpPeriod, '.', 'n'},
                                                           {code::kKpSlash, '/', 'o'},
                                                           {code::kKpStar, '*', 'j'},
                                                           {code::kKpMinus, '-', 'm'},
                                                           {code::kKpPlus, '+', 'k'},
                                                           {code::kKpEnter, '\r', 'M'},
                                                           {code::kKpEqual, '=', 'X'},
                                                           {code::kKpComma, ',', 'l'}}};

}  // namespace sess::input
