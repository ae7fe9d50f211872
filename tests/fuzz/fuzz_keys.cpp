// What a user's terminal sends, in pieces as the input says, with the escape time passing now and then. The
// raw bytes of all events, joined, are the input.

#include <string>

#include "input.hpp"
#include "input/decoder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sess::fuzz::Input input(data, size);
  const std::uint8_t options = input.byte();
  const std::size_t step = 1U + input.byte();
  sess::input::Decoder decoder;
  decoder.set_options({(options & 1U) != 0, (options & 2U) != 0, (options & 4U) != 0});
  if ((options & 8U) != 0) decoder.expect_cursor_reports(2);

  const std::string all(input.rest());
  std::string joined;
  const auto drain = [&] {
    while (const auto event = decoder.next()) {
      sess::fuzz::require(!event->raw.empty(), "an event comes from bytes");
      joined += event->raw;
    }
  };
  for (std::size_t turn = 0; !input.empty(); ++turn) {
    decoder.feed(input.take(step));
    drain();
    if ((options & 16U) != 0 && turn % 3 == 2) {
      decoder.flush();
      drain();
    }
  }
  decoder.flush();
  drain();
  decoder.flush();
  drain();
  sess::fuzz::require(joined == all, "no byte is lost or made up");
  return 0;
}
