#include "input/decoder.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "input/sequences.hpp"

namespace sess::input {
namespace {

constexpr char kEsc = '\033';
constexpr std::string_view kPasteEndMark = "\033[201~";

/// Whether ESC and these two bytes begin a string that terminals send: OSC with a number, DCS of a known
/// reply, kitty's graphics answer. Anything else after ESC is a key with Meta.
[[nodiscard]] bool begins_string(char introducer, char next) {
  const bool digit = next >= '0' && next <= '9';
  if (introducer == ']') return digit;
  if (introducer == 'P') return digit || next == '>' || next == '!' || next == '$' || next == '+';
  return introducer == '_' && next == 'G';
}

[[nodiscard]] bool may_begin_string(char introducer) {
  return introducer == ']' || introducer == 'P' || introducer == '_';
}

}  // namespace

void Decoder::feed(std::string_view bytes) {
  if (position_ > 0) {
    buffer_.erase(0, position_);
    position_ = 0;
  }
  buffer_ += bytes;
  if (!bytes.empty()) flushing_ = false;
}

void Decoder::flush() {
  flushing_ = true;
}

bool Decoder::waiting() const {
  return position_ < buffer_.size() && !in_paste_;
}

bool Decoder::waiting_for_escape() const {
  if (!waiting()) return false;
  const auto in = std::string_view(buffer_).substr(position_);
  if (in.size() <= 2 && in[0] == kEsc) return true;
  return std::any_of(user_keys_.begin(), user_keys_.end(),
                     [&](const std::string& key) { return key.starts_with(in); });
}

std::optional<Event> Decoder::next() {
  if (position_ >= buffer_.size()) {
    flushing_ = false;
    return std::nullopt;
  }
  const std::string_view in = std::string_view(buffer_).substr(position_);
  Match found = match(in);
  if (found.length == 0) return std::nullopt;
  scanned_ = 0;
  found.event.raw = in.substr(0, found.length);
  position_ += found.length;
  return found.event;
}

Decoder::Match Decoder::match(std::string_view in) {
  if (in_paste_) return paste_piece(in);
  if (in_string_) return string_rest(in);
  if (const auto user = user_key(in)) return *user;
  return in[0] == kEsc ? escape(in) : character(in);
}

/// The longest that stands here; one that may yet become whole is waited for.
std::optional<Decoder::Match> Decoder::user_key(std::string_view in) const {
  std::optional<Match> found;
  for (std::size_t i = 0; i < user_keys_.size(); ++i) {
    const auto& sequence = user_keys_[i];
    if (sequence.size() > in.size() && sequence.starts_with(in) && !flushing_) return Match{};
    if (sequence.empty() || !in.starts_with(sequence) || (found && found->length >= sequence.size()))
      continue;
    found = Match{key_event({code::kUserBase + static_cast<std::uint32_t>(i), 0}), sequence.size()};
  }
  return found;
}

Decoder::Match Decoder::character(std::string_view in) const {
  const auto byte = static_cast<unsigned char>(in[0]);
  if (byte < 32 || byte == 127) return {key_event(key_of_control(byte, options_.backspace_is_8)), 1};
  if (byte < 128) return {key_event({byte, 0}), 1};
  const auto decoded = decode_utf8(in);
  if (decoded.status == Utf8Status::more && !flushing_) return {};
  if (decoded.status == Utf8Status::value && decoded.code_point >= 0xA0) {
    return {key_event({static_cast<std::uint32_t>(decoded.code_point), 0}), decoded.length};
  }
  return {Event{}, decoded.length};
}

/// ESC and one character: the key with Meta.
Decoder::Match Decoder::meta(std::string_view in) const {
  Match inner = character(in.substr(1));
  if (inner.length == 0) return {};
  if (inner.event.kind != Event::Kind::key) return {key_event({code::kEscape, 0}), 1};
  inner.event.key.key.mods |= mod::kMeta;
  inner.event.key.mods |= mod::kMeta;
  ++inner.length;
  return inner;
}

Decoder::Match Decoder::escape(std::string_view in) {
  if (in.size() == 1) return flushing_ ? Match{key_event({code::kEscape, 0}), 1} : Match{};
  const char second = in[1];
  if (second == '[') return control_sequence(in);
  if (second == 'O') return single_shift(in);
  if (may_begin_string(second)) {
    if (in.size() == 2) return flushing_ ? meta(in) : Match{};
    return begins_string(second, in[2]) ? string_sequence(in) : meta(in);
  }
  if (second == kEsc) {
    // Some terminals put ESC before a whole sequence for Meta: rxvt's M-Up.
    if (in.size() == 2) return flushing_ ? Match{key_event({code::kEscape, 0}), 1} : Match{};
    if (in[2] == '[' || in[2] == 'O') {
      Match inner = in[2] == '[' ? control_sequence(in.substr(1)) : single_shift(in.substr(1));
      if (inner.length == 0) return {};
      if (inner.event.kind == Event::Kind::key && inner.length > 2) {
        inner.event.key.key.mods |= mod::kMeta;
        inner.event.key.mods |= mod::kMeta;
        ++inner.length;
        return inner;
      }
      in_paste_ = false;
    }
    return {key_event({code::kEscape, 0}), 1};
  }
  return meta(in);
}

Decoder::Match Decoder::control_sequence(std::string_view in) {
  if (in.size() == 2) return flushing_ ? meta(in) : Match{};
  if (in[2] == 'M') return x10_mouse(in);
  if (in[2] == '[') {  // Linux console: F1 to F5
    if (in.size() == 3) return flushing_ ? meta(in) : Match{};
    if (in[3] >= 'A' && in[3] <= 'E') {
      return {key_event({code::kF1 + static_cast<std::uint32_t>(in[3] - 'A'), 0}), 4};
    }
    return meta(in);
  }
  Csi csi;
  std::size_t at = 2;
  if (in[at] >= '<' && in[at] <= '?') csi.marker = in[at++];
  const std::size_t begin = at;
  while (at < in.size() && in[at] >= '0' && in[at] <= ';') ++at;
  csi.parameters = in.substr(begin, at - begin);
  const std::size_t middle = at;
  while (at < in.size() && in[at] >= ' ' && in[at] <= '/') {
    // rxvt ends Shift with a function key by $, which elsewhere is an intermediate behind two parameters.
    if (in[at] == '$' && at > begin && csi.marker == 0 && csi.parameters.find(';') == csi.parameters.npos)
      break;
    ++at;
  }
  csi.intermediates = in.substr(middle, at - middle);
  if (at > kMaxControl) return {Event{}, at};
  if (at >= in.size()) return flushing_ ? Match{Event{}, at} : Match{};
  csi.final = in[at];
  csi.body = in.substr(begin, at - begin);
  if ((csi.final < '@' || csi.final > '~') && csi.final != '$') {
    // Cut off by something else: what began is no key. ESC [ alone was typed.
    return at == 2 ? meta(in) : Match{Event{}, at};
  }
  Match found{interpret_csi(csi), at + 1};
  if (csi.final == 'R' && cursor_reports_ > 0 && csi.parameters.find(';') != csi.parameters.npos) {
    --cursor_reports_;
    found.event = Event{};
    found.event.kind = Event::Kind::reply;
    found.event.reply = {ReplyKind::cursor_position, csi.body};
  }
  if (found.event.kind == Event::Kind::mouse && csi.marker == '<')
    found.event.mouse.pixels = options_.sgr_pixels;
  if (found.event.kind == Event::Kind::paste) in_paste_ = true;
  return found;
}

/// CSI M and three values, each offset by 32: bytes, or UTF-8 characters in mode 1005.
Decoder::Match Decoder::x10_mouse(std::string_view in) const {
  std::size_t at = 3;
  unsigned values[3] = {};
  for (unsigned& value : values) {
    if (at >= in.size()) return flushing_ ? Match{Event{}, in.size()} : Match{};
    value = static_cast<unsigned char>(in[at]);
    std::size_t length = 1;
    if (options_.utf8_mouse && value >= 128) {
      const auto decoded = decode_utf8(in.substr(at));
      if (decoded.status == Utf8Status::more && !flushing_) return {};
      if (decoded.status == Utf8Status::value) {
        value = static_cast<unsigned>(decoded.code_point);
        length = decoded.length;
      }
    }
    if (value < 32) return {Event{}, at};
    value -= 32;
    at += length;
  }
  Event event;
  event.kind = Event::Kind::mouse;
  event.mouse = decode_mouse(values[0], static_cast<int>(values[1]) - 1, static_cast<int>(values[2]) - 1);
  return {event, at};
}

Decoder::Match Decoder::single_shift(std::string_view in) const {
  if (in.size() == 2) return flushing_ ? meta(in) : Match{};
  std::size_t at = 2;
  int modifier = 0;
  if (in[at] >= '1' && in[at] <= '8') {
    modifier = in[at] - '0';
    ++at;
    if (at >= in.size()) return flushing_ ? meta(in) : Match{};
  }
  const Event event = interpret_ss3(modifier, in[at]);
  return event.kind == Event::Kind::key ? Match{event, at + 1} : meta(in);
}

Decoder::Match Decoder::string_sequence(std::string_view in) {
  for (std::size_t at = std::max<std::size_t>(scanned_, 3); at < in.size(); ++at) {
    const char c = in[at];
    std::size_t end = 0;
    if (c == kEsc) {
      if (at + 1 >= in.size()) {
        scanned_ = at;
        if (!flushing_) return {};
        break;
      }
      if (in[at + 1] != '\\') return {Event{}, at};  // cut off by another sequence
      end = at + 2;
    } else if (c == '\a' && in[1] == ']') {
      end = at + 1;
    } else if (c == '\030' || c == '\032') {  // CAN, SUB
      return {Event{}, at + 1};
    }
    if (end != 0) {
      Event event;
      event.kind = Event::Kind::reply;
      event.reply = interpret_string(in[1], in.substr(2, at - 2));
      return {event, end};
    }
  }
  scanned_ = in.size();
  if (in.size() > kMaxSequence) {
    in_string_ = true;
  } else if (!flushing_) {
    return {};
  } else if (in.size() <= 3) {
    return meta(in);
  }
  Event event;
  event.kind = Event::Kind::reply;
  // A last ESC may be half of the end.
  return {event, in_string_ && in.back() == kEsc ? in.size() - 1 : in.size()};
}

/// More of a string that was too long to keep: replies without a meaning until it ends.
Decoder::Match Decoder::string_rest(std::string_view in) {
  Event event;
  event.kind = Event::Kind::reply;
  const auto at = in.find_first_of("\033\a\030\032");
  if (at == in.npos) return {event, in.size()};
  if (in[at] != kEsc) {
    in_string_ = false;
    return {event, at + 1};
  }
  if (at + 1 < in.size()) {
    in_string_ = false;
    if (in[at + 1] == '\\') return {event, at + 2};
    return at == 0 ? escape(in) : Match{event, at};
  }
  if (at > 0) return {event, at};
  if (!flushing_) return {};
  in_string_ = false;
  return escape(in);
}

Decoder::Match Decoder::paste_piece(std::string_view in) {
  Event event;
  event.kind = Event::Kind::paste;
  const auto at = in.find(kPasteEndMark);
  if (at != in.npos) {
    in_paste_ = false;
    event.text = in.substr(0, at);
    event.paste_end = true;
    return {event, at + kPasteEndMark.size()};
  }
  std::size_t held = flushing_ ? 0 : std::min(in.size(), kPasteEndMark.size() - 1);
  while (held > 0 && in.substr(in.size() - held) != kPasteEndMark.substr(0, held)) --held;
  event.text = in.substr(0, in.size() - held);
  return {event, in.size() - held};
}

bool Decoder::passes(std::string_view bytes, std::span<const Key> keys) const {
  if (position_ < buffer_.size() || in_paste_ || in_string_) return false;
  bool stops[256] = {};
  stops[static_cast<unsigned char>(kEsc)] = true;
  for (const auto& sequence : user_keys_) {
    if (!sequence.empty()) stops[static_cast<unsigned char>(sequence[0])] = true;
  }
  for (const Key key : keys) {
    if (key.code < 128 && is_character(key) && key.mods == 0) {
      stops[key.code] = true;
    } else if (key.mods == mod::kCtrl) {
      for (unsigned byte = 0; byte < 128; ++byte) {
        if ((byte < 32 || byte == 127) &&
            key_of_control(static_cast<unsigned char>(byte), options_.backspace_is_8) == key) {
          stops[byte] = true;
        }
      }
    } else if (key == Key{code::kBSpace, 0}) {
      stops[options_.backspace_is_8 ? 8 : 127] = true;
    } else if (is_character(key) && key.code >= 128) {
      for (unsigned byte = 128; byte < 256; ++byte) stops[byte] = true;
    }
  }
  for (const char c : bytes) {
    if (stops[static_cast<unsigned char>(c)]) return false;
  }
  // A character that is cut belongs to the Decoder, or the prefix behind it could be overlooked.
  std::size_t tail = bytes.size();
  while (tail > 0 && bytes.size() - tail < 4 && (static_cast<unsigned char>(bytes[tail - 1]) & 0xC0U) == 0x80)
    --tail;
  if (tail > 0 && static_cast<unsigned char>(bytes[tail - 1]) >= 0xC0) {
    return decode_utf8(bytes.substr(tail - 1)).status != Utf8Status::more;
  }
  return true;
}

}  // namespace sess::input
