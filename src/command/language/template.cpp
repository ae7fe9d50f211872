#include "command/language/template.hpp"

#include "command/language/queue.hpp"

namespace sess::command {
namespace {

std::string fill_all(std::string text, const std::vector<std::string>& answers) {
  for (std::size_t i = 0; i < answers.size(); ++i)
    text = fill_template(text, answers[i], static_cast<int>(i) + 1);
  return text;
}

CommandList fill_list(const CommandList& commands, const std::vector<std::string>& answers) {
  std::vector<Command> out;
  for (const Command& command : *commands) {
    Command filled = command;
    filled.args = command.args.map([&](const std::string& text) { return fill_all(text, answers); });
    out.push_back(std::move(filled));
  }
  return std::make_shared<const std::vector<Command>>(std::move(out));
}

}  // namespace

std::string fill_template(std::string_view text, std::string_view answer, int index) {
  if (text.find('%') == std::string_view::npos) return std::string(text);
  std::string out;
  bool replaced = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    const bool numbered = next >= '1' && next <= '9' && next - '0' == index;
    if (text[i] != '%' || (!numbered && (next != '%' || replaced))) {
      out += text[i];
      continue;
    }
    if (!numbered) replaced = true;
    ++i;
    const bool quoted = i + 1 < text.size() && text[i + 1] == '%';
    if (quoted) ++i;
    for (const char c : answer) {
      if (quoted && std::string_view("\"\\$;~").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

Result<CommandList> make_commands(const Item& item, const Value& commands,
                                  const std::vector<std::string>& answers) {
  if (!commands.is_string()) {
    const CommandList list = commands.commands();
    return answers.empty() ? list : fill_list(list, answers);
  }
  Parsed parsed =
      parse(fill_all(commands.string(), answers), item.queue().parse_context(&item, item.client_id()));
  if (!parsed.ok()) return fail(ErrorCode::invalid_argument, "{}", parsed.errors.front());
  return parsed.commands;
}

}  // namespace sess::command
