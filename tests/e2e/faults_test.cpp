// Faults that come from below: a disk that is full.
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "rig.hpp"

using namespace sess::test;
namespace fs = std::filesystem;

namespace {

/// A file system of one mebibyte, full to the last byte.
class FullDisk {
 public:
  explicit FullDisk(std::string path) : path_(std::move(path)) {
    mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=1m") == 0;
    if (!mounted_) return;
    std::ofstream out(path_ + "/filler", std::ios::binary);
    const std::string block(4096, 'x');
    while (out.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }
  ~FullDisk() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  [[nodiscard]] bool mounted() const { return mounted_; }

 private:
  std::string path_;
  bool mounted_ = false;
};

}  // namespace

TEST_CASE("with a full disk under home and state sessions start, work, survive a server and end",
          "[faults]") {
  Rig rig;
  const FullDisk state(rig.home().state());
  const FullDisk home(rig.home().home());
  if (!state.mounted() || !home.mounted()) {
    std::puts("SKIP a full disk: only root can mount a small tmpfs");
    return;
  }
  struct statvfs space {};
  REQUIRE(::statvfs(rig.home().state().c_str(), &space) == 0);
  REQUIRE(space.f_bavail == 0);
  const auto client = rig.terminal({"new-session", "-s", "app", "stty -echo; echo up; exec cat"});
  INFO(client->transcript());
  REQUIRE(client->wait_for_text("up"));
  client->type("before\r");
  REQUIRE(client->wait_for_text("before"));
  rig.kill_server();
  client->type("after\r");
  REQUIRE(client->wait_for_text("after"));
  CHECK(client->shows("before"));
  rig.ask({"kill-session", "-t", "app"});
  REQUIRE(client->wait_exit());
}
