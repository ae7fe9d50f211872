#include "bench/text.hpp"

#include <array>
#include <cstdint>

#include "bench/compiler_output.hpp"

namespace sess::bench {

namespace {

/// Deterministic, not random: xorshift with a fixed seed, so that every run and every peer gets the same
/// bytes.
class Numbers {
 public:
  std::uint32_t below(std::uint32_t n) {
    state_ ^= state_ << 13U;
    state_ ^= state_ >> 17U;
    state_ ^= state_ << 5U;
    return state_ % n;
  }

 private:
  std::uint32_t state_ = 2463534242U;
};

constexpr std::array<std::string_view, 12> kWords{"request", "accepted",   "worker",  "queue",
                                                  "timeout", "connection", "cache",   "miss",
                                                  "retry",   "backend",    "flushed", "checkpoint"};
constexpr std::array<std::string_view, 12> kKoreanWords{"안녕하세요", "세계",       "터미널에서", "작업을",
                                                        "계속",       "실행합니다", "연결이",     "끊어져도",
                                                        "괜찮습니다", "기록은",     "그대로",     "남습니다"};

constexpr std::array<std::string_view, 12> kJapaneseWords{
    "端末の",       "セッション", "を",         "続けます。", "接続が",     "切れても",
    "大丈夫です、", "記録は",     "残ります。", "サーバー",   "プログラム", "「実行中」"};
constexpr std::array<std::string_view, 12> kEmoji{
    "😀", "🚀", "✅", "👍🏽", "👩‍💻", "🇰🇷", "🔥", "❤️", "📦", "⚠️", "🎉", "👨‍👩‍👧"};

std::string number(std::uint32_t value, std::size_t digits) {
  std::string text = std::to_string(value);
  return text.size() < digits ? std::string(digits - text.size(), '0') + text : text;
}

std::string ascii_line(Numbers& n) {
  std::string line = "2026-01-02T03:" + number(n.below(60), 2) + ":" + number(n.below(60), 2) + "." +
                     number(n.below(1000), 3) + "Z app[" + std::to_string(1000 + n.below(9000)) + "]:";
  const std::uint32_t words = 3 + n.below(8);
  for (std::uint32_t i = 0; i < words; ++i) {
    line += ' ';
    line += kWords[n.below(kWords.size())];
    if (n.below(3) == 0) line += "=" + std::to_string(n.below(100000));
  }
  return line + "\n";
}

std::string colour_line(Numbers& n) {
  std::string line = "\033[2m03:" + number(n.below(60), 2) + ":" + number(n.below(60), 2) +
                     "\033[0m \033[1;3" + std::to_string(1 + n.below(6)) + "mINFO\033[0m";
  const std::uint32_t words = 3 + n.below(8);
  for (std::uint32_t i = 0; i < words; ++i) {
    line += " \033[38;5;" + std::to_string(16 + n.below(216)) + "m";
    line += kWords[n.below(kWords.size())];
    line += "\033[39m=\033[36m" + std::to_string(n.below(100000)) + "\033[0m";
  }
  return line + "\n";
}

std::string light_line(Numbers& n) {
  constexpr std::array<std::string_view, 4> kLevels{"\033[32mINFO\033[0m", "\033[33mWARN\033[0m",
                                                    "\033[1;31mERROR\033[0m", "\033[2mDEBUG\033[0m"};
  std::string line = ascii_line(n);
  return line.insert(line.find(' ') + 1, std::string(kLevels[n.below(kLevels.size())]) + ' ');
}

std::string hangul_line(Numbers& n) {
  std::string line;
  const std::uint32_t words = 5 + n.below(8);
  for (std::uint32_t i = 0; i < words; ++i) {
    line += kKoreanWords[n.below(kKoreanWords.size())];
    line += i + 1 == words ? "." : " ";
  }
  return line + "\n";
}

std::string japanese_line(Numbers& n) {
  std::string line;
  for (std::uint32_t i = 0, words = 6 + n.below(8); i < words; ++i) {
    line += kJapaneseWords[n.below(kJapaneseWords.size())];
  }
  return line + "\n";
}

std::string emoji_line(Numbers& n) {
  std::string line;
  for (std::uint32_t i = 0, words = 4 + n.below(6); i < words; ++i) {
    line += kEmoji[n.below(kEmoji.size())];
    line += ' ';
    line += kWords[n.below(kWords.size())];
    line += ' ';
  }
  return line + "\n";
}

/// One screen of 80x24, as a process viewer draws it: every row addressed, coloured bars, erased to its end.
std::string screen(Numbers& n) {
  std::string out = "\033[H";
  for (int row = 1; row <= 24; ++row) {
    out += "\033[" + std::to_string(row) + ";1H\033[1;3" + std::to_string(1 + n.below(7)) + "m";
    out += number(n.below(99999), 5) + "\033[0m \033[42m" + std::string(1 + n.below(20), '|') + "\033[49m ";
    for (int i = 0; i < 4; ++i) {
      out += kWords[n.below(kWords.size())];
      out += ' ';
    }
    out += "\033[K";
  }
  return out;
}

}  // namespace

bool parse_load(std::string_view name, Load& load) {
  for (const Load candidate : kAllLoads) {
    if (load_name(candidate) == name) {
      load = candidate;
      return true;
    }
  }
  return false;
}

std::string load_name(Load load) {
  switch (load) {
    case Load::ascii:
      return "ascii";
    case Load::light:
      return "light";
    case Load::colour:
      return "colour";
    case Load::hangul:
      return "hangul";
    case Load::japanese:
      return "japanese";
    case Load::emoji:
      return "emoji";
    case Load::compiler:
      return "compiler";
    case Load::repaint:
      return "repaint";
  }
  return "";
}

std::string load_block(Load load) {
  constexpr std::size_t kBlock = 1024 * 1024;
  Numbers numbers;
  std::string block;
  block.reserve(kBlock + 4096);
  while (block.size() < kBlock) {
    switch (load) {
      case Load::ascii:
        block += ascii_line(numbers);
        break;
      case Load::colour:
        block += colour_line(numbers);
        break;
      case Load::light:
        block += light_line(numbers);
        break;
      case Load::hangul:
        block += hangul_line(numbers);
        break;
      case Load::japanese:
        block += japanese_line(numbers);
        break;
      case Load::emoji:
        block += emoji_line(numbers);
        break;
      case Load::compiler:
        block += kCompilerOutput;
        break;
      case Load::repaint:
        block += screen(numbers);
        break;
    }
  }
  return block;
}

std::string load_line(Load load, std::size_t line_number, std::size_t cells) {
  std::string line = number(static_cast<std::uint32_t>(line_number), 8);
  std::size_t used = line.size();
  for (std::size_t i = line_number; used < cells; ++i) {
    if (load == Load::hangul && cells - used >= 2) {
      line += std::string_view("가나다라마바사아자차카타파하").substr(3 * (i % 14), 3);
      used += 2;
    } else if (load == Load::colour && cells - used >= 8) {
      line += "\033[3" + std::to_string(i % 8) + "m" + std::string(8, static_cast<char>('a' + i % 26)) +
              "\033[0m";
      used += 8;
    } else {
      line += static_cast<char>('a' + i % 26);
      ++used;
    }
  }
  return line;
}

}  // namespace sess::bench
