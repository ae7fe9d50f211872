// The colour names of X11 (rgb.txt), as tmux accepts them: without regard to case or spaces; grey0 to grey100
// are computed. The eight names of ANSI colours mean those, not these; colour.cpp looks there first.
#include "model/colour_names.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string>

namespace sess::model {

namespace {

struct Plain {
  std::string_view name;
  std::uint32_t rgb;
};
constexpr std::array kPlain{
    Plain{"aliceblue", 0xf0f8ff},
    Plain{"beige", 0xf5f5dc},
    Plain{"black", 0x000000},
    Plain{"blanchedalmond", 0xffebcd},
    Plain{"blueviolet", 0x8a2be2},
    Plain{"cornflowerblue", 0x6495ed},
    Plain{"darkblue", 0x00008b},
    Plain{"darkcyan", 0x008b8b},
    Plain{"darkgray", 0xa9a9a9},
    Plain{"darkgreen", 0x006400},
    Plain{"darkgrey", 0xa9a9a9},
    Plain{"darkkhaki", 0xbdb76b},
    Plain{"darkmagenta", 0x8b008b},
    Plain{"darkred", 0x8b0000},
    Plain{"darksalmon", 0xe9967a},
    Plain{"darkslateblue", 0x483d8b},
    Plain{"darkslategrey", 0x2f4f4f},
    Plain{"darkturquoise", 0x00ced1},
    Plain{"darkviolet", 0x9400d3},
    Plain{"dimgray", 0x696969},
    Plain{"dimgrey", 0x696969},
    Plain{"floralwhite", 0xfffaf0},
    Plain{"forestgreen", 0x228b22},
    Plain{"gainsboro", 0xdcdcdc},
    Plain{"ghostwhite", 0xf8f8ff},
    Plain{"gray", 0xbebebe},
    Plain{"greenyellow", 0xadff2f},
    Plain{"grey", 0xbebebe},
    Plain{"lavender", 0xe6e6fa},
    Plain{"lawngreen", 0x7cfc00},
    Plain{"lightcoral", 0xf08080},
    Plain{"lightgoldenrodyellow", 0xfafad2},
    Plain{"lightgray", 0xd3d3d3},
    Plain{"lightgreen", 0x90ee90},
    Plain{"lightgrey", 0xd3d3d3},
    Plain{"lightseagreen", 0x20b2aa},
    Plain{"lightslateblue", 0x8470ff},
    Plain{"lightslategray", 0x778899},
    Plain{"lightslategrey", 0x778899},
    Plain{"limegreen", 0x32cd32},
    Plain{"linen", 0xfaf0e6},
    Plain{"mediumaquamarine", 0x66cdaa},
    Plain{"mediumblue", 0x0000cd},
    Plain{"mediumseagreen", 0x3cb371},
    Plain{"mediumslateblue", 0x7b68ee},
    Plain{"mediumspringgreen", 0x00fa9a},
    Plain{"mediumturquoise", 0x48d1cc},
    Plain{"mediumvioletred", 0xc71585},
    Plain{"midnightblue", 0x191970},
    Plain{"mintcream", 0xf5fffa},
    Plain{"moccasin", 0xffe4b5},
    Plain{"navy", 0x000080},
    Plain{"navyblue", 0x000080},
    Plain{"oldlace", 0xfdf5e6},
    Plain{"palegoldenrod", 0xeee8aa},
    Plain{"papayawhip", 0xffefd5},
    Plain{"peru", 0xcd853f},
    Plain{"powderblue", 0xb0e0e6},
    Plain{"saddlebrown", 0x8b4513},
    Plain{"sandybrown", 0xf4a460},
    Plain{"slategrey", 0x708090},
    Plain{"violet", 0xee82ee},
    Plain{"white", 0xffffff},
    Plain{"whitesmoke", 0xf5f5f5},
    Plain{"yellowgreen", 0x9acd32},
};

/// A name that also exists with 1 to 4 behind it, ever darker.
struct Shaded {
  std::string_view name;
  std::array<std::uint32_t, 5> rgb;  ///< without a number, then 1-4
};
constexpr std::array kShaded{
    Shaded{"antiquewhite", {0xfaebd7, 0xffefdb, 0xeedfcc, 0xcdc0b0, 0x8b8378}},
    Shaded{"aquamarine", {0x7fffd4, 0x7fffd4, 0x76eec6, 0x66cdaa, 0x458b74}},
    Shaded{"azure", {0xf0ffff, 0xf0ffff, 0xe0eeee, 0xc1cdcd, 0x838b8b}},
    Shaded{"bisque", {0xffe4c4, 0xffe4c4, 0xeed5b7, 0xcdb79e, 0x8b7d6b}},
    Shaded{"blue", {0x0000ff, 0x0000ff, 0x0000ee, 0x0000cd, 0x00008b}},
    Shaded{"brown", {0xa52a2a, 0xff4040, 0xee3b3b, 0xcd3333, 0x8b2323}},
    Shaded{"burlywood", {0xdeb887, 0xffd39b, 0xeec591, 0xcdaa7d, 0x8b7355}},
    Shaded{"cadetblue", {0x5f9ea0, 0x98f5ff, 0x8ee5ee, 0x7ac5cd, 0x53868b}},
    Shaded{"chartreuse", {0x7fff00, 0x7fff00, 0x76ee00, 0x66cd00, 0x458b00}},
    Shaded{"chocolate", {0xd2691e, 0xff7f24, 0xee7621, 0xcd661d, 0x8b4513}},
    Shaded{"coral", {0xff7f50, 0xff7256, 0xee6a50, 0xcd5b45, 0x8b3e2f}},
    Shaded{"cornsilk", {0xfff8dc, 0xfff8dc, 0xeee8cd, 0xcdc8b1, 0x8b8878}},
    Shaded{"cyan", {0x00ffff, 0x00ffff, 0x00eeee, 0x00cdcd, 0x008b8b}},
    Shaded{"darkgoldenrod", {0xb8860b, 0xffb90f, 0xeead0e, 0xcd950c, 0x8b6508}},
    Shaded{"darkolivegreen", {0x556b2f, 0xcaff70, 0xbcee68, 0xa2cd5a, 0x6e8b3d}},
    Shaded{"darkorange", {0xff8c00, 0xff7f00, 0xee7600, 0xcd6600, 0x8b4500}},
    Shaded{"darkorchid", {0x9932cc, 0xbf3eff, 0xb23aee, 0x9a32cd, 0x68228b}},
    Shaded{"darkseagreen", {0x8fbc8f, 0xc1ffc1, 0xb4eeb4, 0x9bcd9b, 0x698b69}},
    Shaded{"darkslategray", {0x2f4f4f, 0x97ffff, 0x8deeee, 0x79cdcd, 0x528b8b}},
    Shaded{"deeppink", {0xff1493, 0xff1493, 0xee1289, 0xcd1076, 0x8b0a50}},
    Shaded{"deepskyblue", {0x00bfff, 0x00bfff, 0x00b2ee, 0x009acd, 0x00688b}},
    Shaded{"dodgerblue", {0x1e90ff, 0x1e90ff, 0x1c86ee, 0x1874cd, 0x104e8b}},
    Shaded{"firebrick", {0xb22222, 0xff3030, 0xee2c2c, 0xcd2626, 0x8b1a1a}},
    Shaded{"gold", {0xffd700, 0xffd700, 0xeec900, 0xcdad00, 0x8b7500}},
    Shaded{"goldenrod", {0xdaa520, 0xffc125, 0xeeb422, 0xcd9b1d, 0x8b6914}},
    Shaded{"green", {0x00ff00, 0x00ff00, 0x00ee00, 0x00cd00, 0x008b00}},
    Shaded{"honeydew", {0xf0fff0, 0xf0fff0, 0xe0eee0, 0xc1cdc1, 0x838b83}},
    Shaded{"hotpink", {0xff69b4, 0xff6eb4, 0xee6aa7, 0xcd6090, 0x8b3a62}},
    Shaded{"indianred", {0xcd5c5c, 0xff6a6a, 0xee6363, 0xcd5555, 0x8b3a3a}},
    Shaded{"ivory", {0xfffff0, 0xfffff0, 0xeeeee0, 0xcdcdc1, 0x8b8b83}},
    Shaded{"khaki", {0xf0e68c, 0xfff68f, 0xeee685, 0xcdc673, 0x8b864e}},
    Shaded{"lavenderblush", {0xfff0f5, 0xfff0f5, 0xeee0e5, 0xcdc1c5, 0x8b8386}},
    Shaded{"lemonchiffon", {0xfffacd, 0xfffacd, 0xeee9bf, 0xcdc9a5, 0x8b8970}},
    Shaded{"lightblue", {0xadd8e6, 0xbfefff, 0xb2dfee, 0x9ac0cd, 0x68838b}},
    Shaded{"lightcyan", {0xe0ffff, 0xe0ffff, 0xd1eeee, 0xb4cdcd, 0x7a8b8b}},
    Shaded{"lightgoldenrod", {0xeedd82, 0xffec8b, 0xeedc82, 0xcdbe70, 0x8b814c}},
    Shaded{"lightpink", {0xffb6c1, 0xffaeb9, 0xeea2ad, 0xcd8c95, 0x8b5f65}},
    Shaded{"lightsalmon", {0xffa07a, 0xffa07a, 0xee9572, 0xcd8162, 0x8b5742}},
    Shaded{"lightskyblue", {0x87cefa, 0xb0e2ff, 0xa4d3ee, 0x8db6cd, 0x607b8b}},
    Shaded{"lightsteelblue", {0xb0c4de, 0xcae1ff, 0xbcd2ee, 0xa2b5cd, 0x6e7b8b}},
    Shaded{"lightyellow", {0xffffe0, 0xffffe0, 0xeeeed1, 0xcdcdb4, 0x8b8b7a}},
    Shaded{"magenta", {0xff00ff, 0xff00ff, 0xee00ee, 0xcd00cd, 0x8b008b}},
    Shaded{"maroon", {0xb03060, 0xff34b3, 0xee30a7, 0xcd2990, 0x8b1c62}},
    Shaded{"mediumorchid", {0xba55d3, 0xe066ff, 0xd15fee, 0xb452cd, 0x7a378b}},
    Shaded{"mediumpurple", {0x9370db, 0xab82ff, 0x9f79ee, 0x8968cd, 0x5d478b}},
    Shaded{"mistyrose", {0xffe4e1, 0xffe4e1, 0xeed5d2, 0xcdb7b5, 0x8b7d7b}},
    Shaded{"navajowhite", {0xffdead, 0xffdead, 0xeecfa1, 0xcdb38b, 0x8b795e}},
    Shaded{"olivedrab", {0x6b8e23, 0xc0ff3e, 0xb3ee3a, 0x9acd32, 0x698b22}},
    Shaded{"orange", {0xffa500, 0xffa500, 0xee9a00, 0xcd8500, 0x8b5a00}},
    Shaded{"orangered", {0xff4500, 0xff4500, 0xee4000, 0xcd3700, 0x8b2500}},
    Shaded{"orchid", {0xda70d6, 0xff83fa, 0xee7ae9, 0xcd69c9, 0x8b4789}},
    Shaded{"palegreen", {0x98fb98, 0x9aff9a, 0x90ee90, 0x7ccd7c, 0x548b54}},
    Shaded{"paleturquoise", {0xafeeee, 0xbbffff, 0xaeeeee, 0x96cdcd, 0x668b8b}},
    Shaded{"palevioletred", {0xdb7093, 0xff82ab, 0xee799f, 0xcd6889, 0x8b475d}},
    Shaded{"peachpuff", {0xffdab9, 0xffdab9, 0xeecbad, 0xcdaf95, 0x8b7765}},
    Shaded{"pink", {0xffc0cb, 0xffb5c5, 0xeea9b8, 0xcd919e, 0x8b636c}},
    Shaded{"plum", {0xdda0dd, 0xffbbff, 0xeeaeee, 0xcd96cd, 0x8b668b}},
    Shaded{"purple", {0xa020f0, 0x9b30ff, 0x912cee, 0x7d26cd, 0x551a8b}},
    Shaded{"red", {0xff0000, 0xff0000, 0xee0000, 0xcd0000, 0x8b0000}},
    Shaded{"rosybrown", {0xbc8f8f, 0xffc1c1, 0xeeb4b4, 0xcd9b9b, 0x8b6969}},
    Shaded{"royalblue", {0x4169e1, 0x4876ff, 0x436eee, 0x3a5fcd, 0x27408b}},
    Shaded{"salmon", {0xfa8072, 0xff8c69, 0xee8262, 0xcd7054, 0x8b4c39}},
    Shaded{"seagreen", {0x2e8b57, 0x54ff9f, 0x4eee94, 0x43cd80, 0x2e8b57}},
    Shaded{"seashell", {0xfff5ee, 0xfff5ee, 0xeee5de, 0xcdc5bf, 0x8b8682}},
    Shaded{"sienna", {0xa0522d, 0xff8247, 0xee7942, 0xcd6839, 0x8b4726}},
    Shaded{"skyblue", {0x87ceeb, 0x87ceff, 0x7ec0ee, 0x6ca6cd, 0x4a708b}},
    Shaded{"slateblue", {0x6a5acd, 0x836fff, 0x7a67ee, 0x6959cd, 0x473c8b}},
    Shaded{"slategray", {0x708090, 0xc6e2ff, 0xb9d3ee, 0x9fb6cd, 0x6c7b8b}},
    Shaded{"snow", {0xfffafa, 0xfffafa, 0xeee9e9, 0xcdc9c9, 0x8b8989}},
    Shaded{"springgreen", {0x00ff7f, 0x00ff7f, 0x00ee76, 0x00cd66, 0x008b45}},
    Shaded{"steelblue", {0x4682b4, 0x63b8ff, 0x5cacee, 0x4f94cd, 0x36648b}},
    Shaded{"tan", {0xd2b48c, 0xffa54f, 0xee9a49, 0xcd853f, 0x8b5a2b}},
    Shaded{"thistle", {0xd8bfd8, 0xffe1ff, 0xeed2ee, 0xcdb5cd, 0x8b7b8b}},
    Shaded{"tomato", {0xff6347, 0xff6347, 0xee5c42, 0xcd4f39, 0x8b3626}},
    Shaded{"turquoise", {0x40e0d0, 0x00f5ff, 0x00e5ee, 0x00c5cd, 0x00868b}},
    Shaded{"violetred", {0xd02090, 0xff3e96, 0xee3a8c, 0xcd3278, 0x8b2252}},
    Shaded{"wheat", {0xf5deb3, 0xffe7ba, 0xeed8ae, 0xcdba96, 0x8b7e66}},
    Shaded{"yellow", {0xffff00, 0xffff00, 0xeeee00, 0xcdcd00, 0x8b8b00}},
};

template <class Rows>
auto find(const Rows& rows, std::string_view name) {
  return std::lower_bound(rows.begin(), rows.end(), name,
                          [](const auto& row, std::string_view wanted) { return row.name < wanted; });
}

std::optional<std::uint32_t> grey(std::string_view name) {
  if (!name.starts_with("grey") && !name.starts_with("gray")) return std::nullopt;
  unsigned percent = 0;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + 4, end, percent);
  if (error != std::errc{} || stop != end || percent > 100) return std::nullopt;
  // Halves are rounded up, but for these two.
  const bool down = percent == 50 || percent == 90;
  const std::uint32_t level = (percent * 255 + (down ? 49 : 50)) / 100;
  return level << 16 | level << 8 | level;
}

}  // namespace

std::optional<std::uint32_t> colour_by_name(std::string_view given) {
  std::string name;
  for (const char c : given) {
    if (c != ' ') name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (const auto it = find(kPlain, name); it != kPlain.end() && it->name == name) return it->rgb;
  if (name.empty()) return std::nullopt;
  std::size_t shade = 0;
  std::string_view base = name;
  if (base.back() >= '1' && base.back() <= '4') {
    shade = static_cast<std::size_t>(base.back() - '0');
    base.remove_suffix(1);
  }
  if (const auto it = find(kShaded, base); it != kShaded.end() && it->name == base) return it->rgb[shade];
  return grey(name);
}

}  // namespace sess::model
