#include "keeper/handover.hpp"

#include <fcntl.h>

#include <set>

#include "keeper/fields.hpp"
#include "os/descriptor.hpp"

namespace sess::keeper {

void fields(auto& io, FileIdentity& m) {
  io(m.device, m.inode);
}

void fields(auto& io, HandoverFacts& m) {
  io(m.paths.name, m.paths.socket_directory, m.paths.socket_name, m.paths.lock_name);
  io(m.paths.state_directory, m.paths.config_directory, m.paths.private_directory);
  io(m.config_files, m.verbosity, m.foreground, m.notify_address);
  io(m.descriptor_limit.rlim_cur, m.descriptor_limit.rlim_max, m.start_count);
  io(m.socket_identity, m.forgotten);
}

namespace {

constexpr std::uint32_t kMagic = 0x4B534553;  // "SESK"
constexpr std::uint32_t kVersion = 1;

/// What it is held by stands behind all programs: this was added later.
void handed_over(auto& io, Program& m) {
  program_fields(io, m);
  io(m.master, m.journal);
}

/// Reads descriptors by number; each may be named once.
class Taker {
 public:
  UniqueFd operator()(ByteReader& in) {
    const int fd = in.i32();
    if (fd < 3 || fcntl(fd, F_GETFD) < 0 || !seen_.insert(fd).second) {
      in.reject();
      return {};
    }
    (void)os::set_close_on_exec(fd, true);
    return UniqueFd(fd);
  }

 private:
  std::set<int> seen_;
};

}  // namespace

std::string encode_handover(const HandoverFacts& facts, const HandoverFds& fds,
                            const std::map<PaneNumber, Program>& programs) {
  FieldWriter writer([](ByteWriter& out, int fd) { out.i32(fd); });
  writer(kMagic, kVersion, facts, fds.directory, fds.lock, fds.listener, fds.model);
  ByteWriter& out = writer.out();
  out.varint(programs.size());
  for (const auto& [pane, program] : programs)
    handed_over(writer, const_cast<Program&>(program));  // a writer only reads
  std::uint64_t held = 0;
  for (const auto& [pane, program] : programs) held += program.holder > 0;
  out.varint(held);
  for (const auto& [pane, program] : programs) {
    if (program.holder <= 0) continue;
    writer(pane, program.holder, program.held_end);
  }
  return out.take();
}

Result<Handover> decode_handover(std::string_view bytes) {
  FieldReader reader(bytes, Taker());
  ByteReader& in = reader.in();
  if (in.u32() != kMagic || in.u32() != kVersion) {
    return fail(ErrorCode::protocol, "the state that was handed over is of an unknown version");
  }
  Handover out;
  reader(out.facts, out.directory, out.lock, out.listener, out.model);
  const std::uint64_t programs = in.varint();
  for (std::uint64_t i = 0; i < programs && in.ok(); ++i) handed_over(reader, out.programs.emplace_back());
  // Appended: code that held nothing did not write it.
  const std::uint64_t held = in.ok() && !in.at_end() ? in.varint() : 0;
  for (std::uint64_t i = 0; i < held && in.ok(); ++i) {
    PaneNumber pane = 0;
    std::int32_t holder = -1;
    UniqueFd end;
    reader(pane, holder, end);
    for (auto& program : out.programs) {
      if (program.pane != pane) continue;
      program.holder = holder;
      program.held_end = std::move(end);
    }
  }
  if (!in.ok()) {
    for (UniqueFd* fd : {&out.directory, &out.lock, &out.listener, &out.model}) (void)fd->release();
    for (auto& program : out.programs) {
      for (UniqueFd* fd : {&program.master, &program.journal, &program.held_end}) (void)fd->release();
    }
    return fail(ErrorCode::protocol, "the state that was handed over is malformed");
  }
  return out;
}

std::vector<int> handover_descriptors(const HandoverFds& fds, const std::map<PaneNumber, Program>& programs) {
  std::vector<int> out{fds.directory, fds.lock, fds.listener, fds.model};
  for (const auto& [pane, program] : programs) {
    out.push_back(program.master.get());
    out.push_back(program.journal.get());
    if (program.holder > 0) out.push_back(program.held_end.get());
  }
  return out;
}

std::vector<int> descriptors_of(const Handover& state) {
  std::vector<int> out{state.directory.get(), state.lock.get(), state.listener.get(), state.model.get()};
  for (const auto& program : state.programs) {
    out.push_back(program.master.get());
    out.push_back(program.journal.get());
    if (program.held_end) out.push_back(program.held_end.get());
  }
  return out;
}

}  // namespace sess::keeper
