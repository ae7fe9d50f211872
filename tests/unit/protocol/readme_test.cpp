// The examples in the protocol's own document, and the frames recorded from every release.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "examples.hpp"
#include "protocol/trace.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"

using namespace sess;
using namespace sess::protocol;
namespace fs = std::filesystem;

namespace {

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  INFO(path);
  REQUIRE(file.good());
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Hex pairs, or the text between single quotes.
std::string bytes_of_line(const std::string& line) {
  if (line.front() == '\'') {
    REQUIRE(line.back() == '\'');
    return line.substr(1, line.size() - 2);
  }
  std::string out;
  std::istringstream words(line);
  for (std::string word; words >> word;) {
    REQUIRE(word.size() == 2);
    out += static_cast<char>(std::stoi(word, nullptr, 16));
  }
  return out;
}

/// All frames of the bytes; nothing may be left over.
std::vector<std::string> traces_of(const std::string& bytes) {
  FrameReader reader;
  reader.feed(bytes);
  std::vector<std::string> out;
  auto frame = reader.next();
  for (; frame; frame = reader.next()) out.push_back(trace(*frame));
  CHECK(frame.needs_more());
  CHECK(reader.buffered() == 0);
  return out;
}

fs::path source_root() {
  return fs::path(sess::test::test_data()).parent_path();
}
fs::path recorded() {
  return fs::path(sess::test::test_data()) / "unit/protocol/recorded";
}

template <class Message>
Message recorded_message(const std::string& file) {
  static std::string bytes;
  bytes = contents(recorded() / "v0_1" / file);
  const auto message = Message::parse(std::string_view(bytes).substr(kHeaderSize));
  REQUIRE(message);
  return *message;
}

}  // namespace

TEST_CASE("the document's examples decode to what it says, and no message is without one", "[protocol]") {
  std::istringstream document(contents(source_root() / "src/protocol/README.md"));
  std::set<std::string> seen;
  int examples = 0;
  for (std::string line; std::getline(document, line);) {
    if (line != "```frame") continue;
    std::string bytes;
    while (std::getline(document, line) && line.rfind("= ", 0) != 0) bytes += bytes_of_line(line);
    const std::string expected = line.substr(2);
    INFO(expected);
    const auto traces = traces_of(bytes);
    REQUIRE(traces.size() == 1);
    CHECK(traces[0] == expected);
    seen.insert(expected.substr(0, expected.find(' ')));
    ++examples;
  }
  CHECK(examples >= 27);
  for (unsigned type = 0; type < 65536; ++type) {
    if (!is_known(static_cast<FrameType>(type))) continue;
    INFO(name_of(static_cast<FrameType>(type)));
    CHECK(seen.count(std::string(name_of(static_cast<FrameType>(type)))) == 1);
  }
}

TEST_CASE("frames recorded from every release still read the same", "[protocol]") {
  int releases = 0;
  for (const auto& release : fs::directory_iterator(recorded())) {
    std::istringstream expected(contents(release.path() / "expected.txt"));
    std::set<std::string> listed;
    for (std::string line; std::getline(expected, line);) {
      const auto colon = line.find(": ");
      REQUIRE(colon != std::string::npos);
      const std::string file = line.substr(0, colon);
      INFO(release.path() << " " << file);
      const auto traces = traces_of(contents(release.path() / file));
      REQUIRE(traces.size() == 1);
      CHECK(traces[0] == line.substr(colon + 2));
      listed.insert(file);
    }
    std::size_t files = 0;
    for (const auto& file : fs::directory_iterator(release.path())) {
      files += file.path().extension() == ".bin" ? 1 : 0;
    }
    CHECK(files == listed.size());
    ++releases;
  }
  CHECK(releases >= 1);
}

TEST_CASE("what 0.1 recorded keeps every field", "[protocol]") {
  const auto hello = recorded_message<Hello>("hello_resume.bin");
  CHECK(hello.tty == "/dev/pts/3");
  CHECK(hello.size == TerminalSize{{50, 132}, 1188, 950});
  CHECK(hello.environment == test::example_hello().environment);
  CHECK(hello.terminal_features == "RGB");
  CHECK((hello.stdin_tty && hello.stdout_tty && hello.utf8));
  CHECK(hello.resume->past == 3);
  CHECK(recorded_message<Command>("command.bin").argv ==
        std::vector<std::string>{"new-session", "-s", "app", "\xfe"});
  CHECK(recorded_message<Welcome>("welcome.bin").token == "c9f2");
  CHECK(recorded_message<Attached>("attached.bin").session_name == "app");
  CHECK(recorded_message<Detached>("detached.bin").message == "[exited]");
  CHECK(recorded_message<Exec>("exec.bin").command == "exec htop");
  CHECK(recorded_message<Undo>("undo.bin").bytes == "\x1b[?2004l");
}

// Hidden: `SESS_RECORD=<new directory> test_protocol "[.record]"` writes a release's recording. Existing
// files are never written again.
TEST_CASE("record the frames of this release", "[.record]") {
  const char* directory = std::getenv("SESS_RECORD");
  REQUIRE(directory != nullptr);
  fs::create_directories(directory);
  REQUIRE_FALSE(fs::exists(fs::path(directory) / "expected.txt"));
  std::ofstream expected(fs::path(directory) / "expected.txt");
  for (const auto& [name, bytes] : test::example_frames()) {
    std::ofstream(fs::path(directory) / (name + ".bin"), std::ios::binary) << bytes;
    expected << name << ".bin: " << traces_of(bytes).at(0) << "\n";
  }
}
