#include "protocol/message.hpp"

#include <algorithm>
#include <set>

#include "examples.hpp"
#include "protocol/trace.hpp"
#include "support/catch.hpp"

using namespace sess;
using namespace sess::protocol;

namespace {

/// The one frame that the bytes hold. The bytes must outlive it: copies are kept for the test's life.
Frame only_frame(const std::string& bytes) {
  static FrameReader reader;
  reader = FrameReader();
  reader.feed(bytes);
  const auto frame = reader.next();
  REQUIRE(frame);
  REQUIRE(reader.buffered() == 0);
  return *frame;
}

template <class Message>
Result<Message> there_and_back(const Message& message) {
  const Frame frame = only_frame(encode(message));
  REQUIRE(frame.type == Message::kType);
  return Message::parse(frame.payload);
}

template <class Message>
std::string error_of(std::string_view payload) {
  const auto message = Message::parse(payload);
  if (message) return "";
  CHECK(message.error().code == ErrorCode::protocol);
  return message.error().text;
}

}  // namespace

TEST_CASE("hello comes back as it was sent", "[protocol]") {
  Hello hello = test::example_resume();
  hello.features = {"later"};
  hello.control = ControlMode::raw;
  hello.dialect = Dialect::tmux;
  hello.colours_256 = hello.login_shell = true;
  hello.color = ColorChoice::always;
  const auto got = there_and_back(hello);
  REQUIRE(got);
  CHECK(got->version == kVersion);
  CHECK(got->features == hello.features);
  CHECK(got->pid == 4711);
  CHECK(got->tty == "/dev/pts/3");
  CHECK(got->term == "xterm-256color");
  CHECK(got->size == hello.size);
  CHECK(got->cwd == "/home/user");
  CHECK(got->environment == hello.environment);
  CHECK((got->stdin_tty && got->stdout_tty && got->utf8 && got->colours_256 && got->login_shell));
  CHECK(got->terminal_features == "RGB");
  CHECK(got->control == ControlMode::raw);
  CHECK(got->dialect == Dialect::tmux);
  CHECK(got->color == ColorChoice::always);
  REQUIRE(got->resume);
  CHECK(got->resume->token == "c9f2");
  CHECK(got->resume->session == 1);
  CHECK(got->resume->pane == 4);
  CHECK(got->resume->offset == 81920);
  CHECK(got->resume->past == 3);
  CHECK(got->resume->input_sequence == 57);
}

TEST_CASE("a resume that never reached an offset has none", "[protocol]") {
  Hello hello;
  hello.resume = Resume{};
  CHECK(there_and_back(hello)->resume->offset == kNoOffset);
  CHECK_FALSE(there_and_back(Hello{})->resume);
}

TEST_CASE("arguments of any bytes come back as they were", "[protocol]") {
  const Command command{{"send-keys", "", "\xff\x01 \"q\" \\", "\xea\xb0\x80", "a\nb"}};
  CHECK(there_and_back(command)->argv == command.argv);
  CHECK(there_and_back(Command{})->argv.empty());
  CHECK(there_and_back(Shell{"echo \xfe"})->command == "echo \xfe");
  CHECK(there_and_back(Exec{"/bin/zsh", "a 'b'"})->shell == "/bin/zsh");
}

TEST_CASE("the server's messages come back as they were sent", "[protocol]") {
  Welcome welcome;
  welcome.keeper_pid = 9;
  welcome.token = "t";
  CHECK_FALSE(there_and_back(welcome)->input_sequence);
  welcome.input_sequence = 0;
  CHECK(there_and_back(welcome)->input_sequence == 0u);
  CHECK(there_and_back(welcome)->keeper_pid == 9);
  CHECK(there_and_back(welcome)->token == "t");
  const auto attached = there_and_back(test::example_attached());
  CHECK(attached->session == 1);
  CHECK(attached->session_name == "app");
  CHECK(attached->pane == 4);
  CHECK(attached->mode == AttachMode::composed);
  CHECK((attached->read_only && attached->resumed));
  const auto detached = there_and_back(Detached{DetachReason::evicted, "[detached]", 3});
  CHECK(detached->reason == DetachReason::evicted);
  CHECK(detached->message == "[detached]");
  CHECK(detached->status == 3);
  CHECK(there_and_back(Refusal{RefusalCode::denied, "no"})->code == RefusalCode::denied);
  CHECK(there_and_back(Exit{255})->status == 255);
}

TEST_CASE("binary messages carry every byte", "[protocol]") {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  {
    const std::string bytes = encode(Output{1ULL << 40, 0, all});
    const auto got = Output::parse(only_frame(bytes).payload);
    CHECK(got->offset == 1ULL << 40);
    CHECK(got->bytes == all);
    std::string split;
    Output::append_header(split, 1ULL << 40, all.size());
    CHECK(split + all == bytes);
  }
  CHECK(Input::parse(only_frame(encode(Input{3, all})).payload)->bytes == all);
  CHECK(Print::parse(only_frame(encode(Print{2, all})).payload)->bytes == all);
  CHECK(Undo::parse(only_frame(encode(Undo{all})).payload)->bytes == all);
  CHECK(StdinData::parse(only_frame(encode(StdinData{all})).payload)->bytes == all);
}

