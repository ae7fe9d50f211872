#include "model/names.hpp"

#include "base/normal_form.hpp"
#include "base/utf8.hpp"
#include "base/visible.hpp"

namespace sess::model {

Result<std::string> session_name(std::string_view given) {
  const auto refuse = [&] { return fail(ErrorCode::invalid_argument, "invalid session: {}", given); };
  if (given.empty()) return refuse();
  std::string replaced = composed(given);
  for (char& c : replaced) {
    if (c == ':' || c == '.') c = '_';
  }
  std::string name = visible(replaced);
  if (name.size() > kMaxNameLength) return refuse();
  return name;
}

std::string window_name(std::string_view given) {
  std::string name = visible(given);
  if (name.size() <= kMaxNameLength) return name;
  std::size_t end = kMaxNameLength;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80) --end;
  name.resize(end);
  return name;
}

std::string_view command_name(std::string_view command) {
  constexpr std::string_view kExec = "exec ";
  if (command.starts_with('"')) command = command.substr(1, command.find('"', 1) - 1);
  if (command.starts_with(kExec)) command.remove_prefix(kExec.size());
  while (command.starts_with(' ') || command.starts_with('-')) command.remove_prefix(1);
  command = command.substr(0, command.find(' '));
  return command.starts_with('/') ? command.substr(command.rfind('/') + 1) : command;
}

}  // namespace sess::model
