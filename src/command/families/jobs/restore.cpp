// restore: sessions of an earlier daemon come back: windows, layouts, directories, what was on the screens,
// and the commands, which stand at the prompts and run when somebody presses Enter.
#include <algorithm>
#include <map>
#include <string>

#include "command/language/item.hpp"
#include "command/ports/jobs.hpp"
#include "command/families/jobs/text.hpp"
#include "command/families/listing.hpp"
#include "command/families/table.hpp"
#include "command/ports/restore.hpp"
#include "command/families/spawn.hpp"
#include "job/name.hpp"
#include "model/names.hpp"

namespace sess::command {
namespace {

using model::Links;
using model::Model;
using model::PaneSpec;

constexpr char kAll = kJsonFlag + 1;
constexpr char kList = kJsonFlag + 2;
constexpr char kForget = kJsonFlag + 3;

void say(Item& item, const std::string& text) {
  const auto* client = item.client();
  if (client != nullptr && !client->session && item.ports().jobs != nullptr) {
    item.ports().clients.note(client->id, text);
  } else {
    item.print(text);
  }
}

Status list(Item& item, const std::vector<SavedSession>& sessions) {
  const auto look = look_of(item);
  if (!look) return item.error(look.error());
  std::vector<std::string> objects;
  Table table({{"NAME"}, {"CREATED", 2}, {"WINDOWS", 1}, {"PANES", 1}, {"COMMANDS", 3}}, *look);
  for (const auto& session : sessions) {
    std::size_t panes = 0;
    std::vector<std::string> commands;
    for (const auto& window : session.windows) {
      panes += window.panes.size();
      for (const auto& pane : window.panes) {
        if (!pane.command.empty()) commands.push_back(pane.command);
      }
    }
    if (item.args().has(kJsonFlag)) {
      objects.push_back(json_object({{"name", json_string(session.name)},
                                     {"created", json_time(session.created)},
                                     {"windows", std::to_string(session.windows.size())},
                                     {"panes", std::to_string(panes)},
                                     {"commands", json_words(commands)}}));
      continue;
    }
    std::string text;
    for (const auto& command : commands) text += (text.empty() ? "" : "; ") + command;
    table.add({session.name, date_text(session.created), std::to_string(session.windows.size()),
               std::to_string(panes), text.empty() ? "-" : text});
  }
  if (item.args().has(kJsonFlag)) {
    item.print(json_array(objects));
  } else if (sessions.empty()) {
    item.print("nothing to restore");
  } else {
    item.print(table.text());
  }
  return Status::normal;
}

/// What one command has brought back: sessions that come behind share it as they did.
struct Shared {
  std::map<std::string, model::WindowId> windows;  ///< by SavedWindow::identity
  std::map<std::string, model::SessionId> groups;
};

/// Brings one session back.
class Restorer {
 public:
  Restorer(Item& item, const SavedSession& saved, Shared& shared)
      : item_(item), model_(item.model()), saved_(saved), shared_(shared) {}

  Result<> run(const std::string& name) {
    const auto group = shared_.groups.find(saved_.group);
    const bool joins = group != shared_.groups.end() && model_.session(group->second) != nullptr;
    auto made = model_.create_session(
        {name, saved_.directory, joins ? saved_.group : "", item_.ports().daemon.now()});
    if (!made) return pass(made.error());
    session_ = (*made)->id;
    adopt((*made)->options, saved_.options);
    if (!joins) {
      for (const auto& window : saved_.windows) {
        if (auto ok = add(window); !ok) {
          model_.destroy_session(session_);
          return ok;
        }
      }
      begin_group();
    }
    model_.links().select_window(session_, saved_.current);
    return {};
  }
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 private:
  PaneSpec spec(const SavedPane& pane) {
    auto out = pane_spec(item_, *model_.session(session_), {}, pane.directory);
    out.title = pane.title;
    return out;
  }

  void adopt(model::Options& options, const model::Options::Values& values) {
    for (const auto& [name, value] : values) {
      if (options.adopt(name, value)) item_.ports().daemon.option_changed(name);
    }
  }

  void begin_group() {
    if (saved_.group.empty()) return;
    const auto taken = model_.sessions().groups();
    if (std::find(taken.begin(), taken.end(), saved_.group) != taken.end()) {
      notes_.push_back(
          fmt::format("there is a group {} already: {} is not in it", saved_.group, saved_.name));
      return;
    }
    model_.links().join_group(session_, saved_.group);
    shared_.groups[saved_.group] = session_;
  }

  /// Into a session that came back before with a window that was linked into both.
  bool link(const SavedWindow& saved) {
    const auto known = shared_.windows.find(saved.identity);
    if (known == shared_.windows.end()) return false;
    const auto holders = model_.links().sessions_with(known->second);
    if (holders.empty()) return false;
    Links::Link link;
    link.source = holders.front()->id;
    link.source_index = model_.links().find(link.source, known->second)->index;
    link.target = session_;
    link.target_index = saved.index;
    link.select = false;
    return model_.links().link_window(link).has_value();
  }

