#include "store/model_encoding.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "base/saved_time.hpp"
#include "store/cbor_reader.hpp"
#include "store/json_fields.hpp"
#include "store/option_values.hpp"

namespace sess::store {

using model::Time;
using nlohmann::json;

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

constexpr int kVersion = 1;  // of the model in one piece, as 0.1 wrote it

void to_options(const json& in, model::Options& options) {
  for (auto& [name, value] : option_values(in)) options.adopt(name, std::move(value));
}

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

// --- a part as a map of its fields -------------------------------------------------------------------------
//
// Each part's fields are listed once, below: Writer and Reader have the same functions.

class Writer {
 public:
  explicit Writer(CborWriter& out) : out_(out) {}

  /// A field that is left out where it is nothing: 0, false, empty.
  template <class T>
  void operator()(std::string_view name, const T& content) {
    if (!(content == T{})) always(name, content);
  }
  void operator()(std::string_view name, const model::Layout& layout) { (*this)(name, layout.text()); }
  template <class T>
  void operator()(std::string_view name, const std::optional<T>& content) {
    if (content) always(name, *content);
  }
  void always(std::string_view name, const auto& content) {
    out_.name(name);
    value(content);
  }
  /// What is missing was written before there was one, and is 022.
  void umask(std::string_view name, unsigned mask) { always(name, mask); }
  template <class Enum>
  void choice(std::string_view name, std::optional<Enum> content, Enum /*last*/) {
    if (content) always(name, static_cast<int>(*content));
  }
  void options(const model::Options& options, model::OptionScope /*scope*/) {
    put_options(out_, "options", options);
  }
  void environment(const model::Environment& environment) { put_environment(out_, environment); }
  /// A field of a former version.
  void former(std::string_view /*name*/, const std::string& /*content*/) {}

  template <class Part>
  void value(const Part& part) {
    if constexpr (requires { fields(*this, const_cast<Part&>(part)); }) {
      out_.begin_map();
      fields(*this, const_cast<Part&>(part));  // a writer only reads
      out_.end();
    } else {
      out_.value(part);
    }
  }

 private:
  void value(Time time) { out_.value(saved_time(time)); }
  template <char Sigil>
  void value(model::Id<Sigil> id) {
    out_.value(id.value);
  }
  void value(Size size) { value(std::vector{size.rows, size.cols}); }
  template <class T>
  void value(const std::vector<T>& items) {
    out_.begin_array();
    for (const auto& item : items) value(item);
    out_.end();
  }
  void value(const std::map<int, model::Winlink>& links) {
    out_.begin_array();
    for (const auto& [index, link] : links) value(link);
    out_.end();
  }

  CborWriter& out_;
};

/// Total: what is of another type is as good as missing.
class Reader {
 public:
  explicit Reader(const json& in) : in_(in) {}

  template <class T>
  void operator()(const char* name, T& content) {
    content = T{};
    always(name, content);
  }
  void operator()(const char* name, model::Layout& layout) {
    if (auto restored = model::Layout::restore(get<std::string>(in_, name))) layout = std::move(*restored);
  }
  template <class T>
  void operator()(const char* name, std::optional<T>& content) {
    const json& in = child(in_, name);
    if (!in.is_null() && !take(in, content.emplace())) content.reset();
  }
  /// Stays as it is when it is missing.
  void always(const char* name, auto& content) { (void)take(child(in_, name), content); }
  void umask(const char* name, unsigned& mask) { mask = get<unsigned>(in_, name, 022) & 0777U; }
  template <class Enum>
  void choice(const char* name, std::optional<Enum>& content, Enum last) {
    const int number = get<int>(in_, name, -1);
    if (number >= 0 && number <= static_cast<int>(last)) content = static_cast<Enum>(number);
  }
  void options(model::Options& options, model::OptionScope scope) {
    options = model::Options(scope);
    to_options(child(in_, "options"), options);
  }
  void environment(model::Environment& environment) {
    to_environment(child(in_, "environment"), environment);
  }
  void former(const char* name, std::string& content) { (*this)(name, content); }

