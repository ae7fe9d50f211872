#include "store/model_encoding.hpp"

#include <nlohmann/json.hpp>

#include "base/saved_time.hpp"
#include "store/cbor_reader.hpp"
#include "store/json_fields.hpp"

namespace sess::store {
namespace {

using model::Time;
using nlohmann::json;

constexpr int kVersion = 1;  // of the model in one piece, as 0.1 wrote it

// --- reading helpers: a missing or mistyped field is its default ------------------------------------------

Time get_time(const json& object, const char* name) {
  return time_saved(get<std::int64_t>(object, name));
}

const json& child(const json& object, const char* name) {
  static const json kNone;
  if (!object.is_object()) return kNone;
  const auto it = object.find(name);
  return it == object.end() ? kNone : *it;
}

std::vector<std::string> get_strings(const json& object, const char* name) {
  std::vector<std::string> out;
  for (const auto& item : child(object, name)) {
    if (item.is_string()) out.push_back(item.get<std::string>());
  }
  return out;
}

// --- parts -------------------------------------------------------------------------------------------------

}  // namespace

void put_options(CborWriter& out, std::string_view field, const model::Options& options) {
  if (options.values().empty()) return;
  out.name(field);
  out.begin_map();
  for (const auto& [name, value] : options.values()) {
    out.name(name);
    if (const auto* text = std::get_if<std::string>(&value)) {
      out.value(*text);
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
      out.value(*number);
    } else {
      out.begin_array();
      for (const auto& [index, item] : std::get<model::OptionArray>(value)) {
        out.begin_array();
        out.value(index);
        out.value(item);
        out.end();
      }
      out.end();
    }
  }
  out.end();
}

namespace {

void to_options(const json& in, model::Options& options) {
  if (!in.is_object()) return;
  for (const auto& [name, value] : in.items()) {
    if (value.is_string()) {
      options.adopt(name, value.get<std::string>());
    } else if (value.is_number_integer()) {
      options.adopt(name, value.get<std::int64_t>());
    } else if (value.is_array()) {
      model::OptionArray items;
      for (const auto& item : value) {
        if (item.is_array() && item.size() == 2 && item[0].is_number_unsigned() && item[1].is_string()) {
          items[item[0].get<unsigned>()] = item[1].get<std::string>();
        }
      }
      options.adopt(name, std::move(items));
    }
  }
}

}  // namespace

void put_environment(CborWriter& out, const model::Environment& environment) {
  if (environment.entries().empty()) return;
  out.name("environment");
  out.begin_map();
  for (const auto& [name, entry] : environment.entries()) {
    out.name(name);
    out.begin_map();
    if (entry.value) {
      out.name("value");
      out.value(*entry.value);
    }
    out.field("hidden", entry.visibility == model::Environment::Visibility::hidden);
    out.end();
  }
  out.end();
}

namespace {

void to_environment(const json& in, model::Environment& environment) {
  if (!in.is_object()) return;
  for (const auto& [name, item] : in.items()) {
    const auto visibility = get<bool>(item, "hidden") ? model::Environment::Visibility::hidden
                                                      : model::Environment::Visibility::visible;
    if (child(item, "value").is_string()) {
      environment.set(name, get<std::string>(item, "value"), visibility);
    } else {
      environment.remove(name);
    }
  }
}

void put_size(CborWriter& out, std::string_view name, Size size) {
  out.name(name);
  out.begin_array();
  out.value(size.rows);
  out.value(size.cols);
  out.end();
}

Size to_size(const json& in) {
  if (!in.is_array() || in.size() != 2 || !in[0].is_number_unsigned() || !in[1].is_number_unsigned())
    return {};
  return clamp({in[0].get<std::uint16_t>(), in[1].get<std::uint16_t>()});
}

}  // namespace

void put(CborWriter& out, const model::Pane& pane) {
  out.begin_map();
  out.field("id", pane.id.value);
  out.field("window", pane.window.value);
  out.field("argv", pane.argv);
  out.field("shell_command", pane.shell_command);
  out.field("shell", pane.shell);
  out.field("start_path", pane.start_path);
  out.field("title", pane.title);
  out.name("pid");
  out.value(pane.pid);
  out.field("tty", pane.tty);
  put_size(out, "size", pane.size);
  out.field("left", pane.left);
  out.field("top", pane.top);
  if (pane.behind_zoom) out.field("behind_zoom", true);
  out.field("dead", pane.dead);
  out.field("dead_status", pane.dead_status);
  out.field("dead_time", saved_time(pane.dead_time));
  out.field("created", saved_time(pane.created));
  out.field("empty", pane.empty);
  out.field("input_off", pane.input_off);
  out.field("pipe_command", pane.pipe_command);
  out.field("pipe_input", pane.pipe_input);
  out.field("pipe_output", pane.pipe_output);
  if (!pane.pipe_command.empty()) out.field("pipe_umask", pane.pipe_umask);
  out.field("active_order", pane.active_order);
  put_options(out, "options", pane.options);
  put_environment(out, pane.environment);
  out.end();
}

namespace {

model::Pane to_pane(const json& in) {
  model::Pane pane;
  pane.id.value = get<std::uint32_t>(in, "id");
  pane.window.value = get<std::uint32_t>(in, "window");
  pane.argv = get_strings(in, "argv");
  pane.shell_command = get<std::string>(in, "shell_command");
  pane.shell = get<std::string>(in, "shell");
  pane.start_path = get<std::string>(in, "start_path");
  pane.title = get<std::string>(in, "title");
  pane.pid = get<int>(in, "pid", -1);
  pane.tty = get<std::string>(in, "tty");
  pane.size = to_size(child(in, "size"));
  pane.left = get<int>(in, "left");
  pane.top = get<int>(in, "top");
  pane.behind_zoom = get<bool>(in, "behind_zoom");
  pane.dead = get<bool>(in, "dead");
  pane.dead_status = get<int>(in, "dead_status");
  pane.dead_time = get_time(in, "dead_time");
  pane.created = get_time(in, "created");
  pane.empty = get<bool>(in, "empty");
  pane.input_off = get<bool>(in, "input_off");
  pane.pipe_command = get<std::string>(in, "pipe_command");
  pane.pipe_input = get<bool>(in, "pipe_input");
  pane.pipe_output = get<bool>(in, "pipe_output");
  pane.pipe_umask = get<unsigned>(in, "pipe_umask", 022) & 0777U;
  pane.active_order = get<std::uint64_t>(in, "active_order");
  pane.options = model::Options(model::OptionScope::pane);
  to_options(child(in, "options"), pane.options);
  to_environment(child(in, "environment"), pane.environment);
  return pane;
}

template <class Ids>
void put_ids(CborWriter& out, std::string_view name, const Ids& ids) {
  out.name(name);
  out.begin_array();
  for (const auto id : ids) out.value(id.value);
  out.end();
}

std::vector<model::PaneId> to_pane_ids(const json& in) {
  std::vector<model::PaneId> out;
  for (const auto& item : in) {
    if (item.is_number_unsigned()) out.push_back(model::PaneId{item.get<std::uint32_t>()});
  }
  return out;
}

}  // namespace

void put(CborWriter& out, const model::Window& window) {
  out.begin_map();
  out.field("id", window.id.value);
  out.field("name", window.name);
  put_size(out, "size", window.size);
  out.field("layout", window.layout.text());
  out.field("old_layout", window.old_layout);
  put_ids(out, "panes", window.panes);
  out.field("active", window.active.value);
  put_ids(out, "last_panes", window.last_panes);
  out.field("zoomed", window.zoomed);
  out.field("automatic_rename_off", window.automatic_rename_off);
  out.field("created", saved_time(window.created));
  out.field("activity", saved_time(window.activity));
  put_options(out, "options", window.options);
  if (window.manual_size) put_size(out, "manual_size", *window.manual_size);
  if (window.last_preset) {
    out.name("last_preset");
    out.value(static_cast<int>(*window.last_preset));
  }
  out.end();
}

namespace {

model::Window to_window(const json& in) {
  model::Window window;
  window.id.value = get<std::uint32_t>(in, "id");
  window.name = get<std::string>(in, "name");
  window.size = to_size(child(in, "size"));
  if (child(in, "manual_size").is_array()) window.manual_size = to_size(child(in, "manual_size"));
  if (auto layout = model::Layout::restore(get<std::string>(in, "layout")))
    window.layout = std::move(*layout);
  window.old_layout = get<std::string>(in, "old_layout");
  const int preset = get<int>(in, "last_preset", -1);
  if (preset >= 0 && preset <= static_cast<int>(model::Preset::main_vertical_mirrored)) {
    window.last_preset = static_cast<model::Preset>(preset);
  }
  window.panes = to_pane_ids(child(in, "panes"));
  window.active.value = get<std::uint32_t>(in, "active");
  window.last_panes = to_pane_ids(child(in, "last_panes"));
  window.zoomed = get<bool>(in, "zoomed");
  window.automatic_rename_off = get<bool>(in, "automatic_rename_off");
  window.created = get_time(in, "created");
  window.activity = get_time(in, "activity");
  window.options = model::Options(model::OptionScope::window);
  to_options(child(in, "options"), window.options);
  return window;
}

}  // namespace

void put(CborWriter& out, const model::Session& session) {
  out.begin_map();
  out.field("id", session.id.value);
  out.field("name", session.name);
  out.field("start_path", session.start_path);
  out.field("group", session.group);
  out.name("windows");
  out.begin_array();
  for (const auto& [index, link] : session.windows) {
    out.begin_map();
    out.field("index", index);
    out.field("window", link.window.value);
    out.field("bell", link.bell);
    out.field("activity", link.activity);
    out.field("silence", link.silence);
    out.end();
  }
  out.end();
  out.field("last", session.last);
  out.field("created", saved_time(session.created));
  out.field("activity", saved_time(session.activity));
  out.field("last_attached", saved_time(session.last_attached));
  out.field("activity_order", session.activity_order);
  put_options(out, "options", session.options);
  put_environment(out, session.environment);
  out.field("umask", session.umask);
  if (session.current) {
    out.name("current");
    out.value(*session.current);
  }
  out.end();
}

namespace {

model::Session to_session(const json& in) {
  model::Session session;
  session.id.value = get<std::uint32_t>(in, "id");
  session.name = get<std::string>(in, "name");
  session.start_path = get<std::string>(in, "start_path");
  session.group = get<std::string>(in, "group");
  for (const auto& item : child(in, "windows")) {
    model::Winlink link;
    link.index = get<int>(item, "index");
    link.window.value = get<std::uint32_t>(item, "window");
    link.bell = get<bool>(item, "bell");
    link.activity = get<bool>(item, "activity");
    link.silence = get<bool>(item, "silence");
    session.windows.emplace(link.index, link);
  }
  if (child(in, "current").is_number_integer()) session.current = get<int>(in, "current");
  for (const auto& item : child(in, "last")) {
    if (item.is_number_integer()) session.last.push_back(item.get<int>());
  }
  session.created = get_time(in, "created");
  session.activity = get_time(in, "activity");
  session.last_attached = get_time(in, "last_attached");
  session.activity_order = get<std::uint64_t>(in, "activity_order");
  session.options = model::Options(model::OptionScope::session);
  to_options(child(in, "options"), session.options);
  to_environment(child(in, "environment"), session.environment);
  session.umask = get<unsigned>(in, "umask", 022) & 0777U;
  return session;
}

void put(CborWriter& out, const SavedQuestion& question) {
  out.name("question");
  out.begin_map();
  out.field("again", question.again);
  out.field("answers", question.answers);
  out.field("before", question.line.before);
  out.field("after", question.line.after);
  out.field("cut", question.line.cut);
  out.field("commanding", question.line.commanding);
  out.field("quoting", question.line.quoting);
  out.field("text", question.text);
  out.field("top", question.top);
  out.end();
}

void put(CborWriter& out, const SavedMenu& menu) {
  out.name("menu");
  out.begin_map();
  out.field("title", menu.title);
  out.field("entries", menu.entries);
  out.field("row", menu.row);
  out.field("col", menu.col);
  out.field("choice", menu.choice);
  out.field("mouse", menu.mouse);
  out.field("stay_open", menu.stay_open);
  out.field("lines", menu.lines);
  out.field("style", menu.style);
  out.field("border_style", menu.border_style);
  out.field("selected_style", menu.selected_style);
  out.field("pane", menu.pane);
  if (menu.mouse_pane) out.field("mouse_pane", *menu.mouse_pane);
  out.field("mouse_event", menu.mouse_event);
  out.end();
}

SavedMenu to_menu(const json& in) {
  SavedMenu menu;
  menu.title = get<std::string>(in, "title");
  menu.entries = get_strings(in, "entries");
  menu.row = get<std::int64_t>(in, "row");
  menu.col = get<std::int64_t>(in, "col");
  menu.choice = get<std::int64_t>(in, "choice");
  menu.mouse = get<bool>(in, "mouse");
  menu.stay_open = get<bool>(in, "stay_open");
  menu.lines = get<std::string>(in, "lines");
  menu.style = get<std::string>(in, "style");
  menu.border_style = get<std::string>(in, "border_style");
  menu.selected_style = get<std::string>(in, "selected_style");
  menu.pane = get<std::uint64_t>(in, "pane");
  if (in.contains("mouse_pane")) menu.mouse_pane = get<std::uint64_t>(in, "mouse_pane");
  menu.mouse_event = get<std::string>(in, "mouse_event");
  return menu;
}

void put(CborWriter& out, const SavedPopup& popup) {
  out.name("popup");
  out.begin_map();
  out.field("terminal", popup.terminal);
  out.field("pid", popup.pid);
  out.field("row", popup.row);
  out.field("col", popup.col);
  out.field("rows", popup.rows);
  out.field("cols", popup.cols);
  out.field("lines", popup.lines);
  out.field("style", popup.style);
  out.field("border_style", popup.border_style);
  out.field("title", popup.title);
  out.field("closes", popup.closes);
  out.end();
}

SavedPopup to_popup(const json& in) {
  SavedPopup popup;
  popup.terminal = get<std::uint64_t>(in, "terminal");
  popup.pid = get<std::int64_t>(in, "pid");
  popup.row = get<std::int64_t>(in, "row");
  popup.col = get<std::int64_t>(in, "col");
  popup.rows = get<std::int64_t>(in, "rows");
  popup.cols = get<std::int64_t>(in, "cols");
  popup.lines = get<std::string>(in, "lines");
  popup.style = get<std::string>(in, "style");
  popup.border_style = get<std::string>(in, "border_style");
  popup.title = get<std::string>(in, "title");
  popup.closes = get<std::uint64_t>(in, "closes");
  return popup;
}

SavedQuestion to_question(const json& in) {
  SavedQuestion question;
  question.again = get<std::string>(in, "again");
  question.answers = get_strings(in, "answers");
  question.line.before = get<std::string>(in, "before");
  question.line.after = get<std::string>(in, "after");
  question.line.cut = get<std::string>(in, "cut");
  question.line.commanding = get<bool>(in, "commanding");
  question.line.quoting = get<bool>(in, "quoting");
  question.text = get<std::string>(in, "text");
  question.top = get<std::uint64_t>(in, "top");
  return question;
}

void to_clients(const json& in, SavedState& state) {
  for (const auto& item : child(in, "clients")) {
    SavedClient client;
    client.token = get<std::uint64_t>(item, "token");
    client.session.value = get<std::uint32_t>(item, "session");
    client.detached = get<bool>(item, "detached");
    client.read_only = get<bool>(item, "read_only");
    client.ignore_size = get<bool>(item, "ignore_size");
    client.active_pane = get<bool>(item, "active_pane");
    client.active_panes = get_strings(item, "active_panes");
    client.flags = get_strings(item, "flags");
    if (item.contains("last_session")) {
      client.last_session = model::SessionId{get<std::uint32_t>(item, "last_session")};
    }
    client.key_table = get<std::string>(item, "key_table");
    client.job = get<std::string>(item, "job");
    client.input.frame = get<std::uint64_t>(item, "input_frame");
    client.input.bytes = get<std::uint32_t>(item, "input_bytes");
    client.input.state = get<std::uint32_t>(item, "input_state");
    if (item.contains("question")) client.question = to_question(child(item, "question"));
    if (item.contains("menu")) client.menu = to_menu(child(item, "menu"));
    if (item.contains("popup")) client.popup = to_popup(child(item, "popup"));
    state.clients.push_back(std::move(client));
  }
}

command::Buffer to_buffer(const json& in) {
  command::Buffer buffer;
  buffer.name = get<std::string>(in, "name");
  buffer.data = get<std::string>(in, "data");
  buffer.created = get_time(in, "created");
  buffer.automatic = get<bool>(in, "automatic", true);
  buffer.order = get<std::uint64_t>(in, "order");
  return buffer;
}

void to_next_ids(const json& in, model::Model& model) {
  const auto& now = model.next_ids();
  model::Model::NextIds ids;
  ids.session = std::max(now.session, get<std::uint32_t>(in, "session"));
  ids.window = std::max(now.window, get<std::uint32_t>(in, "window"));
  ids.pane = std::max(now.pane, get<std::uint32_t>(in, "pane"));
  ids.client = std::max(now.client, get<std::uint32_t>(in, "client"));
  ids.activity = std::max(now.activity, get<std::uint64_t>(in, "activity"));
  model.set_next_ids(ids);
}

void to_mark(const json& in, model::Model& model) {
  if (!in.is_object()) return;
  model.links().set_mark({model::SessionId{get<std::uint32_t>(in, "session")}, get<int>(in, "index"),
                          model::PaneId{get<std::uint32_t>(in, "pane")}});
}

json parsed(std::string_view bytes) {
  json in = read_cbor(bytes);
  return in.is_discarded() ? json::object() : in;
}

}  // namespace

void put_meta(CborWriter& out, const model::Model& model, const SavedState& state,
              std::uint64_t next_buffer) {
  const auto& next = model.next_ids();
  out.begin_map();
  out.name("next");
  out.begin_map();
  out.field("session", next.session);
  out.field("window", next.window);
  out.field("pane", next.pane);
  out.field("client", next.client);
  out.field("activity", next.activity);
  out.end();
  out.field("next_buffer", next_buffer);
  out.field("configured", state.configured);
  out.field("configuring", state.configuring);
  out.field("config_files", state.config_files);
  if (const auto mark = model.links().mark()) {
    out.name("mark");
    out.begin_map();
    out.field("session", mark->session.value);
    out.field("index", mark->index);
    out.field("pane", mark->pane.value);
    out.end();
  }
  out.end();
}

void put_clients(CborWriter& out, const std::vector<SavedClient>& clients) {
  out.begin_map();
  out.name("clients");
  out.begin_array();
  for (const auto& client : clients) {
    out.begin_map();
    out.field("token", client.token);
    out.field("session", client.session.value);
    out.field("detached", client.detached);
    out.field("read_only", client.read_only);
    out.field("ignore_size", client.ignore_size);
    out.field("active_pane", client.active_pane);
    out.field("active_panes", client.active_panes);
    out.field("flags", client.flags);
    if (client.last_session) {
      out.name("last_session");  // a field leaves out $0
      out.value(client.last_session->value);
    }
    out.field("key_table", client.key_table);
    out.field("job", client.job);
    out.field("input_frame", client.input.frame);
    out.field("input_bytes", client.input.bytes);
    out.field("input_state", client.input.state);
    if (client.question) put(out, *client.question);
    if (client.menu) put(out, *client.menu);
    if (client.popup) put(out, *client.popup);
    out.end();
  }
  out.end();
  out.end();
}

void put(CborWriter& out, const command::Buffer& buffer) {
  out.begin_map();
  out.field("name", buffer.name);
  out.field("created", saved_time(buffer.created));
  out.name("automatic");
  out.value(buffer.automatic);
  out.field("order", buffer.order);
  out.end();
}

model::Pane decode_pane_node(std::string_view bytes) {
  return to_pane(parsed(bytes));
}
model::Window decode_window_node(std::string_view bytes) {
  return to_window(parsed(bytes));
}
model::Session decode_session_node(std::string_view bytes) {
  return to_session(parsed(bytes));
}
command::Buffer decode_buffer(std::string_view bytes) {
  return to_buffer(parsed(bytes));
}
void decode_options(std::string_view bytes, model::Options& options) {
  to_options(child(parsed(bytes), "options"), options);
}
void decode_environment(std::string_view bytes, model::Environment& environment) {
  to_environment(child(parsed(bytes), "environment"), environment);
}
void decode_clients(std::string_view bytes, SavedState& state) {
  to_clients(parsed(bytes), state);
}

std::uint64_t decode_meta(std::string_view bytes, model::Model& model, SavedState& state) {
  const json in = parsed(bytes);
  to_next_ids(child(in, "next"), model);
  to_mark(child(in, "mark"), model);
  state.configured = get<bool>(in, "configured");
  state.configuring = get<bool>(in, "configuring");
  state.config_files = get_strings(in, "config_files");
  return get<std::uint64_t>(in, "next_buffer");
}

Result<> decode_model(std::string_view bytes, const Saved& saved, SavedState& state) {
  model::Model& model = saved.model;
  const json in = read_cbor(bytes);
  if (in.is_discarded() || !in.is_object())
    return fail(ErrorCode::protocol, "the saved model cannot be read");
  if (get<int>(in, "version") != kVersion) {
    return fail(ErrorCode::protocol, "the saved model has version {}", get<int>(in, "version"));
  }
  to_options(child(in, "server_options"), model.globals().server);
  to_options(child(in, "session_options"), model.globals().session);
  to_options(child(in, "window_options"), model.globals().window);
  to_environment(child(in, "environment"), model.globals().environment);
  for (const auto& item : child(in, "panes")) model.panes().adopt(to_pane(item));
  for (const auto& item : child(in, "windows")) model.windows().adopt(to_window(item));
  for (const auto& item : child(in, "sessions")) model.sessions().adopt(to_session(item));
  to_next_ids(child(in, "next"), model);
  to_mark(child(in, "mark"), model);
  const auto key_bytes = get<std::string>(in, "keys");
  ByteReader reader(key_bytes);
  if (auto restored = input::KeyTables::restore(reader)) saved.keys = std::move(*restored);
  const json& rest = child(in, "state");
  to_clients(rest, state);
  std::vector<command::Buffer> buffers;
  for (const auto& item : child(rest, "buffers")) buffers.push_back(to_buffer(item));
  saved.buffers.restore(std::move(buffers), get<std::uint64_t>(rest, "next_buffer"));
  saved.messages.restore(get_strings(rest, "messages"), 0);
  for (auto& job : get_strings(rest, "jobs"))
    state.jobs.push_back(std::make_shared<const std::string>(std::move(job)));
  state.configured = get<bool>(rest, "configured");
  return {};
}

}  // namespace sess::store
