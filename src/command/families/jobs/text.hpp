// Words about jobs that several commands print: states, times, sizes, JSON objects.
//
// Pure: the time is a parameter, nothing is looked up. One place decides how a state, an exit and a command
// read, so that ps, status, list and history agree, and --json has the same names everywhere.
#pragma once

#include <optional>

#include <string>
#include <string_view>
#include <vector>

#include "base/amount.hpp"
#include "command/ports/jobs.hpp"

namespace sess::command {

class Item;

/// "3h 2min ago"
[[nodiscard]] std::string ago(job::WallTime time, job::WallTime now);
/// "2026-01-01 12:00:00", local time.
[[nodiscard]] std::string date_text(job::WallTime time);
/// "running 3h", "failed 2min ago"
[[nodiscard]] std::string state_text(const JobView& view, job::WallTime now);
/// A command as it would be typed.
[[nodiscard]] std::string command_text(const std::vector<std::string>& command);

/// A JSON object from names and values that are JSON already.
[[nodiscard]] std::string json_object(const std::vector<std::pair<std::string_view, std::string>>& fields);
[[nodiscard]] std::string json_array(const std::vector<std::string>& items);
[[nodiscard]] std::string json_words(const std::vector<std::string>& words);
/// Seconds since 1970 with a fraction; null for no time.
[[nodiscard]] std::string json_time(job::WallTime time);

[[nodiscard]] std::string job_json(const JobView& view, const JobUse& use);
[[nodiscard]] std::string record_json(const job::Record& record);

/// What the command's client gives a job that it runs; none without a client.
[[nodiscard]] std::optional<job::Caller> caller_of(const Item& item);

}  // namespace sess::command
