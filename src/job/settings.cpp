#include "job/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <functional>

#include "base/duration.hpp"
#include "base/normal_form.hpp"
#include "base/quote.hpp"
#include "job/job_file_layout.hpp"
#include "job/name.hpp"
#include "job/signal_name.hpp"

namespace sess::job {
namespace {

using Member = std::string Spec::*;

/// A key that holds text; `parse` puts it into the spec and says what is wrong with it.
Key text_key(std::string name, std::string value, std::string summary, Parse parse,
             std::function<std::string(const Spec&)> text) {
  const std::string key = name;
  return {{std::move(name), std::move(value), std::move(summary), {}},
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
          },
          parse};
}

/// A key whose value is where `get` says inside a spec: `parse` makes one of a word or says what is wrong
/// with it, `show` gives the word of one that is not the default.
template <class Get, class ParseValue, class Show>
Key value_key(std::string name, std::string value, std::string summary, Get get, ParseValue parse,
              Show show) {
  return text_key(
      std::move(name), std::move(value), std::move(summary),
      [get, parse](const std::string& word, Spec& spec) {
        auto parsed = parse(word);
        if (!parsed) return parsed.error().text;
        std::invoke(get, spec) = std::move(*parsed);
        return std::string();
      },
      [get, show](const Spec& spec) {
        const auto& current = std::invoke(get, const_cast<Spec&>(spec));  // it is only read
        Spec defaults;
        return current == std::invoke(get, defaults) ? std::string() : std::string(show(current));
      });
}

Key plain_key(std::string name, std::string value, std::string summary, Member member) {
  return value_key(
      std::move(name), std::move(value), std::move(summary), member,
      [](const std::string& word) { return Result<std::string>(word); },
      [](const std::string& word) { return word; });
}

template <class Get>
Key duration_key(std::string name, std::string summary, Get get) {
  using Unit = std::remove_reference_t<std::invoke_result_t<Get, Spec&>>;
  return value_key(
      std::move(name), "duration", std::move(summary), get,
      [](const std::string& word) {
        return parse_duration(word).map([](auto time) { return std::chrono::duration_cast<Unit>(time); });
      },
      [](Unit time) {
        const auto ms = std::chrono::duration_cast<Milliseconds>(time).count();
        return ms % 1000 == 0 ? std::to_string(ms / 1000) + "s" : std::to_string(ms) + "ms";
      });
}

template <class Get>
Key bytes_key(std::string name, std::string summary, Get get) {
  return value_key(std::move(name), "bytes, K, M, G", std::move(summary), get, parse_bytes,
                   [](std::uint64_t bytes) { return std::to_string(bytes); });
}

Key flag_key(std::string name, std::string summary, bool Spec::*member) {
  const std::string key = name;
  return {{std::move(name), "true or false", std::move(summary), {}},
          [key, member](const toml::node& node, Spec& spec) {
            const auto value = node.value_exact<bool>();
            if (!value) return "'" + key + "' takes true or false";
            spec.*member = *value;
            return std::string();
          },
          [member](const Spec& spec) {
            const Spec defaults;
            return spec.*member == defaults.*member ? std::string() : spec.*member ? "true" : "false";
          },
          [member](const std::string&, Spec& spec) {
            spec.*member = true;
            return std::string();
          }};
}

/// A number in a range.
template <class Get>
Key number_key(std::string name, std::string value, std::string summary, int low, int high, Get get) {
  const auto store = [=, key = name](std::optional<std::int64_t> number, Spec& spec) {
    if (!number || *number < low || *number > high) {
      return fmt::format("'{}' takes a number from {} to {}", key, low, high);
    }
    std::invoke(get, spec) = static_cast<int>(*number);
    return std::string();
  };
  return {
      {std::move(name), std::move(value), std::move(summary), {}},
      [store](const toml::node& node, Spec& spec) { return store(node.value_exact<std::int64_t>(), spec); },
      [get](const Spec& spec) {
        const std::optional<int> number = std::invoke(get, const_cast<Spec&>(spec));  // it is only read
        Spec defaults;
        return number == std::invoke(get, defaults) ? std::string() : std::to_string(*number);
      },
      [store](const std::string& word, Spec& spec) {
        std::int64_t number = 0;
        const char* const end = word.data() + word.size();
        const auto [at, error] = std::from_chars(word.data(), end, number);
        return store(error == std::errc() && at == end ? std::optional(number) : std::nullopt, spec);
      }};
}

Key names_key(std::string name, std::string summary, std::vector<std::string> Spec::*member) {
  const std::string key = name;
  return {{std::move(name), "list of job names", std::move(summary), {}},
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
          },
          [member](const std::string& word, Spec& spec) {
            for (std::size_t at = 0; at <= word.size();) {
              const auto end = std::min(word.find(',', at), word.size());
              const std::string one = composed(std::string_view(word).substr(at, end - at));
              if (auto ok = check_name(one); !ok) return ok.error().text;
              (spec.*member).push_back(one);
              at = end + 1;
            }
            return std::string();
          }};
}

