#include "jobs/log_stream.hpp"

namespace sess::jobs {

std::string plain_lines(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\r' && i + 1 < bytes.size() && bytes[i + 1] == '\n') continue;
    out += bytes[i];
  }
  return out;
}

Result<std::optional<LogStream::Piece>> LogStream::next() {
  auto chunk = log_.next();
  if (!chunk) return pass(chunk.error());
  if (!*chunk) return std::optional<Piece>();
  std::string bytes = std::exchange(cr_, false) ? "\r" + (*chunk)->bytes : std::move((*chunk)->bytes);
  if (bytes.back() == '\r') {
    bytes.pop_back();
    cr_ = true;
    before_cr_ = log_.place();
    --before_cr_.offset;
  }
  return std::optional(Piece{plain_lines(bytes), (*chunk)->what});
}

job::LogPlace LogStream::place() const {
  return cr_ ? before_cr_ : log_.place();
}

}  // namespace sess::jobs
