// cat, edit: job files as a person sees and writes them.
//
// The rows of the two commands are job_listing.cpp's.
#pragma once

#include "command/language/item.hpp"

namespace sess::command {

/// Prints a job's file, and what is wrong with it; of a job without a file what `enable` would write.
Status run_cat(Item& item);
/// Gives the client's terminal to an editor with the job's file, which begins with what the job is.
Status run_edit(Item& item);

}  // namespace sess::command
