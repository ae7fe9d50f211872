# fish completion for sess. What can stand next is sess's own answer (`sess __complete WORDS`); it needs no daemon.

function __sess_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path "$current"
            case ':directories'
                __fish_complete_directories "$current"
            case ':programs'
                complete -C "$current"
            case '*'
                echo $line
        end
    end
end

complete -c sess -f -a '(__sess_complete)'
