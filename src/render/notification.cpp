#include "render/notification.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace sess::render {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

/// Printable text alone: C0 and DEL would end the sequence or start another. (C1 in UTF-8 is harmless inside
/// OSC.)
std::string printable(std::string_view text, char unwanted = '\0') {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) out += c == unwanted ? ',' : c;
  }
  return out;
}

}  // namespace

NotificationKind notification_kind(std::string_view name, std::string_view term, std::string_view program) {
  // The Linux console and its like print what they do not know; multiplexers keep it to themselves.
  for (const std::string_view deaf : {"", "dumb", "linux", "screen", "tmux"}) {
    if (term == deaf || (!deaf.empty() && term.starts_with(std::string(deaf) + "-")))
      return NotificationKind::none;
  }
  const std::string all = lower(name) + " " + lower(term) + " " + lower(program);
  // Where a word begins: libvterm(0.3) is not VTE(7600).
  const auto is = [&all](std::string_view word) {
    for (auto at = all.find(word); at != std::string::npos; at = all.find(word, at + 1)) {
      if (at == 0 || std::isalnum(static_cast<unsigned char>(all[at - 1])) == 0) return true;
    }
    return false;
  };
  if (is("kitty")) return NotificationKind::osc99;
  for (const std::string_view word : {"rxvt", "foot", "vte", "ghostty", "gnome"}) {
    if (is(word)) return NotificationKind::osc777;
  }
  return NotificationKind::osc9;
}

std::string notification(NotificationKind kind, std::string_view title, std::string_view body) {
  const std::string head = printable(title, ';');
  const std::string text = printable(body);
  switch (kind) {
    case NotificationKind::none:
      return "";
    case NotificationKind::osc9:
      return "\x1b]9;" + head + ": " + text + "\a";
    case NotificationKind::osc777:
      return "\x1b]777;notify;" + head + ";" + text + "\a";
    case NotificationKind::osc99:
      return "\x1b]99;i=sess:d=0;" + head + "\x1b\\\x1b]99;i=sess:p=body;" + text + "\x1b\\";
  }
  return "";
}

}  // namespace sess::render
