# fish completion for sess: commands, sessions, clients and files. Asks the running daemon, never starts one.

function __sess_commands
    echo help
    sess list-commands -F '#{command_list_name}' 2>/dev/null
end

function __sess_sessions
    sess -N list-sessions -F '#{session_name}' 2>/dev/null
end

function __sess_saved
    sess -N restore --list 2>/dev/null | sed '1d; s/ .*//'
end

function __sess_jobs
    sess -N jobs 2>/dev/null | sed '1d; s/ .*//'
end

function __sess_clients
    sess -N list-clients -F '#{client_name}' 2>/dev/null
end

set -l clients detach detach-client switchc switch-client refresh refresh-client
set -l names logs status wait stop start restart kill rm history enable disable
set -l files source source-file loadb load-buffer saveb save-buffer

complete -c sess -f
complete -c sess -n __fish_use_subcommand -s L -x -d 'Socket name'
complete -c sess -n __fish_use_subcommand -s S -r -F -d 'Socket path'
complete -c sess -n __fish_use_subcommand -s f -r -F -d 'Configuration file'
complete -c sess -n __fish_use_subcommand -s N -d 'Do not start the daemon'
complete -c sess -n __fish_use_subcommand -s V -d 'Version'
complete -c sess -n __fish_use_subcommand -s h -l help -d 'Help'
complete -c sess -n __fish_use_subcommand -a '(__sess_commands)'
complete -c sess -n "__fish_seen_subcommand_from $clients" -s t -x -a '(__sess_clients)' -d Client
complete -c sess -n "not __fish_use_subcommand; and not __fish_seen_subcommand_from $clients" -s t -x -a '(__sess_sessions)' -d Session
complete -c sess -n "__fish_seen_subcommand_from $names" -a '(__sess_jobs)'
complete -c sess -n "__fish_seen_subcommand_from restore" -a '--all --list --forget --json (__sess_saved)'
complete -c sess -n "__fish_seen_subcommand_from doctor" -a --json
complete -c sess -n "__fish_seen_subcommand_from $files" -F
