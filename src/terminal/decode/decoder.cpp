#include "terminal/decode/decoder.hpp"

#include <cstring>

#include "base/utf8.hpp"
#include "terminal/decode/sequence.hpp"
#include "terminal/decode/text_scan.hpp"

namespace sess::terminal {
namespace {

constexpr char kEsc = '\x1b';
constexpr char kBel = '\a';
constexpr std::string_view kSt = "\x1b\\";
constexpr std::size_t kKeepCapacity = 4096;

bool cancels(unsigned char c) {
  return c == 0x18 || c == 0x1A;
}

class NullHandler : public TokenHandler {
 public:
  void on_text(std::string_view) override {}
  void on_control(char, std::string_view) override {}
  void on_escape(const Escape&) override {}
  void on_csi(const Csi&) override {}
  void on_osc(const StringToken&) override {}
  void on_dcs(const StringToken&) override {}
  void on_other_string(const StringToken&) override {}
  void on_stream(StreamKind, std::string_view) override {}
};

/// How many bytes at the end of a run are the start of a cut UTF-8 sequence.
std::size_t cut_tail(const char* begin, const char* end) {
  const auto size = static_cast<std::size_t>(end - begin);
  for (std::size_t back = 1; back <= 3 && back <= size; ++back) {
    const auto c = static_cast<unsigned char>(end[-static_cast<std::ptrdiff_t>(back)]);
    if (c < 0x80) return 0;
    if (c >= 0xC0) {
      const auto got = decode_utf8({end - back, back});
      return got.status == Utf8Status::more ? back : 0;
    }
  }
  return 0;
}

}  // namespace

void Decoder::reset() {
  to_ground();
  pending_ = 0;
}

void Decoder::to_ground() {
  state_ = State::ground;
  introducer_ = 0;
  raw_.clear();
  if (raw_.capacity() > kKeepCapacity) raw_.shrink_to_fit();
}

void Decoder::feed(std::string_view bytes, TokenHandler& handler) {
  const char* p = bytes.data();
  const char* const end = p + bytes.size();
  feed_begin_ = p;
  token_offset_ = kEarlier;
  while (p < end) p = state_ == State::ground ? ground(p, end, handler) : step(p, end, handler);
  if (state_ == State::ground) {
    pending_ = 0;
  } else if (token_offset_ != kEarlier) {
    pending_ = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(bytes.size()) - token_offset_);
  } else {
    pending_ += bytes.size();
  }
}

const char* Decoder::ground(const char* p, const char* end, TokenHandler& handler) {
  while (p < end) {
    const auto c = static_cast<unsigned char>(*p);
    if (c >= 0x20 && c != 0x7F) {
      p = text(p, end, handler);
      if (state_ != State::ground) return p;
    } else if (c == 0x1B) {
      if (const char* next = short_csi(p, end, handler)) {
        p = next;
        continue;
      }
      const char* next = whole_sequence(p, end, handler);
      if (next != nullptr) {
        p = next;
        continue;
      }
      begin_escape(p);
      return p + 1;
    } else {
      handler.on_control(*p, {p, 1});
      ++p;
    }
  }
  return p;
}

const char* Decoder::text(const char* p, const char* end, TokenHandler& handler) {
  bool high = false;
  const char* stop = find_control(p, end, high);
  if (!high) {
    handler.on_ascii({p, static_cast<std::size_t>(stop - p)});
    return stop;
  }
  if (stop == end) {
    const std::size_t cut = cut_tail(p, end);
    if (cut != 0) {
      const char* boundary = end - cut;
      if (boundary > p) handler.on_text({p, static_cast<std::size_t>(boundary - p)});
      token_offset_ = boundary - feed_begin_;
      raw_.assign(boundary, cut);
      state_ = State::utf8;
      return end;
    }
  }
  handler.on_text({p, static_cast<std::size_t>(stop - p)});
  return stop;
}

/// The CSI that starts at p (an ESC) when it is an SGR, or has numbers alone, and is short and lies far
/// enough before the end; otherwise null. Byte order: the words are compared, never read as numbers.
const char* Decoder::short_csi(const char* p, const char* end, TokenHandler& handler) {
  if (end - p < 18 || p[1] != '[') return nullptr;
  Sgr token;
  const unsigned count = take_parameters(p + 2, token.low, token.high);
  if (count > Sgr::kMaxParams) return nullptr;
  if (p[2 + count] == 'm') {
    token.raw = {p, 3 + count};
    handler.on_sgr(token);
    return p + token.raw.size();
  }
  Csi csi;
  if (!parse_numbers(p + 2, count, csi)) return nullptr;
  csi.raw = {p, 3 + count};
  handler.on_csi(csi);
  return p + csi.raw.size();
}

