#include "display/status_lines.hpp"

#include "render/style.hpp"

namespace sess::display {
namespace {

/// status-fg and status-bg, the old names of status-style's colours, as a style: they win where they are set.
std::string status_colours(const model::Session& session) {
  std::string out;
  const auto add = [&](std::string_view place, const std::string& colour) {
    if (colour != "default") out += fmt::format("{}{}={}", out.empty() ? "" : ",", place, colour);
  };
  add("fg", session.options.string("status-fg"));
  add("bg", session.options.string("status-bg"));
  return out;
}

}  // namespace

std::vector<render::Range> draw_status_line(command::Queue& queue, model::ClientId client, int line,
                                            render::Frame& frame, render::Rect area) {
  const model::Model& model = queue.model();
  const model::Session& session = *model.session(*model.client(client)->session);
  const auto target = command::find_from_session(model, session.id);
  const auto expand = [&](const std::string& format) { return queue.expand(format, target, client); };
  const auto base = render::style_on(render::style_on({}, expand(session.options.string("status-style"))),
                                     status_colours(session));
  const auto format = session.options.text("status-format", static_cast<unsigned>(line)).value_or("");
  return render::draw_line(frame, area.row, area.col, area.cols, base, expand(format));
}

}  // namespace sess::display
