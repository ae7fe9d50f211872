# bash completion for sess. What can stand next is sess's own answer (`sess __complete WORDS`); it needs no daemon.

_sess() {
  local words=() word i
  COMPREPLY=()
  # bash takes ':' and '=' for words of their own; sess does not.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if ((${#words[@]} > 0)) && { [[ $word == [:=]* ]] || [[ ${words[-1]} == *[:=] && ${COMP_WORDS[i - 1]} == [:=]* ]]; }; then
      words[-1]+=$word
    else
      words+=("$word")
    fi
  done
  local current=${words[-1]-} line
  local before=''
  [[ $current == *:* ]] && before=${current%"${current##*:}"}
  while IFS= read -r line; do
    case $line in
      :files) compopt -o filenames 2>/dev/null && mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current") ;;
      :directories) compopt -o filenames 2>/dev/null && mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$current") ;;
      :programs) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -c -- "$current") ;;
      *)
        word=${line%%$'\t'*}
        COMPREPLY+=("${word#"$before"}")
        ;;
    esac
  done < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null)
}
complete -F _sess sess
