// A saved session as bytes: a line "sess NUMBER CHECKSUM" and what it sums up. CBOR for the session's
// structure, plain text for what a pane had shown.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "command/ports/restore.hpp"

namespace sess::store {

/// Content behind its checksum.
[[nodiscard]] std::string seal(std::string_view content);
/// The content, or an error when it is not whole: cut short, changed, or of a later version.
[[nodiscard]] Result<std::string> unseal(std::string_view bytes);

/// Sealed. `key` is no part of it: the same session gives the same bytes.
[[nodiscard]] std::string encode_session(const command::SavedSession& session);
/// Total on any bytes.
[[nodiscard]] Result<command::SavedSession> decode_session(std::string_view bytes);

/// Words as they would be typed at a shell's prompt: quoted where needed, and without any control character,
/// so that nothing runs before Enter is pressed.
[[nodiscard]] std::string typed_words(const std::vector<std::string>& words);
/// The same for a line that is shell text already.
[[nodiscard]] std::string typed_line(std::string_view line);

}  // namespace sess::store
