#include "job/job_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <toml++/toml.h>

#include "base/duration.hpp"
#include "base/quote.hpp"
#include "base/toml_text.hpp"
#include "job/job_file_layout.hpp"
#include "job/name.hpp"
#include "job/signal_name.hpp"
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

/// One key: how it is read and written. read() returns what is wrong, or nothing; write() an empty string for
/// the default.
struct Key {
  KeyDocument document;
  std::function<Fault(const toml::node&, Spec&)> read;
  std::function<std::string(const Spec&)> write;
};

using Member = std::string Spec::*;

/// A key that holds text; `parse` puts it into the spec and says what is wrong with it.
Key text_key(std::string name, std::string value, std::string summary,
             std::function<std::string(const std::string&, Spec&)> parse,
             std::function<std::string(const Spec&)> text) {
  const std::string key = name;
  return {{std::move(name), std::move(value), std::move(summary)},
          [key, parse](const toml::node& node, Spec& spec) {
            // A bare number is as good as the same number in quotes.
            if (const auto number = node.value_exact<std::int64_t>())
              return parse(std::to_string(*number), spec);
            const auto word = node.value_exact<std::string>();
            return word ? parse(*word, spec) : "'" + key + "' takes text";
          },
          [text](const Spec& spec) {
            const std::string word = text(spec);
            return word.empty() ? "" : quote(word);
          }};
}

Key plain_key(std::string name, std::string value, std::string summary, Member member) {
  return text_key(
      std::move(name), std::move(value), std::move(summary),
      [member](const std::string& word, Spec& spec) {
        spec.*member = word;
        return std::string();
      },
      [member](const Spec& spec) { return spec.*member; });
}

/// `get` gives a reference to the duration inside a spec.
template <class Get>
Key duration_key(std::string name, std::string summary, Get get) {
  return text_key(
      std::move(name), "duration", std::move(summary),
      [get](const std::string& word, Spec& spec) {
        const auto parsed = parse_duration(word);
        if (!parsed) return parsed.error().text;
        using Unit = std::remove_reference_t<decltype(get(spec))>;
        get(spec) = std::chrono::duration_cast<Unit>(*parsed);
        return std::string();
      },
      [get](const Spec& spec) {
        Spec current = spec;
        Spec defaults;
        if (get(current) == get(defaults)) return std::string();
        const auto ms = std::chrono::duration_cast<Milliseconds>(get(current)).count();
        return ms % 1000 == 0 ? std::to_string(ms / 1000) + "s" : std::to_string(ms) + "ms";
      });
}

Key flag_key(std::string name, std::string summary, bool Spec::*member) {
  const std::string key = name;
  return {{std::move(name), "true or false", std::move(summary)},
          [key, member](const toml::node& node, Spec& spec) {
            const auto value = node.value_exact<bool>();
            if (!value) return "'" + key + "' takes true or false";
            spec.*member = *value;
            return std::string();
          },
          [member](const Spec& spec) {
            const Spec defaults;
            return spec.*member == defaults.*member ? std::string() : spec.*member ? "true" : "false";
          }};
}

/// A number in a range; `set` stores it, `get` says what to write, or nothing.
Key number_key(std::string name, std::string value, std::string summary, std::int64_t low, std::int64_t high,
               std::function<void(Spec&, std::int64_t)> set,
               std::function<std::optional<std::int64_t>(const Spec&)> get) {
  const std::string key = name;
  return {{std::move(name), std::move(value), std::move(summary)},
          [=](const toml::node& node, Spec& spec) {
            const auto number = node.value_exact<std::int64_t>();
            if (!number || *number < low || *number > high) {
              return fmt::format("'{}' takes a number from {} to {}", key, low, high);
            }
            set(spec, *number);
            return std::string();
          },
          [get](const Spec& spec) {
            const auto number = get(spec);
            return number ? std::to_string(*number) : std::string();
          }};
}

Key names_key(std::string name, std::string summary, std::vector<std::string> Spec::*member) {
  const std::string key = name;
  return {{std::move(name), "list of job names", std::move(summary)},
          [key, member](const toml::node& node, Spec& spec) {
            auto words = read_words(node);
            if (!words) return "'" + key + "' takes a name or a list of names";
            for (const auto& word : *words) {
              if (auto ok = check_name(word); !ok) return ok.error().text;
            }
            spec.*member = std::move(*words);
            return std::string();
          },
          [member](const Spec& spec) {
            return (spec.*member).empty() ? std::string() : write_words(spec.*member);
          }};
}

Key environment_key() {
  return {{"environment", "table of variables", "Variables that are added to the job's environment."},
          [](const toml::node& node, Spec& spec) -> Fault {
            const auto* table = node.as_table();
            if (table == nullptr) return "'environment' takes a table: environment = { NAME = \"value\" }";
            for (const auto& [name, value] : *table) {
              const auto word = value.value_exact<std::string>();
              const std::string variable(name.str());
              if (!word) return {"the variable '" + variable + "' takes text", line_of(value)};
              if (variable.empty() || variable.find('=') != std::string::npos)
                return {"'" + variable + "' is not a variable", line_of(value)};
              spec.environment[variable] = *word;
            }
            return {};
          },
          [](const Spec& spec) {
            std::string out;
            for (const auto& [name, value] : spec.environment) {
              out += (out.empty() ? "{ " : ", ") + quote(name) + " = " + quote(value);
            }
            return out.empty() ? out : out + " }";
          }};
}

