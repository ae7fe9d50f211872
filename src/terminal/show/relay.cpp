#include "terminal/show/relay.hpp"

#include <utility>

#include "base/utf8.hpp"
#include "terminal/decode/decoder.hpp"
#include "terminal/show/relay_rules.hpp"
#include "terminal/decode/sequence.hpp"
#include "terminal/screen/sgr_text.hpp"
#include "terminal/decode/text_scan.hpp"

namespace sess::terminal {

namespace {

/// What puts the user's colours back when a program gives up its own: OSC 104 of all, or of those that it
/// names.
std::string default_palette(const RelayPolicy& policy, std::string_view payload) {
  if (policy.palette.empty() || !(payload == "104" || payload.starts_with("104;"))) return {};
  const bool all = payload.size() <= 4;
  std::string out;
  for (const auto& [index, color] : policy.palette) {
    const auto field = ';' + std::to_string(index) + ';';
    if (!all && (std::string(payload.substr(3)) + ';').find(field) == std::string::npos) continue;
    out += "\x1b]4;" + std::to_string(index) + ';' + rgb_text(color) + "\x1b\\";
  }
  return out;
}

}  // namespace

Relay::Relay(RelayPolicy policy, std::optional<bool> alternate) : policy_(policy), alternate_(alternate) {}
Relay::~Relay() = default;

void Relay::feed(std::string_view bytes) {
  if (!decoder_) decoder_ = std::make_unique<Decoder>();
  begin(bytes);
  decoder_->feed(bytes, *this);
}

void Relay::feed_plain(std::string_view bytes, std::size_t unfinished) {
  if (unfinished > bytes.size()) return feed(bytes);
  begin(bytes);
  if (pending() > 0) {
    put(std::string(decoder_->unfinished()));
    decoder_->reset();
  }
  pass(bytes.substr(0, bytes.size() - unfinished));
  if (unfinished == 0) return;
  if (!decoder_) decoder_ = std::make_unique<Decoder>();
  decoder_->feed(bytes.substr(bytes.size() - unfinished), *this);
}

std::size_t Relay::pending() const {
  return decoder_ ? decoder_->pending() : 0;
}

bool Relay::in_stream() const {
  return decoder_ && decoder_->in_stream();
}

/// The bytes that the tokens of this feed may point into.
void Relay::begin(std::string_view input) {
  input_ = input;
}

void Relay::append_to(std::string& out) const {
  for (const auto piece : pieces_) out += piece;
}

void Relay::clear() {
  pieces_.clear();
  owned_.clear();
  size_ = 0;
}

/// Bytes of the input are named where they lie and joined with the piece before them; others are copied.
void Relay::pass(std::string_view raw) {
  if (raw.empty() || halted_) return;
  const char* const begin = input_.data();
  const bool inside = raw.data() >= begin && raw.data() + raw.size() <= begin + input_.size();
  if (!inside) return put(std::string(raw));
  size_ += raw.size();
  if (!pieces_.empty() && pieces_.back().data() + pieces_.back().size() == raw.data() &&
      pieces_.back().data() >= begin) {
    pieces_.back() = {pieces_.back().data(), pieces_.back().size() + raw.size()};
    return;
  }
  pieces_.push_back(raw);
}

void Relay::put(std::string bytes) {
  if (bytes.empty() || halted_) return;
  size_ += bytes.size();
  owned_.push_back(std::move(bytes));
  pieces_.emplace_back(owned_.back());
}

void Relay::on_text(std::string_view text) {
  const char* const end = text.data() + text.size();
  const char* const high = find_high(text.data(), end);
  if (high == end || is_clean_text({high, static_cast<std::size_t>(end - high)})) return pass(text);
  // Terminals differ in how many U+FFFD they show for malformed bytes: they are sent as this emulator
  // counted.
  put(clean_text(text, std::string_view::npos));
}

void Relay::on_control(char c, std::string_view raw) {
  if (passes_control(c)) pass(raw);
}

void Relay::on_escape(const Escape& token) {
  if (!passes_escape(token)) return;
  if (token.intermediate == 0 && (token.final == '6' || token.final == '9') && lacks(ability::side_margins)) {
    missing_ = true;
    return;
  }
  pass(token.raw);
  if (token.intermediate != 0 || token.final != 'c') return;
  alternate_ = false;
  put(default_cursor(policy_));
  put(default_palette(policy_, "104"));
}

void Relay::on_csi(const Csi& token) {
  switch (judge_csi(token)) {
    case Verdict::pass:
      if (policy_.lacks != 0 && keeps(token)) return;
      if (token.final == 'q' && token.intermediate == ' ' && token.get(0, 0) == 0 &&
          policy_.cursor_style != 0) {
        return put("\x1b[" + std::to_string(policy_.cursor_style) + " q");
      }
      if (token.final == 't' && !policy_.titles) return;
      if (token.final == 'r' && token.marker == '?') alternate_.reset();  // XTRESTORE may switch
      return pass(token.raw);
    case Verdict::modes:
      return set_modes(token);
    case Verdict::drop:
      break;
  }
}

void Relay::on_sgr(const Sgr& token) {
  pass(token.raw);  // what judge_csi() says of every one
}

/// Whether the terminal lacks what this is. What would not be undone by painting anew halts the relay.
bool Relay::keeps(const Csi& token) {
  if (lacks(ability::newline) && token.final == 'h' && token.marker == 0) {
    for (int i = 0; i < token.count; ++i) halted_ = halted_ || token.get(i, 0) == 20;
    return halted_;
  }
  const bool columns = token.intermediate == '\'';
  const bool side_margins =
      token.final == 's' && token.marker == 0 && (token.count > 1 || token.get(0, -1) >= 0);
  if ((columns || side_margins) && lacks(ability::side_margins)) return missing_ = true;
  const bool protects = token.intermediate == '"';
  const bool selective = token.marker == '?' && (token.final == 'J' || token.final == 'K');
  if (!(protects || selective) || !lacks(ability::protection)) return false;
  missing_ = missing_ || selective;
  return true;
}

/// As it came where nothing is to be said about any of its modes.
void Relay::set_modes(const Csi& token) {
  const bool on = token.final == 'h';
  bool plain = true;
  for (int i = 0; i < token.count; ++i) {
    const int mode = token.get(i, 0);
    plain = plain && passes_mode(mode) && !is_screen_mode(mode) &&
            !lacks(ability_of_mode(mode) & ability::picture);
  }
  if (plain) return pass(token.raw);
  std::string out;
  std::string list;
  const auto flush = [&] {
    if (!list.empty()) out += "\x1b[?" + std::exchange(list, {}) + token.final;
  };
  for (int i = 0; i < token.count; ++i) {
    const int mode = token.get(i, 0);
    if (!passes_mode(mode)) continue;
    if (lacks(ability_of_mode(mode) & ability::picture)) {
      if (!on) continue;
      flush();
      put(std::move(out));
      halted_ = true;
      return;
    }
    if (is_screen_mode(mode)) {
      flush();
      switch_screen(out, mode, on);
      continue;
    }
    if (!list.empty()) list += ';';
    list += std::to_string(mode);
  }
  flush();
  put(std::move(out));
}

/// Terminals agree on what these modes do when they switch, and in nothing else: the rest is said in other
/// words.
void Relay::switch_screen(std::string& out, int mode, bool on) {
  if (on && !policy_.alternate_screen) return;
  if (alternate_ == on) {
    if (mode == 1049 && on) out += "\x1b[2J";
    if (mode == 1049 && !on && policy_.alternate_screen) {
      out +=
          "\x1b"
          "8";
    }
    return;
  }
  alternate_ = on;
  out += "\x1b[?" + std::to_string(mode) + (on ? 'h' : 'l');
}

std::string default_cursor(const RelayPolicy& policy) {
  std::string out;
  if (policy.cursor_style != 0) out += "\x1b[" + std::to_string(policy.cursor_style) + " q";
  if (policy.cursor_color) out += "\x1b]12;" + rgb_text(*policy.cursor_color) + "\x1b\\";
  return out;
}

void Relay::on_osc(const StringToken& token) {
  if (!passes_osc(token.payload, policy_)) return;
  if (policy_.cursor_color && (token.payload == "112" || token.payload == "112;")) {
    return put("\x1b]12;" + rgb_text(*policy_.cursor_color) + "\x1b\\");
  }
  const auto resets = default_palette(policy_, token.payload);
  if (!token.raw.empty() && is_clean_text(token.payload)) {
    pass(token.raw);
    return put(resets);
  }
  // Controls inside would end the string in some terminals and not in others.
  std::string out = "\x1b]";
  out += clean_text(token.payload, std::string_view::npos);
  out += token.terminator;
  put(std::move(out) + resets);
}

/// Queries (DECRQSS, XTGETTCAP) are answered by the server; what is wrapped for tmux reaches the terminal
/// where the user allows it, otherwise the clipboard only.
void Relay::on_dcs(const StringToken& token) {
  if (token.dcs.final != 't' || token.dcs.intermediate != 0) return;
  std::string_view content = token.payload;
  if (policy_.passthrough && content.starts_with("mux;")) return put(std::string(content.substr(4)));
  if (!policy_.clipboard) return;
  constexpr std::string_view kStart = "mux;\x1b]";
  if (content.rfind(kStart, 0) != 0) return;
  content.remove_prefix(kStart.size());
  content = content.substr(0, content.find_first_of(std::string_view("\a\x1b")));
  if (content.rfind("52;", 0) != 0 || !passes_osc(content, policy_) || !is_clean_text(content)) return;
  put("\x1b]" + std::string(content) + "\x1b\\");
}

/// ESC k names a window of ours; other terminals show it as text.
void Relay::on_other_string(const StringToken&) {}

void Relay::on_stream(StreamKind, std::string_view raw) {
  pass(raw);
}

}  // namespace sess::terminal