/// The sequence that starts at p (an ESC) when all of it is here and nothing odd is inside; otherwise null,
/// and the state machine takes it byte by byte.
const char* Decoder::whole_sequence(const char* p, const char* end, TokenHandler& handler) {
  if (end - p < 2) return nullptr;
  const char second = p[1];
  if (second == '[') {
    Csi token;
    const char* next = parse_csi(p + 2, end, token);
    if (next == nullptr || static_cast<std::size_t>(next - p) > kMaxSequence) return nullptr;
    token.raw = {p, static_cast<std::size_t>(next - p)};
    if (token.final != 0) handler.on_csi(token);
    return next;
  }
  if (second == ']') return whole_osc(p, end, handler);
  return nullptr;
}

const char* Decoder::whole_osc(const char* p, const char* end, TokenHandler& handler) {
  const char* const begin = p + 2;
  const char* const limit = end - begin > static_cast<std::ptrdiff_t>(kMaxString) ? begin + kMaxString : end;
  const char* q = begin;
  while (q < limit && static_cast<unsigned char>(*q) >= 0x20) ++q;
  if (q == limit) return nullptr;
  std::size_t length = 0;
  if (*q == kBel) length = 1;
  if (*q == kEsc && q + 1 < end && q[1] == '\\') length = 2;
  if (length == 0) return nullptr;
  StringToken token;
  token.introducer = ']';
  token.payload = {begin, static_cast<std::size_t>(q - begin)};
  token.terminator = {q, length};
  token.raw = {p, static_cast<std::size_t>(q - p) + length};
  handler.on_osc(token);
  return q + length;
}

const char* Decoder::step(const char* p, const char* end, TokenHandler& handler) {
  switch (state_) {
    case State::ground:
      break;
    case State::utf8:
      return step_utf8(p, handler);
    case State::escape:
    case State::escape_intermediate:
      return step_escape(p, handler);
    case State::csi:
      return step_csi(p, handler);
    case State::dcs_header:
      return step_dcs_header(p, handler);
    case State::string:
      return step_string(p, end, handler);
    case State::string_escape:
      return step_string_escape(p, handler);
    case State::csi_ignore:
    case State::string_ignore:
    case State::string_ignore_escape:
      return step_ignore(p, end, handler);
    case State::apc_start:
      if (*p == 'G') {
        stream_ = StreamKind::kitty_graphics;
        state_ = State::stream;
        raw_.clear();
        handler.on_stream(stream_, "\x1b_G");
        return p + 1;
      }
      raw_.clear();
      state_ = State::string_ignore;
      return p;
    case State::stream:
    case State::stream_escape:
      return step_stream(p, end, handler);
  }
  return end;
}

const char* Decoder::step_utf8(const char* p, TokenHandler& handler) {
  raw_ += *p;
  const auto got = decode_utf8(raw_);
  if (got.status == Utf8Status::more) return p + 1;
  const bool takes = got.length == raw_.size();
  handler.on_text(std::string_view(raw_).substr(0, got.length));
  to_ground();
  return takes ? p + 1 : p;
}

/// `at` is where the ESC stands: in this feed, or the last byte of an earlier one.
void Decoder::begin_escape(const char* at, std::ptrdiff_t back) {
  state_ = State::escape;
  token_offset_ = (at - feed_begin_) - back;
  raw_.assign(1, kEsc);
}

const char* Decoder::step_escape(const char* p, TokenHandler& handler) {
  const auto c = static_cast<unsigned char>(*p);
  if (c == 0x1B) {
    deliver_controls(handler);
    begin_escape(p);
    return p + 1;
  }
  if (cancels(c) || c >= 0x80 || raw_.size() >= kMaxSequence) {
    deliver_controls(handler);
    to_ground();
    return cancels(c) ? p + 1 : p;
  }
  raw_ += *p;
  if (c < 0x20 || c == 0x7F) return p + 1;
  if (c < 0x30) {
    state_ = State::escape_intermediate;
    return p + 1;
  }
  if (state_ == State::escape) {
    if (c == '[') {
      state_ = State::csi;
      return p + 1;
    }
    if (c == ']' || c == 'P' || c == '_' || c == '^' || c == 'X' || c == 'k') {
      deliver_controls(handler);
      begin_string(*p);
      return p + 1;
    }
  }
  deliver_controls(handler);
  Escape token;
  token.final = *p;
  token.raw = raw_;
  if (raw_.size() > 2) token.intermediate = raw_[1];
  if (raw_.size() > 3) token.intermediate2 = raw_[2];
  if (raw_.size() <= 4) handler.on_escape(token);
  to_ground();
  return p + 1;
}

