/* guest.h - one connection that came to our listener, as the server it wants: stream header,
 * STARTTLS, features, SASL EXTERNAL, then elements.
 *
 * One thread a guest. TLS comes first where the manner wants it; nothing said in clear counts
 * behind it (RFC 6120, 5.4.3.3). */
#ifndef RUN_GUEST_H
#define RUN_GUEST_H

#include "run/diary.h"
#include "run/door.h"
#include "run/exchange.h"
#include "tls/accept.h"

/* What all guests meet; const. */
struct host {
	const char *us;   /* our domain, as stream headers write it */
	const char *also; /* another one; NULL */
	const struct tls_context *tls;
	const struct trust *trust;
	bool show; /* -v: the exchange on standard error */
};

/* A domain that we speak for. */
bool host_is(const struct host *host, const char *domain);

enum guest_external {
	GUEST_EXTERNAL_NOT,    /* not offered */
	GUEST_EXTERNAL_REFUSE, /* offered, and refused whatever comes */
	GUEST_EXTERNAL_ACCEPT, /* offered, and accepted, where the certificate proves the domain */
};

struct manner {
	bool no_tls;          /* STARTTLS is not offered */
	bool tls_optional;    /* dialback in clear is taken, too */
	bool verify_in_clear; /* a db:verify is answered before TLS: XEP-0220 allows it, and who
				 asks so is found out */
	bool bidi;            /* XEP-0288 is offered */
	enum guest_external external;
};

struct guest {
	const struct host *host;
	struct manner manner;
	struct conn *conn; /* the door's */
	struct stream *stream;
	struct arena *mem; /* lives as long as what was seen of the guest */
	struct stream_facts theirs;
	struct link_facts link;
	char id[DIALBACK_TOKEN_SIZE]; /* of the stream, in use now */
	const char *external;         /* the domain that SASL EXTERNAL has proven; NULL */
	unsigned external_tried;      /* how often <auth/> came */
	bool renews;                  /* a new stream begins, once its header comes */
	bool bidi;                    /* <bidi/> came */
	bool finished;                /* the stream was ended, by an error of ours or theirs */
	int wake;                     /* an eventfd that interrupts guest_next(); -1: none */
	struct diary *diary;          /* NULL: nobody keeps one */
	size_t number, trial;         /* the diary's for this connection, and what it is about */
	struct exchange exchange;
};

enum guest_event {
	GUEST_ELEMENT,
	GUEST_WOKEN,
	GUEST_TRIED,  /* EXTERNAL was decided: external tells how */
	GUEST_SILENT, /* the time has passed */
	GUEST_ENDED,  /* err says how */
};

/* mem stays the caller's, who frees it behind guest_end(). */
void guest_begin(struct guest *guest, const struct host *host, const struct caller *caller,
		 struct arena *mem);
/* The caller's header. False: there is none, or one we do not serve, and the guest was told. */
NODISCARD bool guest_hear(struct guest *guest, struct err *err);
/* From here on the diary has this connection. */
void guest_write_diary(struct guest *guest, struct diary *diary, size_t trial);
/* Our header and features. */
NODISCARD bool guest_greet(struct guest *guest, const struct manner *manner, struct err *err);
/* The next dialback element or stanza, which lives until the next call; <starttls/>, <auth/> (told:
 * GUEST_TRIED) and <bidi/> are dealt with, what is none of these ends the stream. */
enum guest_event guest_next(struct guest *guest, struct deadline until, const struct elem **out,
			    struct err *err);
/* One dialback element to the guest; noted. */
NODISCARD bool guest_say(struct guest *guest, const struct db_element *element, struct err *err);
/* Ends the stream with this error (RFC 6120, 4.9.3). */
void guest_refuse(struct guest *guest, const char *condition);
void guest_note(struct guest *guest, struct hop hop);
void guest_end(struct guest *guest);

#endif