 private:
  /// Whether it is of the type.
  template <class Part>
  static bool take(const json& in, Part& part) {
    if constexpr (std::is_same_v<Part, bool>) {
      if (in.is_boolean()) part = in.get<bool>();
      return in.is_boolean();
    } else if constexpr (std::is_integral_v<Part>) {
      if (in.is_number_integer()) part = in.get<Part>();
      return in.is_number_integer();
    } else {
      Reader reader(in);
      fields(reader, part);
      return true;
    }
  }
  static bool take(const json& in, std::string& text) {
    if (in.is_string()) text = in.get<std::string>();
    return in.is_string();
  }
  static bool take(const json& in, Time& time) {
    if (in.is_number_integer()) time = time_saved(in.get<std::int64_t>());
    return in.is_number_integer();
  }
  template <char Sigil>
  static bool take(const json& in, model::Id<Sigil>& id) {
    return take(in, id.value);
  }
  static bool take(const json& in, Size& size) {
    std::vector<std::uint16_t> sides;
    if (take(in, sides) && sides.size() == 2) size = clamp({sides[0], sides[1]});
    return sides.size() == 2;
  }
  template <class T>
  static bool take(const json& in, std::vector<T>& items) {
    for (const auto& item : in) {
      if (!take(item, items.emplace_back())) items.pop_back();
    }
    return in.is_array();
  }
  static bool take(const json& in, std::map<int, model::Winlink>& links) {
    std::vector<model::Winlink> found;
    const bool whole = take(in, found);
    for (const auto& link : found) links.emplace(link.index, link);
    return whole;
  }

  const json& in_;
};

void fields(auto& io, model::Pane& m) {
  io("id", m.id);
  io("window", m.window);
  io("argv", m.argv);
  io("shell_command", m.shell_command);
  io("shell", m.shell);
  io("start_path", m.start_path);
  io("title", m.title);
  io.always("pid", m.pid);
  io("tty", m.tty);
  io.always("size", m.size);
  io("left", m.left);
  io("top", m.top);
  io("behind_zoom", m.behind_zoom);
  io("dead", m.dead);
  io("dead_status", m.dead_status);
  io("dead_time", m.dead_time);
  io("created", m.created);
  io("empty", m.empty);
  io("input_off", m.input_off);
  io("pipe_command", m.pipe_command);
  io("pipe_input", m.pipe_input);
  io("pipe_output", m.pipe_output);
  if (!m.pipe_command.empty()) io.umask("pipe_umask", m.pipe_umask);
  io("active_order", m.active_order);
  io.options(m.options, model::OptionScope::pane);
  io.environment(m.environment);
}

void fields(auto& io, model::Window& m) {
  io("id", m.id);
  io("name", m.name);
  io.always("size", m.size);
  io("layout", m.layout);
  io("old_layout", m.old_layout);
  io.always("panes", m.panes);
  io("active", m.active);
  io.always("last_panes", m.last_panes);
  io("zoomed", m.zoomed);
  io("automatic_rename_off", m.automatic_rename_off);
  io("created", m.created);
  io("activity", m.activity);
  io.options(m.options, model::OptionScope::window);
  io("manual_size", m.manual_size);
  io.choice("last_preset", m.last_preset, model::Preset::main_vertical_mirrored);
}

void fields(auto& io, model::Winlink& m) {
  io("index", m.index);
  io("window", m.window);
  io("bell", m.bell);
  io("activity", m.activity);
  io("silence", m.silence);
}

void fields(auto& io, model::Session& m) {
  io("id", m.id);
  io("name", m.name);
  io("start_path", m.start_path);
  io("group", m.group);
  io.always("windows", m.windows);
  io("last", m.last);
  io("created", m.created);
  io("activity", m.activity);
  io("last_attached", m.last_attached);
  io("activity_order", m.activity_order);
  io.options(m.options, model::OptionScope::session);
  io.environment(m.environment);
  io.umask("umask", m.umask);
  io("current", m.current);
}

void fields(auto& io, SavedQuestion& m) {
  io("again", m.again);
  io("answers", m.answers);
  io("before", m.line.before);
  io("after", m.line.after);
  io("cut", m.line.cut);
  io("commanding", m.line.commanding);
  io("quoting", m.line.quoting);
  io("text", m.text);
  io("top", m.top);
}

void fields(auto& io, SavedMenu& m) {
  io("title", m.title);
  io("entries", m.entries);
  io("row", m.row);
  io("col", m.col);
  io("choice", m.choice);
  io("mouse", m.mouse);
  io("stay_open", m.stay_open);
  io("lines", m.lines);
  io("style", m.style);
  io("border_style", m.border_style);
  io("selected_style", m.selected_style);
  io("pane", m.pane);
  io("mouse_pane", m.mouse_pane);
  io("mouse_event", m.mouse_event);
}

void fields(auto& io, SavedPopup& m) {
  io("terminal", m.terminal);
  io("pid", m.pid);
  io("row", m.row);
  io("col", m.col);
  io("rows", m.rows);
  io("cols", m.cols);
  io("lines", m.lines);
  io("style", m.style);
  io("border_style", m.border_style);
  io("title", m.title);
  io("closes", m.closes);
}

void fields(auto& io, SavedClient& m) {
  io("token", m.token);
  io("session", m.session);
  io("detached", m.detached);
  io("read_only", m.read_only);
  io("ignore_size", m.ignore_size);
  io("active_pane", m.active_pane);
  io("active_panes", m.active_panes);
  io("flags", m.flags);
  io("last_session", m.last_session);
  io("key_table", m.key_table);
  io("job", m.job);
  io("input_frame", m.input.frame);
  io("input_bytes", m.input.bytes);
  io("input_state", m.input.state);
  io("question", m.question);
  io("menu", m.menu);
  io("popup", m.popup);
}

void fields(auto& io, command::Buffer& m) {
  io("name", m.name);
  io.former("data", m.data);
  io("created", m.created);
  io.always("automatic", m.automatic);
  io("order", m.order);
}

void fields(auto& io, model::Model::NextIds& m) {
  io("session", m.session);
  io("window", m.window);
  io("pane", m.pane);
  io("client", m.client);
  io("activity", m.activity);
}

void fields(auto& io, model::Links::Mark& m) {
  io("session", m.session);
  io("index", m.index);
  io("pane", m.pane);
}

template <class Part>
Part part_of(const json& in) {
  Part part;
  Reader reader(in);
  fields(reader, part);
  return part;
}

void to_next_ids(const json& in, model::Model& model) {
  const auto& now = model.next_ids();
  auto ids = part_of<model::Model::NextIds>(in);
  ids.session = std::max(now.session, ids.session);
  ids.window = std::max(now.window, ids.window);
  ids.pane = std::max(now.pane, ids.pane);
  ids.client = std::max(now.client, ids.client);
  ids.activity = std::max(now.activity, ids.activity);
  model.set_next_ids(ids);
}

void to_mark(const json& in, model::Model& model) {
  if (in.is_object()) model.links().set_mark(part_of<model::Links::Mark>(in));
}

json parsed(std::string_view bytes) {
  json in = read_cbor(bytes);
  return in.is_discarded() ? json::object() : in;
}

}  // namespace

