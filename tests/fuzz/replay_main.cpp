// Runs a fuzz target without libFuzzer: every file of the corpus as it is, then simple mutations of them with
// a fixed seed for the given time. What an ordinary test run can do about inputs that nobody thought of.
//
//   fuzz_NAME CORPUS_DIRECTORY [MILLISECONDS]      or      fuzz_NAME FILE...

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

void run_one(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Mutator {
 public:
  explicit Mutator(const std::vector<std::string>& corpus) : corpus_(corpus) {}

  std::string next() {
    std::string bytes = pick();
    for (std::size_t n = 1 + below(4); n > 0; --n) change(bytes);
    if (bytes.size() > kLongest) bytes.resize(kLongest);
    return bytes;
  }

 private:
  static constexpr std::size_t kLongest = 8192;

  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }
  const std::string& pick() { return corpus_[below(corpus_.size())]; }

  void change(std::string& bytes) {
    const std::size_t at = below(bytes.size() + 1);
    switch (below(7)) {
      case 0:
        if (!bytes.empty()) bytes[below(bytes.size())] = static_cast<char>(below(256));
        break;
      case 1:
        if (!bytes.empty()) {
          char& c = bytes[below(bytes.size())];
          c = static_cast<char>(static_cast<unsigned char>(c) ^ (1U << below(8)));
        }
        break;
      case 2:
        bytes.erase(at, 1 + below(16));
        break;
      case 3:
        bytes.insert(at, 1 + below(8), static_cast<char>(below(256)));
        break;
      case 4: {
        static const char* const kWords[] = {"\x1b[", ";",  "99999", "\x1b]",    "\x1b\\",  "\x1bP",
                                             "\r\n",  "#{", "}",     "\xff\xfe", "\0\0\0\0"};
        bytes.insert(at, kWords[below(std::size(kWords))]);
        break;
      }
      case 5: {
        const std::string& other = pick();
        const std::size_t from = below(other.size());
        bytes.insert(at, other.substr(from, 1 + below(64)));
        break;
      }
      default:
        bytes.insert(at, bytes.substr(0, below(std::min<std::size_t>(bytes.size(), 256) + 1)));
        break;
    }
  }

  const std::vector<std::string>& corpus_;
  std::mt19937 random_{20240229};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s CORPUS_DIRECTORY [MILLISECONDS] | FILE...\n", argv[0]);
    return 2;
  }
  if (!fs::is_directory(argv[1])) {
    for (int i = 1; i < argc; ++i) run_one(read(argv[i]));
    return 0;
  }
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(argv[1])) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> corpus;
  for (const auto& file : files) {
    corpus.push_back(read(file));
    run_one(corpus.back());
  }
  if (corpus.empty()) {
    std::fprintf(stderr, "%s: no corpus in %s\n", argv[0], argv[1]);
    return 1;
  }

  const auto end =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(argc > 2 ? std::atoi(argv[2]) : 0);
  Mutator mutator(corpus);
  std::string now;
  std::size_t runs = 0;
  for (; std::chrono::steady_clock::now() < end; ++runs) {
    now = mutator.next();
    if (const char* keep = std::getenv("FUZZ_KEEP_LAST")) std::ofstream(keep, std::ios::binary) << now;
    run_one(now);
  }
  std::printf("%zu files, %zu mutations\n", corpus.size(), runs);
  return 0;
}
