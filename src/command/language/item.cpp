#include "command/language/item.hpp"

#include <cctype>

#include "command/format/format.hpp"
#include "command/language/queue.hpp"
#include "command/language/typed_words.hpp"

namespace sess::command {

void State::set_format(std::string_view name, std::string_view value) {
  for (auto& [key, old] : formats) {
    if (key != name) continue;
    old = value;
    return;
  }
  formats.emplace_back(name, value);
}

void Waker::operator()(std::function<Status(Item&)> next) const {
  const auto item = item_.lock();
  if (!item || !item->waiting_ || item->woken_) return;
  item->woken_ = true;
  item->next_ = std::move(next);
}

void Waker::operator()(Status status) const {
  (*this)([status](Item&) { return status; });
}

model::Model& Item::model() const {
  return queue_->model();
}
const Ports& Item::ports() const {
  return queue_->ports();
}
BufferStore& Item::buffers() const {
  return queue_->buffers();
}
const Command& Item::command() const {
  return (*list_)[index_];
}

model::Client* Item::client() const {
  return client_ ? model().client(*client_) : nullptr;
}

Dialect Item::dialect() const {
  const auto* who = client();
  return who != nullptr ? who->dialect : Dialect::sess;
}
model::Client* Item::target_client() const {
  return target_client_ ? model().client(*target_client_) : nullptr;
}
model::Session* Item::session() const {
  return target_.session ? model().session(*target_.session) : nullptr;
}
model::Window* Item::window() const {
  return target_.window ? model().window(*target_.window) : nullptr;
}
model::Pane* Item::pane() const {
  return target_.pane ? model().pane(*target_.pane) : nullptr;
}

void Item::print(std::string_view text) {
  const model::Client* who = client();
  if (who == nullptr) return;
  if (!who->session || who->control) {
    ports().clients.print(who->id, text);
  } else {
    ports().messages.show_text(who->id, text);
  }
}

Status Item::error(std::string_view text) {
  const model::Client* who = client();
  const bool placed = list_ && index_ < list_->size() && !command().file.empty();
  const auto with_place = [&] {
    return placed ? fmt::format("{}:{}: {}", command().file, command().line, text) : std::string(text);
  };
  if (who == nullptr) {
    queue_->add_config_error(with_place());
  } else if (placed && state_->depth > 0) {
    // A file that this client asked for (source-file): where it is wrong, and every place, not the last
    // alone.
    set_exit_status(1);
    if (!who->session || who->control) {
      ports().clients.print_error(who->id, with_place());
    } else {
      ports().messages.show_text(who->id, with_place());
    }
  } else if (!who->session || who->control) {
    set_exit_status(1);
    // Programs that drive control mode look for tmux's words; without jobs this is no whole server.
    const bool advised = !who->control && dialect() == Dialect::sess && ports().jobs != nullptr;
    ports().clients.print_error(
        who->id, advised ? with_advice(std::string(text), model(), ports().jobs) : std::string(text));
  } else {
    std::string shown(text);
    if (!shown.empty()) shown[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(shown[0])));
    ports().messages.show_message(who->id, shown, std::chrono::milliseconds(-1));
  }
  return Status::error;
}

void Item::set_exit_status(int status) {
  if (client_) queue_->exit_status_[*client_] = status;
}

Waker Item::wait() {
  waiting_ = true;
  woken_ = false;
  return Waker(weak_from_this());
}

void Item::run_after(CommandList commands, std::optional<Target> current) {
  if (!commands) return;
  auto state = state_;
  if (current) {
    state = std::make_shared<State>(*state_);
    state->current = *current;
  }
  queue_->insert_after(*this, std::move(commands), std::move(state));
}

bool Item::run_text_after(std::string_view text, std::optional<Target> current) {
  ParseContext context = queue_->parse_context(this, client_);
  Parsed parsed = parse(text, context);
  for (const std::string& wrong : parsed.errors) error(wrong);
  if (!parsed.ok()) return false;
  run_after(std::move(parsed.commands), current);
  return true;
}

FormatContext Item::formats() const {
  Target target = target_;
  if (!target.session) target = find_from_client(model(), target_client_ ? target_client_ : client_);
  return formats(target);
}

FormatContext Item::formats(const Target& target) const {
  FormatContext context;
  context.model = &model();
  context.ports = &ports();
  context.target = target;
  context.client = target_client_ ? target_client_ : client_;
  if (const auto* asks = client()) context.umask = asks->umask;
  context.buffers = &buffers();
  context.buffer = buffers().newest();
  context.time = time_;
  context.variables = state_->formats;
  context.variables.insert(context.variables.end(), state_->event.formats.begin(),
                           state_->event.formats.end());
  if (list_ && index_ < list_->size()) context.variables.emplace_back("command", entry().name);
  return context;
}

std::string Item::expand(std::string_view text) const {
  return sess::command::expand(formats(), text);
}
std::string Item::expand(std::string_view text, const Target& target) const {
  return sess::command::expand(formats(target), text);
}

FindContext Item::find_context() const {
  return {&model(), client_, state_->current, state_->event.mouse};
}

}  // namespace sess::command
