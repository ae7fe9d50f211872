#include "command/families/jobs/files.hpp"

#include "base/normal_form.hpp"
#include "command/families/jobs/names.hpp"
#include "command/ports/jobs.hpp"
#include "job/job_file.hpp"
#include "job/name.hpp"

namespace sess::command {
namespace {

std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// Prints a file's text and says what is wrong with it, which is the exit status, too.
Status show(Item& item, const std::string& text, const std::string& path) {
  if (!item.args().has('q'))
    item.print(text.ends_with('\n') ? std::string_view(text).substr(0, text.size() - 1)
                                    : std::string_view(text));
  if (const auto spec = job::parse_job_file(text, path); !spec) return item.error(spec.error());
  return Status::normal;
}

/// What a file of that name begins with.
std::string first_text(const Result<JobView>& known) {
  if (known && !known->job.spec.command.empty()) return job::write_job_file(known->job.spec);
  return "# sess help job-files lists the keys\ncommand = \"\"\n# directory = \"\"\n# restart = "
         "\"on-failure\"\n";
}

}  // namespace

Status run_cat(Item& item) {
  const std::string name = composed(item.args()[0]);
  const auto view = item.ports().jobs->find(name);
  if (view && view->file.empty()) {
    if (item.args().has('q')) return Status::normal;
    item.print("# " + name + " has no file; this is what sess enable would write");
    return show(item, job::write_job_file(view->job.spec), name);
  }
  // A file that cannot be read as a job is there all the same.
  if (!view && view.error().code == ErrorCode::not_found)
    return item.error(about_name(item, name, view.error()));
  if (!view) return item.error(view.error());
  const Waker waker = item.wait();
  item.ports().files.read_file(
      item.client_id(), view->file, [waker, path = view->file](const Result<std::string>& text) {
        waker([text, path](Item& self) { return text ? show(self, *text, path) : self.error(text.error()); });
      });
  return Status::wait;
}

Status run_edit(Item& item) {
  const std::string name = composed(item.args()[0]);
  if (auto ok = job::check_name(name); !ok) return item.error(ok.error());
  const auto* client = item.client();
  if (client == nullptr || client->session || !item.ports().clients.prints_on_terminal(client->id)) {
    return item.error("edit needs a terminal");
  }
  const auto view = item.ports().jobs->find(name);
  const std::string path = view && !view->file.empty() ? shell_quoted(view->file)
                                                       : "\"${XDG_CONFIG_HOME:-$HOME/.config}\"/sess/jobs/" +
                                                             shell_quoted(name + ".toml");
  const std::string script = fmt::format(
      "umask 077; f={}; mkdir -p \"$(dirname \"$f\")\" && {{ [ -e \"$f\" ] || printf %s {} >\"$f\"; }} && "
      "${{VISUAL:-${{EDITOR:-vi}}}} \"$f\" && {{ ! command -v sess >/dev/null || exec sess -S {} cat -q {}; "
      "}}",
      path, shell_quoted(first_text(view)), shell_quoted(item.ports().facts.socket_path), shell_quoted(name));
  item.ports().clients.detach_and_exec(client->id, "exec /bin/sh -c " + shell_quoted(script));
  return Status::normal;
}

}  // namespace sess::command
