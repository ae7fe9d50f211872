#include "terminal/show/relay.hpp"

#include "base/utf8.hpp"
#include "terminal/decode/decoder.hpp"
#include "terminal/show/relay_rules.hpp"
#include "terminal/decode/sequence.hpp"
#include "terminal/decode/text_scan.hpp"

namespace sess::terminal {

Relay::Relay(RelayPolicy policy) : policy_(policy) {}
Relay::~Relay() = default;

void Relay::feed(std::string_view bytes) {
  if (!decoder_) decoder_ = std::make_unique<Decoder>();
  begin(bytes);
  decoder_->feed(bytes, *this);
}

std::size_t Relay::pending() const {
  return decoder_ ? decoder_->pending() : 0;
}

bool Relay::in_stream() const {
  return decoder_ && decoder_->in_stream();
}

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
  if (raw.empty()) return;
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
  if (bytes.empty()) return;
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
  if (passes_escape(token)) pass(token.raw);
}

void Relay::on_csi(const Csi& token) {
  switch (judge_csi(token)) {
    case Verdict::pass:
      pass(token.raw);
      break;
    case Verdict::rewrite:
      put(rewrite_modes(token));
      break;
    case Verdict::drop:
      break;
  }
}

void Relay::on_osc(const StringToken& token) {
  if (!passes_osc(token.payload, policy_)) return;
  if (!token.raw.empty() && is_clean_text(token.payload)) return pass(token.raw);
  // Controls inside would end the string in some terminals and not in others.
  std::string out = "\x1b]";
  out += clean_text(token.payload, std::string_view::npos);
  out += token.terminator;
  put(std::move(out));
}

/// Queries (DECRQSS, XTGETTCAP) are answered by the server; what is wrapped for tmux reaches the clipboard
/// only.
void Relay::on_dcs(const StringToken& token) {
  if (!policy_.clipboard || token.dcs.final != 't' || token.dcs.intermediate != 0) return;
  std::string_view content = token.payload;
  constexpr std::string_view kStart = "mux;\x1b]";
  if (content.rfind(kStart, 0) != 0) return;
  content.remove_prefix(kStart.size());
  content = content.substr(0, content.find_first_of(std::string_view("\a\x1b")));
  if (content.rfind("52;", 0) != 0 || !passes_osc(content, policy_) || !is_clean_text(content)) return;
  put("\x1b]" + std::string(content) + "\x1b\\");
}

/// screen's title sequence is shown as text by other terminals: it becomes the standard one.
void Relay::on_other_string(const StringToken& token) {
  if (token.introducer == 'k') put("\x1b]2;" + clean_text(token.payload, 256) + "\x1b\\");
}

void Relay::on_stream(StreamKind, std::string_view raw) {
  pass(raw);
}

}  // namespace sess::terminal
