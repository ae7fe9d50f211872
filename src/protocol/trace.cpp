#include "protocol/trace.hpp"

#include "protocol/fields.hpp"
#include "protocol/message.hpp"

namespace sess::protocol {
namespace {

/// A message's fields (fields.hpp) as words: of numbers, sizes and choices the value, of everything else how
/// much there is.
class TraceWriter : public WriterOfSet<TraceWriter> {
 public:
  void number(const char* name, auto value) { out_ += fmt::format(" {}={}", name, value); }
  void number_or(const char* name, std::uint64_t value, std::uint64_t none) {
    if (value == none) {
      out_ += fmt::format(" {}=none", name);
    } else {
      number(name, value);
    }
  }
  void number_within(const char* name, auto value, std::uint64_t /*low*/, std::uint64_t /*high*/) {
    number(name, value);
  }
  void boolean(const char* name, bool value) {
    if (value) out_ += fmt::format(" {}", name);
  }
  void name(const char* name, const std::string& value) { size_of(name, value); }
  void text(const char* name, const std::string& value) { size_of(name, value); }
  void bytes(const char* name, const std::string& value, std::size_t /*max*/) { size_of(name, value); }
  void path(const char* name, const std::string& value) { size_of(name, value); }
  void shell_command(const char* name, const std::string& value) { size_of(name, value); }
  void arguments(const char* name, const std::vector<std::string>& value) { number(name, value.size()); }
  void names(const char* name, const std::vector<std::string>& value) { set_number(name, value.size()); }
  void environment(const char* name, const std::vector<std::string>& value) { number(name, value.size()); }
  void version(const char* /*name*/, Version value) {
    out_ += fmt::format(" {}.{}", value.major, value.minor);
  }
  void size(const char* /*name*/, const TerminalSize& value) {
    out_ += fmt::format(" {}x{}", value.cells.cols, value.cells.rows);
  }
  void choice(const char* name, auto value, const auto& choices) {
    out_ += fmt::format(" {}={}", name, choices[static_cast<std::size_t>(value)]);
  }
  template <class T>
  void object(const char* name, std::optional<T>& value) {
    if (!value) return;
    TraceWriter inner;
    fields(inner, *value);
    out_ += fmt::format(" {}({})", name, inner.out_.empty() ? "" : inner.out_.substr(1));
  }
  template <class Part, std::size_t N>
  void flags(std::uint8_t value, const std::string_view (&names)[N], std::uint8_t /*bit*/,
             const std::optional<Part>& /*part*/) {
    for (std::size_t i = 0; i < N; ++i) {
      if ((value >> i & 1U) != 0) out_ += fmt::format(" {}", names[i]);
    }
  }
  void rest(std::string_view value) { out_ += fmt::format(" {} bytes", value.size()); }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void size_of(const char* name, const std::string& value) {
    if (!value.empty()) out_ += fmt::format(" {}={}B", name, value.size());
  }

  std::string out_;
};

template <class Message>
std::string line(const Frame& frame) {
  auto message = Message::parse(frame.payload);
  if (!message) return fmt::format("{} malformed, {} bytes", name_of(frame.type), frame.payload.size());
  TraceWriter writer;
  fields(writer, *message);
  return fmt::format("{}{}", name_of(frame.type), writer.take());
}

}  // namespace

std::string trace(const Frame& frame) {
  switch (frame.type) {
#define SESS_LINE(name, number, Message, payload) \
  case FrameType::name:                           \
    return line<Message>(frame);
    SESS_MESSAGES(SESS_LINE)
#undef SESS_LINE
  }
  return fmt::format("unknown({}){} {} bytes", static_cast<unsigned>(frame.type),
                     may_skip(frame) ? " optional" : "", frame.payload.size());
}

}  // namespace sess::protocol
