// The CBOR form of the model's parts (model_store.hpp). Reading takes what is there and of the right type,
// and leaves the rest at its default: Model::repair() makes whatever came out valid.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "store/cbor_writer.hpp"
#include "store/model_store.hpp"

namespace sess::store {

/// A pane, window or session, or a buffer without its text, which is a record of its own.
template <class Part>
void put(CborWriter& out, const Part& part);
/// A field of that name; nothing for an empty table.
void put_options(CborWriter& out, std::string_view field, const model::Options& options);
void put_environment(CborWriter& out, const model::Environment& environment);
void put_clients(CborWriter& out, const std::vector<SavedClient>& clients);
/// Next ids, mark, and what is left.
void put_meta(CborWriter& out, const model::Model& model, const SavedState& state, std::uint64_t next_buffer);

/// The same, read.
template <class Part>
[[nodiscard]] Part decode(std::string_view bytes);
void decode_options(std::string_view bytes, model::Options& options);
void decode_environment(std::string_view bytes, model::Environment& environment);
void decode_clients(std::string_view bytes, SavedState& state);
/// The next automatic buffer's number.
std::uint64_t decode_meta(std::string_view bytes, model::Model& model, SavedState& state);

/// The whole model in one piece, as release 0.1 wrote it.
Result<> decode_model(std::string_view bytes, const Saved& saved, SavedState& state);

}  // namespace sess::store
