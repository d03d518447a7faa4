/* xmpp-sendmsg - deliver this text to that address, over a connection that is verified first.
 *
 * mail(1) for XMPP: the account's server is found, checked and logged in to as RFC 6120 and RFC
 * 7590 want it, and of each message is told what became of it.
 */
#include <signal.h>

#include "run/courier.h"

static const struct cli_tool cli = {
	.name = "xmpp-sendmsg",
	.operands = "RECIPIENT...",
	.table = sendmsg_option_table,
	.take = sendmsg_take_option,
	.family = CLI_SENDS,
	.default_first = true,
};

/* `connect` of the configuration: the command line goes before it. */
static bool take_host(const struct account *account, struct options *options, struct err *err)
{
	return !account->host || options->connect_count > 0 ||
	       cli_add_connect(options, account->host, account->port, err);
}

static int send_messages(const struct sendmsg_options *opt, struct options *options)
{
	struct account account;
	struct err err = { 0 };
	/* A reader of our output who goes away must not take the messages with it. */
	signal(SIGPIPE, SIG_IGN);
	secret_guard_process();
	if (!account_open(&opt->account, options->mem, &account, &err)) {
		log_usage(&options->log, err.text);
		return STATUS_UNKNOWN;
	}
	int status = STATUS_UNKNOWN;
	if (take_host(&account, options, &err))
		status = courier_run(opt, options, &account);
	else
		log_usage(&options->log, err.text);
	account_close(&account);
	return status;
}

int main(int argc, char **argv)
{
	struct sendmsg_options opt;
	struct options options;
	sendmsg_options_init(&opt);
	switch (cli_parse(&cli, &opt, argc, (const char *const *)argv, &options)) {
	case CLI_DONE:
		return STATUS_OK;
	case CLI_BAD:
		return STATUS_UNKNOWN;
	case CLI_RUN:
		break;
	}
	int status = STATUS_UNKNOWN;
	if (sendmsg_check_options(&opt, &options))
		status = send_messages(&opt, &options);
	cli_free(&options);
	return status;
}
