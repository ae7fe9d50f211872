// Names of jobs: what is allowed, and one made from a command when none is given.
//
// A job's name is also its file's, its record's and its log's name and a target on the command line, so it is
// narrower than a session's (model/names.hpp). Pure: which names are taken is the caller's knowledge.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sess::job {

/// Longest name, bytes.
inline constexpr std::size_t kMaxName = 64;

/// Letters and digits of any script, '.', '_' and '-'; no '-' or '.' at the beginning; at most kMaxName
/// bytes: fit for a file name and a target. The error says what is wrong.
[[nodiscard]] Result<> check_name(std::string_view name);

/// "make" for {"make", "-j8"}, "train" for {"python3", "train.py"} (program_name.hpp), in letters and digits
/// of any script, normal form C; "job" when nothing is left; "make-2", "make-3" when taken. Always passes
/// check_name(). `taken` is asked a few times even where thousands are taken; a gap among the numbers may
/// stay unused.
[[nodiscard]] std::string name_for(const std::vector<std::string>& command,
                                   const std::function<bool(const std::string&)>& taken);

/// The candidate that a mistyped word most likely means; empty when none is near (more than a third of the
/// word would have to change). For keys of job files and names of saved sessions as well.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace sess::job
