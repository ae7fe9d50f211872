// The part of a job file that lays out further windows:
//
//   [[windows]]
//   name = "logs"
//   layout = "even-horizontal"
//   panes = [ { command = "tail -f a.log" }, { command = ["htop"], directory = "/srv" } ]
#pragma once

#include <string>
#include "base/toml.hpp"

#include "job/spec.hpp"
#include "job/toml_text.hpp"

namespace sess::job {

/// What is wrong, or nothing.
[[nodiscard]] Fault read_windows(const toml::node& node, Spec& spec);
[[nodiscard]] std::string write_windows(const Spec& spec);

}  // namespace sess::job
