#include "terminal/decode/decoder.hpp"

#include <string>

#include "base/utf8.hpp"
#include "support/catch.hpp"

namespace sess::terminal {
namespace {

/// Tokens as one line of text each; text runs are joined, so that splits do not show.
class Script : public TokenHandler {
 public:
  std::string out;

  void on_text(std::string_view text) override {
    if (last_ != 't') out += "text:";
    last_ = 't';
    while (!text.empty()) {
      const auto got = decode_utf8(text);
      append_utf8(out, got.code_point);
      text.remove_prefix(got.length);
    }
  }
  void on_control(char c, std::string_view) override { line("control " + std::to_string(c)); }
  void on_escape(const Escape& t) override {
    line(std::string("escape ") + (t.intermediate != 0 ? std::string(1, t.intermediate) : "") + t.final);
  }
  void on_csi(const Csi& t) override {
    std::string text = "csi ";
    if (t.marker != 0) text += t.marker;
    for (int i = 0; i < t.count; ++i) {
      if (i > 0) text += t.colon(i) ? ':' : ';';
      if (t.get(i, -1) >= 0) text += std::to_string(t.get(i, -1));
    }
    if (t.overflow) text += "...";
    if (t.intermediate != 0) text += t.intermediate;
    line(text + t.final);
  }
  void on_osc(const StringToken& t) override { line("osc " + std::string(t.payload)); }
  void on_dcs(const StringToken& t) override {
    line(std::string("dcs ") + t.dcs.final + ' ' + std::string(t.payload));
  }
  void on_other_string(const StringToken& t) override { line("other " + std::string(t.payload)); }
  void on_stream(StreamKind kind, std::string_view raw) override {
    if (last_ != 's') out += kind == StreamKind::sixel ? "sixel:" : "kitty:";
    last_ = 's';
    out += raw;
  }

