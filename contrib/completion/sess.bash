# bash completion for sess: commands, their flags, sessions, clients and files. Asks the running daemon, never starts one.

_sess() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' i
  local -a server=()
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -L | -S) server+=("${COMP_WORDS[i]}" "${COMP_WORDS[i + 1]-}") && ((i++)) ;;
      -c | -f | -T) ((i++)) ;;
      -*) ;;
      *) command=${COMP_WORDS[i]} && break ;;
    esac
  done

  local words=''
  case $previous in
    -t | -s)
      if [[ $command == @(detach|detach-client|switchc|switch-client|lsc|refresh|refresh-client) && $previous == -t ]]; then
        words=$(sess "${server[@]}" -N list-clients -F '#{client_name}' 2>/dev/null)
      elif [[ $command != new && $command != new-session ]]; then
        words=$(sess "${server[@]}" -N list-sessions -F '#{session_name}' 2>/dev/null)
      fi
      ;;
    -c | -f | -S)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    *)
      if [[ -z $command && $current == -* ]]; then
        words='-C -D -f -h -L -N -S -u -V -v --help'
      elif [[ -z $command || $command == help ]]; then
        words="help $(sess "${server[@]}" list-commands -F '#{command_list_name}' 2>/dev/null)"
      elif [[ $command == @(source|source-file|load-buffer|loadb|save-buffer|saveb) ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
      elif [[ $command == @(logs|status|wait|stop|start|restart|kill|rm|history|enable|disable) ]]; then
        words=$(sess "${server[@]}" -N jobs 2>/dev/null | sed '1d; s/ .*//')
      elif [[ $command == restore ]]; then
        words="--all --list --forget --json $(sess "${server[@]}" -N restore --list 2>/dev/null | sed '1d; s/ .*//')"
      elif [[ $command == doctor ]]; then
        words='--json'
      elif [[ $command == run ]]; then
        if [[ $current == -* ]]; then
          words=$(sess "${server[@]}" -N help run 2>/dev/null | sed -n 's/^ .*\(--[a-z-]*\).*/\1/p')
        else
          mapfile -t COMPREPLY < <(compgen -c -f -- "$current")
          return
        fi
      fi
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _sess sess
