#include "job/files.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "job/log_reader.hpp"
#include "job/log_writer.hpp"
#include "support/catch.hpp"
#include "support/home.hpp"

using namespace sess;
using namespace std::chrono_literals;
using job::DiskDirectory;
namespace fs = std::filesystem;

namespace {

std::unique_ptr<DiskDirectory> open_directory(const std::string& path) {
  auto directory = DiskDirectory::open(path);
  REQUIRE(directory);
  return std::move(*directory);
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

unsigned mode_of(const std::string& path) {
  struct stat info {};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return info.st_mode & 07777U;
}

}  // namespace

TEST_CASE("directories are made for the owner alone, and so are files, whatever the umask", "[job]") {
  const test::TempHome home;
  const mode_t before = ::umask(0);
  const std::string path = home.state() + "/sess/records";
  auto directory = open_directory(path);
  REQUIRE(directory->write_atomically("a", "text"));
  REQUIRE(directory->open_append("b"));
  ::umask(before);
  CHECK(mode_of(home.state() + "/sess") == 0700);
  CHECK(mode_of(path) == 0700);
  CHECK(mode_of(path + "/a") == 0600);
  CHECK(mode_of(path + "/b") == 0600);
}

TEST_CASE("a directory that others may write into is refused", "[job]") {
  const test::TempHome home;
  const std::string path = home.state() + "/open";
  fs::create_directory(path);
  ::chmod(path.c_str(), 0770);
  CHECK(DiskDirectory::open(path).error().code == ErrorCode::permission_denied);
}

TEST_CASE("a directory that is a link is refused", "[job]") {
  const test::TempHome home;
  fs::create_directory(home.state() + "/real");
  fs::create_directory_symlink(home.state() + "/real", home.state() + "/link");
  CHECK_FALSE(DiskDirectory::open(home.state() + "/link"));
}

TEST_CASE("links, FIFOs and directories in the place of a file are not written to", "[job]") {
  const test::TempHome home;
  const std::string path = home.state() + "/d";
  auto directory = open_directory(path);
  home.write("state/target", "untouched");
  fs::create_symlink(home.state() + "/target", path + "/link");
  REQUIRE(::mkfifo((path + "/fifo").c_str(), 0600) == 0);
  fs::create_directory(path + "/folder");
  for (const auto* name : {"link", "fifo", "folder"}) {
    CHECK_FALSE(directory->open_append(name));
    CHECK_FALSE(directory->open_read(name));
  }
  // A rename replaces the link itself.
  CHECK(directory->write_atomically("link", "new"));
  CHECK(directory->read("link", 100).value() == "new");
  std::ifstream in(home.state() + "/target");
  std::string content;
  in >> content;
  CHECK(content == "untouched");
}

TEST_CASE("names that leave the directory are refused", "[job]") {
  const test::TempHome home;
  auto directory = open_directory(home.state() + "/d");
  for (const std::string name : {"../x", "a/b", "", ".", "..", "/etc/passwd"}) {
    CHECK_FALSE(directory->write_atomically(name, "x"));
    CHECK_FALSE(directory->open_append(name));
    CHECK_FALSE(directory->open_read(name));
    CHECK_FALSE(directory->remove(name));
    CHECK_FALSE(directory->rename("a", name));
  }
}

TEST_CASE("what a crash left of a write is in nobody's way", "[job]") {
  const test::TempHome home;
  const std::string path = home.state() + "/d";
  auto directory = open_directory(path);
  home.write("state/d/a.new", "torn");
  CHECK(directory->list().value().empty());
  REQUIRE(directory->write_atomically("a", "whole"));
  CHECK(directory->list().value() == std::vector<std::string>{"a"});
  CHECK(directory->read("a", 5).value() == "whole");
  CHECK(directory->read("a", 4).error().code == ErrorCode::too_large);
}

TEST_CASE("a log on disk is appended to, read, renamed under a reader, and removed", "[job]") {
  const test::TempHome home;
  auto directory = open_directory(home.state() + "/logs");
  job::LogWriter writer(*directory, "x.log", {500, 0s, 3});
  std::string written;
  const job::WallTime now = std::chrono::system_clock::now();
  CHECK_FALSE(writer.write("0", now));
  written += "0";
  auto reader = job::LogReader::open(*directory, "x.log");
  REQUIRE(reader);
  std::string read;
  for (int i = 0; i < 300; ++i) {
    const std::string line = "line " + std::to_string(i) + "\n";
    CHECK_FALSE(writer.write(line, now + std::chrono::milliseconds(i)));
    written += line;
    while (auto chunk = reader->next().value()) read += chunk->bytes;
  }
  CHECK(read == written);
  CHECK(fs::exists(home.state() + "/logs/x.log.3"));
  CHECK_FALSE(fs::exists(home.state() + "/logs/x.log.4"));
  CHECK(directory->remove("x.log"));
  CHECK(directory->remove("x.log"));
}

TEST_CASE("a file that may not grow stops the log, not the process", "[job]") {
  const test::TempHome home;
  auto directory = open_directory(home.state() + "/logs");
  job::LogWriter writer(*directory, "x.log", {});
  const job::WallTime now = std::chrono::system_clock::now();
  CHECK_FALSE(writer.write("first", now));
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{4096, before.rlim_max};
  const auto old_handler = ::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  const auto report = writer.write(std::string(10'000, 'x'), now);
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, old_handler);
  REQUIRE(report);
  CHECK(report->find("File too large") != std::string::npos);
  CHECK(writer.lost() == 10'000 - (4096 - 5));
  CHECK(writer.write("after", now + 31s));
  CHECK_FALSE(writer.stopped());
}

TEST_CASE("a full tmpfs stops the log and fails a record, and room brings both back", "[job]") {
  const test::TempHome home;
  const std::string mount_point = home.state() + "/small";
  fs::create_directory(mount_point);
  if (::mount("tmpfs", mount_point.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "size=64k,mode=0700") != 0) {
    WARN("tmpfs cannot be mounted here; the file size limit and the directory in memory stand in for it");
    return;
  }
  {
    auto directory = open_directory(mount_point);
    job::LogWriter writer(*directory, "x.log", {});
    const job::WallTime now = std::chrono::system_clock::now();
    std::optional<std::string> report;
    int writes = 0;
    while (!report && writes < 100) {
      report = writer.write(std::string(4096, 'x'), now);
      ++writes;
    }
    REQUIRE(report);
    CHECK(report->find("No space left on device") != std::string::npos);
    CHECK(directory->write_atomically("record", std::string(8192, 'r')).error().sys_errno == ENOSPC);
    CHECK_FALSE(fs::exists(mount_point + "/record"));
    CHECK_FALSE(fs::exists(mount_point + "/record.new"));
    REQUIRE(::truncate((mount_point + "/x.log").c_str(), 0) == 0);
    CHECK(writer.write("again", now + 31s));
    CHECK_FALSE(writer.stopped());
    CHECK(directory->write_atomically("record", "r"));
  }
  CHECK(::umount2(mount_point.c_str(), MNT_DETACH) == 0);
}

TEST_CASE("a batch of files is written like each of them alone and leaves nothing temporary", "[job]") {
  test::TempHome home;
  auto directory = job::DiskDirectory::open(home.root() + "/batch");
  REQUIRE(directory);
  std::vector<job::NamedBytes> files;
  for (int i = 0; i < 10; ++i) files.push_back({"file-" + std::to_string(i), std::to_string(i * i)});
  REQUIRE((*directory)->write_batch(files));
  CHECK((*directory)->list()->size() == 10);
  for (const auto& file : files) CHECK((*directory)->read(file.name, 100).value() == file.bytes);
  CHECK_FALSE((*directory)->write_batch({{"good", "1"}, {"bad/name", "2"}}));
  CHECK((*directory)->list()->size() == 10);
}

TEST_CASE("a directory that was removed or moved away is made anew by the next access", "[job]") {
  const test::TempHome home;
  const std::string path = home.root() + "/kept/records";
  auto directory = open_directory(path);
  REQUIRE(directory->write_atomically("one", "1"));
  fs::remove_all(home.root() + "/kept");
  REQUIRE(directory->write_atomically("two", "2"));
  CHECK(text_of(path + "/two") == "2");
  fs::rename(path, path + ".aside");
  REQUIRE(directory->write_batch({{"three", "3"}}));
  CHECK(text_of(path + "/three") == "3");
  CHECK(*directory->list() == std::vector<std::string>{"three"});
}

TEST_CASE("a directory that cannot be made yet is opened when it can", "[job]") {
  const test::TempHome home;
  const std::string path = home.root() + "/file/logs";
  std::ofstream(home.root() + "/file") << "in the way";
  CHECK_FALSE(job::check_keeps_files(path));
  auto directory = DiskDirectory::opened_later(path);
  CHECK_FALSE(directory->write_atomically("one", "1"));
  fs::remove(home.root() + "/file");
  CHECK(job::check_keeps_files(path));
  REQUIRE(directory->write_atomically("one", "1"));
  CHECK(text_of(path + "/one") == "1");
}

TEST_CASE("a log whose file was removed under it goes on in a new one", "[job]") {
  const test::TempHome home;
  auto directory = open_directory(home.root() + "/state/logs");
  job::LogWriter writer(*directory, "web.log", {});
  const job::WallTime now{1'700'000'000s};
  CHECK_FALSE(writer.write("before\n", now));
  fs::remove_all(home.root() + "/state");
  CHECK_FALSE(writer.write("after\n", now + 1s));
  CHECK(text_of(home.root() + "/state/logs/web.log") == "after\n");
}
