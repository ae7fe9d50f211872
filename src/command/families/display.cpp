// display-message, capture-pane, clear-history.
#include "command/language/buffer.hpp"
#include "command/format/format.hpp"
#include "command/language/item.hpp"
#include "model/number.hpp"

namespace sess::command {
namespace {

constexpr std::string_view kMessage =
    "[#{session_name}] #{window_index}:#{window_name}, current pane #{pane_index} - (%H:%M %d-%b-%y)";

/// Standard input of the command becomes output of the pane.
Status feed(Item& item) {
  if (item.pane() == nullptr || !item.client_id()) return Status::normal;
  if (!item.pane()->empty) return item.error("pane is not empty");
  const model::PaneId pane = item.pane()->id;
  const Waker waker = item.wait();
  const Ports* ports = &item.ports();
  ports->files.read_file(item.client_id(), "-", [waker, ports, pane](Result<std::string> data) {
    if (data) ports->screens.feed_pane(pane, *data);
    waker([text = data ? std::string() : data.error().text](Item& self) {
      return text.empty() ? Status::normal : self.error(text);
    });
  });
  return Status::wait;
}

Status run_message(Item& item) {
  const Args& args = item.args();
  if (args.has('I')) return feed(item);
  if (args.has('F') && !args.empty()) return item.error("only one of -F or argument must be given");
  std::chrono::milliseconds delay(-1);
  if (args.has('d')) {
    const auto given = args.number('d', 0, UINT32_MAX, 0);
    if (!given) return item.error("delay " + given.error().text);
    delay = std::chrono::milliseconds(*given);
  }
  const std::string text = args.empty() ? std::string(args.get_or('F', kMessage)) : args[0];

  // The client that looks at the target speaks for it.
  // A target that is not there has no values; it does not become the current one.
  const bool lost = args.has('t') && !item.target().session;
  FormatContext context = lost ? item.formats(Target{}) : item.formats();
  const auto* target_client = item.target_client();
  const auto session = item.target().session;
  if (target_client == nullptr || target_client->session != session) {
    context.client = session ? best_client(item.model(), session) : std::nullopt;
  }
  if (args.has('a')) {
    for (const auto& [name, value] : all_variables(context)) item.print(name + "=" + value);
    return Status::normal;
  }
  std::vector<std::string> trace;
  if (args.has('v')) context.trace = &trace;
  const std::string message = expand_time(context, text);
  for (const std::string& line : trace) item.print("#" + line);

  if (!item.client_id()) {
    item.error(message);  // as tmux: kept for the first client to see; the rest of its line runs
  } else if (args.has('p')) {
    item.print(message);
  } else if (target_client != nullptr) {
    item.ports().messages.show_message(target_client->id, message, delay);
  }
  return Status::normal;
}

/// -S or -E: a line, "-" the first or last one, otherwise (also for nonsense, as tmux) `fallback`.
template <class Line>
Line capture_line(const Item& item, char flag, Line edge, Line fallback) {
  const auto given = item.args().get(flag);
  if (!given) return fallback;
  if (*given == "-") return edge;
  const auto number = model::parse_number(item.expand(*given), INT32_MIN, INT16_MAX);
  return number ? Line(*number) : fallback;
}

Status run_capture(Item& item) {
  const Args& args = item.args();
  const auto* pane = item.pane();
  if (pane == nullptr) return Status::normal;
  CaptureRequest request;
  request.start = capture_line<std::int64_t>(item, 'S', INT64_MIN, 0);
  request.end = capture_line<std::optional<std::int64_t>>(item, 'E', std::nullopt, std::nullopt);
  if (request.end && *request.end < request.start) std::swap(*request.end, request.start);
  request.escapes = args.has('e');
  request.octal = args.has('C');
  request.join_wrapped = args.has('J');
  request.keep_trailing = args.has('N') || args.has('J');
  request.alternate = args.has('a');
  request.pending = args.has('P');
  request.last_used_only = args.has('T');
  auto text = item.ports().screens.capture(pane->id, request);
  if (!text) {
    if (!args.has('q')) return item.error(text.error());
    text = std::string();
  }
  if (args.has('p')) {
    if (!text->empty() && text->back() == '\n') text->pop_back();
    item.print(*text);
    return Status::normal;
  }
  BufferStore& buffers = item.buffers();
  if (const auto name = args.get('b')) {
    if (auto set = buffers.set(*name, std::move(*text), item.time()); !set) return item.error(set.error());
  } else {
    const auto limit = static_cast<std::size_t>(item.model().globals().server.number("buffer-limit"));
    auto added = buffers.add(std::move(*text), item.time(), limit);
    if (!added) return item.error(added.error());
  }
  return Status::normal;
}

Status run_clear(Item& item) {
  if (item.pane() != nullptr) item.ports().screens.clear_history(item.pane()->id);
  return Status::normal;
}

constexpr Flag kMessageFlags[] = {{'a', "all", "", "list every variable and its value"},
                                  {'c', "client", "target-client", "the client that shows it"},
                                  {'d', "delay", "delay", "for so many milliseconds; 0: until a key"},
                                  {'I', "stdin", "", "show standard input in an empty pane"},
                                  {'l', "literal", "", "print the text as it is"},
                                  {'N', "ignore-keys", "", "keys do not end it"},
                                  {'p', "print", "", "print instead of showing"},
                                  {'t', "target", "target-pane", "what the formats are about"},
                                  {'F', "format", "format", "the message"},
                                  {'v', "verbose", "", "how the format was expanded"}};
constexpr Flag kCaptureFlags[] = {{'a', "alternate", "", "the alternate screen"},
                                  {'b', "buffer", "buffer-name", "into this buffer"},
                                  {'C', "octal", "", "control characters as \\ooo"},
                                  {'e', "escapes", "", "with colours and attributes"},
                                  {'E', "end", "end-line", "last line; - is the end of the screen"},
                                  {'J', "join", "", "join wrapped lines"},
                                  {'N', "keep-trailing", "", "keep spaces at the ends of lines"},
                                  {'p', "print", "", "print it"},
                                  {'P', "pending", "", "the unfinished escape sequence only"},
                                  {'q', "quiet", "", "no error without an alternate screen"},
                                  {'S', "start", "start-line",
                                   "first line; 0 is the screen's, -1 the one above it, - the "
                                   "beginning of the history"},
                                  {'T', "trim", "", "no cells that were never written"},
                                  {'t', "target", "target-pane", "the pane"}};
constexpr Flag kClearFlags[] = {{'H', "hyperlinks", "", "forget hyperlinks as well"},
                                {'t', "target", "target-pane", "the pane"}};

constexpr Entry kEntries[] = {
    {.name = "display-message",
     .alias = "display",
     .purpose = Purpose::display,
     .args = {kMessageFlags, 0, 1},
     .usage = "[-aINpv] [-c target-client] [-d delay] [-F format] [-t target-pane] [message]",
     .summary = "Show or print a message",
     .example = "sess display-message -p -t build '#{pane_current_command}'",
     .target = {'t', TargetKind::pane, kFindCanFail},
     .flags = kReadOnly | kAfterHook | kClientCFlag | kClientCanFail,
     .repeatable = kReadsWithP,
     .run = run_message},
    {.name = "capture-pane",
     .alias = "capturep",
     .purpose = Purpose::display,
     .args = {kCaptureFlags, 0, 0},
     .usage = "[-aCeJNpPq] [-b buffer-name] [-E end-line] [-S start-line] [-t target-pane]",
     .summary = "Copy what a pane shows, and its history",
     .example = "sess capture-pane -p -S - -t build",
     .target = {'t', TargetKind::pane, 0},
     .flags = kAfterHook,
     .repeatable = kReadsWithP,
     .run = run_capture},
    {.name = "clear-history",
     .alias = "clearhist",
     .purpose = Purpose::display,
     .args = {kClearFlags, 0, 0},
     .usage = "[-t target-pane]",
     .summary = "Forget a pane's history",
     .example = "sess clear-history -t build",
     .target = {'t', TargetKind::pane, 0},
     .flags = kAfterHook,
     .run = run_clear},
};

}  // namespace

Entries display_entries() {
  return kEntries;
}

}  // namespace sess::command
