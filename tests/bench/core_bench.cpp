// Speed of the terminal core beside libvterm's state layer, on the same bytes in one process: the measurement
// behind the decision that geometry is ours. The state layer has empty callbacks, so it keeps no cells and no
// history; our figure includes both. Prints MB per second of processor time, the best of several rounds,
// alternating, and instructions per byte where the machine counts them. Where it does not, callgrind does:
//
//   core_bench [megabytes]    core_bench profile LOAD [seconds]    core_bench once LOAD TIMES [relay]
//
// `once` feeds 256 kB so many times: what ten times take more than once, divided by nine times 256 kB, is
// what a byte takes, without what making the load takes.
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bench/text.hpp"
#include "terminal/act/emulator.hpp"
#include "terminal/show/relay.hpp"
#include "support/relayed.hpp"

namespace {

/// Processor time of this process: other load on the machine does not count.
double now() {
  timespec at{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
  return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) / 1e9;
}

/// Instructions of this process since the last call, the kernel's left out; 0 where nobody counts them.
class InstructionCounter {
 public:
  InstructionCounter() {
    perf_event_attr what{};
    what.type = PERF_TYPE_HARDWARE;
    what.size = sizeof(what);
    what.config = PERF_COUNT_HW_INSTRUCTIONS;
    what.exclude_kernel = 1;
    what.exclude_hv = 1;
    fd_ = static_cast<int>(::syscall(SYS_perf_event_open, &what, 0, -1, -1, 0));
  }
  ~InstructionCounter() {
    if (fd_ >= 0) ::close(fd_);
  }
  InstructionCounter(const InstructionCounter&) = delete;
  InstructionCounter& operator=(const InstructionCounter&) = delete;

  [[nodiscard]] double take() {
    std::uint64_t now = 0;
    if (fd_ < 0 || ::read(fd_, &now, sizeof(now)) != sizeof(now)) return 0;
    return static_cast<double>(now - std::exchange(last_, now));
  }

 private:
  int fd_ = -1;
  std::uint64_t last_ = 0;
};

/// A small generator of its own, so that every machine measures the same bytes.
struct Random {
  unsigned state = 12345;
  unsigned next(unsigned below) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8U) % below;
  }
};

std::string ascii_log(std::size_t size) {
  Random random;
  std::string out;
  while (out.size() < size) {
    out += "2024-05-17T12:" + std::to_string(10 + random.next(50)) + ":31 host daemon[" +
           std::to_string(random.next(9999)) + "]: request " + std::to_string(random.next(1000000)) +
           " served in " + std::to_string(random.next(900)) + " ms, status=200 path=/index";
    out += "\r\n";
  }
  return out;
}

std::string coloured_log(std::size_t size) {
  Random random;
  std::string out;
  while (out.size() < size) {
    out += "\x1b[32m2024-05-17 12:31:" + std::to_string(10 + random.next(50)) + "\x1b[0m \x1b[1;" +
           std::to_string(31 + random.next(6)) + "mINFO\x1b[0m \x1b[38;5;" +
           std::to_string(random.next(256)) + "mmodule" + std::to_string(random.next(99)) +
           "\x1b[0m: message \x1b[36m" + std::to_string(random.next(1000000)) + "\x1b[0m done\r\n";
  }
  return out;
}

std::string hangul_text(std::size_t size) {
  Random random;
  std::string out;
  while (out.size() < size) {
    for (int word = 0; word < 10; ++word) {
      for (unsigned i = 0, n = 2 + random.next(3); i < n; ++i) {
        const unsigned c = 0xAC00 + random.next(11172);
        out += static_cast<char>(0xE0 | (c >> 12U));
        out += static_cast<char>(0x80 | ((c >> 6U) & 0x3FU));
        out += static_cast<char>(0x80 | (c & 0x3FU));
      }
      out += ' ';
    }
    out += "\r\n";
  }
  return out;
}

std::string repaint(std::size_t size) {
  Random random;
  std::string out;
  while (out.size() < size) {
    for (int row = 1; row <= 24; ++row) {
      for (int part = 0; part < 4; ++part) {
        out += "\x1b[" + std::to_string(row) + ';' + std::to_string(1 + part * 20) + "H\x1b[0;" +
               std::to_string(30 + random.next(8)) + ";48;5;" + std::to_string(random.next(256)) + 'm';
        for (int i = 0; i < 16; ++i) out += static_cast<char>('a' + random.next(26));
      }
    }
  }
  return out;
}

/// A load of the large benchmark, as it comes from a terminal that makes CR LF of LF.
template <sess::bench::Load kLoad>
std::string shared_load(std::size_t size) {
  std::string block;
  for (const char c : sess::bench::load_block(kLoad)) {
    if (c == '\n') block += '\r';
    block += c;
  }
  std::string out;
  while (out.size() < size) out += block.substr(0, std::min(block.size(), size - out.size()));
  return out;
}

/// Letters with `count` combining marks each.
std::string marked_text(std::size_t size, unsigned count) {
  Random random;
  std::string out;
  while (out.size() < size) {
    for (int letter = 0; letter < 20; ++letter) {
      out += static_cast<char>('a' + random.next(26));
      for (unsigned i = 0; i < count; ++i) {
        out += '\xcc';
        out += static_cast<char>(0x80 + random.next(64));
      }
    }
    out += "\r\n";
  }
  return out;
}

