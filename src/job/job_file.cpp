#include "job/job_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include "base/toml.hpp"

#include "job/name.hpp"
#include "job/settings.hpp"
#include "job/toml_text.hpp"

namespace sess::job {

Result<unsigned> parse_umask(std::string_view text) {
  unsigned mask = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mask, 8);
  if (error != std::errc() || end != text.data() + text.size() || mask > 0777) {
    return fail(ErrorCode::invalid_argument, "'{}' is no umask: write octal digits, for example 0077", text);
  }
  return mask;
}

namespace {

std::string unknown_key(const std::string& key) {
  std::vector<std::string> names;
  for (const Key& known : all_keys()) names.push_back(known.document.key);
  const std::string guess = nearest(key, names);
  return "unknown key '" + key + "'" + (guess.empty() ? "" : ", did you mean '" + guess + "'?");
}

}  // namespace

Result<Spec> parse_job_file(std::string_view text, const std::string& file) {
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::invalid_argument, "{}:{}: {}", file, error.source().begin.line,
                error.description());
  }
  Spec spec;
  std::vector<std::pair<std::uint32_t, std::string>> faults;
  for (const auto& [name, node] : table) {
    const std::string word(name.str());
    const auto& keys = all_keys();
    const auto key = std::find_if(keys.begin(), keys.end(),
                                  [&word](const Key& known) { return known.document.key == word; });
    const Fault fault = key == keys.end() ? Fault(unknown_key(word)) : key->read(node, spec);
    if (!fault.text.empty())
      faults.emplace_back(fault.line != 0 ? fault.line : name.source().begin.line, fault.text);
  }
  if (faults.empty() && spec.command.empty() && spec.windows.empty()) {
    faults.emplace_back(1, "there is no command: write command = \"...\", or lay out windows");
  }
  if (faults.empty()) return spec;
  std::stable_sort(faults.begin(), faults.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string message;
  for (const auto& [line, fault] : faults) {
    message += fmt::format("{}{}:{}: {}", message.empty() ? "" : "\n", file, line, fault);
  }
  return fail(ErrorCode::invalid_argument, "{}", message);
}

std::string write_enabled(std::string_view text, bool enabled) {
  std::uint32_t line = 0;
  try {
    const toml::table table = toml::parse(text);
    for (const auto& [name, node] : table) {
      if (name.str() == "enabled") line = name.source().begin.line;
    }
  } catch (const toml::parse_error&) {
    return std::string(text);
  }
  std::string out;
  // Before the first heading of a table, behind which it would be a key of that table.
  if (line == 0 && enabled) out = "enabled = true\n";
  for (std::size_t at = 0, number = 1; at < text.size(); ++number) {
    const auto end = std::min(text.find('\n', at), text.size() - 1) + 1;
    if (number != line) {
      out += text.substr(at, end - at);
    } else if (enabled) {
      out += "enabled = true\n";
    }
    at = end;
  }
  return out;
}

std::string write_job_file(const Spec& spec) {
  std::string out;
  for (const Key& key : all_keys()) {
    const std::string value = key.write(spec);
    if (value.empty()) continue;
    // Tables of windows bring their own headings and stand last.
    out += key.document.key == "windows" ? value : key.document.key + " = " + value + "\n";
  }
  return out;
}

std::vector<KeyDocument> job_file_keys() {
  std::vector<KeyDocument> documents;
  for (const Key& key : all_keys()) documents.push_back(key.document);
  return documents;
}

const std::vector<RunOption>& run_options() {
  static const std::vector<RunOption> all = [] {
    std::vector<RunOption> list;
    for (const Key& key : all_keys()) list.insert(list.end(), key.options.begin(), key.options.end());
    return list;
  }();
  return all;
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  const auto power = unit.empty() ? 0 : std::string_view("KMGT").find(unit[0]);
  if (error != std::errc() || unit.size() > 1 || (!unit.empty() && power == std::string_view::npos)) {
    return fail(ErrorCode::invalid_argument, "'{}' is not a size: write bytes, or a number with K, M, G or T",
                text);
  }
  const unsigned shift = unit.empty() ? 0 : 10 * static_cast<unsigned>(power + 1);
  if (value > (UINT64_MAX >> shift) / 2) return fail(ErrorCode::too_large, "'{}' is too large", text);
  return value << shift;
}

}  // namespace sess::job