template <class Part>
void put(CborWriter& out, const Part& part) {
  Writer(out).value(part);
}
template void put(CborWriter& out, const model::Pane& part);
template void put(CborWriter& out, const model::Window& part);
template void put(CborWriter& out, const model::Session& part);
template void put(CborWriter& out, const command::Buffer& part);

void put_meta(CborWriter& out, const model::Model& model, const SavedState& state,
              std::uint64_t next_buffer) {
  Writer io(out);
  out.begin_map();
  io.always("next", model.next_ids());
  io("next_buffer", next_buffer);
  io("configured", state.configured);
  io("configuring", state.configuring);
  io("config_files", state.config_files);
  io("mark", model.links().mark());
  out.end();
}

void put_clients(CborWriter& out, const std::vector<SavedClient>& clients) {
  out.begin_map();
  Writer(out).always("clients", clients);
  out.end();
}

template <class Part>
Part decode(std::string_view bytes) {
  return part_of<Part>(parsed(bytes));
}
template model::Pane decode(std::string_view bytes);
template model::Window decode(std::string_view bytes);
template model::Session decode(std::string_view bytes);
template command::Buffer decode(std::string_view bytes);

void decode_options(std::string_view bytes, model::Options& options) {
  to_options(child(parsed(bytes), "options"), options);
}
void decode_environment(std::string_view bytes, model::Environment& environment) {
  to_environment(child(parsed(bytes), "environment"), environment);
}
void decode_clients(std::string_view bytes, SavedState& state) {
  const json in = parsed(bytes);
  Reader(in).always("clients", state.clients);
}

std::uint64_t decode_meta(std::string_view bytes, model::Model& model, SavedState& state) {
  const json in = parsed(bytes);
  to_next_ids(child(in, "next"), model);
  to_mark(child(in, "mark"), model);
  Reader io(in);
  io("configured", state.configured);
  io("configuring", state.configuring);
  io("config_files", state.config_files);
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
  for (const auto& item : child(in, "panes")) model.panes().adopt(part_of<model::Pane>(item));
  for (const auto& item : child(in, "windows")) model.windows().adopt(part_of<model::Window>(item));
  for (const auto& item : child(in, "sessions")) model.sessions().adopt(part_of<model::Session>(item));
  to_next_ids(child(in, "next"), model);
  to_mark(child(in, "mark"), model);
  const auto key_bytes = get<std::string>(in, "keys");
  ByteReader reader(key_bytes);
  if (auto restored = input::KeyTables::restore(reader)) saved.keys = std::move(*restored);
  const json& rest = child(in, "state");
  std::vector<command::Buffer> buffers;
  std::vector<std::string> messages;
  std::vector<std::string> jobs;
  Reader io(rest);
  io.always("clients", state.clients);
  io("buffers", buffers);
  io("messages", messages);
  io("jobs", jobs);
  io("configured", state.configured);
  saved.buffers.restore(std::move(buffers), get<std::uint64_t>(rest, "next_buffer"));
  saved.messages.restore(std::move(messages), 0);
  for (auto& job : jobs) state.jobs.push_back(std::make_shared<const std::string>(std::move(job)));
  return {};
}

}  // namespace sess::store
