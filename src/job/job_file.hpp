// Job files: jobs/NAME.toml to a Spec and back; and the same settings as options of `run`.
//
// The table of keys in settings.cpp is the only place that knows them: it reads, writes, documents and
// suggests, and what `run` takes, its help and what completion offers are made of it. A file with a wrong key
// or value is refused as a whole, with all of its faults, each as "FILE:LINE: sentence".
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "job/spec.hpp"

namespace sess::job {

/// `file` is what messages call it. Needs `command` or windows.
[[nodiscard]] Result<Spec> parse_job_file(std::string_view text, const std::string& file);

/// A file that parses to the same Spec: what differs from the defaults, one key a line.
[[nodiscard]] std::string write_job_file(const Spec& spec);

/// The same text with the key `enabled` set or taken out; comments, order and everything else stay.
[[nodiscard]] std::string write_enabled(std::string_view text, bool enabled);

struct KeyDocument {
  std::string key;
  std::string value;    ///< what it takes: "duration", "yes or no"
  std::string summary;  ///< one sentence
  std::string options;  ///< of `run`: "--log, --no-log"; may be empty
};
/// Every key, in the order in which they are written.
[[nodiscard]] std::vector<KeyDocument> job_file_keys();

/// A setting as an option of `run`.
struct RunOption {
  std::string name;   ///< "restart-delay" of --restart-delay
  std::string value;  ///< what completion calls what it takes: "duration"; empty: it takes nothing
  std::string help;
  /// Puts the word into the spec and says what is wrong with it, or nothing. May be given several times.
  std::function<std::string(const std::string& word, Spec& spec)> read;
};
/// Every one, in the order of the keys. Paths are as they were typed.
[[nodiscard]] const std::vector<RunOption>& run_options();

/// "512M", "2G", "1048576": bytes with the suffixes K, M, G, T (powers of 1024).
[[nodiscard]] Result<std::uint64_t> parse_bytes(std::string_view text);

}  // namespace sess::job
