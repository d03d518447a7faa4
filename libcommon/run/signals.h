/* signals.h - SIGINT, SIGTERM and SIGHUP read like a file: nothing is interrupted half-way. */
#ifndef RUN_SIGNALS_H
#define RUN_SIGNALS_H

/* From here on they wait in the descriptor returned; -1: errno says why not. Before the first
 * thread. */
int signals_watch(void);
/* Takes off all that have come; one more ends the program at once, whatever somebody waits for. */
void signals_take(int fd);

#endif
