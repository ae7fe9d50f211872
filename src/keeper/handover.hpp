// The keeper's whole state as bytes, for the code that replaces it by exec.
//
// Descriptors are named by number: they stay open across exec. The children stay children because the pid
// stays. A later version reads what an earlier one wrote: the format is versioned, fields are only appended.
#pragma once

#include <sys/resource.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "keeper/message.hpp"
#include "keeper/socket_file.hpp"
#include "os/runtime_paths.hpp"

namespace sess::keeper {

struct HandoverFacts {
  os::RuntimePaths paths;
  std::vector<std::string> config_files;
  std::uint8_t verbosity = 0;
  bool foreground = false;
  std::string notify_address;
  rlimit descriptor_limit{};
  std::uint64_t start_count = 0;
  std::optional<FileIdentity> socket_identity;
  std::vector<pid_t> forgotten;
};

/// Numbers of the keeper's own descriptors.
struct HandoverFds {
  int directory = -1;
  int lock = -1;
  int listener = -1;
  int model = -1;
};

struct Handover {
  HandoverFacts facts;
  UniqueFd directory;
  UniqueFd lock;
  UniqueFd listener;
  UniqueFd model;
  std::vector<Program> programs;
};

[[nodiscard]] std::string encode_handover(const HandoverFacts& facts, const HandoverFds& fds,
                                          const std::map<PaneNumber, Program>& programs);

/// Takes over the descriptors that the bytes name and makes them close-on-exec. An error when a number is not
/// an open descriptor, is named twice, or the bytes are of an unknown version; then all of them stay open,
/// for other code that can read them.
[[nodiscard]] Result<Handover> decode_handover(std::string_view bytes);

/// Every descriptor that has to survive the exec.
[[nodiscard]] std::vector<int> handover_descriptors(const HandoverFds& fds,
                                                    const std::map<PaneNumber, Program>& programs);

/// The same of a state that was taken over.
[[nodiscard]] std::vector<int> descriptors_of(const Handover& state);

}  // namespace sess::keeper