Key environment_key() {
  return {{"environment", "table of variables", "Variables that are added to the job's environment.", {}},
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
  return {{"log", "true, false or a path", "Whether what the job prints is kept, and in which file.", {}},
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
  return {{"command", "text or list of words", "What is run: text by the shell, a list as it is.", {}},
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
  keys.push_back(value_key(
                     "restart", "no, on-failure or always", "Whether the job is started again when it ends.",
                     [](Spec& spec) -> Restart& { return spec.restart.when; },
                     [](const std::string& word) -> Result<Restart> {
                       if (const auto restart = parse_restart(word)) return *restart;
                       return fail(ErrorCode::invalid_argument,
                                   "'restart' takes no, on-failure or always, not '{}'", word);
                     },
                     restart_name)
                     .option("restart", "policy", "no, on-failure or always"));
  keys.push_back(
      duration_key("restart-delay", "How long the first restart waits; each further one twice as long.",
                   [](Spec& spec) -> Milliseconds& { return spec.restart.delay; })
          .option("restart-delay", "duration", "before the first restart (1s); doubles with each"));
  keys.push_back(duration_key("restart-max-delay", "The longest such wait.", [](Spec& spec) -> Milliseconds& {
                   return spec.restart.max_delay;
                 }).option("restart-max-delay", "duration", "the longest delay (1min)"));
  keys.push_back(duration_key("restart-reset", "A run this long makes the next wait the first one again.",
                              [](Spec& spec) -> Milliseconds& { return spec.restart.healthy_after; }));
  keys.push_back(
      value_key(
          "restart-limit", "N/DURATION or none",
          "More restarts than this within the time and the job has failed.",
          [](Spec& spec) -> RestartLimit& { return spec.restart.limit; }, parse_restart_limit,
          exact_limit_text)
          .option("restart-limit", "N/duration", "more restarts than that within that time: failed"));
  keys.push_back(value_key(
                     "success-exit", "codes and signals",
                     "Ends that count as success beside code 0: \"2,SIGTERM\".",
                     [](Spec& spec) -> SuccessExits& { return spec.restart.success; }, SuccessExits::parse,
                     [](const SuccessExits& exits) { return exits.text(); })
                     .option("success-exit", "list", "codes and signals that count as success beside 0"));
  keys.push_back(duration_key("timeout", "A run that takes longer is stopped and has failed.", &Spec::timeout)
                     .option("timeout", "duration", "a run that takes longer is stopped and has failed"));
  keys.push_back(value_key(
                     "stop-signal", "signal", "What a stop sends first.", &Spec::stop_signal,
                     [](const std::string& word) -> Result<int> {
                       if (const auto signo = parse_signal(word)) return *signo;
                       return fail(ErrorCode::invalid_argument, "there is no signal '{}'", word);
                     },
                     signal_name)
                     .option("stop-signal", "signal", "what stop sends (SIGTERM)"));
  keys.push_back(duration_key("stop-timeout", "How long a stop waits before it kills.", &Spec::stop_timeout)
                     .option("stop-timeout", "duration", "after which stop sends SIGKILL (10s)"));
  keys.push_back(
      flag_key("leave-children",
               "Whether what its first process leaves behind goes on when that has ended by itself.",
               &Spec::leave_children)
          .option("leave-children", "", "what its first process leaves behind goes on"));
}

void add_resource_keys(std::vector<Key>& keys) {
  keys.push_back(value_key("umask", "octal digits",
                           "Permissions that its files do not get; those of whoever starts it if not given.",
                           &Spec::umask, parse_umask,
                           [](std::optional<unsigned> mask) { return fmt::format("{:04o}", *mask); })
                     .option("umask", "digits",
                             "permissions that its files do not get; those of this command without it"));
  keys.push_back(number_key("nice", "-20 to 19", "Scheduling priority, as for nice(1).", -20, 19, &Spec::nice)
                     .option("nice", "number", "scheduling priority, -20 to 19"));
  keys.push_back(bytes_key("memory-limit", "Memory that the job may have.", &Spec::memory_limit)
                     .option("memory", "bytes", "memory limit: 512M, 2G"));
  // "50%" is as good as 50.
  const Parse percent = [](const std::string& word, Spec& spec) -> std::string {
    int limit = 0;
    const std::string_view digits =
        word.ends_with('%') ? std::string_view(word).substr(0, word.size() - 1) : word;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), limit);
    if (error != std::errc() || end != digits.data() + digits.size() || limit < 1 || limit > 100'000)
      return "'cpu-limit' takes percent of one processor, for example 50%";
    spec.cpu_limit = limit;
    return {};
  };
  keys.push_back(number_key("cpu-limit", "percent",
                            "CPU time that the job may take, in percent of one processor.", 1, 100'000,
                            &Spec::cpu_limit)
                     .option("cpu", "percent", "processor limit in percent of one", percent));
}

void add_log_keys(std::vector<Key>& keys) {
  keys.push_back(log_key()
                     .option("log", "path", "where its output is kept",
                             [](const std::string& word, Spec& spec) {
                               spec.log_path = word;
                               return std::string();
                             })
                     .option("no-log", "", "keep no log", [](const std::string&, Spec& spec) {
                       spec.log = false;
                       return std::string();
                     }));
  keys.push_back(bytes_key(
                     "log-size", "A log of this size is put aside and a new one begun; 0 for any size.",
                     [](Spec & spec) -> auto& { return spec.log_limits.size; })
                     .option("log-size", "bytes", "a larger log is put aside (32M)"));
  keys.push_back(duration_key("log-age", "A log whose first byte is this old is put aside; 0 for any age.",
                              [](Spec& spec) -> std::chrono::seconds& { return spec.log_limits.age; })
                     .option("log-age", "duration", "an older log is put aside"));
  keys.push_back(
      number_key("log-keep", "number", "How many older logs are kept.", 0, 999, [](Spec& spec) -> int& {
        return spec.log_limits.keep;
      }).option("log-keep", "number", "how many are kept (8)"));
  keys.push_back(plain_key("notify", "shell command",
                           "Run when the job ends, with its name and exit in the environment.", &Spec::notify)
                     .option("notify", "shell-command", "run when the job ends"));
}

}  // namespace

Key&& Key::option(std::string name, std::string value, std::string help, Parse word) && {
  if (help.empty()) {
    help = document.summary.substr(0, document.summary.size() - 1);
    help[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(help[0])));
  }
  document.options += (document.options.empty() ? "--" : ", --") + name;
  // What is wrong with the key's value names the key.
  auto named = [called = "'" + document.key + "'", name, word](const std::string& text, Spec& spec) {
    std::string fault = word(text, spec);
    if (fault.starts_with(called)) fault.replace(0, called.size(), "--" + name);
    return fault;
  };
  options.push_back({std::move(name), std::move(value), std::move(help), std::move(named)});
  return std::move(*this);
}

