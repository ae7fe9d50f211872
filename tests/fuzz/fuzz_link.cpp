// Messages of the link between keeper and server, out of arbitrary bytes.

#include <string>

#include "input.hpp"
#include "keeper/link.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const bool to_server : {true, false}) {
    sess::fuzz::Input input(data, size);
    const std::size_t step = 1U + input.byte();
    sess::keeper::MessageReader reader;
    while (!input.empty()) {
      reader.feed(std::string(input.take(step)), {});
      bool broken = false;
      for (;;) {
        auto raw = reader.next();
        if (!raw) broken = true;
        if (!raw || !*raw) break;
        if (to_server) {
          static_cast<void>(sess::keeper::decode_to_server(std::move(**raw)));
        } else {
          static_cast<void>(sess::keeper::decode_to_keeper(std::move(**raw)));
        }
      }
      if (broken) break;
    }
  }
  return 0;
}
