// Writes the seeds that are made of other things, again after a format has changed: streams out of the *.vt
// files, checkpoints of what they leave behind, and the keeper's messages. The other seeds are written by
// hand.
//
//   make_corpus DIRECTORY_OF_VT_FILES CORPUS_DIRECTORY

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "behaviour.hpp"
#include "keeper/message.hpp"
#include "machine.hpp"

namespace {

using namespace sess::test;
namespace keeper = sess::keeper;

constexpr std::size_t kLongestInput = 300;
constexpr std::size_t kLongestStream = 1200;
constexpr std::size_t kLongestCheckpoint = 6000;

class Corpus {
 public:
  explicit Corpus(std::filesystem::path root) : root_(std::move(root)) {}

  void put(const std::string& target, const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories(root_ / target);
    std::ofstream(root_ / target / name, std::ios::binary) << bytes;
  }

 private:
  std::filesystem::path root_;
};

/// Every second behaviour of a file as one stream, and the checkpoint at its end.
void stream(const Corpus& corpus, const std::string& name, const std::vector<const Behaviour*>& list,
            std::size_t half) {
  std::string bytes{4, 19, static_cast<char>(half + 1)};
  Machine machine({5, 20});
  for (std::size_t i = half; i < list.size(); i += 2) {
    for (const Step& step : list[i]->steps) {
      if (bytes.size() + step.text.size() > kLongestStream) break;
      if (step.kind == Step::Kind::input && step.text.size() < kLongestInput &&
          step.text.find('\xff') == std::string::npos) {
        bytes += step.text;
        machine.feed(step.text);
      }
      if (step.kind == Step::Kind::resize) {
        bytes += {'\xff', 1, static_cast<char>(step.size.rows), static_cast<char>(step.size.cols)};
        machine.emulator().resize(step.size);
      }
      if (step.kind == Step::Kind::limits) bytes += {'\xff', 4, static_cast<char>(step.count)};
      if (step.kind == Step::Kind::clear_history) bytes += {'\xff', 2};
    }
  }
  corpus.put("terminal", name + "-" + std::to_string(half), bytes);
  const std::string checkpoint = machine.saved();
  if (half == 0 && checkpoint.size() < kLongestCheckpoint)
    corpus.put("checkpoint", name, std::string(1, '\0') + checkpoint);
}

template <class Message>
void messages(const Corpus& corpus, const std::string& name, const std::vector<Message>& list) {
  std::string all;
  int number = 0;
  for (const auto& message : list) {
    const std::string bytes = keeper::encode(message).bytes;
    all += bytes;
    corpus.put("link", name + "-" + std::to_string(number++), "\x05" + bytes);
  }
  corpus.put("link", name + "-all", "\x0b" + all);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const Corpus corpus(argv[2]);
  const auto behaviours = load_behaviours(argv[1]);
  std::map<std::string, std::vector<const Behaviour*>> files;
  for (const auto& behaviour : behaviours) {
    files[std::filesystem::path(behaviour.file).stem().string()].push_back(&behaviour);
  }
  for (const auto& [name, list] : files) {
    stream(corpus, name, list, 0);
    stream(corpus, name, list, 1);
  }

  std::vector<keeper::ToServer> to_server;
  keeper::Start start;
  start.name = "default";
  start.socket_path = "/tmp/s";
  start.config_files = {"a", "b"};
  to_server.emplace_back(std::move(start));
  keeper::Program program;
  program.pane = 3;
  program.pid = 77;
  program.tty = "/dev/pts/1";
  program.program = "sh";
  program.exited = true;
  program.wait_status = 256;
  to_server.emplace_back(std::move(program));
  to_server.emplace_back(keeper::Ready{});
  keeper::Spawned spawned;
  spawned.request = 9;
  spawned.pane = 2;
  spawned.pid = 5;
  spawned.tty = "/dev/pts/2";
  to_server.emplace_back(std::move(spawned));
  to_server.emplace_back(keeper::SpawnFailed{4, 2, 13, "denied"});
  to_server.emplace_back(keeper::Exited{1, 2, 3, {}, {}});
  to_server.emplace_back(keeper::Ping{7});
  to_server.emplace_back(keeper::Stop{});
  messages(corpus, "server", to_server);

  std::vector<keeper::ToKeeper> to_keeper;
  keeper::Spawn spawn;
  spawn.request = 1;
  spawn.pane = 4;
  spawn.argv = {"sh", "-c", "true"};
  spawn.env = {"A=b"};
  spawn.cwd = "/";
  to_keeper.emplace_back(std::move(spawn));
  to_keeper.emplace_back(keeper::Forget{4});
  to_keeper.emplace_back(keeper::Signal{4, 15, keeper::Signal::Whom::session});
  to_keeper.emplace_back(keeper::Pong{7});
  to_keeper.emplace_back(keeper::End{});
  to_keeper.emplace_back(keeper::Leave{});
  messages(corpus, "keeper", to_keeper);
  return 0;
}
