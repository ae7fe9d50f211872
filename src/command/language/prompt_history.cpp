#include "command/language/prompt_history.hpp"

#include <algorithm>

namespace sess::command {
namespace {

std::size_t index_of(std::string_view type) {
  return static_cast<std::size_t>(std::find(kPromptTypes.begin(), kPromptTypes.end(), type) -
                                  kPromptTypes.begin());
}

}  // namespace

bool is_prompt_type(std::string_view type) {
  return index_of(type) < kPromptTypes.size();
}

const std::vector<std::string>& PromptHistory::lines(std::string_view type) const {
  static const std::vector<std::string> kNone;
  const auto index = index_of(type);
  return index < lines_.size() ? lines_[index] : kNone;
}

void PromptHistory::add(std::string_view type, std::string_view line, std::size_t limit) {
  const auto index = index_of(type);
  if (index == lines_.size() || line.empty() || line.find('\n') != std::string_view::npos) return;
  auto& lines = lines_[index];
  if (limit > 0 && (lines.empty() || lines.back() != line)) lines.emplace_back(line);
  if (lines.size() > limit) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(limit));
}

void PromptHistory::clear(std::optional<std::string_view> type) {
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (!type || kPromptTypes[i] == *type) lines_[i].clear();
  }
}

std::string PromptHistory::text() const {
  std::string out;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    for (const auto& line : lines_[i]) out.append(kPromptTypes[i]).append(":").append(line).append("\n");
  }
  return out;
}

void PromptHistory::load(std::string_view text, std::size_t limit) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto colon = line.find(':');
    const auto type = line.substr(0, colon);
    if (colon != std::string_view::npos && is_prompt_type(type)) {
      add(type, line.substr(colon + 1), limit);
    } else {
      add("command", line, limit);
    }
  }
}

}  // namespace sess::command
