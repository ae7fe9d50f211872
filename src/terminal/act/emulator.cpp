#include "terminal/act/emulator.hpp"

#include "terminal/act/core.hpp"

namespace sess::terminal {

Emulator::Emulator(Size size, SegmentStore& store, Sink& sink)
    : core_(std::make_unique<Core>(size, store, sink)) {}

Emulator::Emulator(std::unique_ptr<Core> core) : core_(std::move(core)) {}
Emulator::~Emulator() = default;
Emulator::Emulator(Emulator&&) noexcept = default;

void Emulator::feed(std::string_view bytes) {
  core_->feed(bytes);
}
bool Emulator::plain() const {
  return core_->plain_;
}
std::size_t Emulator::pending() const {
  return core_->decoder_.pending();
}
void Emulator::resize(Size size) {
  core_->resize(size);
}
const Screen& Emulator::screen() const {
  return core_->screen_;
}
void Emulator::set_identity(const Identity& identity) {
  core_->set_identity(identity);
}
const Identity& Emulator::identity() const {
  return core_->identity_;
}
void Emulator::set_settings(const Settings& settings) {
  core_->settings_ = settings;
}
void Emulator::set_history_limits(std::uint64_t lines, std::uint64_t bytes) {
  core_->page_.history().set_limits(lines, bytes);
}
void Emulator::clear_history() {
  core_->page_.clear_history();
}

void Emulator::reset() {
  core_->decoder_.reset();
  core_->reset();
}

void Emulator::save(ByteWriter& out) const {
  core_->save(out);
}

bool Emulator::save_within(ByteWriter& out, std::size_t most) {
  return core_->save_within(out, most);
}

Result<std::unique_ptr<Emulator>> Emulator::restore(ByteReader& in, SegmentStore& store, Sink& sink) {
  const std::uint8_t version = in.u8();
  Size size;
  size.rows = in.u16();
  size.cols = in.u16();
  if (!in.ok() || version < 1 || version > 3) {
    return fail(ErrorCode::protocol, "checkpoint of a terminal: version {} is not known", version);
  }
  if (size != clamp(size)) {
    return fail(ErrorCode::protocol, "checkpoint of a terminal: size {}x{} is out of range", size.cols,
                size.rows);
  }
  auto core = std::make_unique<Core>(size, store, sink);
  if (!core->restore(in, version)) return fail(ErrorCode::protocol, "checkpoint of a terminal: malformed");
  return std::unique_ptr<Emulator>(new Emulator(std::move(core)));
}

}  // namespace sess::terminal
