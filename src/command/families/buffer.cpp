// set-buffer, delete-buffer, list-buffers, show-buffer, save-buffer, load-buffer, paste-buffer.
#include "command/language/buffer.hpp"
#include "command/families/typed.hpp"
#include "command/language/item.hpp"
#include "command/families/listing.hpp"

namespace sess::command {
namespace {

using enum JsonField::Kind;

std::size_t limit(const Item& item) {
  return static_cast<std::size_t>(item.model().globals().server.number("buffer-limit"));
}

/// Into the named buffer, or a new automatic one.
Result<> store(Item& item, std::optional<std::string_view> name, std::string data) {
  BufferStore& buffers = item.buffers();
  if (name) {
    if (auto set = buffers.set(*name, std::move(data), item.time()); !set) return set;
  } else {
    auto added = buffers.add(std::move(data), item.time(), limit(item));
    if (!added) return pass(added.error());
  }
  return {};
}

Status run_set(Item& item) {
  const Args& args = item.args();
  BufferStore& buffers = item.buffers();
  const auto name = args.get('b');
  const Buffer* buffer = name ? buffers.find(*name) : nullptr;
  const bool erase = item.entry().name == "delete-buffer";
  if (erase || args.has('n')) {
    if (buffer == nullptr && name) return item.error(fmt::format("unknown buffer: {}", *name));
    if (buffer == nullptr) buffer = buffers.newest();
    if (buffer == nullptr) return item.error("no buffer");
    const std::string found = buffer->name;
    if (erase) {
      buffers.erase(found);
    } else if (auto renamed = buffers.rename(found, args.get_or('n', "")); !renamed) {
      return item.error(renamed.error());
    }
    return Status::normal;
  }
  if (args.size() != 1) return item.error("no data specified");
  std::string data = args[0];
  if (data.empty()) return Status::normal;
  if (args.has('a') && buffer != nullptr) data.insert(0, buffer->data);
  const std::string text = data;
  if (auto stored = store(item, name, std::move(data)); !stored) return item.error(stored.error());
  if (args.has('w')) item.ports().clients.copy_to_clipboard(item.target_client_id(), text);
  return Status::normal;
}

constexpr JsonField kFields[] = {
    {text, "buffer_name"}, {number, "buffer_size"}, {number, "buffer_created"}, {text, "buffer_sample"}};

Status run_list(Item& item) {
  std::vector<FormatContext> rows;
  for (const Buffer& buffer : item.buffers().all()) {
    FormatContext context = item.formats();
    context.buffer = &buffer;
    rows.push_back(std::move(context));
  }
  return print_listing(item,
                       {"#{buffer_name}: #{buffer_size} bytes: \"#{buffer_sample}\"", kFields, "buffer_name",
                        "buffer_created", "buffer_size", "buffer_created"},
                       std::move(rows));
}

/// The buffer of -b, or the newest. Null after an error was reported.
const Buffer* chosen(Item& item, Status& status, bool required) {
  const auto name = item.args().get('b');
  const Buffer* buffer = name ? item.buffers().find(*name) : item.buffers().newest();
  if (buffer == nullptr && name) status = item.error(fmt::format("no buffer {}", *name));
  if (buffer == nullptr && !name && required) status = item.error("no buffers");
  return buffer;
}

Status run_save(Item& item) {
  const Args& args = item.args();
  Status status = Status::normal;
  const Buffer* buffer = chosen(item, status, true);
  if (buffer == nullptr) return status;
  const bool show = item.entry().name == "show-buffer";
  const auto* client = item.client();
  if (show && client != nullptr && (client->session || client->control)) {
    item.print(buffer->data);
    return Status::normal;
  }
  std::string path = show ? "-" : item.expand(args[0]);
  const Waker waker = item.wait();
  item.ports().files.write_file(item.client_id(), path, buffer->data, args.has('a'),
                                [waker](const Result<>& result) {
                                  waker([text = result ? std::string() : result.error().text](Item& self) {
                                    return text.empty() ? Status::normal : self.error(text);
                                  });
                                });
  return Status::wait;
}

Status run_load(Item& item) {
  const Args& args = item.args();
  std::string path = item.expand(args[0]);
  const Waker waker = item.wait();
  item.ports().files.read_file(item.client_id(), std::move(path), [waker](Result<std::string> result) {
    waker([result = std::move(result)](Item& self) {
      if (!result) return self.error(result.error());
      if (result->empty()) return Status::normal;
      if (auto stored = store(self, self.args().get('b'), *result); !stored)
        return self.error(stored.error());
      if (self.args().has('w')) self.ports().clients.copy_to_clipboard(self.target_client_id(), *result);
      return Status::normal;
    });
  });
  return Status::wait;
}

Status run_paste(Item& item) {
  const Args& args = item.args();
  const auto* pane = item.pane();
  if (pane == nullptr) return Status::normal;
  if (pane->dead) return item.error("target pane has exited");
  Status status = Status::normal;
  const Buffer* buffer = chosen(item, status, false);
  if (buffer == nullptr) return status;
  if (!pane->input_off) {
    const std::string_view separator = args.get_or('s', args.has('r') ? "\n" : "\r");
    std::string text;
    for (const char c : buffer->data) {
      if (c == '\n') {
        text += separator;
      } else {
        text += c;
      }
    }
    const auto how = item.ports().panes.paste(pane->id, text, args.has('p'));
    if (how == PanePort::Typed::refused) return typed(item, pane->id, how);
  }
  if (args.has('d')) item.buffers().erase(std::string(buffer->name));
  return typed(item, pane->id, PanePort::Typed::sent);
}

constexpr Flag kSetFlags[] = {{'a', "append", "", "add to the buffer"},
                              {'b', "buffer", "buffer-name", "the buffer; a new one without it"},
                              {'n', "name", "new-buffer-name", "give it another name"},
                              {'t', "target", "target-client", "the client for -w"},
                              {'w', "clipboard", "", "into the terminal's clipboard as well"}};
constexpr Flag kBufferFlag[] = {{'b', "buffer", "buffer-name", "the buffer; the newest without it"}};
constexpr Flag kListFlags[] = {{'F', "format", "format", "what to print for each"},
                               {'f', "filter", "filter", "only those for which this format is true"},
                               {'O', "order", "order", "name, time or size"},
                               {'r', "reverse", "", "in reverse order"},
                               {kJsonFlag, "json", "", "print JSON"}};
constexpr Flag kSaveFlags[] = {{'a', "append", "", "add to the file"},
                               {'b', "buffer", "buffer-name", "the buffer; the newest without it"}};
constexpr Flag kLoadFlags[] = {{'b', "buffer", "buffer-name", "the buffer; a new one without it"},
                               {'t', "target", "target-client", "the client for -w"},
                               {'w', "clipboard", "", "into the terminal's clipboard as well"}};
constexpr Flag kPasteFlags[] = {{'d', "delete", "", "delete the buffer afterwards"},
                                {'p', "bracketed", "", "marked as a paste where the program asked for that"},
                                {'r', "raw", "", "leave newlines as they are"},
                                {'s', "separator", "separator", "what stands for newlines"},
                                {'b', "buffer", "buffer-name", "the buffer; the newest without it"},
                                {'t', "target", "target-pane", "the pane"}};

constexpr Entry kEntries[] = {
    {.name = "set-buffer",
     .alias = "setb",
     .purpose = Purpose::buffers,
     .args = {kSetFlags, 0, 1},
     .usage = "[-aw] [-b buffer-name] [-n new-buffer-name] [-t target-client] data",
     .summary = "Put text into a buffer",
     .example = "sess set-buffer 'some text'",
     .flags = kAfterHook | kClientTFlag | kClientCanFail,
     .run = run_set},
    {.name = "delete-buffer",
     .alias = "deleteb",
     .purpose = Purpose::buffers,
     .args = {kBufferFlag, 0, 0},
     .usage = "[-b buffer-name]",
     .summary = "Delete a buffer",
     .example = "sess delete-buffer -b buffer0",
     .flags = kAfterHook,
     .run = run_set},
    {.name = "list-buffers",
     .alias = "lsb",
     .purpose = Purpose::buffers,
     .args = {kListFlags, 0, 0},
     .usage = "[-F format] [-f filter]",
     .summary = "List the buffers",
     .example = "sess list-buffers",
     .flags = kReadOnly | kAfterHook,
     .repeatable = kReads,
     .run = run_list},
    {.name = "show-buffer",
     .alias = "showb",
     .purpose = Purpose::buffers,
     .args = {kBufferFlag, 0, 0},
     .usage = "[-b buffer-name]",
     .summary = "Print a buffer",
     .example = "sess show-buffer",
     .flags = kReadOnly | kAfterHook,
     .repeatable = kReads,
     .run = run_save},
    {.name = "save-buffer",
     .alias = "saveb",
     .purpose = Purpose::buffers,
     .args = {kSaveFlags, 1, 1},
     .usage = "[-a] [-b buffer-name] path",
     .summary = "Write a buffer to a file",
     .example = "sess save-buffer - | less",
     .flags = kAfterHook,
     .run = run_save},
    {.name = "load-buffer",
     .alias = "loadb",
     .purpose = Purpose::buffers,
     .args = {kLoadFlags, 1, 1},
     .usage = "[-b buffer-name] [-t target-client] path",
     .summary = "Read a buffer from a file",
     .example = "make 2>&1 | sess load-buffer -",
     .flags = kAfterHook | kClientTFlag | kClientCanFail,
     .run = run_load},
    {.name = "paste-buffer",
     .alias = "pasteb",
     .purpose = Purpose::buffers,
     .args = {kPasteFlags, 0, 0},
     .usage = "[-dpr] [-s separator] [-b buffer-name] [-t target-pane]",
     .summary = "Type a buffer into a pane",
     .example = "sess paste-buffer -p -t build",
     .target = {'t', TargetKind::pane, 0},
     .flags = kAfterHook,
     .run = run_paste},
};

}  // namespace

Entries buffer_entries() {
  return kEntries;
}

}  // namespace sess::command
