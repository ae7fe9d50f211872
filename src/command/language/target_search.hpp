// Searching the model's sessions: what target.cpp and target_origin.cpp share.
//
// Private to those two: target.cpp reads a target's text, target_origin.cpp answers where there is none. Ties
// are broken by order of name. Pointers are the model's, valid until it changes.
#pragma once

#include <vector>

#include "command/language/target.hpp"

namespace sess::command {

/// Whether `session` is the better guess: unattached ones first with kFindPreferUnattached, then by activity.
/// Anything is better than null.
[[nodiscard]] bool better(const model::Model& model, const model::Session& session,
                          const model::Session* than, unsigned flags);
/// better(), and of equal ones the first by name: for a walk in any order.
[[nodiscard]] bool wins(const model::Model& model, const model::Session& session, const model::Session* best,
                        unsigned flags);
/// All sessions in order of name.
[[nodiscard]] std::vector<const model::Session*> by_name(const model::Model& model);
/// The session's link to a window: the current one when it is that, else the first; null when there is none.
[[nodiscard]] const model::Winlink* link_to(const model::Session& session, model::WindowId window);

}  // namespace sess::command
