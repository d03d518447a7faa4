/* interrupt.h - the first SIGINT (SIGTERM, SIGHUP) ends all that a run waits for, so that it can
 * say how far it came; a second one ends the program at once.
 *
 * Made before the first thread of the run, ended behind the last. What takes a pointer takes NULL,
 * which nothing interrupts. */
#ifndef RUN_INTERRUPT_H
#define RUN_INTERRUPT_H

struct interrupt;

/* NULL: it cannot be had, and the signals do what they always do. */
struct interrupt *interrupt_watch(void);
/* A descriptor that can be read from then on, for good; 0: none. */
int interrupt_wake(const struct interrupt *interrupt);
/* The signal that came; 0: none. Any thread. */
int interrupt_signal(const struct interrupt *interrupt);
/* Ends those waits without a signal: nobody wants what they wait for any more. Any thread. */
void interrupt_call_off(const struct interrupt *interrupt);
void interrupt_end(struct interrupt **interrupt);
/* Ends the program by this signal, as whoever called us expects (a shell ends its script, too). */
_Noreturn void interrupt_die(int signal);

#endif