 private:
  void line(const std::string& text) {
    if (last_ != 0) out += '\n';
    out += text + '\n';
    last_ = 0;
  }
  char last_ = 0;
};

std::string tokens(std::string_view bytes, std::size_t piece = std::string_view::npos) {
  Decoder decoder;
  Script script;
  for (std::size_t at = 0; at < bytes.size(); at += std::min(piece, bytes.size())) {
    decoder.feed(bytes.substr(at, piece), script);
  }
  return script.out;
}

constexpr std::string_view kMixed =
    "plain \xed\x95\x9c\r\n\x1b[31;1mred\x1b[m\x1b]0;title\a\x1b(0q\x1b[38:2::1:2:3m\xff\xe2\x82z\xc2\x9b"
    "\x1b[1\n;2H\x1b]2;st\x1b\\\x1bP$qm\x1b\\\x1bPq#0!10~\x1b\\\x1b_Ga=T;AAAA\x1b\\\x1b^pm\x1b\\\x1bX "
    "sos\x1b\\"
    "\x1bkname\x1b\\\x1b[?1049h\x1b[\x1b[5n\x1b\x1b[2J\x1b]0;broken\x1b[3D\x18\x1b[4\x18"
    "5\x1bPtmux;\x1b\x1b]52;c;QQ==\a\x1b\\"
    "\xf0\x9f\x91\xa9\xe2\x80\x8d end \xf0\x9f";

}  // namespace

TEST_CASE("the same bytes give the same tokens however they were split", "[terminal][decoder]") {
  const std::string whole = tokens(kMixed);
  CHECK(tokens(kMixed, 1) == whole);
  CHECK(tokens(kMixed, 2) == whole);
  CHECK(tokens(kMixed, 3) == whole);
  for (std::size_t cut = 1; cut < kMixed.size(); ++cut) {
    Decoder decoder;
    Script script;
    decoder.feed(kMixed.substr(0, cut), script);
    decoder.feed(kMixed.substr(cut), script);
    REQUIRE(script.out == whole);
  }
}

TEST_CASE("a decoder restored at any byte goes on with the same tokens", "[terminal][decoder]") {
  const std::string whole = tokens(kMixed);
  for (std::size_t cut = 0; cut <= kMixed.size(); ++cut) {
    Decoder decoder;
    Script script;
    decoder.feed(kMixed.substr(0, cut), script);
    ByteWriter out;
    decoder.save(out);
    Decoder other;
    ByteReader in(out.bytes());
    other.restore(in);
    REQUIRE(in.ok());
    REQUIRE(other.pending() == decoder.pending());
    other.feed(kMixed.substr(cut), script);
    REQUIRE(script.out == whole);
  }
}

TEST_CASE("controls inside a sequence come before it", "[terminal][decoder]") {
  CHECK(tokens("\x1b[1\n;2H") == "control 10\ncsi 1;2H\n");
}

TEST_CASE("CAN ends a sequence and an ESC begins another", "[terminal][decoder]") {
  CHECK(tokens("\x1b[4\x18x") == "text:x");
  CHECK(tokens("\x1b[4\x1b[5n") == "csi 5n\n");
  CHECK(tokens("\x1b]0;title\x1b[5n") == "csi 5n\n");
}

TEST_CASE("C1 controls are neither bytes nor UTF-8", "[terminal][decoder]") {
  CHECK(tokens("\x9b"
               "5n") ==
        "text:\xef\xbf\xbd"
        "5n");
  CHECK(tokens("\xc2\x9b"
               "5n") ==
        "text:\xc2\x9b"
        "5n");
}

TEST_CASE("malformed UTF-8 is one replacement per maximal subpart", "[terminal][decoder]") {
  const std::string_view bytes =
      "\xf0\x90\x80"
      "a\xe2\x82\xe2\x82\xac\xff";
  CHECK(tokens(bytes) ==
        "text:\xef\xbf\xbd"
        "a\xef\xbf\xbd\xe2\x82\xac\xef\xbf\xbd");
  CHECK(tokens(bytes, 1) == tokens(bytes));
}

TEST_CASE("more parameters than fit are counted off and values are clamped", "[terminal][decoder]") {
  std::string many = "\x1b[";
  for (int i = 0; i < 300; ++i) many += "1;";
  many += "7m";
  const std::string got = tokens(many);
  CHECK(got.find("...m") != std::string::npos);
  CHECK(tokens("\x1b[99999999999999999999A") == "csi 65535A\n");
}

TEST_CASE("strings beyond their limit are skipped to their end", "[terminal][decoder]") {
  const std::string longer(Decoder::kMaxString + 10, 'x');
  CHECK(tokens("\x1b]0;" + longer + "\aok") == "text:ok");
  CHECK(tokens("\x1bPp" + longer + "\x1b\\ok") == "text:ok");
  const std::string clipboard(200000, 'Q');
  CHECK(tokens("\x1b]52;c;" + clipboard + "\a").size() > 200000);
  const std::string too_much(Decoder::kMaxClipboard + 100, 'Q');
  CHECK(tokens("\x1b]52;c;" + too_much + "\aok") == "text:ok");
}

TEST_CASE("what never seems to end is kept up to its limit, and text is text right behind it",
          "[terminal][decoder]") {
  struct Endless {
    std::string_view begin, piece, end;
    std::size_t most;
  };
  constexpr std::size_t kFew = 256;
  const auto endless = GENERATE(
      Endless{"\x1b]0;", "title ", "\a", Decoder::kMaxString},
      Endless{"\x1b]0;", "\xed\x95\x9c", "\x1b\\", Decoder::kMaxString},
      Endless{"\x1bk", "name", "\x1b\\", Decoder::kMaxString},
      Endless{"\x1bP$q", "m", "\x1b\\", Decoder::kMaxString},
      Endless{"\x1bX", "sos", "\x1b\\", Decoder::kMaxString},
      Endless{"\x1b^", "pm", "\x1b\\", Decoder::kMaxString},
      Endless{"\x1b_", "apc", "\x1b\\", Decoder::kMaxString},
      Endless{"\x1b]52;c;", "QUJD", "\a", Decoder::kMaxClipboard},
      Endless{"\x1bPtmux;", "x", "\x1b\\", Decoder::kMaxClipboard},
      Endless{"\x1bPq", "#0!10~", "\x1b\\", kFew}, Endless{"\x1b_Ga=T;", "AAAA", "\x1b\\", kFew},
      Endless{"\x1b[", "1;", "m", Decoder::kMaxSequence}, Endless{"\x1b[", "\n1", "m", Decoder::kMaxSequence},
      Endless{"\x1b", "(", "B", Decoder::kMaxSequence});
  CAPTURE(endless.begin);
  Decoder decoder;
  Script script;
  decoder.feed(endless.begin, script);
  std::size_t largest = 0;
  for (std::size_t fed = 0; fed < 3 * Decoder::kMaxClipboard; fed += endless.piece.size()) {
    decoder.feed(endless.piece, script);
    largest = std::max(largest, decoder.unfinished().size());
  }
  CHECK(largest <= endless.most + kFew);
  ByteWriter out;
  decoder.save(out);
  CHECK(out.size() < kFew);
  Decoder next;
  ByteReader in(out.bytes());
  next.restore(in);
  REQUIRE(in.ok());
  script.out.clear();
  next.feed(endless.end, script);
  next.feed("behind", script);
  CHECK(next.pending() == 0);
  CHECK(script.out.ends_with("behind"));
}

TEST_CASE("a picture passes in pieces and is counted as pending but not stored", "[terminal][decoder]") {
  Decoder decoder;
  Script script;
  decoder.feed("\x1bPq", script);
  const std::string data(100000, '~');
  for (int i = 0; i < 20; ++i) decoder.feed(data, script);
  CHECK(decoder.pending() == 2000003);
  ByteWriter out;
  decoder.save(out);
  CHECK(out.size() < 64);
  decoder.feed("\x1b\\", script);
  CHECK(decoder.pending() == 0);
}

TEST_CASE("pending counts back to the start of the unfinished token", "[terminal][decoder]") {
  Decoder decoder;
  Script script;
  decoder.feed("abc\x1b[3", script);
  CHECK(decoder.pending() == 3);
  decoder.feed("1", script);
  CHECK(decoder.pending() == 4);
  decoder.feed("m\xe2", script);
  CHECK(decoder.pending() == 1);
  decoder.feed("\x82", script);
  CHECK(decoder.pending() == 2);
  decoder.feed("\xac", script);
  CHECK(decoder.pending() == 0);
  decoder.feed("\x1b]0;x\x1b", script);
  decoder.feed("[1", script);
  CHECK(decoder.pending() == 3);
}

TEST_CASE("no bytes restore a decoder into anything but a state it can be in", "[terminal][decoder]") {
  unsigned seed = 7;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes;
    for (int i = 0; i < 14; ++i) {
      seed = seed * 1664525U + 1013904223U;
      bytes += static_cast<char>(seed >> 24U);
    }
    bytes[0] = static_cast<char>(round % 16);
    bytes[2] = 0;
    bytes[3] = 1;
    bytes[4] = static_cast<char>(round % 10);
    Decoder decoder;
    ByteReader in(bytes);
    decoder.restore(in);
    Script script;
    decoder.feed(kMixed, script);
    decoder.feed("\x18\x1b\\ok", script);
    REQUIRE(script.out.find("ok") != std::string::npos);
  }
}

}  // namespace sess::terminal
