// The rows of the table of options: the one place where an option is described. Order, defaults, ranges and
// choices are tmux 3.3a's; these differ:
//
//   status            also "auto" (the default): shown once there is more than one window or pane
//   assume-paste-time 0 (1): a slow line delivers keys together that were typed apart, and each is looked up
//   escape-time       10 ms (500)
//   history-limit     50000 lines (2000)
//   default-terminal  xterm-256color (tmux-256color): programs get what the user's own terminal understands
//   detach-on-destroy also "previous" and "next"
//   update-environment  also WAYLAND_DISPLAY and the XDG_* of a desktop session
//
// With tmux-defaults kTmuxDefaults' rows count instead. Rows marked ours() are sess's own.
//
// Rows marked newer() are of later versions of tmux: configs may set them, abbreviations do not know them.
// Newer ones that nothing obeys are no rows: they are refused, as tmux 3.3a refuses them.
#pragma once

#include <array>
#include <limits>

#include "model/options/table.hpp"

namespace sess::model::rows {

inline constexpr std::uint8_t kServer = 1;
inline constexpr std::uint8_t kSession = 2;
inline constexpr std::uint8_t kWindow = 4;
inline constexpr std::uint8_t kPane = 4 | 8;  // of a window, and of a pane in it

inline constexpr std::int64_t kInt = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int64_t kShort = std::numeric_limits<std::int16_t>::max();
inline constexpr std::int64_t kUnsignedShort = std::numeric_limits<std::uint16_t>::max();

using Choices = std::span<const std::string_view>;
using Items = std::span<const std::string_view>;

inline constexpr std::array<std::string_view, 4> kAction{"none", "any", "current", "other"};
inline constexpr std::array<std::string_view, 2> kClock{"12", "24"};
inline constexpr std::array<std::string_view, 7> kBoxLines{"single",  "double", "heavy", "simple",
                                                           "rounded", "padded", "none"};
inline constexpr std::array<std::string_view, 7> kCursor{
    "default", "blinking-block", "block", "blinking-underline", "underline", "blinking-bar", "bar"};
inline constexpr std::array<std::string_view, 5> kDetach{"off", "on", "no-detached", "previous", "next"};
inline constexpr std::array<std::string_view, 3> kExtendedKeys{"off", "on", "always"};
inline constexpr std::array<std::string_view, 4> kIndicators{"off", "colour", "arrows", "both"};
inline constexpr std::array<std::string_view, 3> kJobMessage{"off", "failed", "on"};
inline constexpr std::array<std::string_view, 5> kJobNotification{"off", "auto", "9", "99", "777"};
inline constexpr std::array<std::string_view, 4> kJustify{"left", "centre", "right", "absolute-centre"};
inline constexpr std::array<std::string_view, 5> kLineNumbers{"off", "default", "absolute", "relative",
                                                              "hybrid"};
inline constexpr std::array<std::string_view, 2> kKeys{"emacs", "vi"};
inline constexpr std::array<std::string_view, 5> kPaneLines{"single", "double", "heavy", "simple", "number"};
inline constexpr std::array<std::string_view, 2> kPosition{"top", "bottom"};
inline constexpr std::array<std::string_view, 3> kRemain{"off", "on", "failed"};
inline constexpr std::array<std::string_view, 3> kSetClipboard{"off", "external", "on"};
inline constexpr std::array<std::string_view, 7> kStatus{"off", "on", "2", "3", "4", "5", "auto"};
inline constexpr std::array<std::string_view, 3> kTopBottom{"off", "top", "bottom"};
inline constexpr std::array<std::string_view, 3> kTmuxEnvironment{"off", "on", "auto"};
inline constexpr std::array<std::string_view, 3> kVisual{"off", "on", "both"};
inline constexpr std::array<std::string_view, 4> kWindowSize{"largest", "smallest", "manual", "latest"};

inline constexpr std::array<std::string_view, 6> kCommandAliases{
    "split-pane=split-window", "splitp=split-window",          "server-info=show-messages -JT",
    "info=show-messages -JT",  "choose-window=choose-tree -w", "choose-session=choose-tree -s"};

inline constexpr std::array<std::string_view, 2> kStatusFormat{
    // The whole status line: left, the list of windows, right.
    R"(#[align=left range=left #{E:status-left-style}]#[push-default]#{T;=/#{status-left-length})"
    R"(:status-left}#[pop-default]#[norange default]#[list=on align=#{status-justify}])"
    R"(#[list=left-marker]<#[list=right-marker]>#[list=on]#{W:#[range=window|#{window_index} )"
    R"(#{E:window-status-style}#{?#{&&:#{window_last_flag},#{!=:#{E:window-status-last-style},)"
    R"(default}}, #{E:window-status-last-style},}#{?#{&&:#{window_bell_flag},)"
    R"(#{!=:#{E:window-status-bell-style},default}}, #{E:window-status-bell-style},)"
    R"(#{?#{&&:#{||:#{window_activity_flag},#{window_silence_flag}},)"
    R"(#{!=:#{E:window-status-activity-style},default}}, #{E:window-status-activity-style},}}])"
    R"(#[push-default]#{T:window-status-format}#[pop-default]#[norange default]#{?window_end_flag,,)"
    R"(#{window-status-separator}},#[range=window|#{window_index} list=focus )"
    R"(#{?#{!=:#{E:window-status-current-style},default},#{E:window-status-current-style},)"
    R"(#{E:window-status-style}}#{?#{&&:#{window_last_flag},#{!=:#{E:window-status-last-style},)"
    R"(default}}, #{E:window-status-last-style},}#{?#{&&:#{window_bell_flag},)"
    R"(#{!=:#{E:window-status-bell-style},default}}, #{E:window-status-bell-style},)"
    R"(#{?#{&&:#{||:#{window_activity_flag},#{window_silence_flag}},)"
    R"(#{!=:#{E:window-status-activity-style},default}}, #{E:window-status-activity-style},}}])"
    R"(#[push-default]#{T:window-status-current-format}#[pop-default]#[norange list=on default])"
    R"(#{?window_end_flag,,#{window-status-separator}}}#[nolist align=right range=right )"
    R"(#{E:status-right-style}]#[push-default]#{T;=/#{status-right-length}:status-right})"
    R"(#[pop-default]#[norange default])",
    // The second line of `status 2`: the panes.
    R"(#[align=centre]#{P:#{?pane_active,#[reverse],}#{pane_index}[#{pane_width}x#{pane_height}])"
    R"(#[default] })"};

constexpr OptionEntry text(std::string_view name, std::uint8_t scopes, std::string_view value,
                           std::string_view pattern = {}) {
  return {
      .name = name, .type = OptionType::string, .scopes = scopes, .default_text = value, .pattern = pattern};
}
constexpr OptionEntry style(std::string_view name, std::uint8_t scopes, std::string_view value) {
  return {.name = name,
          .type = OptionType::string,
          .scopes = scopes,
          .style = true,
          .default_text = value,
          .separator = ",",
          .has_separator = true};
}
constexpr OptionEntry number(std::string_view name, std::uint8_t scopes, std::int64_t minimum,
                             std::int64_t maximum, std::int64_t value) {
  return {.name = name,
          .type = OptionType::number,
          .scopes = scopes,
          .minimum = minimum,
          .maximum = maximum,
          .default_number = value};
}
constexpr OptionEntry flag(std::string_view name, std::uint8_t scopes, bool value) {
  return {.name = name, .type = OptionType::flag, .scopes = scopes, .default_number = value ? 1 : 0};
}
constexpr OptionEntry choice(std::string_view name, std::uint8_t scopes, Choices choices,
                             std::int64_t value) {
  return {.name = name,
          .type = OptionType::choice,
          .scopes = scopes,
          .choices = choices,
          .default_number = value};
}
constexpr OptionEntry key(std::string_view name, std::uint8_t scopes, std::string_view value) {
  return {.name = name, .type = OptionType::key, .scopes = scopes, .default_text = value};
}
constexpr OptionEntry colour(std::string_view name, std::uint8_t scopes, std::string_view value) {
  return {.name = name, .type = OptionType::colour, .scopes = scopes, .default_text = value};
}
/// An array split at commas.
constexpr OptionEntry list(std::string_view name, std::uint8_t scopes, std::string_view value) {
  return {.name = name,
          .type = OptionType::string,
          .scopes = scopes,
          .array = true,
          .default_text = value,
          .separator = ",",
          .has_separator = true};
}
/// An array split at spaces and commas.
constexpr OptionEntry words(std::string_view name, std::uint8_t scopes, std::string_view value) {
  return {.name = name, .type = OptionType::string, .scopes = scopes, .array = true, .default_text = value};
}
constexpr OptionEntry items(OptionEntry entry, Items values) {
  entry.array = true;
  entry.default_items = values;
  return entry;
}
constexpr OptionEntry hook(std::string_view name, std::uint8_t scopes) {
  return {.name = name,
          .type = OptionType::command,
          .scopes = scopes,
          .array = true,
          .hook = true,
          .has_separator = true};
}
constexpr OptionEntry newer(OptionEntry entry) {
  entry.newer = true;
  return entry;
}
constexpr OptionEntry ours(OptionEntry entry) {
  entry.ours = true;
  return entry;
}
constexpr OptionEntry array_of(OptionEntry entry) {
  entry.array = true;
  return entry;
}

inline constexpr auto kTable = std::to_array<OptionEntry>({
    // Server.
    key("backspace", kServer, "C-?"),
    number("buffer-limit", kServer, 1, kInt, 50),
    items(list("command-alias", kServer, ""), kCommandAliases),
    text("copy-command", kServer, ""),
    colour("cursor-colour", kPane, "none"),
    choice("cursor-style", kPane, kCursor, 0),
    text("default-terminal", kServer, "xterm-256color"),
    text("editor", kServer, "/usr/bin/vi"),
    number("escape-time", kServer, 0, kInt, 10),
    flag("exit-empty", kServer, true),
    flag("exit-unattached", kServer, false),
    choice("extended-keys", kServer, kExtendedKeys, 0),
    flag("focus-events", kServer, false),
    text("history-file", kServer, ""),
    ours(number("history-total-bytes", kServer, 0, std::int64_t{1} << 50, 0)),
    number("message-limit", kServer, 0, kInt, 1000),
    number("prompt-history-limit", kServer, 0, kInt, 100),
    ours(number("record-age", kServer, 0, 100'000, 365)),
    ours(flag("rectangle-checksums", kServer, false)),
    ours(flag("save-sessions", kServer, true)),
    choice("set-clipboard", kServer, kSetClipboard, 1),
    list("terminal-overrides", kServer, ""),
    list("terminal-features", kServer, "xterm*:clipboard:ccolour:cstyle:focus:title,screen*:title"),
    ours(flag("tmux-defaults", kServer, false)),
    ours(choice("tmux-environment", kServer, kTmuxEnvironment, 2)),
    list("user-keys", kServer, ""),

    // Session.
    choice("activity-action", kSession, kAction, 3),
    number("assume-paste-time", kSession, 0, kInt, 0),
    ours(number("attach-history", kSession, 0, kInt, 2000)),
    number("base-index", kSession, 0, kInt, 0),
    choice("bell-action", kSession, kAction, 1),
    text("default-command", kSession, ""),
    text("default-shell", kSession, "/bin/sh"),
    text("default-size", kSession, "80x24", "[0-9]*x[0-9]*"),
    flag("destroy-unattached", kSession, false),
    choice("detach-on-destroy", kSession, kDetach, 1),
    colour("display-panes-active-colour", kSession, "red"),
    colour("display-panes-colour", kSession, "blue"),
    number("display-panes-time", kSession, 1, kInt, 1000),
    number("display-time", kSession, 0, kInt, 750),
    ours(number("history-bytes", kSession, 0, std::int64_t{1} << 40, std::int64_t{32} * 1024 * 1024)),
    number("history-limit", kSession, 0, kInt, 50000),
    ours(choice("job-message", kSession, kJobMessage, 2)),
    ours(choice("job-notification", kSession, kJobNotification, 1)),
    text("key-table", kSession, "root"),
    number("lock-after-time", kSession, 0, kInt, 0),
    text("lock-command", kSession, "lock -np"),
    style("message-command-style", kSession, "bg=black,fg=yellow"),
    style("message-style", kSession, "bg=yellow,fg=black"),
    flag("mouse", kSession, false),
    key("prefix", kSession, "C-b"),
    key("prefix2", kSession, "None"),
    flag("renumber-windows", kSession, false),
    number("repeat-time", kSession, 0, kShort, 500),
    flag("set-titles", kSession, false),
    text("set-titles-string", kSession, "#S:#I:#W - \"#T\" #{session_alerts}"),
    choice("silence-action", kSession, kAction, 3),
    choice("status", kSession, kStatus, 6),
    colour("status-bg", kSession, "default"),
    colour("status-fg", kSession, "default"),
    items(words("status-format", kSession, ""), kStatusFormat),
    number("status-interval", kSession, 0, kInt, 15),
    choice("status-justify", kSession, kJustify, 0),
    choice("status-keys", kSession, kKeys, 0),
    text("status-left", kSession, "[#{session_name}] "),
    number("status-left-length", kSession, 0, kShort, 10),
    style("status-left-style", kSession, "default"),
    choice("status-position", kSession, kPosition, 1),
    text("status-right", kSession,
         "#{?window_bigger,[#{window_offset_x}#,#{window_offset_y}] ,}\"#{=21:pane_title}\" %H:%M %d-%b-%y"),
    number("status-right-length", kSession, 0, kShort, 40),
    style("status-right-style", kSession, "default"),
    style("status-style", kSession, "bg=green,fg=black"),
    words("update-environment", kSession,
          "DISPLAY KRB5CCNAME SSH_ASKPASS SSH_AUTH_SOCK SSH_AGENT_PID SSH_CONNECTION WINDOWID XAUTHORITY "
          "WAYLAND_DISPLAY XDG_CURRENT_DESKTOP XDG_SESSION_DESKTOP XDG_SESSION_TYPE"),
    choice("visual-activity", kSession, kVisual, 0),
    choice("visual-bell", kSession, kVisual, 0),
    choice("visual-silence", kSession, kVisual, 0),
    text("word-separators", kSession, R"(!"#$%&'()*+,-./:;<=>?@[\]^`{|}~)"),

    // Window, and pane where it says so.
    flag("aggressive-resize", kWindow, false),
    flag("allow-passthrough", kPane, false),
    flag("allow-rename", kPane, false),
    flag("alternate-screen", kPane, true),
    flag("automatic-rename", kWindow, true),
    text("automatic-rename-format", kWindow,
         "#{?pane_in_mode,[tmux],#{pane_current_command}}#{?pane_dead,[dead],}"),
    colour("clock-mode-colour", kWindow, "blue"),
    choice("clock-mode-style", kWindow, kClock, 1),
    style("copy-mode-match-style", kWindow, "bg=cyan,fg=black"),
    style("copy-mode-current-match-style", kWindow, "bg=magenta,fg=black"),
    style("copy-mode-mark-style", kWindow, "bg=red,fg=black"),
    text("fill-character", kWindow, ""),
    text("main-pane-height", kWindow, "24"),
    text("main-pane-width", kWindow, "80"),
    choice("mode-keys", kWindow, kKeys, 0),
    style("mode-style", kWindow, "bg=yellow,fg=black"),
    flag("monitor-activity", kWindow, false),
    flag("monitor-bell", kWindow, true),
    number("monitor-silence", kWindow, 0, kInt, 0),
    text("other-pane-height", kWindow, "0"),
    text("other-pane-width", kWindow, "0"),
    style("pane-active-border-style", kWindow,
          "#{?pane_in_mode,fg=yellow,#{?synchronize-panes,fg=red,fg=green}}"),
    number("pane-base-index", kWindow, 0, kUnsignedShort, 0),
    text("pane-border-format", kPane, "#{?pane_active,#[reverse],}#{pane_index}#[default] \"#{pane_title}\""),
    choice("pane-border-indicators", kWindow, kIndicators, 1),
    choice("pane-border-lines", kWindow, kPaneLines, 0),
    choice("pane-border-status", kWindow, kTopBottom, 0),
    style("pane-border-style", kWindow, "default"),
    array_of(colour("pane-colours", kPane, "")),
    style("popup-style", kWindow, "default"),
    style("popup-border-style", kWindow, "default"),
    choice("popup-border-lines", kWindow, kBoxLines, 0),
    choice("remain-on-exit", kPane, kRemain, 0),
    text("remain-on-exit-format", kPane,
         "Pane is dead (#{?#{!=:#{pane_dead_status},},status #{pane_dead_status},}"
         "#{?#{!=:#{pane_dead_signal},},signal #{pane_dead_signal},}, #{t:pane_dead_time})"),
    flag("scroll-on-clear", kPane, true),
    flag("synchronize-panes", kPane, false),
    style("window-active-style", kPane, "default"),
    choice("window-size", kWindow, kWindowSize, 3),
    style("window-style", kPane, "default"),
    style("window-status-activity-style", kWindow, "reverse"),
    style("window-status-bell-style", kWindow, "reverse"),
    text("window-status-current-format", kWindow, "#I:#W#{?window_flags,#{window_flags}, }"),
    style("window-status-current-style", kWindow, "default"),
    text("window-status-format", kWindow, "#I:#W#{?window_flags,#{window_flags}, }"),
    style("window-status-last-style", kWindow, "default"),
    text("window-status-separator", kWindow, " "),
    style("window-status-style", kWindow, "default"),
    flag("wrap-search", kWindow, true),
    flag("xterm-keys", kWindow, true),
    newer(choice("copy-mode-line-numbers", kWindow, kLineNumbers, 0)),
    newer(style("copy-mode-line-number-style", kWindow, "fg=white,dim")),
    newer(style("copy-mode-current-line-number-style", kWindow, "fg=yellow")),
    newer(text("copy-mode-position-format", kPane, "")),
    newer(style("copy-mode-position-style", kWindow, "default")),
    newer(style("copy-mode-selection-style", kWindow, "default")),
    newer(style("menu-style", kWindow, "default")),
    newer(style("menu-selected-style", kWindow, "bg=yellow,fg=black")),
    newer(style("menu-border-style", kWindow, "default")),
    newer(choice("menu-border-lines", kWindow, kBoxLines, 0)),

    // Hooks.
    hook("after-bind-key", kSession),
    hook("after-capture-pane", kSession),
    hook("after-copy-mode", kSession),
    hook("after-display-message", kSession),
    hook("after-display-panes", kSession),
    hook("after-kill-pane", kSession),
    hook("after-list-buffers", kSession),
    hook("after-list-clients", kSession),
    hook("after-list-keys", kSession),
    hook("after-list-panes", kSession),
    hook("after-list-sessions", kSession),
    hook("after-list-windows", kSession),
    hook("after-load-buffer", kSession),
    hook("after-lock-server", kSession),
    hook("after-new-session", kSession),
    hook("after-new-window", kSession),
    hook("after-paste-buffer", kSession),
    hook("after-pipe-pane", kSession),
    hook("after-queue", kSession),
    hook("after-refresh-client", kSession),
    hook("after-rename-session", kSession),
    hook("after-rename-window", kSession),
    hook("after-resize-pane", kSession),
    hook("after-resize-window", kSession),
    hook("after-save-buffer", kSession),
    hook("after-select-layout", kSession),
    hook("after-select-pane", kSession),
    hook("after-select-window", kSession),
    hook("after-send-keys", kSession),
    hook("after-set-buffer", kSession),
    hook("after-set-environment", kSession),
    hook("after-set-hook", kSession),
    hook("after-set-option", kSession),
    hook("after-show-environment", kSession),
    hook("after-show-messages", kSession),
    hook("after-show-options", kSession),
    hook("after-split-window", kSession),
    hook("after-unbind-key", kSession),
    hook("alert-activity", kSession),
    hook("alert-bell", kSession),
    hook("alert-silence", kSession),
    hook("client-active", kSession),
    hook("client-attached", kSession),
    hook("client-detached", kSession),
    hook("client-focus-in", kSession),
    hook("client-focus-out", kSession),
    hook("client-resized", kSession),
    hook("client-session-changed", kSession),
    ours(hook("job-exited", kSession)),
    ours(hook("job-failed", kSession)),
    hook("pane-died", kPane),
    hook("pane-exited", kPane),
    hook("pane-focus-in", kPane),
    hook("pane-focus-out", kPane),
    hook("pane-mode-changed", kPane),
    hook("pane-set-clipboard", kPane),
    hook("pane-title-changed", kPane),
    hook("session-closed", kSession),
    hook("session-created", kSession),
    hook("session-renamed", kSession),
    hook("session-window-changed", kSession),
    hook("window-layout-changed", kWindow),
    hook("window-linked", kSession),
    hook("window-pane-changed", kWindow),
    hook("window-renamed", kWindow),
    hook("window-resized", kWindow),
    hook("window-unlinked", kSession),
    newer(hook("client-dark-theme", kSession)),
    newer(hook("client-light-theme", kSession)),
    newer(hook("command-error", kSession)),
});

/// tmux 3.3a's defaults where they differ from the table's: what tmux-defaults brings.
inline constexpr auto kTmuxDefaults = std::to_array<OptionEntry>({
    number("assume-paste-time", kSession, 0, kInt, 1),
    text("default-terminal", kServer, "tmux-256color"),
    number("escape-time", kServer, 0, kInt, 500),
    number("history-limit", kSession, 0, kInt, 2000),
    choice("status", kSession, kStatus, 1),
    words("update-environment", kSession,
          "DISPLAY KRB5CCNAME SSH_ASKPASS SSH_AUTH_SOCK SSH_AGENT_PID SSH_CONNECTION WINDOWID XAUTHORITY"),
});

}  // namespace sess::model::rows
