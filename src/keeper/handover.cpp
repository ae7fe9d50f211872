#include "keeper/handover.hpp"

#include <fcntl.h>

#include <set>

#include "base/bytes.hpp"
#include "os/descriptor.hpp"

namespace sess::keeper {
namespace {

constexpr std::uint32_t kMagic = 0x4B534553;  // "SESK"
constexpr std::uint32_t kVersion = 1;

std::int64_t microseconds_of(WallTime time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

WallTime wall(std::int64_t us) {
  return WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::microseconds(us)));
}

void write_program(ByteWriter& out, const Program& program) {
  out.u32(program.pane);
  out.i32(program.pid);
  out.string(program.tty);
  out.string(program.program);
  out.boolean(program.exited);
  out.i32(program.wait_status);
  out.i64(program.usage.user.count());
  out.i64(program.usage.system.count());
  out.u64(program.usage.max_resident_kib);
  out.i64(microseconds_of(program.started));
  out.i64(microseconds_of(program.ended));
  out.i32(program.master.get());
  out.i32(program.journal.get());
}

/// Reads descriptors by number; each may be named once.
class Taker {
 public:
  explicit Taker(ByteReader& in) : in_(in) {}
  UniqueFd take() {
    const int fd = in_.i32();
    if (fd < 3 || fcntl(fd, F_GETFD) < 0 || !seen_.insert(fd).second) {
      in_.reject();
      return {};
    }
    (void)os::set_close_on_exec(fd, true);
    return UniqueFd(fd);
  }

 private:
  ByteReader& in_;
  std::set<int> seen_;
};

Program read_program(ByteReader& in, Taker& taker) {
  Program program;
  program.pane = in.u32();
  program.pid = in.i32();
  program.tty = in.string();
  program.program = in.string();
  program.exited = in.boolean();
  program.wait_status = in.i32();
  program.usage.user = std::chrono::microseconds(in.i64());
  program.usage.system = std::chrono::microseconds(in.i64());
  program.usage.max_resident_kib = in.u64();
  program.started = wall(in.i64());
  program.ended = wall(in.i64());
  program.master = taker.take();
  program.journal = taker.take();
  return program;
}

}  // namespace

std::string encode_handover(const HandoverFacts& facts, const HandoverFds& fds,
                            const std::map<PaneNumber, Program>& programs) {
  ByteWriter out;
  out.u32(kMagic);
  out.u32(kVersion);
  out.string(facts.paths.name);
  out.string(facts.paths.socket_directory);
  out.string(facts.paths.socket_name);
  out.string(facts.paths.lock_name);
  out.string(facts.paths.state_directory);
  out.string(facts.paths.config_directory);
  out.boolean(facts.paths.private_directory);
  out.varint(facts.config_files.size());
  for (const auto& file : facts.config_files) out.string(file);
  out.u8(facts.verbosity);
  out.boolean(facts.foreground);
  out.string(facts.notify_address);
  out.u64(facts.descriptor_limit.rlim_cur);
  out.u64(facts.descriptor_limit.rlim_max);
  out.u64(facts.start_count);
  out.boolean(facts.socket_identity.has_value());
  out.u64(facts.socket_identity ? facts.socket_identity->device : 0);
  out.u64(facts.socket_identity ? facts.socket_identity->inode : 0);
  out.varint(facts.forgotten.size());
  for (const pid_t pid : facts.forgotten) out.i32(pid);
  for (const int fd : {fds.directory, fds.lock, fds.listener, fds.model}) out.i32(fd);
  out.varint(programs.size());
  for (const auto& [pane, program] : programs) write_program(out, program);
  std::uint64_t held = 0;
  for (const auto& [pane, program] : programs) held += program.holder > 0;
  out.varint(held);
  for (const auto& [pane, program] : programs) {
    if (program.holder <= 0) continue;
    out.u32(pane);
    out.i32(program.holder);
    out.i32(program.held_end.get());
  }
  return out.take();
}

Result<Handover> decode_handover(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u32() != kMagic || in.u32() != kVersion) {
    return fail(ErrorCode::protocol, "the state that was handed over is of an unknown version");
  }
  Handover out;
  auto& facts = out.facts;
  facts.paths.name = in.string();
  facts.paths.socket_directory = in.string();
  facts.paths.socket_name = in.string();
  facts.paths.lock_name = in.string();
  facts.paths.state_directory = in.string();
  facts.paths.config_directory = in.string();
  facts.paths.private_directory = in.boolean();
  const std::uint64_t files = in.varint();
  for (std::uint64_t i = 0; i < files && in.ok(); ++i) facts.config_files.emplace_back(in.string());
  facts.verbosity = in.u8();
  facts.foreground = in.boolean();
  facts.notify_address = in.string();
  facts.descriptor_limit.rlim_cur = in.u64();
  facts.descriptor_limit.rlim_max = in.u64();
  facts.start_count = in.u64();
  const bool has_identity = in.boolean();
  const FileIdentity identity{in.u64(), in.u64()};
  if (has_identity) facts.socket_identity = identity;
  const std::uint64_t forgotten = in.varint();
  for (std::uint64_t i = 0; i < forgotten && in.ok(); ++i) facts.forgotten.push_back(in.i32());
  Taker taker(in);
  out.directory = taker.take();
  out.lock = taker.take();
  out.listener = taker.take();
  out.model = taker.take();
  const std::uint64_t programs = in.varint();
  for (std::uint64_t i = 0; i < programs && in.ok(); ++i) out.programs.push_back(read_program(in, taker));
  // Appended: code that held nothing did not write it.
  const std::uint64_t held = in.ok() && !in.at_end() ? in.varint() : 0;
  for (std::uint64_t i = 0; i < held && in.ok(); ++i) {
    const PaneNumber pane = in.u32();
    const std::int32_t holder = in.i32();
    UniqueFd end = taker.take();
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
