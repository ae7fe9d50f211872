// `sess-debug`: what a developer asks of a pane that looks wrong. The only program that links libvterm, and
// no part of the daemon: it reads a copy of the pane's journal out of the daemon's descriptors, so that a
// server that hangs has one, too.
//
//   sess-debug [-L name | -S path] compare [-t pane] [-o file.vt]
//   sess-debug replay [-s COLUMNSxROWS] file
//
// Exit status: 0 both terminals show the same, or the bytes do no harm; 1 they differ, or do; 2 it could not
// be found out.
#include <fmt/format.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "cli/child_limits.hpp"
#include "cli/compare.hpp"
#include "cli/replay.hpp"
#include "os/descriptor.hpp"
#include "os/memory/shared.hpp"
#include "os/programs/spawn.hpp"
#include "panes/journal.hpp"
#include "terminal/act/emulator.hpp"
#include "terminal/show/attach_paint.hpp"

namespace {

using sess::Result;
using sess::UniqueFd;

constexpr int kSame = 0;
constexpr int kDiffers = 1;
constexpr int kFailed = 2;
constexpr std::size_t kMostAnswer = 4096;
constexpr std::size_t kMostFound = std::size_t{64} << 20U;
constexpr std::size_t kMostKept = std::size_t{64} << 20U;
constexpr std::size_t kAround = 40;  // bytes that are shown on either side

struct Options {
  std::vector<std::string> server;  ///< for `sess`
  bool replay = false;
  std::string target;
  std::string file;
  sess::Size size{24, 80};
};

const char* const kUsage =
    "usage: sess-debug [-L name | -S path] compare [-t pane] [-o file.vt]\n"
    "       sess-debug replay [-s COLUMNSxROWS] file\n";

std::optional<sess::Size> parse_size(const std::string& text) {
  int rows = 0;
  int cols = 0;
  char more = 0;
  if (std::sscanf(text.c_str(), "%4dx%4d%c", &cols, &rows, &more) != 2 || rows < 1 || cols < 1) return {};
  return sess::clamp({static_cast<std::uint16_t>(rows), static_cast<std::uint16_t>(cols)});
}

std::optional<Options> parse_replay(Options options, const std::vector<std::string>& words) {
  options.replay = true;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "-s" && i + 1 < words.size()) {
      const auto size = parse_size(words[++i]);
      if (!size) return std::nullopt;
      options.size = *size;
    } else if (words[i].rfind('-', 0) != 0 && options.file.empty()) {
      options.file = words[i];
    } else {
      return std::nullopt;
    }
  }
  return options.file.empty() ? std::nullopt : std::optional(options);
}

std::optional<Options> parse(const std::vector<std::string>& words) {
  Options options;
  bool compare = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const bool has_value = i + 1 < words.size();
    if (!compare && (word == "-L" || word == "-S") && has_value) {
      options.server.insert(options.server.end(), {word, words[++i]});
    } else if (!compare && word == "replay") {
      return parse_replay(std::move(options),
                          {words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end()});
    } else if (!compare && word == "compare") {
      compare = true;
    } else if (compare && word == "-t" && has_value) {
      options.target = words[++i];
    } else if (compare && word == "-o" && has_value) {
      options.file = words[++i];
    } else {
      return std::nullopt;
    }
  }
  return compare ? std::optional(options) : std::nullopt;
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

struct Pane {
  pid_t daemon = 0;
  std::string number;
  sess::Size size;
};

/// Asks the `sess` beside this program.
Result<Pane> find_pane(const Options& options) {
  std::error_code failed;
  const auto own = std::filesystem::read_symlink("/proc/self/exe", failed);
  auto pipe = sess::os::open_pipe();
  if (!pipe) return sess::pass(pipe.error());
  sess::os::SpawnRequest request;
  request.argv = {failed ? std::string("sess") : (own.parent_path() / "sess").string()};
  request.argv.insert(request.argv.end(), options.server.begin(), options.server.end());
  request.argv.insert(request.argv.end(), {"display-message", "-p"});
  if (!options.target.empty()) request.argv.insert(request.argv.end(), {"-t", options.target});
  request.argv.emplace_back("#{pid} #{pane_id} #{pane_height} #{pane_width}");
  request.env = sess::os::current_environment();
  request.cwd = ".";
  auto asked = sess::os::spawn(request, -1, pipe->write.get(), STDERR_FILENO);
  if (!asked) return sess::pass(asked.error());
  pipe->write.reset();
  const auto answer = sess::os::read_all(pipe->read.get(), kMostAnswer);
  const int status = wait_for(asked->pid);
  if (!answer) return sess::pass(answer.error());
  Pane pane;
  std::istringstream words(*answer);
  char percent = 0;
  if (status != 0 || !(words >> pane.daemon >> percent >> pane.number >> pane.size.rows >> pane.size.cols)) {
    return sess::fail(sess::ErrorCode::not_found, "sess names no such pane");
  }
  return pane;
}

