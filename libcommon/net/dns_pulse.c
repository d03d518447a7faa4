#include "net/dns_pulse.h"

#define NS_PER_S 1e9

struct dns_pulse dns_pulse_new(double patience)
{
	double seconds = patience < DNS_PATIENCE_MAX ? patience : DNS_PATIENCE_MAX;
	return (struct dns_pulse){ .patience_ns = (int64_t)(seconds * NS_PER_S) };
}

static void begin_anew(struct dns_pulse *pulse)
{
	pulse->asked = pulse->refused = 0;
	pulse->probed_ns = 0;
	pulse->probing = false;
}

void dns_pulse_asked(struct dns_pulse *pulse, int64_t now_ns)
{
	/* What went unanswered long ago tells nothing of now. */
	if (pulse->asked > 0 && now_ns - pulse->latest_ns > 2 * pulse->patience_ns)
		begin_anew(pulse);
	if (pulse->asked++ == 0)
		pulse->since_ns = now_ns;
	pulse->latest_ns = now_ns;
}

void dns_pulse_heard(struct dns_pulse *pulse)
{
	begin_anew(pulse);
	pulse->dead = false;
}

static void die(struct dns_pulse *pulse, enum dns_outcome outcome, int64_t now_ns)
{
	if (!pulse->dead) {
		pulse->unanswered = pulse->asked;
		pulse->silent_ns = now_ns - pulse->since_ns;
	}
	pulse->dead = true;
	pulse->outcome = outcome;
	pulse->tried_ns = now_ns;
}

void dns_pulse_refused(struct dns_pulse *pulse, int64_t now_ns)
{
	if (++pulse->refused >= DNS_PULSE_REFUSED)
		die(pulse, DNS_UNREACHABLE, now_ns);
}

static bool is_silent(const struct dns_pulse *pulse, int64_t for_ns, int64_t now_ns)
{
	return pulse->asked >= DNS_PULSE_SILENT && now_ns - pulse->since_ns >= for_ns;
}

bool dns_pulse_is_dead(struct dns_pulse *pulse, int64_t now_ns)
{
	if (!pulse->dead && is_silent(pulse, pulse->patience_ns, now_ns) && pulse->probed_ns &&
	    now_ns - pulse->probed_ns >= pulse->patience_ns / 2)
		die(pulse, DNS_TIMED_OUT, now_ns);
	return pulse->dead;
}

bool dns_pulse_try(struct dns_pulse *pulse, int64_t now_ns)
{
	bool at_once = pulse->outcome == DNS_UNREACHABLE; /* it costs no time */
	if (pulse->trying || (!at_once && now_ns - pulse->tried_ns < pulse->patience_ns))
		return false;
	pulse->trying = true;
	pulse->tried_ns = now_ns;
	return true;
}

void dns_pulse_tried(struct dns_pulse *pulse, int64_t now_ns)
{
	pulse->trying = false;
	pulse->tried_ns = now_ns;
}

bool dns_pulse_is_hopeless(struct dns_pulse *pulse, bool trying, int64_t now_ns)
{
	return dns_pulse_is_dead(pulse, now_ns) &&
	       (!trying || now_ns - pulse->tried_ns >= pulse->patience_ns / 2);
}

bool dns_pulse_probe(struct dns_pulse *pulse, bool trying, int64_t now_ns)
{
	bool wanted = pulse->dead ? trying : is_silent(pulse, pulse->patience_ns / 2, now_ns);
	if (!wanted || pulse->probing)
		return false;
	pulse->probing = true;
	if (!pulse->probed_ns)
		pulse->probed_ns = now_ns;
	return true;
}

void dns_pulse_probed(struct dns_pulse *pulse)
{
	pulse->probing = false;
}

int64_t dns_pulse_next(const struct dns_pulse *pulse, bool trying, int64_t now_ns)
{
	int64_t half = pulse->patience_ns / 2;
	int64_t moments[] = { INT64_MAX, INT64_MAX, INT64_MAX };
	if (pulse->dead && trying) {
		moments[0] = pulse->tried_ns + half;
	} else if (!pulse->dead && pulse->asked >= DNS_PULSE_SILENT) {
		moments[0] = pulse->since_ns + half;
		moments[1] = pulse->since_ns + pulse->patience_ns;
		moments[2] = pulse->probed_ns ? pulse->probed_ns + half : INT64_MAX;
	}
	int64_t next = INT64_MAX;
	for (size_t i = 0; i < ARRAY_SIZE(moments); i++) {
		if (moments[i] > now_ns && moments[i] < next)
			next = moments[i];
	}
	return next;
}