void Decoder::begin_string(char introducer) {
  introducer_ = introducer;
  switch (introducer) {
    case 'P':
      state_ = State::dcs_header;
      break;
    case '_':
      state_ = State::apc_start;
      break;
    case '^':
    case 'X':
      raw_.clear();
      state_ = State::string_ignore;
      break;
    default:
      state_ = State::string;
      break;
  }
}

/// Hands out the controls that were met inside the stored sequence and takes them out of it.
void Decoder::deliver_controls(TokenHandler& handler) {
  std::size_t kept = 1;
  for (std::size_t i = 1; i < raw_.size(); ++i) {
    const auto c = static_cast<unsigned char>(raw_[i]);
    if (c >= 0x20 && c != 0x7F) {
      raw_[kept++] = raw_[i];
    } else if (c != 0x7F) {
      const char control = raw_[i];
      reordered_ = true;
      handler.on_control(control, {&control, 1});
    }
  }
  raw_.resize(raw_.empty() ? 0 : kept);
}

const char* Decoder::step_csi(const char* p, TokenHandler& handler) {
  const auto c = static_cast<unsigned char>(*p);
  if (c == 0x1B) {
    deliver_controls(handler);
    begin_escape(p);
    return p + 1;
  }
  if (cancels(c) || c >= 0x80) {
    deliver_controls(handler);
    to_ground();
    return cancels(c) ? p + 1 : p;
  }
  if (raw_.size() >= kMaxSequence && c < 0x40) {
    deliver_controls(handler);
    raw_.clear();
    state_ = State::csi_ignore;
    return p;
  }
  raw_ += *p;
  if (c >= 0x40 && c != 0x7F) finish_csi(handler);
  return p + 1;
}

void Decoder::finish_csi(TokenHandler& handler) {
  deliver_controls(handler);
  Csi token;
  const char* end = raw_.data() + raw_.size();
  if (raw_.size() <= kMaxSequence && parse_csi(raw_.data() + 2, end, token) == end && token.final != 0) {
    token.raw = raw_;
    handler.on_csi(token);
  }
  to_ground();
}

const char* Decoder::step_dcs_header(const char* p, TokenHandler& handler) {
  const auto c = static_cast<unsigned char>(*p);
  if (c == 0x1B || cancels(c) || c >= 0x7F) {
    // Not a header: the rest of the string is skipped.
    raw_.clear();
    state_ = State::string_ignore;
    return p;
  }
  if (c < 0x20) return p + 1;
  raw_ += *p;
  if (c < 0x40) {
    if (raw_.size() > 256) {
      raw_.clear();
      state_ = State::string_ignore;
    }
    return p + 1;
  }
  const DcsHeader header = parse_dcs_header(raw_);
  if (header.final == 'q' && header.marker == 0 && header.intermediate == 0) {
    stream_ = StreamKind::sixel;
    state_ = State::stream;
    handler.on_stream(stream_, raw_);
    raw_.clear();
    return p + 1;
  }
  state_ = State::string;
  return p + 1;
}

bool Decoder::passthrough() const {
  return raw_.rfind("\x1bPtmux;", 0) == 0;
}

std::size_t Decoder::string_limit() const {
  const bool clipboard = raw_.rfind("\x1b]52;", 0) == 0 || passthrough();
  return clipboard ? kMaxClipboard + 64 : kMaxString;
}

const char* Decoder::step_string(const char* p, const char* end, TokenHandler& handler) {
  const char* q = p;
  while (q < end && static_cast<unsigned char>(*q) >= 0x20) ++q;
  raw_.append(p, static_cast<std::size_t>(q - p));
  if (raw_.size() > kMaxString && raw_.size() > string_limit()) {
    raw_.clear();
    state_ = State::string_ignore;
    return q;
  }
  if (q == end) return q;
  const char c = *q;
  if (c == kBel && introducer_ == ']') {
    finish_string({q, 1}, handler);
  } else if (c == kEsc) {
    state_ = State::string_escape;
  } else if (cancels(static_cast<unsigned char>(c))) {
    to_ground();
  } else {
    raw_ += c;  // Kept so that a checkpoint is the token as it came; taken out when it is delivered.
  }
  return q + 1;
}

const char* Decoder::step_string_escape(const char* p, TokenHandler& handler) {
  if (*p == '\\') {
    finish_string(kSt, handler);
    return p + 1;
  }
  if (*p == kEsc && passthrough()) {
    // tmux's passthrough doubles every ESC of its content.
    raw_ += kEsc;
    raw_ += kEsc;
    state_ = State::string;
    return p + 1;
  }
  // The ESC that broke the string off starts a sequence of its own, one byte back.
  begin_escape(p, 1);
  return p;
}

