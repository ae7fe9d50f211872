// Identities of sessions, windows, panes and clients: distinct types over a number that is never used twice
// in the life of a server (and across its restarts: the next numbers are part of the checkpoint).
//
// Text is tmux's: `$1` session, `@1` window, `%1` pane. Clients have no text form that users type (`&1` is
// for logs).
#pragma once

#include <charconv>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sess::model {

template <char Sigil>
struct Id {
  static constexpr char kSigil = Sigil;
  std::uint32_t value = 0;
  auto operator<=>(const Id&) const = default;
};

using SessionId = Id<'$'>;
using WindowId = Id<'@'>;
using PaneId = Id<'%'>;
using ClientId = Id<'&'>;

/// `$1`, `@1`, `%1`, `&1`.
template <char Sigil>
[[nodiscard]] std::string to_string(Id<Sigil> id) {
  return Sigil + std::to_string(id.value);
}

/// The id that `text` writes in full (`parse_id<PaneId>("%3")`): sigil, then decimal digits and nothing else.
template <class IdType>
[[nodiscard]] std::optional<IdType> parse_id(std::string_view text) {
  if (text.size() < 2 || text.front() != IdType::kSigil) return std::nullopt;
  IdType id;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 1, end, id.value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return id;
}

/// Identifies a client across reconnects (chosen by the server in `welcome`).
using ClientToken = std::uint64_t;

}  // namespace sess::model

template <char Sigil>
struct std::hash<sess::model::Id<Sigil>> {
  std::size_t operator()(sess::model::Id<Sigil> id) const noexcept {
    return std::hash<std::uint32_t>{}(id.value);
  }
};
