/* make_findings - prints xmpp-findings(7) from the catalogue, so that page and program cannot
 * disagree. */
#include <stdio.h>

#include "report/text.h"

int main(void)
{
	CLEANUP(buf_free) struct buf page = buf_new(BUF_UNBOUNDED);
	text_findings_man(&page);
	return fputs(buf_string(&page), stdout) < 0 || fflush(stdout) != 0;
}
