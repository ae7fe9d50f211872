// Command lines, config files and formats from anybody: parsed, printed, parsed again; expanded over a model
// with one session.

#include <string>
#include <vector>

#include "command/format/format.hpp"
#include "command/format/text.hpp"
#include "command/language/parser.hpp"
#include "input.hpp"
#include "model/model.hpp"
#include "unit/command/fake_host.hpp"

namespace {

using sess::fuzz::require;
namespace command = sess::command;

/// A server without a session.
struct World {
  sess::model::Model model;
  command::FakeHost host{model};
  std::string expand(std::string_view text) {
    command::FormatContext formats;
    formats.model = &model;
    formats.ports = &host.ports;
    formats.jobs = false;
    return command::expand(formats, text);
  }
};

command::ParseContext context(World& world) {
  command::ParseContext context;
  context.file = "fuzz";
  context.variable = [](std::string_view name) -> std::optional<std::string> {
    if (name == "HOME") return "/home/user";
    return std::nullopt;
  };
  context.home = [](std::string_view) { return std::string("/home/user"); };
  context.expand = [&world](std::string_view format) { return world.expand(format); };
  return context;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sess::fuzz::Input input(data, size);
  const std::uint8_t what = input.byte();
  const std::string text(input.rest());
  static World world;
  switch (what % 3) {
    case 0: {
      const auto parsed = command::parse(text, context(world));
      require(parsed.commands != nullptr, "there is always a list");
      // A NUL ends an argument for every program that reads what was printed.
      if (!parsed.ok() || text.find('\0') != std::string::npos) break;
      const std::string first = command::print(*parsed.commands);
      // As tmux, it writes escapes between single quotes, where they are read as they stand.
      if (first.find('\'') != std::string::npos && first.find('\\') != std::string::npos) break;
      // The first printing writes ";;" between lines, which reads as ";", as in tmux: stable from the second
      // on.
      const auto once = command::parse(first, context(world));
      // A NUL and an argument behind "--" are printed as tmux prints them, which cannot be read again.
      if (!once.ok()) break;
      const std::string printed = command::print(*once.commands);
      const auto twice = command::parse(printed, context(world));
      require(twice.ok(), "what was printed again can be parsed");
      require(command::print(*twice.commands) == printed, "printing is stable");
      break;
    }
    case 1: {
      std::vector<std::string> arguments;
      for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        arguments.push_back(text.substr(begin, end - begin));
        begin = end + 1;
      }
      static_cast<void>(command::parse_arguments(arguments, context(world)));
      break;
    }
    default: {
      const std::string expanded = world.expand(text);
      require(expanded.size() < (1U << 24U), "an expansion is bounded");
      static_cast<void>(command::format_width(text));
      static_cast<void>(command::keep_left(text, 7));
      static_cast<void>(command::keep_right(text, 7));
      break;
    }
  }
  return 0;
}
