# What the completions of all xmpp-* tools share. Fish loads a completion by the name of its command, and a function by
# its own: this is a function, installed where fish looks for those of packages.

function __xmpp_tls_tools_findings --description 'Print the id of every finding, as the tool being completed knows them'
    set -l words (commandline -opc)
    $words[1] --explain list 2>/dev/null
end

function __xmpp_tls_tools --argument-names tool kind --description 'Complete the options every xmpp-* tool takes'
    complete -c $tool -s q -l quiet -d 'no messages on standard error'
    complete -c $tool -l color -x -a 'auto always never' -d 'auto (default), always or never'
    complete -c $tool -s V -l version -d 'show the version'
    complete -c $tool -s '?' -l help -d 'show this help message'
    complete -c $tool -l usage -d 'display brief usage message'

    # The one that reports touches no network, and reads files.
    test "$kind" = reports; and return
    complete -c $tool -f
    complete -c $tool -l starttls -d 'only STARTTLS endpoints'
    complete -c $tool -l direct-tls -d 'only direct TLS endpoints (XEP-0368)'
    complete -c $tool -l connect -x -a '(__fish_print_hostnames)' -d 'this endpoint instead of DNS (repeatable)'
    complete -c $tool -s 4 -d 'only IPv4'
    complete -c $tool -s 6 -d 'only IPv6'
    complete -c $tool -l resolver -x -d 'ask this DNS server'
    complete -c $tool -l trust-ad -d 'believe the DNS server\'s DNSSEC verdict (AD bit)'
    complete -c $tool -l proxy -x -a 'socks5h:// socks5://' -d 'through a SOCKS5 proxy: socks5h://HOST:PORT'
    complete -c $tool -s t -l timeout -x -d 'one endpoint\'s deadline (default 10; 60 to enumerate ciphers)'

    complete -c $tool -l servername -x -a '(__fish_print_hostnames)' -d 'the name in SNI'
    complete -c $tool -l alpn -x -a 'xmpp-client xmpp-server' -d 'protocols in ALPN, comma-separated; empty: none'
    complete -c $tool -l cert -rF -d 'our certificate (PEM, or a PKCS#11 URI)'
    complete -c $tool -l key -rF -d 'its key; default: in the certificate\'s file'
    complete -c $tool -l trust -rF -d 'trust these anchors instead of the system\'s'
    complete -c $tool -l system-trust -d 'with --trust: the system\'s anchors, too'
    complete -c $tool -l tls-min -x -a '1.0 1.1 1.2 1.3' -d 'oldest TLS version offered (default 1.2)'
    complete -c $tool -l tls-max -x -a '1.0 1.1 1.2 1.3' -d 'newest TLS version offered (default 1.3)'
    complete -c $tool -l priority -x -d 'GnuTLS priority string instead of ours'
    complete -c $tool -l pfs -x -a 'prefer require' -d 'forward secrecy: prefer (default) or require'
    complete -c $tool -l keylog -rF -d 'append TLS secrets for Wireshark to FILE'

    complete -c $tool -s j -l json -d 'one JSON record a line'
    complete -c $tool -s v -l verbose -d 'show the exchange; twice: TLS messages, too'
    complete -c $tool -l record -rF -d 'write what was said to a transcript'

    # All but the one that sends examine domains.
    test "$kind" = sends; and return
    complete -c $tool -a '(__fish_print_hostnames)'
    complete -c $tool -l c2s -d 'only client connections'
    complete -c $tool -l s2s -d 'only server connections'
    complete -c $tool -l all -d 'every endpoint'
    complete -c $tool -l first -d 'as a client connects: in SRV order until one works'
    complete -c $tool -s J -l jobs -x -d 'domains examined at once (default 128)'
    complete -c $tool -l per-host -x -d 'connections to one address at once (default 4)'
    complete -c $tool -l rate -x -d 'new connections a second (default no limit)'
    complete -c $tool -l resume -rF -d 'leave out what FILE holds results of already'
    complete -c $tool -l to -x -a '(__fish_print_hostnames)' -d 'what the stream header asks for; the identity to verify'
    complete -c $tool -l from -x -a '(__fish_print_hostnames)' -d 'our domain in the header of server streams'
    complete -c $tool -l long -d 'a screen a domain (default for operands)'
    complete -c $tool -l short -d 'a line an endpoint (default for standard input)'
    complete -c $tool -l nagios -d 'a line a domain with performance data'
    complete -c $tool -s k -l keep-order -d 'results in the order of the input'
    complete -c $tool -l rejudge -d 'judge the facts of records anew, without the network'
    complete -c $tool -l policy -x -a 'bcp195 manifesto strict' -d 'bcp195 (default), manifesto or strict'
    complete -c $tool -l ignore -x -a '(__xmpp_tls_tools_findings)' -d 'leave this finding out (repeatable)'
    complete -c $tool -l warning -x -a '(__xmpp_tls_tools_findings)' -d 'grade this finding as a warning'
    complete -c $tool -l critical -x -a '(__xmpp_tls_tools_findings)' -d 'grade this finding as critical'
    complete -c $tool -l explain -x -a 'list (__xmpp_tls_tools_findings)' -d 'say what a finding means and how to mend it'
end
