#include "display/choosers.hpp"

#include <algorithm>
#include <array>

#include "command/format/format.hpp"
#include "command/format/mode_formats.hpp"
#include "command/language/template.hpp"
#include "model/size_policy.hpp"
#include "modes/choose/buffers.hpp"
#include "modes/choose/clients.hpp"
#include "modes/choose/customize.hpp"
#include "modes/choose/tree.hpp"
#include "render/style.hpp"
#include "display/status_lines.hpp"

namespace sess::display {
namespace {

using modes::Subject;

constexpr std::array<std::string_view, 5> kChoosers{"choose-tree", "choose-client", "choose-buffer",
                                                    "switcher", "customize-mode"};

command::TargetKind kind_of(const Subject& subject) {
  if (subject.kind == Subject::Kind::session) return command::TargetKind::session;
  if (subject.kind == Subject::Kind::window) return command::TargetKind::window;
  return command::TargetKind::pane;
}

}  // namespace

std::optional<model::ClientId> ChooserWorld::user() const {
  if (client_ && model_.client(*client_) != nullptr && model_.client(*client_)->session) return client_;
  const auto where = command::find_from_pane(model_, pane_);
  return command::best_client(model_, where.session);
}

model::Style ChooserWorld::style() const {
  const model::Pane* pane = model_.pane(pane_);
  const model::Window* window = pane != nullptr ? model_.window(pane->window) : nullptr;
  if (window == nullptr) return {};
  return render::style_on({}, queue_.expand(window->options.string("mode-style"),
                                            command::find_from_pane(model_, pane_), client_));
}

model::Style ChooserWorld::colour(model::SessionId id, bool active) const {
  const model::Session* session = model_.session(id);
  if (session == nullptr) return {};
  const auto option =
      active ? model::TextOption("display-panes-active-colour") : model::TextOption("display-panes-colour");
  return render::style_on({}, "fg=" + session->options.string(option));
}

command::Target ChooserWorld::target(const Subject& subject) const {
  const model::Session* session = model_.session(subject.session);
  switch (subject.kind) {
    case Subject::Kind::session:
      return session == nullptr ? command::Target{} : command::find_from_session(model_, subject.session);
    case Subject::Kind::window:
    case Subject::Kind::pane: {
      if (session == nullptr || session->windows.count(subject.link) == 0) return {};
      auto found = command::find_from_link(model_, subject.session, subject.link);
      if (subject.kind == Subject::Kind::pane) found.pane = subject.pane;
      return found;
    }
    case Subject::Kind::client:
      return command::find_from_client(model_, subject.client);
    case Subject::Kind::buffer:
    case Subject::Kind::none:
      break;
  }
  return command::find_from_pane(model_, pane_);
}

std::string ChooserWorld::expand(std::string_view format, const Subject& subject, int line) const {
  command::FormatContext context;
  context.model = &model_;
  context.ports = &queue_.ports();
  context.buffers = &queue_.buffers();
  context.kind = kind_of(subject);
  context.target = target(subject);
  context.client = subject.kind == Subject::Kind::client ? subject.client : client_;
  if (subject.kind == Subject::Kind::buffer) {
    context.buffer = queue_.buffers().find(subject.buffer);
    context.target = {};
  }
  context.variables = subject.facts;
  context.variables.emplace_back("line", std::to_string(line));
  return command::expand(context, format);
}

/// The target is put into the arguments of the command, so that no character of a name is taken for the
/// language's; a text that is no command without it is filled in first.
void ChooserWorld::run(std::string_view text, std::string_view target, const Subject& subject) {
  ran_ = true;
  const auto who = user();
  command::State state;
  state.current = this->target(subject);
  if (!state.current.valid()) state.current = command::find_from_pane(model_, pane_);
  const auto parsed = command::parse(text, queue_.parse_context(nullptr, who));
  if (!parsed.ok()) return queue_.submit_text(who, command::fill_template(text, target, 1), state);
  std::vector<command::Command> filled = *parsed.commands;
  for (auto& command : filled) {
    command.args =
        command.args.map([&](const std::string& word) { return command::fill_template(word, target, 1); });
  }
  queue_.submit(who, std::make_shared<const std::vector<command::Command>>(std::move(filled)), state);
}

void ChooserWorld::ask(modes::Question question, std::function<void(const std::string&)> answer) {
  const auto who = user();
  if (!who) return;
  command::PromptRequest request;
  if (question.single_key) request.kind = command::PromptRequest::Kind::single_key;
  request.prompt = std::move(question.prompt);
  request.initial = std::move(question.initial);
  request.history = std::move(question.history);
  static_cast<void>(queue_.ports().questions.prompt(
      *who, std::move(request), [answer = std::move(answer)](const std::optional<std::string>& text) {
        if (text) answer(*text);
      }));
}

const terminal::Screen* ChooserWorld::screen(model::PaneId pane) const {
  const panes::PaneIo* io = terminals_.find(pane);
  return io == nullptr ? nullptr : &io->screen();
}

std::vector<modes::BufferFacts> ChooserWorld::buffers() const {
  std::vector<modes::BufferFacts> out;
  for (const auto& buffer : queue_.buffers().all())
    out.push_back({buffer.name, buffer.data.size(), buffer.order});
  return out;
}

std::string_view ChooserWorld::buffer(std::string_view name) const {
  const auto* found = queue_.buffers().find(name);
  return found == nullptr ? std::string_view() : std::string_view(found->data);
}

modes::ChooserPorts::Status ChooserWorld::status(model::ClientId id) const {
  const model::Client* client = model_.client(id);
  const model::Session* session =
      client != nullptr && client->session ? model_.session(*client->session) : nullptr;
  if (session == nullptr) return {};
  return {model::status_lines(model_, *session), session->options.choice("status-position") == "top"};
}

void ChooserWorld::draw_status(render::Frame& frame, render::Rect area, model::ClientId client) const {
  // As wide as it is on the client's terminal; what the preview has no room for is cut.
  const int columns = model_.client(client)->size.cols;
  auto sheet = frame.sheet({static_cast<std::uint16_t>(area.rows), static_cast<std::uint16_t>(columns)});
  for (int line = 0; line < area.rows; ++line)
    draw_status_line(queue_, client, line, sheet, {line, 0, 1, columns});
  frame.paste(sheet, 0, 0, area);
}

bool is_chooser(std::string_view command) {
  return std::find(kChoosers.begin(), kChoosers.end(), command) != kChoosers.end();
}

bool has_attached(const model::Model& model) {
  const auto& clients = model.clients();
  return std::any_of(clients.begin(), clients.end(),
                     [](const auto& entry) { return entry.second.session.has_value(); });
}

ChooserRequest parse_chooser(std::string_view name, const std::vector<std::string>& arguments) {
  ChooserRequest out;
  out.name = name;
  auto& options = out.options;
  options.key_format = command::kChooserKeyFormat;
  if (name == "choose-tree") {
    options.format = command::kTreeModeFormat;
    options.command = "switch-client -Zt '%%'";
  } else if (name == "choose-client") {
    options.format = command::kClientModeFormat;
    options.command = "detach-client -t '%%'";
  } else if (name == "customize-mode") {
    options.format = command::kCustomizeModeFormat;
  } else {
    options.format = command::kBufferModeFormat;
    options.command = "paste-buffer -p -b '%%'";
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word.size() != 2 || word.front() != '-') {
      options.command = word;
      continue;
    }
    const auto value = [&]() -> std::string {
      return i + 1 < arguments.size() ? arguments[++i] : std::string();
    };
    switch (word[1]) {
      case 'F':
        options.format = value();
        break;
      case 'f':
        options.filter = value();
        break;
      case 'K':
        options.key_format = value();
        break;
      case 'O':
        options.order = value();
        break;
      case 'N':
        options.preview = false;
        break;
      case 'r':
        options.reversed = true;
        break;
      case 'Z':
        out.zoom = true;
        break;
      case 's':
        out.sessions = true;
        break;
      case 'w':
        out.windows = true;
        break;
      case 'G':
        out.all_of_group = true;
        break;
      default:
        break;
    }
  }
  return out;
}

