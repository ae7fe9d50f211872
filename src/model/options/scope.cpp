#include "model/options/scope.hpp"

#include "model/model.hpp"

namespace sess::model {

namespace {

/// "no such session: x" when -t named one, "no current session" otherwise.
tl::unexpected<Error> missing(std::string_view what, const ScopeRequest& request) {
  if (!request.target.empty()) return fail(ErrorCode::not_found, "no such {}: {}", what, request.target);
  return fail(ErrorCode::not_found, "no current {}", what);
}

Result<ScopedOptions> of_session(Model& model, const ScopeRequest& request) {
  if (request.global) return ScopedOptions{&model.globals().session, OptionScope::session};
  if (request.session == nullptr) return missing("session", request);
  return ScopedOptions{&request.session->options, OptionScope::session};
}

Result<ScopedOptions> of_window(Model& model, const ScopeRequest& request) {
  if (request.global) return ScopedOptions{&model.globals().window, OptionScope::window};
  if (request.target_window == nullptr) return missing("window", request);
  return ScopedOptions{&request.target_window->options, OptionScope::window};
}

Result<ScopedOptions> of_pane(const ScopeRequest& request) {
  if (request.target_pane == nullptr) return missing("pane", request);
  return ScopedOptions{&request.target_pane->options, OptionScope::pane};
}

}  // namespace

Result<ScopedOptions> options_for_name(Model& model, const OptionName& name, const ScopeRequest& request) {
  if (name.user()) return options_for_flags(model, request);
  if (name.entry->in(OptionScope::server)) return ScopedOptions{&model.globals().server, OptionScope::server};
  if (name.entry->in(OptionScope::session)) return of_session(model, request);
  if (name.entry->in(OptionScope::pane) && request.pane) return of_pane(request);
  return of_window(model, request);
}

Result<ScopedOptions> options_for_flags(Model& model, const ScopeRequest& request) {
  if (request.server) return ScopedOptions{&model.globals().server, OptionScope::server};
  if (request.pane) return of_pane(request);
  if (request.window) return of_window(model, request);
  return of_session(model, request);
}

}  // namespace sess::model
