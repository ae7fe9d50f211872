// What commands that begin jobs have in common: they end when it is known what became of the starts. Owns
// nothing; the job's own way from there is job/supervisor's.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "command/language/item.hpp"

namespace sess::command {

/// What these starts come to is told by `then`, at once where it is known.
Status when_all_started(Item& item, std::vector<std::string> names,
                        std::function<Status(Item&, Result<>)> then);

}  // namespace sess::command
