#include "bench/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

namespace sess::bench {

double median_of(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  const std::size_t n = samples.size();
  return n % 2 == 1 ? samples[n / 2] : (samples[n / 2 - 1] + samples[n / 2]) / 2;
}

double quantile(std::vector<double> samples, double share) {
  std::sort(samples.begin(), samples.end());
  const auto index = static_cast<std::size_t>(std::ceil(share * static_cast<double>(samples.size())));
  return samples[std::min(index == 0 ? 0 : index - 1, samples.size() - 1)];
}

void Table::add_row(const Row& row) {
  const auto same = [&](const Row& other) { return other.key == row.key; };
  if (std::none_of(rows_.begin(), rows_.end(), same)) rows_.push_back(row);
}

void Table::add(const std::string& key, const std::string& peer, double sample) {
  samples_[key][peer].push_back(sample);
}

std::optional<double> Table::median(const std::string& key, const std::string& peer) const {
  const auto row = samples_.find(key);
  if (row == samples_.end()) return std::nullopt;
  const auto samples = row->second.find(peer);
  if (samples == row->second.end()) return std::nullopt;
  return median_of(samples->second);
}

namespace {

/// The composed client does what tmux does, so that is what it is compared with; a build before with itself.
struct Comparison {
  std::string mine, theirs, heading;
};

std::optional<Comparison> comparison(const std::string& peer) {
  if (peer == "sess" || peer == "pty") return std::nullopt;
  if (peer == "sess-composed") return Comparison{peer, "tmux", "composed : tmux"};
  if (peer == "old-composed") return Comparison{"sess-composed", peer, "composed : old"};
  return Comparison{"sess", peer, "sess : " + peer};
}

}  // namespace

std::string Table::markdown(const std::vector<std::string>& peers) const {
  const bool ratios = std::find(peers.begin(), peers.end(), "sess") != peers.end();
  std::string head = "| |";
  std::string line = "|---|";
  for (const auto& peer : peers) {
    head += " " + (peer == "pty" ? "bare PTY" : peer) + " |";
    line += "---:|";
  }
  for (const auto& peer : peers) {
    const auto compared = ratios ? comparison(peer) : std::nullopt;
    if (!compared) continue;
    head += " " + compared->heading + " |";
    line += "---:|";
  }
  std::string out = head + "\n" + line + "\n";
  for (const Row& row : rows_) {
    if (samples_.find(row.key) == samples_.end()) continue;
    out += "| " + row.title + " |";
    for (const auto& peer : peers) {
      const auto value = median(row.key, peer);
      out += value ? fmt::format(" {:.{}f} |", *value, row.decimals) : " – |";
    }
    for (const auto& peer : peers) {
      const auto compared = ratios ? comparison(peer) : std::nullopt;
      if (!compared) continue;
      const auto mine = median(row.key, compared->mine);
      const auto theirs = median(row.key, compared->theirs);
      out += mine && theirs && *theirs > 0 ? fmt::format(" {:.2f} |", *mine / *theirs) : " – |";
    }
    out += "\n";
  }
  return out;
}

bool replace_in_file(const std::string& path, const std::string& text) {
  std::ifstream in(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(in), {}};
  const std::string begin = "<!-- bench:begin -->\n";
  const auto from = content.find(begin);
  const auto to = content.find("<!-- bench:end -->");
  if (from == std::string::npos || to == std::string::npos || to < from) return false;
  content.replace(from + begin.size(), to - from - begin.size(), text);
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << content;
  return static_cast<bool>(out.flush());
}

}  // namespace sess::bench
