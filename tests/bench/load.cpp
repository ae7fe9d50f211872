// The program that a benchmark runs in a session.
//
//   sess_bench_load flood LOAD MEGABYTES RESULT   waits for a byte, writes that much, then the end mark
//   sess_bench_load now LOAD MEGABYTES RESULT     the same at once
//   sess_bench_load forever LOAD RESULT           waits for a byte, writes until SIGINT, then the end mark
//   sess_bench_load lines LOAD COUNT RESULT       COUNT lines of 76 columns, then the end mark; a mark for
//   each SIGWINCH sess_bench_load page                          a screen of text that ends with the end mark,
//   again for each SIGWINCH sess_bench_load echo                          writes back what it reads, in raw
//   mode
//
// RESULT gets "BYTES NANOSECONDS STOPPED": how much was written in what time, and CLOCK_MONOTONIC at the
// SIGINT. Afterwards the program stays until its terminal goes away.
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "bench/text.hpp"

namespace {

using sess::bench::Load;
using Clock = std::chrono::steady_clock;

volatile sig_atomic_t interrupted = 0;
volatile sig_atomic_t resized = 0;

void on_signal(int signo) {
  (signo == SIGINT ? interrupted : resized) = 1;
}

void catch_signal(int signo) {
  struct sigaction action {};
  action.sa_handler = on_signal;  // no SA_RESTART: a blocked write or read returns
  ::sigaction(signo, &action, nullptr);
}

/// Bytes written before the end, or before SIGINT.
std::size_t write_all(std::string_view bytes) {
  std::size_t written = 0;
  while (written < bytes.size() && interrupted == 0) {
    const ssize_t n = ::write(STDOUT_FILENO, bytes.data() + written, bytes.size() - written);
    if (n > 0) written += static_cast<std::size_t>(n);
    if (n < 0 && errno != EINTR && errno != EAGAIN) std::exit(1);
  }
  return written;
}

void print(std::string_view text) {
  interrupted = 0;
  write_all(text);
}

void set_raw() {
  termios mode{};
  if (::tcgetattr(STDIN_FILENO, &mode) != 0) return;
  mode.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  mode.c_iflag &= ~static_cast<tcflag_t>(ICRNL | IXON);
  mode.c_cc[VMIN] = 1;  // screen's PTYs begin with 0 when it starts without a terminal
  mode.c_cc[VTIME] = 0;
  ::tcsetattr(STDIN_FILENO, TCSANOW, &mode);
}

long long nanoseconds(Clock::duration duration) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
}

/// Under another name first: whoever waits for the file sees all of it.
void report(const std::string& path, std::size_t bytes, Clock::duration took, Clock::time_point stopped) {
  const std::string temporary = path + ".new";
  FILE* file = std::fopen(temporary.c_str(), "w");
  if (file == nullptr) std::exit(1);
  std::fprintf(file, "%zu %lld %lld\n", bytes, nanoseconds(took), nanoseconds(stopped.time_since_epoch()));
  std::fclose(file);
  std::rename(temporary.c_str(), path.c_str());
}

/// Says that it is ready, and again for each SIGWINCH: a client that keeps no screen attaches after the first
/// time.
void wait_for_byte() {
  catch_signal(SIGWINCH);
  char byte = 0;
  do {
    print(sess::bench::kReadyMark);
  } while (::read(STDIN_FILENO, &byte, 1) < 0 && errno == EINTR);
  ::signal(SIGWINCH, SIG_DFL);
}

std::string clear_screen(Load load) {
  return load == Load::repaint ? "\033[0m\033[H\033[2J" : "\033[0m\r\n";
}

int flood(Load load, std::size_t bytes, const std::string& result) {
  const std::string block = sess::bench::load_block(load);
  const auto start = Clock::now();
  std::size_t written = 0;
  while (written < bytes && interrupted == 0) {
    written += write_all(std::string_view(block).substr(0, std::min(block.size(), bytes - written)));
  }
  ::tcdrain(STDOUT_FILENO);
  const auto end = Clock::now();
  print(clear_screen(load) + std::string(sess::bench::kEndMark) + "\r\n");
  report(result, written, end - start, end);
  return 0;
}

int lines(Load load, std::size_t count, const std::string& result) {
  const auto start = Clock::now();
  std::size_t written = 0;
  std::string chunk;
  for (std::size_t i = 0; i < count; ++i) {
    chunk += sess::bench::load_line(load, i, 76) + "\r\n";
    if (chunk.size() > 65536 || i + 1 == count) {
      written += write_all(chunk);
      chunk.clear();
    }
  }
  const auto end = Clock::now();
  print(std::string(sess::bench::kEndMark) + "\r\n");
  report(result, written, end - start, end);
  return 0;
}

void page() {
  std::string out = "\033[2J";
  for (int row = 1; row <= 22; ++row) {
    out += "\033[" + std::to_string(row) + ";1H" +
           sess::bench::load_line(Load::colour, static_cast<std::size_t>(row), 76);
  }
  print(out + "\033[23;1H" + std::string(sess::bench::kEndMark));
}

/// Until the terminal goes away.
void stay(void (*on_resize)()) {
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (n == 0 || (n < 0 && errno != EINTR)) return;
    if (resized != 0 && on_resize != nullptr) {
      resized = 0;
      on_resize();
    }
  }
}

void echo() {
  wait_for_byte();
  std::array<char, 256> buffer;
  for (;;) {
    const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (n <= 0) return;
    write_all({buffer.data(), static_cast<std::size_t>(n)});
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  Load load = Load::ascii;
  if (argc > 2 && !sess::bench::parse_load(argv[2], load)) return 2;
  set_raw();
  if ((mode == "flood" || mode == "now") && argc == 5) {
    if (mode == "flood") wait_for_byte();
    catch_signal(SIGINT);
    flood(load, std::strtoull(argv[3], nullptr, 10) << 20U, argv[4]);
    stay(nullptr);
  } else if (mode == "forever" && argc == 4) {
    wait_for_byte();
    catch_signal(SIGINT);
    flood(load, static_cast<std::size_t>(-1), argv[3]);
    stay(nullptr);
  } else if (mode == "lines" && argc == 5) {
    lines(load, std::strtoull(argv[3], nullptr, 10), argv[4]);
    catch_signal(SIGWINCH);
    stay([] { print(std::string(sess::bench::kResizeMark) + "\r\n"); });
  } else if (mode == "page") {
    catch_signal(SIGWINCH);
    page();
    stay(page);
  } else if (mode == "echo") {
    echo();
  } else {
    std::fputs("see the top of load.cpp\n", stderr);
    return 2;
  }
  return 0;
}
