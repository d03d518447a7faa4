# fish completion for xmpp-report(1)

__xmpp_tls_tools xmpp-report reports

complete -c xmpp-report -l html -d 'a page to look at (default)'
complete -c xmpp-report -l markdown -d 'a table and the findings, to paste into an issue or a wiki'
complete -c xmpp-report -l summary -d 'how many domains are how'
complete -c xmpp-report -l csv -d 'a row an endpoint, for spreadsheets'
complete -c xmpp-report -l prometheus -d 'metrics for the textfile collector of node_exporter'
complete -c xmpp-report -l manifesto -d 'the promises of 2014: who keeps which'
complete -c xmpp-report -l diff -d 'what changed from the records OLD to the records NEW'
complete -c xmpp-report -s o -l output -rF -d 'write this file, all at once when the report is whole'
complete -c xmpp-report -l title -x -d 'the heading, where the form has one'