std::string few_marks(std::size_t size) {
  return marked_text(size, 3);
}

std::string hundreds_of_marks(std::size_t size) {
  return marked_text(size, 400);
}

int no_glyph(VTermGlyphInfo*, VTermPos, void*) {
  return 1;
}
int no_cursor(VTermPos, VTermPos, int, void*) {
  return 1;
}
int no_rect(VTermRect, int, int, void*) {
  return 1;
}
int no_erase(VTermRect, int, void*) {
  return 1;
}
int no_pen(VTermAttr, VTermValue*, void*) {
  return 1;
}
int no_prop(VTermProp, VTermValue*, void*) {
  return 1;
}

/// One feed of everything in pieces as they come from a PTY.
constexpr std::size_t kPiece = 64 * 1024;

double run(const std::string& bytes, const std::function<void(const char*, std::size_t)>& feed) {
  const double begin = now();
  for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
    feed(bytes.data() + at, std::min(kPiece, bytes.size() - at));
  }
  return static_cast<double>(bytes.size()) / (now() - begin) / 1e6;
}

double ours(const std::string& bytes, sess::terminal::Relay* relay) {
  sess::terminal::HeapSegmentStore store;
  sess::terminal::NullSink sink;
  sess::terminal::Emulator emulator({24, 80}, store, sink);
  return run(bytes, [&](const char* p, std::size_t n) {
    if (relay == nullptr) return emulator.feed({p, n});
    sess::test::feed_both(emulator, *relay, {p, n});
    relay->clear();
  });
}

double libvterm(const std::string& bytes) {
  VTerm* vterm = vterm_new(24, 80);
  vterm_set_utf8(vterm, 1);
  VTermState* state = vterm_obtain_state(vterm);
  VTermStateCallbacks callbacks{};
  callbacks.putglyph = no_glyph;
  callbacks.movecursor = no_cursor;
  callbacks.scrollrect = no_rect;
  callbacks.erase = no_erase;
  callbacks.setpenattr = no_pen;
  callbacks.settermprop = no_prop;
  vterm_state_set_callbacks(state, &callbacks, nullptr);
  vterm_state_reset(state, 1);
  const double rate = run(bytes, [&](const char* p, std::size_t n) { vterm_input_write(vterm, p, n); });
  vterm_free(vterm);
  return rate;
}

struct Load {
  const char* name;
  std::string (*make)(std::size_t);
};
using Shared = sess::bench::Load;
constexpr Load kLoads[] = {{"ascii", ascii_log},
                           {"coloured", coloured_log},
                           {"hangul", hangul_text},
                           {"repaint", repaint},
                           {"light", shared_load<Shared::light>},
                           {"dense", shared_load<Shared::colour>},
                           {"korean", shared_load<Shared::hangul>},
                           {"japanese", shared_load<Shared::japanese>},
                           {"emoji", shared_load<Shared::emoji>},
                           {"compiler", shared_load<Shared::compiler>},
                           {"screens", shared_load<Shared::repaint>},
                           {"3 marks", few_marks},
                           {"400 marks", hundreds_of_marks}};

}  // namespace

int main(int argc, char** argv) {
  if (argc > 2 && std::strcmp(argv[1], "profile") == 0) {
    const double seconds = argc > 3 ? std::atof(argv[3]) : 5;
    for (const Load& load : kLoads) {
      if (std::strcmp(load.name, argv[2]) != 0) continue;
      const std::string bytes = load.make(16U << 20U);
      const double begin = now();
      while (now() - begin < seconds) ours(bytes, nullptr);
    }
    return 0;
  }
  if (argc > 3 && std::strcmp(argv[1], "once") == 0) {
    for (const Load& load : kLoads) {
      if (std::strcmp(load.name, argv[2]) != 0) continue;
      const std::string part = load.make(256U << 10U);
      std::string bytes;
      for (int i = std::atoi(argv[3]); i > 0; --i) bytes += part;
      sess::terminal::Relay relay;
      ours(bytes, argc > 4 ? &relay : nullptr);
    }
    return 0;
  }
  const std::size_t size = static_cast<std::size_t>(argc > 1 ? std::atoi(argv[1]) : 16) << 20U;
  constexpr int kRounds = 5;
  InstructionCounter counter;
  std::printf("%-10s %12s %12s %14s %8s %12s\n", "load", "sess MB/s", "with relay", "libvterm state", "ratio",
              "instr/byte");
  for (const Load& load : kLoads) {
    const std::string bytes = load.make(size);
    double best = 0;
    double relayed = 0;
    double theirs = 0;
    double instructions = 0;
    for (int round = 0; round < kRounds; ++round) {
      sess::terminal::Relay relay;
      static_cast<void>(counter.take());
      best = std::max(best, ours(bytes, nullptr));
      instructions = counter.take();
      relayed = std::max(relayed, ours(bytes, &relay));
      theirs = std::max(theirs, libvterm(bytes));
    }
    std::printf("%-10s %12.0f %12.0f %14.0f %8.2f", load.name, best, relayed, theirs, best / theirs);
    if (instructions > 0) {
      std::printf(" %12.1f\n", instructions / static_cast<double>(bytes.size()));
    } else {
      std::printf(" %12s\n", "-");
    }
  }
  return 0;
}
