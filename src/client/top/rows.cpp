#include "client/top/rows.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/normal_form.hpp"

namespace sess::client::top {
namespace {

using nlohmann::json;

const json* field(const json& object, const char* name) {
  const auto at = object.find(name);
  return at == object.end() ? nullptr : &*at;
}

std::string text_of(const json& object, const char* name) {
  const json* value = field(object, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

std::optional<double> number_of(const json& object, const char* name) {
  const json* value = field(object, name);
  return value != nullptr && value->is_number() ? std::optional(value->get<double>()) : std::nullopt;
}

int small_number(const json& object, const char* name) {
  return static_cast<int>(std::clamp(number_of(object, name).value_or(0), 0.0, 1e9));
}

Row row_of(const json& object) {
  Row row;
  row.name = text_of(object, "name");
  row.state = text_of(object, "state");
  row.is_session = row.state == "session";
  row.target = row.is_session ? row.name : text_of(object, "session");
  row.last_line = text_of(object, "last_line");
  row.since = number_of(object, "since");
  if (number_of(object, "status")) row.status = small_number(object, "status");
  row.cpu = std::clamp(number_of(object, "cpu_percent").value_or(0), 0.0, 1e6);
  row.memory = static_cast<std::uint64_t>(std::clamp(number_of(object, "memory").value_or(0), 0.0, 1e18));
  row.restarts = small_number(object, "restarts");
  row.has_process = row.is_session || number_of(object, "pid").has_value();
  if (const auto left = number_of(object, "next_start_ms"))
    row.starts_in = std::clamp(*left / 1000, 0.0, 1e9);
  if (const json* words = field(object, "command"); words != nullptr && words->is_array()) {
    for (const auto& word : *words) {
      if (word.is_string()) row.command += (row.command.empty() ? "" : " ") + word.get<std::string>();
    }
  }
  return row;
}

/// For looking through: normal form, small letters.
std::string plain(std::string_view text) {
  std::string out = composed(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return out;
}

int rank(const Row& row) {
  return row.active() ? 0 : row.state == "failed" ? 1 : 2;
}

}  // namespace

bool Row::active() const {
  return is_session || state == "running" || state == "activating" || state == "deactivating" ||
         state == "auto-restart";
}

Result<std::vector<Row>> parse_rows(std::string_view line) {
  const json list = json::parse(line, nullptr, false);
  if (!list.is_array()) return fail(ErrorCode::protocol, "the server's list cannot be read");
  std::vector<Row> rows;
  for (const auto& object : list) {
    if (!object.is_object()) continue;
    auto row = row_of(object);
    if (!row.name.empty()) rows.push_back(std::move(row));
  }
  return rows;
}

std::string_view name_of(Order order) {
  static constexpr std::string_view kNames[] = {"state", "name", "CPU", "memory", "restarts"};
  return kNames[static_cast<std::size_t>(order)];
}

void Rows::take(std::vector<Row> rows) {
  for (Row& row : rows) {
    const auto before = std::find_if(all_.begin(), all_.end(), [&](const Row& old) {
      return old.name == row.name && old.is_session == row.is_session;
    });
    if (before != all_.end()) row.spent = std::move(before->spent);
    row.spent.push_back(row.cpu);
    if (row.spent.size() > kMoments) row.spent.pop_front();
  }
  all_ = std::move(rows);
  arrange();
}

void Rows::set_order(Order order) {
  order_ = order;
  arrange();
}

void Rows::set_filter(std::string_view text) {
  words_.clear();
  const std::string typed = plain(text);
  for (std::size_t at = 0; at < typed.size();) {
    const auto end = std::min(typed.find(' ', at), typed.size());
    if (end > at) words_.push_back(typed.substr(at, end - at));
    at = end + 1;
  }
  arrange();
}

void Rows::arrange() {
  shown_.clear();
  for (const Row& row : all_) {
    const std::string text =
        words_.empty() ? std::string() : plain(row.name + ' ' + row.state + ' ' + row.command);
    if (std::all_of(words_.begin(), words_.end(),
                    [&](const auto& word) { return text.find(word) != std::string::npos; })) {
      shown_.push_back(&row);
    }
  }
  std::stable_sort(shown_.begin(), shown_.end(), [this](const Row* a, const Row* b) {
    if (order_ == Order::state && rank(*a) != rank(*b)) return rank(*a) < rank(*b);
    if (order_ == Order::cpu && a->cpu != b->cpu) return a->cpu > b->cpu;
    if (order_ == Order::memory && a->memory != b->memory) return a->memory > b->memory;
    if (order_ == Order::restarts && a->restarts != b->restarts) return a->restarts > b->restarts;
    return a->name < b->name;
  });
  const auto same = std::find_if(shown_.begin(), shown_.end(),
                                 [this](const Row* row) { return row->name == chosen_name_; });
  if (same != shown_.end()) chosen_ = static_cast<int>(same - shown_.begin());
  move(0);
}

void Rows::move(int rows) {
  chosen_ = std::clamp(chosen_ + rows, 0, std::max(0, static_cast<int>(shown_.size()) - 1));
  if (const Row* row = chosen_row()) chosen_name_ = row->name;
}

const Row* Rows::chosen_row() const {
  return shown_.empty() ? nullptr : shown_[static_cast<std::size_t>(chosen_)];
}

std::string curve(const std::deque<double>& spent, int columns, bool utf8) {
  static constexpr std::string_view kBlocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static constexpr std::string_view kPlain = "_.-=+*#@";
  const auto count = std::min(spent.size(), static_cast<std::size_t>(std::max(columns, 0)));
  std::string out(static_cast<std::size_t>(std::max(columns, 0)) - count, ' ');
  const auto first = spent.end() - static_cast<std::ptrdiff_t>(count);
  const double full = std::max(100.0, count == 0 ? 0.0 : *std::max_element(first, spent.end()));
  for (auto it = first; it != spent.end(); ++it) {
    std::size_t level = 0;
    while (level < 7 && *it > full * static_cast<double>(level + 1) / 8.0) ++level;
    out += utf8 ? kBlocks[level] : kPlain.substr(level, 1);
  }
  return out;
}

}  // namespace sess::client::top
