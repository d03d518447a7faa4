# fish completion for xmpp-ciphers(1)

__xmpp_tls_tools xmpp-ciphers

complete -c xmpp-ciphers -l versions-only -d 'versions alone'
complete -c xmpp-ciphers -l suites-only -d 'versions, suites and their order'
complete -c xmpp-ciphers -l groups -d 'versions and groups alone'
complete -c xmpp-ciphers -l lanes -x -a '2 4 8 16 32' -d 'connections to one endpoint at once (default 8)'
complete -c xmpp-ciphers -l gentle -d 'one after the other, as few connections as it takes'
complete -c xmpp-ciphers -l max-connections -x -d 'stop after so many to one endpoint'
complete -c xmpp-ciphers -l names -x -a 'iana openssl gnutls' -d 'whose names suites go by'
complete -c xmpp-ciphers -l only-bad -d 'show only suites that are weak or worse'
complete -c xmpp-ciphers -l diff -rF -d 'say what changed since these records'
complete -c xmpp-ciphers -l list -d 'show the registry of suites, and ask nobody'
complete -c xmpp-ciphers -l fs -d 'with --list: only with forward secrecy'
complete -c xmpp-ciphers -l tls -x -a 'ssl2 ssl3 1.0 1.1 1.2 1.3' -d 'with --list: only what this version may use'