  Result<> add(const SavedWindow& saved) {
    if (link(saved)) return {};
    Model::NewWindow fresh;
    fresh.session = session_;
    fresh.index = saved.index;
    fresh.name = saved.named_by_hand ? saved.name : "";
    fresh.size = saved.size;
    fresh.pane = spec(saved.panes.front());
    auto created = model_.create_window(fresh);
    if (!created) return pass(created.error());
    const auto window = created->window;
    if (!saved.identity.empty()) shared_.windows[saved.identity] = window;
    adopt(model_.window(window)->options, saved.options);
    if (!saved.named_by_hand) name_window(model_, window);
    std::vector<model::PaneId> panes{created->pane};
    for (std::size_t i = 1; i < saved.panes.size(); ++i) {
      // Room for the next; the saved layout comes when all are there.
      if (i > 1) model_.windows().arrange(window, model::Preset::tiled);
      auto pane = model_.windows().split_pane({panes.back(), {}, spec(saved.panes[i])});
      if (!pane) {
        notes_.push_back(fmt::format("window {}: {}", saved.index, pane.error().text));
        break;
      }
      panes.push_back((*pane)->id);
    }
    if (auto applied = model_.windows().apply_layout(window, saved.layout); !applied && panes.size() > 1) {
      notes_.push_back(fmt::format("window {}: {}", saved.index, applied.error().text));
    }
    for (std::size_t i = 0; i < panes.size(); ++i) start(panes[i], saved.panes[i]);
    const auto active = panes[std::min(saved.active, panes.size() - 1)];
    model_.windows().select_pane(window, active);
    if (saved.zoomed) model_.windows().zoom(active);
    return {};
  }

  void start(model::PaneId id, const SavedPane& saved) {
    const Ports& ports = item_.ports();
    RestorePort& restore = *ports.restore;
    Model* model = &model_;
    // Before anything that the shell prints: that is read later.
    std::string shown;
    for (const char c : restore.text_of(saved_, saved, notes_)) {
      shown += c == '\n' ? std::string("\r\n") : std::string(1, c);
    }
    if (!shown.empty()) shown += "\033[0m\033]8;;\033\\\r\n[sess: restored]\r\n";
    ports.programs.start_program(id, program_start(item_, *model_.session(session_), *model_.pane(id)),
                                 [model, &ports, id, shown](const Result<>& started) {
                                   if (!started) {
                                     model->destroy_pane(id);
                                   } else if (!shown.empty()) {
                                     ports.screens.feed_pane(id, shown);
                                   }
                                 });
    restore.type_at_prompt(id, saved.command);
  }

  Item& item_;
  Model& model_;
  const SavedSession& saved_;
  Shared& shared_;
  model::SessionId session_{};
  std::vector<std::string> notes_;
};

Status bring_back(Item& item, const SavedSession& saved, const std::string& name, Shared& shared) {
  Restorer restorer(item, saved, shared);
  if (auto done = restorer.run(name); !done) {
    const bool taken = item.model().sessions().named(name) != nullptr;
    return item.error(
        done.error().text +
        (taken ? fmt::format("; give it another name: sess restore -s name {}", saved.name) : ""));
  }
  item.ports().restore->forget(saved.key);
  for (const auto& note : restorer.notes()) say(item, note);
  item.print(fmt::format("restored {}: sess attach -t {}", name, name));
  return Status::normal;
}

Status run_restore(Item& item) {
  const Args& args = item.args();
  RestorePort* restore = item.ports().restore;
  if (restore == nullptr) return item.error("nothing is saved here");
  if (args.has(kAll) && !args.empty()) return item.error("--all and names exclude each other");
  if (args.has('s') && args.size() != 1)
    return item.error("-s names one session: sess restore -s new-name name");
  auto [sessions, notes] = restore->offered();
  for (const auto& note : notes) say(item, note);
  if (args.has(kList) || (args.empty() && !args.has(kAll))) return list(item, sessions);

  std::vector<std::string> names = args.strings();
  if (args.has(kAll)) {
    for (const auto& one : sessions) {
      if (names.empty() || names.back() != one.name) names.push_back(one.name);
    }
    if (names.empty()) return list(item, sessions);
  }
  Status status = Status::normal;
  Shared shared;
  for (const auto& name : names) {
    // Of one name the newest comes first.
    const auto one =
        std::find_if(sessions.begin(), sessions.end(), [&](const auto& s) { return s.name == name; });
    if (one == sessions.end()) {
      std::vector<std::string> known;
      for (const auto& session : sessions) known.push_back(session.name);
      const std::string near = job::nearest(name, known);
      status = item.error(
          fmt::format("no saved session: {}{}", name, near.empty() ? "" : "; did you mean " + near + "?"));
    } else if (args.has(kForget)) {
      for (const auto& session : sessions) {
        if (session.name == name) restore->forget(session.key);
      }
    } else {
      const Status done = bring_back(item, *one, args.has('s') ? item.expand(*args.get('s')) : name, shared);
      if (done != Status::normal) status = done;
    }
  }
  return status;
}

constexpr Flag kFlags[] = {
    {kAll, "all", "", "every session, of one name the newest"},
    {kList, "list", "", "list them; so does no argument"},
    {kForget, "forget", "", "remove what is saved instead of restoring it"},
    {'s', "name", "new-name", "restore it under another name"},
    kWideRow,
    kColorRow,
    {kJsonFlag, "json", "", "print the list as JSON"},
};

constexpr Entry kEntries[] = {
    {.name = "restore",
     .alias = "",
     .purpose = Purpose::sessions,
     .args = {kFlags, 0, -1, nullptr, true},
     .usage = "[-w] [--list] [--all] [--forget] [--color when] [--json] [-s new-name] [session ...]",
     .summary = "Bring back sessions of before a reboot or kill-server",
     .example = "sess restore --all",
     .flags = kStartServer,
     .run = run_restore,
     .ours = true},
};

}  // namespace

Entries restore_entries() {
  return kEntries;
}

}  // namespace sess::command