Key log_key() {
  return {{"log", "true, false or a path", "Whether what the job prints is kept, and in which file."},
          [](const toml::node& node, Spec& spec) -> std::string {
            if (const auto flag = node.value_exact<bool>()) {
              spec.log = *flag;
            } else if (const auto path = node.value_exact<std::string>(); path && path->starts_with('/')) {
              spec.log_path = *path;
            } else {
              return "'log' takes true, false or an absolute path";
            }
            return {};
          },
          [](const Spec& spec) -> std::string {
            if (!spec.log) return "false";
            return spec.log_path.empty() ? "" : quote(spec.log_path);
          }};
}

Key command_key() {
  return {{"command", "text or list of words", "What is run: text by the shell, a list as it is."},
          [](const toml::node& node, Spec& spec) -> std::string {
            auto words = read_words(node);
            if (!words || words->empty() || (*words)[0].empty())
              return "'command' takes text or a list of words";
            // One word in a spec is for the shell; in a file a list of one word is a program without
            // arguments.
            if (node.is_array() && words->size() == 1) (*words)[0] = "exec " + shell_word((*words)[0]);
            spec.command = std::move(*words);
            return {};
          },
          [](const Spec& spec) {
            if (spec.command.empty()) return std::string();
            return spec.command.size() == 1 ? quote(spec.command[0]) : write_words(spec.command);
          }};
}

/// Restart, limits and ends.
void add_policy_keys(std::vector<Key>& keys) {
  keys.push_back(text_key(
      "restart", "no, on-failure or always", "Whether the job is started again when it ends.",
      [](const std::string& word, Spec& spec) -> std::string {
        const auto restart = parse_restart(word);
        if (!restart) return "'restart' takes no, on-failure or always, not '" + word + "'";
        spec.restart.when = *restart;
        return {};
      },
      [](const Spec& spec) {
        return spec.restart.when == Restart::no ? std::string()
                                                : std::string(restart_name(spec.restart.when));
      }));
  keys.push_back(duration_key("restart-delay",
                              "How long the first restart waits; each further one twice as long.",
                              [](Spec& spec) -> Milliseconds& { return spec.restart.delay; }));
  keys.push_back(duration_key("restart-max-delay", "The longest such wait.",
                              [](Spec& spec) -> Milliseconds& { return spec.restart.max_delay; }));
  keys.push_back(duration_key("restart-reset", "A run this long makes the next wait the first one again.",
                              [](Spec& spec) -> Milliseconds& { return spec.restart.healthy_after; }));
  keys.push_back(text_key(
      "restart-limit", "N/DURATION or none",
      "More restarts than this within the time and the job has failed.",
      [](const std::string& word, Spec& spec) -> std::string {
        const auto limit = parse_restart_limit(word);
        if (!limit) return limit.error().text;
        spec.restart.limit = *limit;
        return {};
      },
      [](const Spec& spec) {
        return spec.restart.limit.count == 0 ? std::string() : exact_limit_text(spec.restart.limit);
      }));
  keys.push_back(text_key(
      "success-exit", "codes and signals", "Ends that count as success beside code 0: \"2,SIGTERM\".",
      [](const std::string& word, Spec& spec) -> std::string {
        const auto exits = SuccessExits::parse(word);
        if (!exits) return exits.error().text;
        spec.restart.success = *exits;
        return {};
      },
      [](const Spec& spec) { return spec.restart.success.text(); }));
  keys.push_back(duration_key("timeout", "A run that takes longer is stopped and has failed.",
                              [](Spec& spec) -> Milliseconds& { return spec.timeout; }));
  keys.push_back(text_key(
      "stop-signal", "signal", "What a stop sends first.",
      [](const std::string& word, Spec& spec) -> std::string {
        const auto signo = parse_signal(word);
        if (!signo) return "there is no signal '" + word + "'";
        spec.stop_signal = *signo;
        return {};
      },
      [](const Spec& spec) {
        return spec.stop_signal == Spec().stop_signal ? std::string() : signal_name(spec.stop_signal);
      }));
  keys.push_back(duration_key("stop-timeout", "How long a stop waits before it kills.",
                              [](Spec& spec) -> Milliseconds& { return spec.stop_timeout; }));
  keys.push_back(flag_key(
      "leave-children", "Whether what its first process leaves behind goes on when that has ended by itself.",
      &Spec::leave_children));
}

