#include "client/remote/hosts.hpp"

#include "base/toml.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>

#include "base/printable.hpp"

namespace sess::client::remote {
namespace {

Result<std::vector<std::string>> words_of(const toml::node& node, std::string_view path,
                                          std::string_view what) {
  std::vector<std::string> out;
  const toml::array* array = node.as_array();
  bool good = array != nullptr;
  for (std::size_t i = 0; good && i < array->size(); ++i) {
    const auto* word = array->get(i)->as_string();
    good = word != nullptr;
    if (good) out.push_back(word->get());
  }
  if (good) return out;
  return fail(ErrorCode::invalid_argument, "{}:{}: {} is to be a list of texts", path,
              node.source().begin.line, what);
}

Result<Destination> destination_of(const toml::node& node, std::string_view path, const std::string& name) {
  const toml::table* table = node.as_table();
  const auto* to = table != nullptr ? table->get_as<std::string>("to") : nullptr;
  const auto line = node.source().begin.line;
  if (to == nullptr) {
    return fail(ErrorCode::invalid_argument, "{}:{}: the host {} needs to = \"[user@]host\"", path, line,
                printable(name));
  }
  std::vector<std::string> words;
  if (const auto* ssh = table->get("ssh")) {
    auto options = words_of(*ssh, path, "ssh");
    if (!options) return pass(options.error());
    words = std::move(*options);
  }
  words.push_back(to->get());
  auto parsed = parse_ssh_words(words);
  if (!parsed) return fail(ErrorCode::invalid_argument, "{}:{}: {}", path, line, parsed.error().text);
  return std::move(parsed->destination);
}

}  // namespace

Result<Hosts> Hosts::load(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR) return Hosts();
    return fail_errno(errno, "cannot read {}", path);
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return parse(text, path);
}

Result<Hosts> Hosts::parse(std::string_view text, std::string_view path) {
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::invalid_argument, "{}:{}: {}", path, error.source().begin.line,
                printable(error.description()));
  }
  Hosts out;
  if (const toml::table* hosts = table["hosts"].as_table()) {
    for (const auto& [key, node] : *hosts) {
      const std::string name(key.str());
      auto destination = destination_of(node, path, name);
      if (!destination) return pass(destination.error());
      out.hosts_.emplace(name, std::move(*destination));
    }
  }
  if (const toml::table* groups = table["groups"].as_table()) {
    for (const auto& [key, node] : *groups) {
      const std::string name(key.str());
      auto members = words_of(node, path, name);
      if (!members) return pass(members.error());
      out.groups_.emplace(name, std::move(*members));
    }
  }
  return out;
}

Destination Hosts::resolve(Destination named) const {
  const auto found = named.kind == Destination::Kind::ssh ? hosts_.find(named.name) : hosts_.end();
  if (found == hosts_.end()) return named;
  Destination out = found->second;
  if (out.kind == Destination::Kind::ssh) {
    out.ssh_options.insert(out.ssh_options.end(), named.ssh_options.begin(), named.ssh_options.end());
  }
  return out;
}

Result<std::vector<std::string>> Hosts::expand(std::string_view list) const {
  std::vector<std::string> out;
  const auto add = [&](const std::string& name) {
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  };
  for (std::size_t from = 0; from <= list.size();) {
    const auto to = std::min(list.find(',', from), list.size());
    const std::string name(list.substr(from, to - from));
    from = to + 1;
    if (!name.starts_with('@')) {
      add(name);
      continue;
    }
    const auto group = groups_.find(name.substr(1));
    if (group == groups_.end()) {
      return fail(ErrorCode::invalid_argument, "there is no group {} in hosts.toml", printable(name));
    }
    for (const auto& member : group->second) add(member);
  }
  if (out.empty() || out.size() > kMost) {
    return fail(ErrorCode::invalid_argument, "{} names {} hosts", printable(list), out.size());
  }
  for (const auto& name : out) {
    if (auto good = parse_destination(name); !good) return pass(good.error());
  }
  return out;
}

bool names_several(std::string_view text) {
  return !text.starts_with("exec:") && (text.starts_with('@') || text.find(',') != std::string_view::npos);
}

}  // namespace sess::client::remote