/// A journal of the caller's own, with what the daemon's holds now.
Result<std::unique_ptr<sess::panes::Journal>> copy_journal(const Pane& pane) {
  const std::string wanted = fmt::format("/memfd:sess-pane-{} (deleted)", pane.number);
  std::error_code failed;
  std::filesystem::path found;
  const auto folder = fmt::format("/proc/{}/fd", pane.daemon);
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    if (std::filesystem::read_symlink(entry.path(), failed) == wanted) found = entry.path();
  }
  if (found.empty()) {
    return sess::fail(sess::ErrorCode::not_found,
                      "the daemon ({}) has no journal of pane %{} that can be read", pane.daemon,
                      pane.number);
  }
  const UniqueFd from(::open(found.c_str(), O_RDONLY | O_CLOEXEC));
  if (!from) return sess::fail_errno(errno, "cannot open {}", found.string());
  struct stat facts {};
  if (::fstat(from.get(), &facts) < 0) return sess::fail_errno(errno, "cannot examine {}", found.string());
  auto copy = sess::os::SharedMemory::create("sess-debug", static_cast<std::uint64_t>(facts.st_size));
  if (!copy) return sess::pass(copy.error());
  std::string buffer(std::size_t{1} << 20U, '\0');
  for (off_t at = ::lseek(from.get(), 0, SEEK_DATA); at >= 0 && at < facts.st_size;
       at = ::lseek(from.get(), at, SEEK_DATA)) {
    const off_t hole = ::lseek(from.get(), at, SEEK_HOLE);
    while (at < hole) {
      const auto part = std::min(static_cast<std::size_t>(hole - at), buffer.size());
      const ssize_t got = ::pread(from.get(), buffer.data(), part, at);
      if (got <= 0) return sess::fail_errno(errno, "cannot read {}", found.string());
      if (::pwrite(copy->fd(), buffer.data(), static_cast<std::size_t>(got), at) != got) {
        return sess::fail_errno(errno, "cannot copy the journal");
      }
      at += got;
    }
  }
  return sess::panes::Journal::open(copy->take_fd());
}

/// Compares in this process, which is the child. JSON: "error", or what was found.
nlohmann::json compare(sess::panes::Journal& journal, const Pane& pane) {
  sess::Size size = pane.size;
  std::string paint;
  const auto checkpoint = journal.checkpoint();
  const std::uint64_t begin = checkpoint ? checkpoint->offset : 0;
  if (checkpoint) {
    sess::terminal::NullSink sink;
    sess::ByteReader reader(checkpoint->state);
    auto restored = sess::terminal::Emulator::restore(reader, journal, sink);
    if (!restored) return {{"error", restored.error().text}};
    const auto& screen = (*restored)->screen();
    size = screen.size();
    paint = sess::terminal::paint_for_attach(
        screen, {.history_lines = 0, .client = size, .from = {}, .titles = false});
  }
  std::string bytes;
  for (std::uint64_t at = begin;;) {
    const auto piece = journal.output(at);
    if (piece.empty()) break;
    bytes += piece;
    at += piece.size();
  }
  nlohmann::json out{{"rows", size.rows}, {"cols", size.cols}, {"begin", begin}, {"length", bytes.size()}};
  const auto found = sess::cli::compare_terminals(size, paint, bytes, "pane %" + pane.number);
  if (!found) return out;
  const std::size_t from = found->offset - std::min(found->offset, kAround);
  out["where"] =
      found->cursor ? std::string("the cursor") : fmt::format("row {}, column {}", found->row, found->col);
  out["here"] = found->here;
  out["there"] = found->there;
  out["offset"] = begin + found->offset;
  out["before"] = sess::cli::as_written(std::string_view(bytes).substr(from, found->offset - from));
  out["behind"] = sess::cli::as_written(std::string_view(bytes).substr(found->offset, kAround));
  out["test"] = found->test;
  return out;
}