void add_resource_keys(std::vector<Key>& keys) {
  keys.push_back(text_key(
      "umask", "octal digits",
      "Permissions that its files do not get; those of whoever starts it if not given.",
      [](const std::string& word, Spec& spec) -> std::string {
        const auto mask = parse_umask(word);
        if (!mask) return mask.error().text;
        spec.umask = *mask;
        return {};
      },
      [](const Spec& spec) { return spec.umask ? fmt::format("{:04o}", *spec.umask) : std::string(); }));
  keys.push_back(number_key(
      "nice", "-20 to 19", "Scheduling priority, as for nice(1).", -20, 19,
      [](Spec& spec, std::int64_t value) { spec.nice = static_cast<int>(value); },
      [](const Spec& spec) { return spec.nice ? std::optional<std::int64_t>(*spec.nice) : std::nullopt; }));
  keys.push_back(text_key(
      "memory-limit", "bytes, K, M, G", "Memory that the job may have.",
      [](const std::string& word, Spec& spec) -> std::string {
        const auto bytes = parse_bytes(word);
        if (!bytes) return bytes.error().text;
        spec.memory_limit = *bytes;
        return {};
      },
      [](const Spec& spec) {
        return spec.memory_limit == 0 ? std::string() : std::to_string(spec.memory_limit);
      }));
  keys.push_back(number_key(
      "cpu-limit", "percent", "CPU time that the job may take, in percent of one processor.", 1, 100'000,
      [](Spec& spec, std::int64_t value) { spec.cpu_limit = static_cast<int>(value); },
      [](const Spec& spec) {
        return spec.cpu_limit == 0 ? std::nullopt : std::optional<std::int64_t>(spec.cpu_limit);
      }));
}

void add_log_keys(std::vector<Key>& keys) {
  keys.push_back(log_key());
  keys.push_back(text_key(
      "log-size", "bytes, K, M, G", "A log of this size is put aside and a new one begun; 0 for any size.",
      [](const std::string& word, Spec& spec) -> std::string {
        const auto bytes = parse_bytes(word);
        if (!bytes) return bytes.error().text;
        spec.log_limits.size = *bytes;
        return {};
      },
      [](const Spec& spec) {
        return spec.log_limits.size == LogLimits().size ? std::string()
                                                        : std::to_string(spec.log_limits.size);
      }));
  keys.push_back(duration_key("log-age", "A log whose first byte is this old is put aside; 0 for any age.",
                              [](Spec& spec) -> std::chrono::seconds& { return spec.log_limits.age; }));
  keys.push_back(number_key(
      "log-keep", "number", "How many older logs are kept.", 0, 999,
      [](Spec& spec, std::int64_t value) { spec.log_limits.keep = static_cast<int>(value); },
      [](const Spec& spec) {
        return spec.log_limits.keep == LogLimits().keep ? std::nullopt
                                                        : std::optional<std::int64_t>(spec.log_limits.keep);
      }));
  keys.push_back(plain_key("notify", "shell command",
                           "Run when the job ends, with its name and exit in the environment.",
                           &Spec::notify));
}

const std::vector<Key>& all_keys() {
  static const std::vector<Key> keys = [] {
    std::vector<Key> list;
    list.push_back(plain_key("description", "text", "One line for people.", &Spec::description));
    list.push_back(command_key());
    list.push_back(
        plain_key("directory", "path", "Where it runs; the home directory if not given.", &Spec::directory));
    list.push_back(environment_key());
    list.push_back(plain_key("environment-file", "path",
                             "A file of NAME=value lines that is read at every start.",
                             &Spec::environment_file));
    list.push_back(plain_key("input", "path",
                             "A file that it reads instead of its terminal; /dev/null for nothing.",
                             &Spec::input));
    list.push_back(text_key(
        "type", "simple or oneshot", "A oneshot job has started, for those after it, when it has ended well.",
        [](const std::string& word, Spec& spec) -> std::string {
          if (word != "simple" && word != "oneshot")
            return "'type' takes simple or oneshot, not '" + word + "'";
          spec.oneshot = word == "oneshot";
          return {};
        },
        [](const Spec& spec) { return spec.oneshot ? std::string("oneshot") : std::string(); }));
    list.push_back(flag_key("enabled", "Whether the job starts with the daemon.", &Spec::enabled));
    list.push_back(names_key("after", "Jobs that are started before this one, if they are started at all.",
                             &Spec::after));
    list.push_back(
        names_key("requires", "Jobs that are started along; without them this one stops.", &Spec::requires_));
    add_policy_keys(list);
    add_resource_keys(list);
    add_log_keys(list);
    list.push_back(
        {{"windows", "tables", "Further windows: name, layout, and panes with command and directory."},
         read_windows,
         write_windows});
    return list;
  }();
  return keys;
}

std::string unknown_key(const std::string& key) {
  std::vector<std::string> names;
  for (const Key& known : all_keys()) names.push_back(known.document.key);
  const std::string guess = nearest(key, names);
  return "unknown key '" + key + "'" + (guess.empty() ? "" : ", did you mean '" + guess + "'?");
}

}  // namespace

Result<Spec> parse_job_file(std::string_view text, const std::string& file) {
  if (const auto line = line_of_foreign_toml(text)) {
    return fail(ErrorCode::invalid_argument, "{}:{}: {}", file, *line, kForeignToml);
  }
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
  if (line_of_foreign_toml(text)) return std::string(text);
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
