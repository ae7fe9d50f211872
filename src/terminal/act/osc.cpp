// Operating system commands: titles, colours, hyperlinks, clipboard, notifications, prompt marks, directory.
#include <algorithm>
#include <array>
#include <cctype>

#include "terminal/act/core.hpp"
#include "terminal/screen/line_codec.hpp"
#include "terminal/decode/sequence.hpp"

namespace sess::terminal {

void Core::on_osc(const StringToken& token) {
  std::string_view rest = token.payload;
  const int number = take_number(rest);
  if (!rest.empty()) {
    if (rest.front() != ';') return;
    rest.remove_prefix(1);
  }
  const auto answer = [&](const std::string& text) {
    if (!text.empty()) reply(text);
  };
  switch (number) {
    case 0:
      names_.set_title(rest, true, true);
      sink_.on_title();
      break;
    case 1:
      names_.set_title(rest, false, true);
      sink_.on_title();
      break;
    case 2:
      names_.set_title(rest, true, false);
      sink_.on_title();
      break;
    case 4:
      answer(colors_.set_palette(rest, token.terminator, settings_));
      break;
    case 7:
      if (names_.set_directory(rest)) sink_.on_working_directory();
      break;
    case 8:
      osc_link(rest);
      break;
    case 9:
    case 99:
    case 777: {
      std::string all = std::to_string(number) + ';';
      all += rest;
      osc_notify(all);
      break;
    }
    case 10:
    case 11:
    case 12:
      answer(colors_.set_dynamic(number, rest, token.terminator, identity_));
      break;
    case 52:
      osc_clipboard(rest);
      break;
    case 104:
      colors_.reset_palette(rest);
      break;
    case 110:
    case 111:
    case 112:
      colors_.reset_dynamic(number);
      break;
    case 133:
      osc_prompt(rest);
      break;
    default:
      break;
  }
}

/// OSC 8 ; params ; URI: everything printed until the next one links there.
void Core::osc_link(std::string_view rest) {
  const std::string_view params = take_field(rest);
  if (rest.empty() || rest.size() > kMaxLink || !is_clean_text(rest)) return pen_.set_link(0);
  std::string_view id;
  for (std::string_view all = params; !all.empty();) {
    const std::size_t at = all.find(':');
    const auto one = all.substr(0, at);
    if (one.rfind("id=", 0) == 0) id = one.substr(3, 250);
    all.remove_prefix(at == std::string_view::npos ? all.size() : at + 1);
  }
  if (!is_clean_text(id)) id = {};
  pen_.set_link(pools_.intern_link(id, rest));
}

/// OSC 52 ; selections ; base64. Reading is never answered: what is in the clipboard is not the program's.
void Core::osc_clipboard(std::string_view rest) {
  const std::size_t at = rest.find(';');
  if (at == std::string_view::npos) return;
  const std::string_view selection = rest.substr(0, at);
  const std::string_view data = rest.substr(at + 1);
  if (selection.size() > 16 || data.size() > Decoder::kMaxClipboard) return;
  for (const char c : selection) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) return;
  }
  for (const char c : data) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '+' && c != '/' && c != '=') return;
  }
  sink_.on_clipboard(selection, data);
}

void Core::osc_notify(std::string_view rest) {
  constexpr std::size_t kMaxBody = 1024;
  const int kind = take_number(rest);
  rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
  if (kind == 9) {
    if (rest.rfind("4;", 0) == 0 || rest == "4") {
      rest.remove_prefix(std::min<std::size_t>(2, rest.size()));
      std::string_view state_text = take_field(rest);
      std::string_view percent_text = take_field(rest);
      const int state = take_number(state_text);
      const int percent = take_number(percent_text);
      if (state < 0 || state > 4) return;
      sink_.on_progress({static_cast<Progress::State>(state), std::clamp(percent, 0, 100)});
      return;
    }
    sink_.on_notification(9, {}, clean_text(rest, kMaxBody));
    return;
  }
  if (kind == 777) {
    if (take_field(rest) != "notify") return;
    const std::string_view title = take_field(rest);
    sink_.on_notification(777, clean_text(title, Names::kMaxTitle), clean_text(rest, kMaxBody));
    return;
  }
  const std::string_view metadata = take_field(rest);
  if (metadata.find("p=?") != std::string_view::npos) return;
  sink_.on_notification(99, clean_text(metadata, Names::kMaxTitle), clean_text(rest, kMaxBody));
}

/// OSC 133 (FinalTerm): A prompt, B input, C output, D end with a status.
void Core::osc_prompt(std::string_view rest) {
  const std::string_view kind = take_field(rest);
  if (kind.size() != 1 || kind.front() < 'A' || kind.front() > 'D') return;
  std::optional<int> status;
  if (kind == "D") {
    std::string_view text = take_field(rest);
    const int value = take_number(text);
    if (value >= 0 && text.empty()) status = value;
  }
  if (kind == "A") page_.mark_row(kPromptMark);
  if (kind == "C") page_.mark_row(kOutputMark);
  sink_.on_prompt_mark(kind.front(), status);
}

}  // namespace sess::terminal