void Decoder::finish_string(std::string_view terminator, TokenHandler& handler) {
  StringToken token;
  token.introducer = introducer_;
  token.terminator = terminator;
  std::size_t skip = 2;
  std::string content;
  const bool wrapped = passthrough();
  if (introducer_ == 'P') {
    token.dcs = parse_dcs_header(raw_);
    while (skip < raw_.size() && static_cast<unsigned char>(raw_[skip]) < 0x40) ++skip;
    ++skip;
  }
  bool clean = true;
  for (std::size_t i = skip; i < raw_.size(); ++i) {
    const auto c = static_cast<unsigned char>(raw_[i]);
    if (c >= 0x20 || wrapped) {
      if (c == 0x1B) ++i;
      content += static_cast<char>(c);
    } else {
      clean = false;
    }
  }
  token.payload = content;
  std::string raw = std::move(raw_);
  if (clean) {
    raw += terminator;
    token.raw = raw;
  }
  const char introducer = introducer_;
  to_ground();
  if (introducer == ']') {
    handler.on_osc(token);
  } else if (introducer == 'P') {
    handler.on_dcs(token);
  } else {
    handler.on_other_string(token);
  }
}

const char* Decoder::step_ignore(const char* p, const char* end, TokenHandler& handler) {
  const auto c = static_cast<unsigned char>(*p);
  if (state_ == State::csi_ignore) {
    if (c == 0x1B) {
      begin_escape(p);
      return p + 1;
    }
    if (c >= 0x80) {
      to_ground();
      return p;
    }
    if (cancels(c) || (c >= 0x40 && c != 0x7F)) {
      to_ground();
    } else if (c < 0x20) {
      handler.on_control(*p, {p, 1});
    }
    return p + 1;
  }
  if (state_ == State::string_ignore_escape) {
    if (c == '\\') {
      to_ground();
      return p + 1;
    }
    begin_escape(p, 1);
    return p;
  }
  const char* q = p;
  while (q < end && static_cast<unsigned char>(*q) >= 0x20) ++q;
  if (q == end) return q;
  if (*q == kEsc) {
    state_ = State::string_ignore_escape;
  } else if (cancels(static_cast<unsigned char>(*q)) || (*q == kBel && introducer_ == ']')) {
    to_ground();
  }
  return q + 1;
}

const char* Decoder::step_stream(const char* p, const char* end, TokenHandler& handler) {
  if (state_ == State::stream_escape) {
    // The receiver's string is ended in any case; what broke it off is a sequence of its own.
    handler.on_stream(stream_, kSt);
    if (*p == '\\') {
      to_ground();
      return p + 1;
    }
    begin_escape(p, 1);
    return p;
  }
  const char* q = p;
  while (q < end && *q != kEsc && !cancels(static_cast<unsigned char>(*q))) ++q;
  if (q > p) handler.on_stream(stream_, {p, static_cast<std::size_t>(q - p)});
  if (q == end) return q;
  if (*q == kEsc) {
    state_ = State::stream_escape;
  } else {
    handler.on_stream(stream_, {q, 1});
    to_ground();
  }
  return q + 1;
}

void Decoder::save(ByteWriter& out) const {
  out.u8(static_cast<std::uint8_t>(state_));
  out.u8(static_cast<std::uint8_t>(introducer_));
  out.u8(static_cast<std::uint8_t>(stream_));
  out.varint(pending_);
  out.string(raw_);
}

void Decoder::restore(ByteReader& in) {
  const std::uint8_t state = in.u8();
  const auto introducer = static_cast<char>(in.u8());
  const std::uint8_t stream = in.u8();
  const std::uint64_t pending = in.varint();
  const std::string_view raw = in.string();
  to_ground();
  pending_ = 0;
  if (!in.ok()) return;
  if (state > static_cast<std::uint8_t>(State::stream_escape) || stream > 1 ||
      raw.size() > kMaxClipboard * 2) {
    return in.reject();
  }
  const auto wanted = static_cast<State>(state);
  if (!raw.empty()) {
    // What was stored leads to the same state again; anything else is not a decoder's.
    NullHandler nothing;
    feed(raw, nothing);
    if (wanted == State::string_escape && state_ == State::string) state_ = State::string_escape;
    if (state_ != wanted || raw_ != raw) {
      to_ground();
      pending_ = 0;
      return in.reject();
    }
  } else if (wanted == State::ground || wanted == State::csi_ignore || wanted == State::string_ignore ||
             wanted == State::string_ignore_escape || wanted == State::stream ||
             wanted == State::stream_escape) {
    state_ = wanted;
  } else {
    return in.reject();
  }
  introducer_ = introducer;
  stream_ = static_cast<StreamKind>(stream);
  pending_ = static_cast<std::size_t>(pending);
}

}  // namespace sess::terminal