std::unique_ptr<modes::Mode> make_chooser(const ChooserRequest& request, const model::Model& model,
                                          ChooserWorld& world, Size size) {
  std::unique_ptr<modes::Kind> kind;
  if (request.name == "choose-buffer") {
    if (world.buffers().empty()) return nullptr;
    kind = std::make_unique<modes::BufferKind>(world);
  } else if (request.name == "choose-client") {
    kind = std::make_unique<modes::ClientKind>(model, world);
  } else {
    using Open = modes::TreeKind::Open;
    modes::TreeKind::Start start;
    start.open = request.sessions ? Open::sessions : request.windows ? Open::windows : Open::all;
    start.all_of_group = request.all_of_group;
    start.pane = world.pane();
    auto where = command::find_from_pane(model, world.pane());
    // A window may be in several sessions: the one that is looked at is meant.
    const auto user = world.user();
    const model::Client* client = user ? model.client(*user) : nullptr;
    const model::Session* session = client != nullptr ? model.session(*client->session) : nullptr;
    const auto* link = session != nullptr ? session->current_link() : nullptr;
    if (link != nullptr && where.window == link->window)
      where = command::find_from_session(model, session->id);
    if (!where.session || !where.link) return nullptr;
    if (request.name == "customize-mode") {
      kind = std::make_unique<modes::CustomizeKind>(model, world.keys(), world, *where.session, world.pane());
      return std::make_unique<modes::Chooser>(std::move(kind), request.options, world, size);
    }
    start.session = *where.session;
    start.link = *where.link;
    kind = std::make_unique<modes::TreeKind>(model, world, start);
  }
  return std::make_unique<modes::Chooser>(std::move(kind), request.options, world, size);
}

}  // namespace sess::display
