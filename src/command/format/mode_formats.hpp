// What choosers show where no format is given: tree_mode_format, client_mode_format, buffer_mode_format.
//
// tmux 3.3a's, as its choosers show them. Read by the variables of the same names and by modes/choose through
// its ports; nothing is expanded here.
#pragma once

#include <string_view>

namespace sess::command {

#define SESS_TITLE "#{?#{||:#{==:#{pane_title},},#{==:#{pane_title},#{host_short}}},,: \"#{pane_title}\"}"

inline constexpr std::string_view kTreeModeFormat =
    "#{?session_format,"
    "#{session_windows} windows#{?session_grouped, (group #{session_group}: #{session_group_list}),}"
    "#{?session_attached, (attached),}"
    ",#{?window_format,"
    "#{?window_marked_flag,#[reverse],}#{window_name}#{window_flags}#{?#{==:#{window_panes},1}," SESS_TITLE
    ",}"
    ","
    "#{?pane_marked,#[reverse],}#{pane_current_command}#{?pane_active,*,}#{?pane_marked,M,}" SESS_TITLE "}}";

#undef SESS_TITLE

inline constexpr std::string_view kClientModeFormat = "#{t/p:client_activity}: session #{session_name}";
inline constexpr std::string_view kBufferModeFormat = "#{t/p:buffer_created}: #{buffer_sample}";

inline constexpr std::string_view kCustomizeModeFormat =
    "#{?is_option,#{?option_is_global,,#[reverse](#{option_scope})#[default] }#[ignore]#{option_value},}";

/// The key that chooses a row: 0 to 9, then M-a to M-z.
inline constexpr std::string_view kChooserKeyFormat =
    "#{?#{e|<:#{line},10},#{line},#{?#{e|<:#{line},36},M-#{a:#{e|+:#{line},87}},}}";

}  // namespace sess::command
