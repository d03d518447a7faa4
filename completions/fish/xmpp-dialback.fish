# fish completion for xmpp-dialback(1)

function __xmpp_dialback_checks --description 'Print the name of every check, as the tool being completed knows them'
    set -l words (commandline -opc)
    printf '%s\n' usual all
    $words[1] --list-checks 2>/dev/null | string match --regex --groups-only '^([a-z][a-z-]*)'
end

__xmpp_tls_tools xmpp-dialback

complete -c xmpp-dialback -l listen -x -d 'be the authoritative server of --from here: the full round'
complete -c xmpp-dialback -l check -x -a '(__fish_complete_list , __xmpp_dialback_checks)' -d 'only these of --list-checks; usual, all (repeatable)'
complete -c xmpp-dialback -l list-checks -d 'show what can be checked, and ask nobody'
complete -c xmpp-dialback -l answer -x -a 'valid invalid error close silence' -d 'what we say about our key'
complete -c xmpp-dialback -l wrong-key -d 'send a key that we then deny'
complete -c xmpp-dialback -l piggyback -x -a '(__fish_print_hostnames)' -d 'another domain of ours on the same stream'
complete -c xmpp-dialback -l piggyback-to -x -a '(__fish_print_hostnames)' -d 'another domain of theirs on the same stream'
complete -c xmpp-dialback -l bidi -d 'ask for stanzas both ways on one stream, too (XEP-0288)'
complete -c xmpp-dialback -l wait -x -d 'for an answer, or to be called back (default 20)'
complete -c xmpp-dialback -l serve -d 'be a peer for the server under test, and tell what it does'
complete -c xmpp-dialback -l require-tls -d 'with --serve: no dialback in clear (default)'
complete -c xmpp-dialback -l no-require-tls -d 'with --serve: dialback in clear, too'
complete -c xmpp-dialback -l misbehave -x -a 'late wrong-id swapped silent close invalid' -d 'with --serve: what it does wrong on purpose'
complete -c xmpp-dialback -l count -x -d 'with --serve: end after so many exchanges'
complete -c xmpp-dialback -l make-key -d 'print the key for --to, --from and --id (XEP-0185), offline'
complete -c xmpp-dialback -l verify-key -x -d 'is it the key for --to, --from and --id? offline'
complete -c xmpp-dialback -l secret-file -rF -d 'the secret of our keys; fd:N: from an open descriptor'
complete -c xmpp-dialback -l id -x -d 'with a key: the stream it is for'
