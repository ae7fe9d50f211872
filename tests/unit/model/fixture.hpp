// A model with sessions, windows and panes in one line each, for tests.
#pragma once

#include <string>

#include "model/model.hpp"
#include "support/catch.hpp"

namespace sess::model {

inline const std::vector<std::string> kNothing{};

struct Fixture {
  Model model;
  Time now{};

  /// A session with one window of one pane.
  SessionId session(const std::string& name, Size size = {24, 80}) {
    const SessionId id = empty_session(name);
    window(id, std::nullopt, size);
    return id;
  }
  SessionId empty_session(const std::string& name, const std::string& group = "") {
    Model::NewSession spec;
    spec.name = name;
    spec.group = group;
    spec.now = now;
    const auto made = model.create_session(spec);
    REQUIRE(made);
    return (*made)->id;
  }
  Model::Created window(SessionId session, std::optional<int> index = std::nullopt, Size size = {24, 80},
                        bool select = false) {
    Model::NewWindow spec;
    spec.session = session;
    spec.index = index;
    spec.size = size;
    spec.select = select;
    const auto made = model.create_window(spec);
    REQUIRE(made);
    return *made;
  }
  PaneId split(PaneId beside, Axis axis = Axis::vertical) {
    Windows::NewSplit spec;
    spec.beside = beside;
    spec.how.axis = axis;
    const auto made = model.windows().split_pane(spec);
    REQUIRE(made);
    return (*made)->id;
  }
  PaneId pane_of(SessionId session) { return model.current_window(session)->active; }

  /// Indices and windows of a session: "0:@0* 1:@1", * current, - the last one.
  std::string windows(SessionId id) {
    const Session* session = model.session(id);
    if (session == nullptr) return "gone";
    std::string out;
    for (const auto& [index, link] : session->windows) {
      out += fmt::format("{}{}:{}", out.empty() ? "" : " ", index, to_string(link.window));
      if (session->current == index) out += '*';
      if (!session->last.empty() && session->last.front() == index) out += '-';
    }
    return out;
  }
  /// Whether an event of that kind was reported since the last call.
  bool reported(Event::Kind kind) {
    for (const Event& event : model.events().take()) {
      if (event.kind == kind) return true;
    }
    return false;
  }
};

}  // namespace sess::model
