// What lies in memory and on disk from a server or a daemon before, as if it had been written wrong: parts of
// the model behind valid checksums, saved sessions, exit records, notes of runs, job files, layouts. Read,
// repaired, written again.
#include <fcntl.h>

#include <string>
#include <vector>

#include "command/language/buffer.hpp"
#include "input.hpp"
#include "input/key_tables.hpp"
#include "job/job_file.hpp"
#include "job/record.hpp"
#include "model/layout/layout.hpp"
#include "model/model.hpp"
#include "os/memory/shared.hpp"
#include "store/keyed_log.hpp"
#include "store/model_store.hpp"
#include "store/saved_session.hpp"

namespace {

using sess::fuzz::Input;
using sess::fuzz::require;
using namespace sess;

/// Values {kind, id, length (2 bytes), bytes}, whatever they mean, where a model is looked for.
void model_parts(Input& input) {
  auto memory = os::SharedMemory::create("fuzz", 0);
  const auto again = [&] { return UniqueFd(::fcntl(memory->fd(), F_DUPFD_CLOEXEC, 3)); };
  static_cast<void>(store::ModelStore::open(again()));  // the first page
  {
    // Root and first byte as store/model_store.cpp has them.
    auto log = store::KeyedLog::open(*os::SharedMemory::adopt(again()), 2048, 4096);
    require(log.has_value(), "an empty memory can be opened");
    for (int i = 0; i < 64 && !input.empty(); ++i) {
      const std::uint64_t kind = input.byte();
      const std::uint64_t id = input.byte();
      const std::size_t length = input.byte() + 256U * input.byte();
      require(log->put((kind << 56U) | id, input.take(length)).has_value(), "a small value has room");
    }
    require(log->commit().has_value(), "small values can be committed");
  }
  auto found = store::ModelStore::open(again());
  require(found.has_value(), "a model's memory can be opened");
  model::Model model;
  input::KeyTables keys;
  command::BufferStore buffers;
  model::MessageLog messages;
  store::SavedState state;
  static_cast<void>(found->load({model, keys, buffers, messages}, state));
  static_cast<void>(model.repair());
  require(model.validate().empty(), "a repaired model is valid");
  model.windows().recalculate_all_sizes();
  require(found->save({model, keys, buffers, messages}, state).has_value(), "what was read can be written");
}

void saved_session(std::string_view bytes) {
  const auto session = store::decode_session(store::seal(bytes));
  if (!session) return;
  const auto again = store::decode_session(store::encode_session(*session));
  require(again.has_value(), "a session that was read can be written and read");
  require(store::encode_session(*again) == store::encode_session(*session), "and is the same");
}

void record(std::string_view text) {
  if (const auto record = job::decode_record(text)) {
    const auto again = job::decode_record(job::encode_record(*record));
    require(again.has_value(), "a record that was read can be written and read");
    require(again->exit == record->exit && again->name == record->name, "and tells the same exit");
  }
  if (const auto note = job::decode_note(text)) {
    require(job::decode_note(job::encode_note(*note)).has_value(),
            "a note that was read can be written and read");
  }
}

void job_file(std::string_view text) {
  const auto spec = job::parse_job_file(text, "fuzz.toml");
  static_cast<void>(job::write_enabled(text, true));
  if (!spec) return;
  const std::string written = job::write_job_file(*spec);
  const auto again = job::parse_job_file(written, "again.toml");
  require(again.has_value(), "a job file that was read can be written and read");
  require(job::write_job_file(*again) == written, "and is the same");
}

void layout(Input& input) {
  std::vector<model::PaneId> panes;
  for (std::uint32_t i = 0, count = 1U + input.byte() % 8U; i < count; ++i) panes.push_back(model::PaneId{i});
  if (const auto parsed = model::Layout::parse(input.rest(), panes, model::BorderStatus::off)) {
    require(parsed->validate().empty(), "a layout that was read is valid");
    const auto again = model::Layout::restore(parsed->text());
    require(again.has_value() && again->text() == parsed->text(), "and reads back as it was");
  }
  if (const auto restored = model::Layout::restore(input.rest())) {
    require(restored->validate().empty(), "a layout that was restored is valid");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  switch (input.byte() % 5) {
    case 0:
      model_parts(input);
      break;
    case 1:
      saved_session(input.rest());
      break;
    case 2:
      record(input.rest());
      break;
    case 3:
      job_file(input.rest());
      break;
    default:
      layout(input);
      break;
  }
  return 0;
}