const std::vector<Key>& all_keys() {
  static const std::vector<Key> keys = [] {
    std::vector<Key> list;
    list.push_back(plain_key("description", "text", "One line for people.", &Spec::description)
                       .option("description", "text"));
    list.push_back(command_key());
    list.push_back(
        plain_key("directory", "path", "Where it runs; the home directory if not given.", &Spec::directory));
    list.push_back(environment_key());
    list.push_back(plain_key("environment-file", "path",
                             "A file of NAME=value lines that is read at every start.",
                             &Spec::environment_file)
                       .option("env-file", "file", "variables, one NAME=value a line"));
    list.push_back(
        plain_key("input", "path", "A file that it reads instead of its terminal; /dev/null for nothing.",
                  &Spec::input)
            .option("input", "file", "what it reads instead of its terminal; - for what sess itself reads"));
    list.push_back(text_key(
                       "type", "simple or oneshot",
                       "A oneshot job has started, for those after it, when it has ended well.",
                       [](const std::string& word, Spec& spec) -> std::string {
                         if (word != "simple" && word != "oneshot")
                           return "'type' takes simple or oneshot, not '" + word + "'";
                         spec.oneshot = word == "oneshot";
                         return {};
                       },
                       [](const Spec& spec) { return spec.oneshot ? std::string("oneshot") : std::string(); })
                       .option("oneshot", "", "has started, for --after, when it has ended well",
                               [](const std::string&, Spec& spec) {
                                 spec.oneshot = true;
                                 return std::string();
                               }));
    list.push_back(flag_key("enabled", "Whether the job starts with the daemon.", &Spec::enabled));
    list.push_back(
        names_key("after", "Jobs that are started before this one, if they are started at all.", &Spec::after)
            .option("after", "job", "start when this job has, if it is starting"));
    list.push_back(
        names_key("requires", "Jobs that are started along; without them this one stops.", &Spec::requires_)
            .option("requires", "job", "start this job too; stop when it stops"));
    add_policy_keys(list);
    add_resource_keys(list);
    add_log_keys(list);
    list.push_back(
        {{"windows", "tables", "Further windows: name, layout, and panes with command and directory.", {}},
         read_windows,
         write_windows});
    return list;
  }();
  return keys;
}

}  // namespace sess::job