TEST_CASE("numbers out of range, wrong types and short payloads are errors that name the field",
          "[protocol]") {
  CHECK(error_of<Exit>(R"({"status":256})").find("status") != std::string::npos);
  CHECK_FALSE(error_of<Exit>(R"({"status":-1})").empty());
  CHECK_FALSE(error_of<Exit>(R"({"status":1.5})").empty());
  CHECK_FALSE(error_of<Exit>(R"({"status":"1"})").empty());
  CHECK_FALSE(error_of<Resize>(R"({"size":{"rows":70000}})").empty());
  CHECK_FALSE(error_of<Resize>(R"({"size":7})").empty());
  CHECK_FALSE(error_of<Attached>(R"({"pane":4294967296})").empty());
  CHECK_FALSE(error_of<Hello>(R"({"version":[1]})").empty());
  CHECK_FALSE(error_of<Hello>(R"({"version":[1,70000]})").empty());
  CHECK_FALSE(error_of<Hello>(R"({"version":[1,0],"environment":{"A=B":"x"}})").empty());
  CHECK_FALSE(error_of<Hello>(R"({"version":[1,0],"environment":{"":"x"}})").empty());
  CHECK_FALSE(error_of<Hello>("{\"version\":[1,0],\"cwd\":\"/a\\u0000b\"}").empty());
  CHECK_FALSE(error_of<Command>(R"({"argv":"ls"})").empty());
  CHECK_FALSE(error_of<Command>(R"({"argv":[{"hex":"f"}]})").empty());
  CHECK_FALSE(error_of<Command>(R"({"argv":[{"hex":"zz"}]})").empty());
  CHECK_FALSE(error_of<Command>(R"({"argv":[["a"]]})").empty());
  CHECK_FALSE(error_of<Input>("1234567").empty());
  CHECK_FALSE(error_of<Input>(std::string(8, '\0')).empty());
  CHECK_FALSE(error_of<Output>("12345678").empty());
  CHECK_FALSE(error_of<Print>("").empty());
  CHECK_FALSE(error_of<Print>("\x03x").empty());
  CHECK_FALSE(error_of<Ack>("1234567").empty());
}

TEST_CASE("a payload that is not one JSON object is an error", "[protocol]") {
  for (const char* payload : {"{", "[]", "7", "null", "{} {}", "{\"a\":1,}", "\xff", "{\"a\":\"\xff\"}"}) {
    INFO(payload);
    CHECK_FALSE(error_of<Exit>(payload).empty());
  }
}

