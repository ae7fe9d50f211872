// Every setting of jobs, once: how a job file's key is read and written, what it is called as an option of
// `run`, and the words of both.
//
// Internal to this layer: job_file.hpp is what others use. A setting is a row of the table in settings.cpp
// and a member of Spec.
#pragma once

#include <functional>
#include <string>
#include "base/toml.hpp"
#include <vector>

#include "job/job_file.hpp"
#include "job/toml_text.hpp"

namespace sess::job {

/// Puts a word into the spec and says what is wrong with it, or nothing.
using Parse = std::function<std::string(const std::string&, Spec&)>;

/// One key: how it is read and written. read() returns what is wrong, or nothing; write() an empty string for
/// the default.
struct Key {
  KeyDocument document;
  std::function<Fault(const toml::node&, Spec&)> read;
  std::function<std::string(const Spec&)> write;
  Parse parse = {};  ///< where one word says it
  std::vector<RunOption> options = {};

  /// It is an option of `run`, too. `value`: see RunOption. Without a help of its own it has the summary.
  Key&& option(std::string name, std::string value, std::string help = {}) && {
    return std::move(*this).option(std::move(name), std::move(value), std::move(help), parse);
  }
  /// One that is read in another way.
  Key&& option(std::string name, std::string value, std::string help, Parse word) &&;
};

/// In the order in which a file has them.
[[nodiscard]] const std::vector<Key>& all_keys();

}  // namespace sess::job
