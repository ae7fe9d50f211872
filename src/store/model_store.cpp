#include "store/model_store.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "os/memory/slots.hpp"
#include "store/model_encoding.hpp"

#include "base/fault.hpp"

namespace sess::store {
namespace {

constexpr std::size_t kPage = 4096;
/// Where the log's root lies in the first page, behind what 0.1 has there.
constexpr std::uint64_t kRoot = 2048;
constexpr std::size_t kLegacySlot = 64 << 20;
constexpr std::uint64_t kLegacyMagic = 0x4c444d5353534553ULL;  // "SESSSMDL"
/// At the same place in a memory that has no slots, so that a server of 0.1 does not take it for its own.
constexpr std::uint64_t kMagic = 0x474f4c4d53534553ULL;  // "SESSMLOG"
/// A larger encoding gives its memory back.
constexpr std::size_t kKept = 1 << 20;
constexpr unsigned kKindShift = 56;

/// The first page.
struct Header {
  std::uint64_t magic;
  os::SlotDirectory slots;     // 0.1's
  std::uint64_t legacy_taken;  // the newest sequence number of its slots that the log has taken over
};
static_assert(sizeof(Header) <= kRoot);

}  // namespace

/// Nodes in the order in which a model adopts them.
enum class ModelStore::Kind : std::uint8_t {
  meta = 1,
  server_options,
  session_options,
  window_options,
  environment,
  keys,
  clients,
  pane,
  window,
  session,
  message,
  job,
  buffer,
  buffer_text,
};

KeyedLog::Key ModelStore::key(Kind kind, std::uint64_t id) {
  return (static_cast<std::uint64_t>(kind) << kKindShift) | (id & ((std::uint64_t{1} << kKindShift) - 1));
}

Result<ModelStore> ModelStore::open(UniqueFd fd) {
  auto memory = os::SharedMemory::adopt(std::move(fd));
  if (!memory) return pass(memory.error());
  ModelStore store;
  if (auto grown = memory->grow(kPage); !grown) return pass(grown.error());
  auto page = memory->map(0, kPage);
  if (!page) return pass(page.error());
  store.page_ = std::move(*page);
  auto& header = *reinterpret_cast<Header*>(store.page_.data());
  const bool legacy = header.magic == kLegacyMagic && memory->size() >= kPage + 2 * kLegacySlot;
  if (header.magic == 0) header.magic = kMagic;
  if (!legacy && header.magic != kMagic) {
    return fail(ErrorCode::protocol, "the model's memory has no valid magic number");
  }
  for (std::size_t i = 0; legacy && i < store.slots_.size(); ++i) {
    auto slot = memory->map(kPage + i * kLegacySlot, kLegacySlot);
    if (!slot) return pass(slot.error());
    store.slots_[i] = std::move(*slot);
  }
  auto log = KeyedLog::open(std::move(*memory), kRoot, legacy ? kPage + 2 * kLegacySlot : kPage);
  if (!log) return pass(log.error());
  store.log_.emplace(std::move(*log));
  return store;
}

bool ModelStore::legacy_is_newer() const {
  if (!slots_[0]) return false;
  const auto& header = *reinterpret_cast<const Header*>(page_.data());
  const auto& [a, b] = header.slots.entries;
  return std::max(a.sequence, b.sequence) > header.legacy_taken;
}

// --- writing
// ------------------------------------------------------------------------------------------------

template <class Encode>
void ModelStore::put(KeyedLog::Key key, const Encode& encode) {
  CborWriter out(std::move(scratch_));
  encode(out);
  scratch_ = out.take();
  put_bytes(key, scratch_);
  if (scratch_.capacity() > kKept) scratch_ = {};
}

void ModelStore::put_bytes(KeyedLog::Key key, std::string_view bytes) {
  if (all_) kept_.insert(key);
  if (auto put = log_->put(key, bytes); !put) problem_ = put;
}

Result<> ModelStore::save(const Saved& saved, const SavedState& state) {
  problem_ = {};
  kept_.clear();
  put(key(Kind::meta, 0),
      [&](CborWriter& out) { put_meta(out, saved.model, state, saved.buffers.next_automatic()); });
  put(key(Kind::clients, 0), [&](CborWriter& out) { put_clients(out, state.clients); });
  put_tables(saved.model, saved.keys);
  put_nodes(saved.model);
  put_messages(saved.messages);
  put_jobs(state.jobs);
  put_buffers(saved.buffers);
  if (all_) {
    for (const auto key : log_->keys()) {
      if (kept_.count(key) == 0) log_->erase(key);
    }
  }
  SESS_FAULT("model-save");
  if (auto committed = log_->commit(); !committed) problem_ = committed;
  all_ = !problem_;
  if (problem_ && slots_[0]) {
    auto& header = *reinterpret_cast<Header*>(page_.data());
    const auto& [a, b] = header.slots.entries;
    header.legacy_taken = std::max(a.sequence, b.sequence);
  }
  return problem_;
}

void ModelStore::put_tables(const model::Model& model, const input::KeyTables& keys) {
  const std::pair<Kind, const model::Options*> tables[] = {{Kind::server_options, &model.globals().server},
                                                           {Kind::session_options, &model.globals().session},
                                                           {Kind::window_options, &model.globals().window}};
  for (std::size_t i = 0; i < std::size(tables); ++i) {
    const auto& [kind, options] = tables[i];
    if (!all_ && options_[i] == options->version()) continue;
    options_[i] = options->version();
    put(key(kind, 0), [table = options](CborWriter& out) {
      out.begin_map();
      put_options(out, "options", *table);
      out.end();
    });
  }
  if (all_ || environment_ != model.globals().environment.version()) {
    environment_ = model.globals().environment.version();
    put(key(Kind::environment, 0), [&](CborWriter& out) {
      out.begin_map();
      put_environment(out, model.globals().environment);
      out.end();
    });
  }
  ByteWriter bytes;
  keys.save(bytes);
  put_bytes(key(Kind::keys, 0), bytes.bytes());
}

void ModelStore::put_nodes(model::Model& model) {
  const auto changes = model.take_changes();
  const auto put_all = [this](Kind kind, const auto& nodes) {
    for (const auto& [id, node] : nodes) {
      put(key(kind, id.value), [&node = node](CborWriter& out) { store::put(out, node); });
    }
  };
  const auto put_changed = [this](Kind kind, const auto& nodes, const auto& ids) {
    for (const auto id : ids) {
      const auto* node = nodes.find(id);
      if (node == nullptr) {
        log_->erase(key(kind, id.value));
      } else {
        put(key(kind, id.value), [&](CborWriter& out) { store::put(out, *node); });
      }
    }
  };
  if (all_) {
    put_all(Kind::pane, model.panes());
    put_all(Kind::window, model.windows());
    put_all(Kind::session, model.sessions());
  } else {
    put_changed(Kind::pane, model.panes(), changes.panes);
    put_changed(Kind::window, model.windows(), changes.windows);
    put_changed(Kind::session, model.sessions(), changes.sessions);
  }
}

void ModelStore::put_messages(const model::MessageLog& messages) {
  const auto end = messages.first() + messages.lines().size();
  if (all_) next_message_ = first_message_ = messages.first();
  for (; first_message_ < messages.first(); ++first_message_) log_->erase(key(Kind::message, first_message_));
  next_message_ = std::max(next_message_, messages.first());
  for (; next_message_ < end; ++next_message_) {
    const auto& text = messages.lines()[next_message_ - messages.first()];
    put_bytes(key(Kind::message, next_message_), text);
  }
}

void ModelStore::put_jobs(const std::vector<std::shared_ptr<const std::string>>& jobs) {
  std::size_t known = 0;
  if (all_) jobs_.clear();
  for (const auto& job : jobs) known += jobs_.count(job);
  if (known == jobs.size() && known == jobs_.size()) return;
  std::unordered_map<std::shared_ptr<const std::string>, std::uint64_t> now;
  for (const auto& job : jobs) {
    const auto it = jobs_.find(job);
    const auto id = it != jobs_.end() ? it->second : next_job_++;
    now.emplace(job, id);
    if (it != jobs_.end()) continue;
    put_bytes(key(Kind::job, id), *job);
  }
  for (const auto& [job, id] : jobs_) {
    if (now.count(job) == 0) log_->erase(key(Kind::job, id));
  }
  jobs_ = std::move(now);
}

void ModelStore::put_buffers(const command::BufferStore& buffers) {
  if (!all_ && buffers_ == buffers.version()) return;
  buffers_ = buffers.version();
  std::set<std::uint64_t> now;
  for (const auto& buffer : buffers.all()) {
    now.insert(buffer.order);
    put(key(Kind::buffer, buffer.order), [&](CborWriter& out) { store::put(out, buffer); });
    // A buffer's text never changes.
    if (!all_ && saved_buffers_.count(buffer.order) > 0) continue;
    put_bytes(key(Kind::buffer_text, buffer.order), buffer.data);
  }
  for (const auto order : saved_buffers_) {
    if (now.count(order) > 0) continue;
    log_->erase(key(Kind::buffer, order));
    log_->erase(key(Kind::buffer_text, order));
  }
  saved_buffers_ = std::move(now);
}

std::uint64_t ModelStore::room() const {
  return KeyedLog::kMostBytes - std::min(KeyedLog::kMostBytes, log_->size());
}

// --- reading
// ------------------------------------------------------------------------------------------------

Result<bool> ModelStore::load_legacy(const Saved& saved, SavedState& state) {
  auto& header = *reinterpret_cast<Header*>(page_.data());
  const os::SlotPair slots(header.slots, slots_[0].bytes(), slots_[1].bytes());
  const auto newest = slots.newest();
  if (!newest) return false;
  if (auto decoded = decode_model(newest->bytes, saved, state); !decoded) return pass(decoded.error());
  return true;
}

Result<bool> ModelStore::load(const Saved& saved, SavedState& state) {
  if (legacy_is_newer()) return load_legacy(saved, state);
  if (!log_->used()) return false;
  std::vector<command::Buffer> buffers;
  std::vector<std::string> messages;
  std::uint64_t next_buffer = 0;
  std::optional<std::uint64_t> first_message;
  for (const auto at : log_->keys()) {
    const auto id = at & ((std::uint64_t{1} << kKindShift) - 1);
    auto bytes = log_->value(at);
    if (!bytes) {
      log::error("a part of the model is damaged, and left out");
      continue;
    }
    switch (static_cast<Kind>(at >> kKindShift)) {
      case Kind::meta:
        next_buffer = decode_meta(*bytes, saved.model, state);
        break;
      case Kind::server_options:
        decode_options(*bytes, saved.model.globals().server);
        break;
      case Kind::session_options:
        decode_options(*bytes, saved.model.globals().session);
        break;
      case Kind::window_options:
        decode_options(*bytes, saved.model.globals().window);
        break;
      case Kind::environment:
        decode_environment(*bytes, saved.model.globals().environment);
        break;
      case Kind::keys: {
        ByteReader reader(*bytes);
        if (auto restored = input::KeyTables::restore(reader)) saved.keys = std::move(*restored);
        break;
      }
      case Kind::clients:
        decode_clients(*bytes, state);
        break;
      case Kind::pane:
        saved.model.panes().adopt(decode<model::Pane>(*bytes));
        break;
      case Kind::window:
        saved.model.windows().adopt(decode<model::Window>(*bytes));
        break;
      case Kind::session:
        saved.model.sessions().adopt(decode<model::Session>(*bytes));
        break;
      case Kind::message:
        if (!first_message) first_message = id;
        messages.push_back(std::move(*bytes));
        break;
      case Kind::job:
        next_job_ = std::max(next_job_, id + 1);
        state.jobs.push_back(std::make_shared<const std::string>(std::move(*bytes)));
        break;
      case Kind::buffer: {
        auto buffer = decode<command::Buffer>(*bytes);
        auto text = log_->value(key(Kind::buffer_text, id));
        if (!text) {
          log::error("the text of buffer {} is damaged", buffer.name);
          break;
        }
        buffer.data = std::move(*text);
        buffers.push_back(std::move(buffer));
        break;
      }
      case Kind::buffer_text:
        break;
      default:
        log::info("a later version's part of the model is left out");
        break;
    }
  }
  std::reverse(buffers.begin(), buffers.end());  // newest first
  saved.buffers.restore(std::move(buffers), next_buffer);
  saved.messages.restore(std::move(messages), first_message.value_or(0));
  return true;
}

}  // namespace sess::store
