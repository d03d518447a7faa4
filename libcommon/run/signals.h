/* signals.h - SIGINT, SIGTERM and SIGHUP, where nobody ignores them, read like a file: nothing is
 * interrupted half-way. */
#ifndef RUN_SIGNALS_H
#define RUN_SIGNALS_H

/* From here on they wait in the descriptor returned; -1: errno says why not. Before the first
 * thread. */
int signals_watch(void);
/* Takes off all that have come, and tells the first (0: none); one more ends the program at once,
 * whatever somebody waits for. */
int signals_take(int fd);
/* In this thread they do again what they always do. */
void signals_release(void);

#endif
