// Directories that only their owner can write: opened without following links, checked by descriptor.
//
// For socket, state and configuration directories (runtime_paths.hpp says where they are) and the lock file.
// Checks are made on what was opened, so nobody can swap it in between. Files of jobs are job/files.hpp's.
#pragma once

#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sess::os {

enum class LooseMode { refuse, tighten };

/// Opens (makes when missing, 0700) a directory that belongs to the effective user and that nobody else can
/// enter. The last component is never a link; its parent must belong to root or to the user, and if others
/// can write it, have the sticky bit. A mode beyond 0700 is refused, or set to 0700 when `loose` says so.
/// The error is one clear line. All later access goes through the descriptor.
[[nodiscard]] Result<UniqueFd> open_private_directory(const std::string& path,
                                                      LooseMode loose = LooseMode::refuse);
/// The same but never makes it: not_found when it is missing.
[[nodiscard]] Result<UniqueFd> open_existing_private_directory(const std::string& path);

/// Opens an existing directory for a socket that the user named by path (-S): it belongs to root or the user
/// and others cannot write it, or it has the sticky bit.
[[nodiscard]] Result<UniqueFd> open_trusted_directory(const std::string& path);

/// Makes `path` and its missing parents, 0700 each. For state and configuration directories.
Result<> make_directories(const std::string& path);

/// Opens (creates 0600) a file in a directory for reading and for writing at its end; never follows a link,
/// refuses foreign owners and anything but a regular file with one name.
[[nodiscard]] Result<UniqueFd> open_private_file(int dirfd, const std::string& name);

}  // namespace sess::os