TEST_CASE("JSON that is nested deeply is refused before it is parsed", "[protocol]") {
  const std::string deep = "{\"x\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  CHECK(error_of<Exit>(deep).find("deep") != std::string::npos);
  CHECK(Exit::parse(R"({"x":[[[[[[[]]]]]]]})"));
  CHECK_FALSE(Exit::parse(R"({"x":[[[[[[[[]]]]]]]]})"));
  CHECK(Exit::parse(R"({"x":"[[[[[[[[[[\"[[[["})"));
}

TEST_CASE(
    "unknown fields are ignored, missing ones take defaults, unknown names of an enumeration are the first",
    "[protocol]") {
  CHECK(Exit::parse(R"({"status":7,"later":{"a":[1]}})")->status == 7);
  CHECK(Exit::parse("{}")->status == 0);
  CHECK(Suspend::parse(R"({"why":"x"})"));
  CHECK(Suspend::parse(""));
  CHECK(Detached::parse(R"({"reason":"abducted"})")->reason == DetachReason::other);
  CHECK(Refusal::parse(R"({"code":"tired"})")->code == RefusalCode::other);
  const std::string longer = std::string(8, '\x01') + "more";
  CHECK(Ack::parse(longer)->bytes == 0x0101010101010101ULL);
}

TEST_CASE("sizes are clamped", "[protocol]") {
  const auto none = Resize::parse(R"({"size":{"rows":0,"cols":0}})");
  CHECK(none->size.cells == Size{1, 1});
  const auto huge = Resize::parse(R"({"size":{"rows":65535,"cols":65535}})");
  CHECK(huge->size.cells == Size{kMaxSide, kMaxSide});
}

TEST_CASE("names and messages of a peer lose control characters and what is too long", "[protocol]") {
  Hello hello;
  hello.term = "xterm\x1b[31m\n";
  hello.tty = std::string(1000, 't');
  const auto got = there_and_back(hello);
  CHECK(got->term == "xterm[31m");
  CHECK(got->tty.size() == kMaxName);
  const auto refusal = Refusal::parse("{\"text\":\"a\\u001b]0;x\\u0007\\n\\u009bb\"}");
  CHECK(refusal->text == "a]0;x\nb");
  std::string wide = "x";
  for (int i = 0; i < 200; ++i) wide += "\xea\xb0\x80";
  hello.term = wide;
  CHECK(there_and_back(hello)->term.size() == 256);  // 1 + 85 * 3: no character is cut
}

TEST_CASE("a directory that is too long is dropped, too many arguments are refused", "[protocol]") {
  Hello hello;
  hello.cwd = "/" + std::string(kMaxPath, 'x');
  CHECK(there_and_back(hello)->cwd.empty());
  Command command;
  command.argv.resize(kMaxArguments);
  CHECK(command.fits());
  CHECK(there_and_back(command));
  command.argv.emplace_back();
  CHECK_FALSE(command.fits());
  CHECK_FALSE(there_and_back(command));
  CHECK_FALSE(Command{{std::string(kMaxPayload, 'x')}}.fits());
  CHECK_FALSE(Command{{std::string(kMaxPayload / 2, '\xff')}}.fits());
  CHECK_FALSE(Command{{std::string(kMaxPayload / 2, '\x01')}}.fits());
  const Command largest{{std::string(kMaxPayload - 64, 'x')}};
  CHECK(largest.fits());
  CHECK(there_and_back(largest)->argv == largest.argv);
}

TEST_CASE("an environment that is too large loses its largest variables and then fits", "[protocol]") {
  Hello hello;
  hello.environment = {"SMALL=1", "HUGE=" + std::string(200'000, 'x'), "PATH=/bin",
                       "BIG=" + std::string(100'000, 'y')};
  CHECK(hello.fit() == std::vector<std::string>{"HUGE"});
  CHECK(there_and_back(hello)->environment.size() == 3);

  Hello odd;  // every byte costs six in JSON
  for (int i = 0; i < 100; ++i)
    odd.environment.push_back("V" + std::to_string(i) + "=" + std::string(1000, '\x01'));
  CHECK_FALSE(odd.fit().empty());
  CHECK(there_and_back(odd));

  Hello fine = test::example_hello();
  CHECK(fine.fit().empty());
}

TEST_CASE("an environment beyond the maximum is refused", "[protocol]") {
  const std::string payload =
      R"({"version":[1,0],"environment":{"A":")" + std::string(kMaxEnvironment, 'x') + "\"}}";
  CHECK(error_of<Hello>(payload).find("environment") != std::string::npos);
}

TEST_CASE("a command that is too long for a shell is not sent in part", "[protocol]") {
  CHECK(there_and_back(Exec{"", std::string(kMaxChunk + 1, 'x')})->command.empty());
  CHECK(there_and_back(Lock{std::string(kMaxChunk + 1, 'x')})->command.empty());
  // In JSON these are six times as long: more than a frame holds.
  CHECK(there_and_back(Lock{std::string(kMaxChunk, '\1')})->command.empty());
  CHECK(there_and_back(Exec{std::string(kMaxPath, '\1'), std::string(kMaxChunk, '\1')})->command.empty());
  CHECK(there_and_back(Shell{std::string(kMaxChunk, '\1')})->command.empty());
  CHECK(there_and_back(Lock{std::string(20000, '\1')})->command.size() == 20000);
  CHECK(there_and_back(Exec{"", std::string(kMaxChunk, '\xff')})->command.size() == kMaxChunk);
}

TEST_CASE("only another major version is refused, with what to do about it", "[protocol]") {
  CHECK_FALSE(version_mismatch({kVersion.major, 99}, "server"));
  const auto text = version_mismatch({static_cast<std::uint16_t>(kVersion.major + 1), 0}, "server");
  REQUIRE(text);
  CHECK(text->find("server speaks protocol 2.0") != std::string::npos);
  // Whatever else another major version says is not looked at.
  CHECK(Hello::parse(R"({"version":[9,1],"pid":"a string"})")->version.major == 9);
  CHECK(Welcome::parse(R"({"version":[9,1],"token":7})")->version.major == 9);
  CHECK(Hello::parse("{}")->version.major == 0);
  CHECK(has_feature({"a", "b"}, "b"));
  CHECK_FALSE(has_feature({}, "b"));
}

TEST_CASE("a changed or shortened frame of any kind never does harm", "[protocol]") {
  // Every message, cut at every length and with every byte changed: parse and trace say something and return.
  for (const auto& [name, bytes] : test::example_frames()) {
    INFO(name);
    const Frame frame = only_frame(bytes);
    const std::string payload(frame.payload);
    for (std::size_t i = 0; i <= payload.size(); ++i) {
      CHECK_FALSE(trace({frame.type, 0, std::string_view(payload).substr(0, i)}).empty());
    }
    for (std::size_t i = 0; i < payload.size(); ++i) {
      for (const char c : {'\0', '"', '{', '\\', '\xff', '9'}) {
        std::string changed = payload;
        changed[i] = c;
        CHECK_FALSE(trace({frame.type, 0, changed}).empty());
      }
    }
  }
}