/// The same in a child with limits and no descriptor but a pipe: bytes of a program can end libvterm.
Result<nlohmann::json> compare_aside(sess::panes::Journal& journal, const Pane& pane) {
  auto pipe = sess::os::open_pipe();
  if (!pipe) return sess::pass(pipe.error());
  const pid_t child = ::fork();
  if (child < 0) return sess::fail_errno(errno, "cannot fork");
  if (child == 0) {
    sess::cli::limit_child(pipe->write.get());
    const std::string text =
        compare(journal, pane).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    const auto written = sess::os::write_all(pipe->write.get(), text);
    ::_exit(written ? 0 : 1);
  }
  pipe->write.reset();
  const auto text = sess::os::read_all(pipe->read.get(), kMostFound);
  const int status = wait_for(child);
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    return sess::fail(sess::ErrorCode::internal,
                      "comparing took too much, or libvterm did not survive the bytes ({})",
                      ::strsignal(signal));
  }
  auto parsed = nlohmann::json::parse(text.value_or(""), nullptr, false);
  if (status != 0 || !parsed.is_object())
    return sess::fail(sess::ErrorCode::internal, "comparing failed (status {})", status);
  return parsed;
}

int failed(const std::string& text) {
  fmt::print(stderr, "sess-debug: {}\n", text);
  return kFailed;
}

int run_replay(const Options& options) {
  const UniqueFd file(::open(options.file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return failed(fmt::format("cannot open {}: {}", options.file, std::strerror(errno)));
  const auto read = sess::os::read_all(file.get(), kMostKept + 1);
  if (!read) return failed(fmt::format("{}: {}", options.file, read.error().text));
  if (read->size() > kMostKept) return failed(fmt::format("{} is larger than 64 MiB", options.file));
  const auto harm = sess::cli::replay(options.size, *read);
  if (!harm) return failed(harm.error().text);
  fmt::print("{}: {} bytes on an empty screen of {}x{}\n", options.file, read->size(), options.size.cols,
             options.size.rows);
  if (!*harm) {
    fmt::print("they do no harm there; it may take what the pane had on its screen, or its size (-s)\n");
    return kSame;
  }
  const int status = (*harm)->wait_status;
  const std::string end = WIFSIGNALED(status) ? fmt::format("killed by signal {} ({})", WTERMSIG(status),
                                                            ::strsignal(WTERMSIG(status)))
                                              : fmt::format("ended with status {}", WEXITSTATUS(status));
  if ((*harm)->whole) {
    fmt::print("{} when they come at once; byte for byte they do no harm\n", end);
    return kDiffers;
  }
  const std::size_t at = (*harm)->offset;
  const std::size_t from = at - std::min(at, kAround);
  const std::string_view bytes(*read);
  fmt::print("{} in byte {}\n  before    \"{}\"\n  from it   \"{}\"\n", end, at,
             sess::cli::as_written(bytes.substr(from, at - from)),
             sess::cli::as_written(bytes.substr(at, kAround)));
  return kDiffers;
}

int run(const Options& options) {
  const auto pane = find_pane(options);
  if (!pane) return failed(pane.error().text);
  auto journal = copy_journal(*pane);
  if (!journal) return failed(journal.error().text);
  const auto found = compare_aside(**journal, *pane);
  if (!found) return failed(found.error().text);
  if (found->contains("error")) return failed((*found)["error"].get<std::string>());
  fmt::print("pane %{}, {}x{}: the checkpoint at byte {} and {} bytes behind it\n", pane->number,
             (*found)["cols"].get<int>(), (*found)["rows"].get<int>(), (*found)["begin"].get<std::uint64_t>(),
             (*found)["length"].get<std::uint64_t>());
  if (!found->contains("where")) {
    fmt::print("sess and libvterm show the same\n");
    return kSame;
  }
  const auto word = [&](const char* name) { return (*found)[name].get<std::string>(); };
  fmt::print(
      "{} differs from byte {} on\n  sess      {}\n  libvterm  {}\n  before    \"{}\"\n  behind    \"{}\"\n",
      word("where"), (*found)["offset"].get<std::uint64_t>(), word("here"), word("there"), word("before"),
      word("behind"));
  if (!options.file.empty()) {
    std::ofstream out(options.file, std::ios::trunc);
    out << word("test");
    if (!out.flush()) return failed(fmt::format("cannot write {}", options.file));
    fmt::print("{} has a test of it\n", options.file);
  }
  return kDiffers;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse({argv + 1, argv + argc});
  if (!options) {
    std::fputs(kUsage, stderr);
    return kFailed;
  }
  return options->replay ? run_replay(*options) : run(*options);
}
