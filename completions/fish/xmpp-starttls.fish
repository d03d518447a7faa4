# fish completion for xmpp-starttls(1)

__xmpp_tls_tools xmpp-starttls

complete -c xmpp-starttls -s a -l active -d 'prove what a good server must refuse in clear'
complete -c xmpp-starttls -s i -l interactive -d 'then talk to the encrypted stream'
complete -c xmpp-starttls -l list -d 'only ask DNS, and list the endpoints; connect to none'
complete -c xmpp-starttls -l pem -d 'print the certificate chains'
