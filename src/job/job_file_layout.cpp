#include "job/job_file_layout.hpp"

#include "job/name.hpp"

namespace sess::job {

namespace {

std::string unknown(const std::string& where, std::string_view key, const std::vector<std::string>& known) {
  const std::string guess = nearest(key, known);
  return "unknown key '" + std::string(key) + "' in " + where +
         (guess.empty() ? "" : ", did you mean '" + guess + "'?");
}

Fault read_pane(const toml::node& node, PaneSpec& pane) {
  const auto* table = node.as_table();
  if (table == nullptr) return {"a pane is a table: { command = \"...\" }", line_of(node)};
  for (const auto& [key, value] : *table) {
    if (key == "command") {
      auto words = read_words(value);
      if (!words) return {"a pane's command takes text or a list of words", line_of(value)};
      pane.command = std::move(*words);
    } else if (key == "directory") {
      const auto word = value.value_exact<std::string>();
      if (!word) return {"a pane's directory takes text", line_of(value)};
      pane.directory = *word;
    } else {
      return {unknown("a pane", key.str(), {"command", "directory"}), key.source().begin.line};
    }
  }
  return {};
}

Fault read_window(const toml::node& node, WindowSpec& window) {
  const auto* table = node.as_table();
  if (table == nullptr) return {"windows are tables: [[windows]]", line_of(node)};
  for (const auto& [key, value] : *table) {
    if (key == "name" || key == "layout") {
      const auto word = value.value_exact<std::string>();
      if (!word) return {"a window's " + std::string(key.str()) + " takes text", line_of(value)};
      (key == "name" ? window.name : window.layout) = *word;
    } else if (key == "panes") {
      const auto* panes = value.as_array();
      if (panes == nullptr) return {"a window's panes are a list", line_of(value)};
      for (const auto& element : *panes) {
        PaneSpec pane;
        if (auto fault = read_pane(element, pane); !fault.text.empty()) return fault;
        window.panes.push_back(std::move(pane));
      }
    } else {
      return {unknown("a window", key.str(), {"name", "layout", "panes"}), key.source().begin.line};
    }
  }
  return {};
}

std::string write_pane(const PaneSpec& pane) {
  std::string out;
  if (!pane.command.empty()) {
    out += "command = " + (pane.command.size() == 1 ? quote(pane.command[0]) : write_words(pane.command));
  }
  if (!pane.directory.empty()) out += (out.empty() ? "" : ", ") + ("directory = " + quote(pane.directory));
  return out.empty() ? "{}" : "{ " + out + " }";
}

}  // namespace

Fault read_windows(const toml::node& node, Spec& spec) {
  const auto* windows = node.as_array();
  if (windows == nullptr) return "windows are tables: [[windows]]";
  for (const auto& element : *windows) {
    WindowSpec window;
    if (auto fault = read_window(element, window); !fault.text.empty()) return fault;
    spec.windows.push_back(std::move(window));
  }
  return {};
}

std::string write_windows(const Spec& spec) {
  std::string out;
  for (const WindowSpec& window : spec.windows) {
    out += "\n[[windows]]\n";
    if (!window.name.empty()) out += "name = " + quote(window.name) + "\n";
    if (!window.layout.empty()) out += "layout = " + quote(window.layout) + "\n";
    if (window.panes.empty()) continue;
    out += "panes = [";
    for (const PaneSpec& pane : window.panes) out += (out.back() == '[' ? "" : ", ") + write_pane(pane);
    out += "]\n";
  }
  return out;
}

}  // namespace sess::job
