// Errors as values: Result<T> is either a T or an Error that says, in one sentence, what failed on what.
//
// Everything that can fail at run time returns one; nothing throws across a loop callback. Error::text is
// what a user may be shown at the edge; code and sys_errno are for decisions.
#pragma once

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace sess {

enum class ErrorCode {
  invalid_argument,  ///< what the caller (or the user) gave is wrong
  not_found,
  already_exists,
  permission_denied,  ///< wrong owner, mode or peer
  unavailable,        ///< try again or start something first (no server, no terminal)
  too_large,          ///< a limit was hit
  protocol,           ///< the peer sent something malformed
  io,                 ///< a system call failed; sys_errno says how
  internal,
};

struct Error {
  ErrorCode code = ErrorCode::internal;
  int sys_errno = 0;
  std::string text;
};

template <class T = void>
using Result = tl::expected<T, Error>;

/// An error to return: `return fail(ErrorCode::not_found, "can't find session: {}", name);`
template <class... Args>
[[nodiscard]] tl::unexpected<Error> fail(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected<Error>(Error{code, 0, fmt::format(format, std::forward<Args>(args)...)});
}

/// The same for a failed system call: appends ": strerror(errno)" and keeps errno.
template <class... Args>
[[nodiscard]] tl::unexpected<Error> fail_errno(int saved_errno, fmt::format_string<Args...> format,
                                               Args&&... args) {
  std::string text = fmt::format(format, std::forward<Args>(args)...);
  text += ": ";
  text += std::strerror(saved_errno);
  return tl::unexpected<Error>(Error{ErrorCode::io, saved_errno, std::move(text)});
}

/// Hands an error on to the caller's own Result type.
[[nodiscard]] inline tl::unexpected<Error> pass(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace sess
