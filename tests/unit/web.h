/* web.h - web servers of every kind on loopback, with certificates made on the spot (libcurl judges
 * them by the clock), and a DNS server that sends everybody there. */
#ifndef WEB_H
#define WEB_H

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "unit.h"

#include "base/fd.h"
#include "net/address.h"

#define WEB_DAY 86400

enum web_manner {
	WEB_SAYS,
	WEB_STALLS,     /* behind what it says */
	WEB_REPEATS,    /* 200,000 octets behind what it says, */
	WEB_FIELDS,     /* or as many in header fields */
	WEB_CUTS,       /* TLS and all, without a farewell */
	WEB_SPEAKS_RAW, /* what it says in place of TLS */
};

struct web_page {
	const char *path, *answer; /* head and body as they go out */
	enum web_manner manner;
};

struct web {
	const struct web_page *pages;
	size_t page_count;
	gnutls_certificate_credentials_t credentials;
	int listener, dns;
	uint16_t port, dns_port;
	pthread_t thread, dns_thread;
	char trust_file[32];
	char heard[4096]; /* the last request; read it when all is still */
	size_t connections;
};

struct web_signer {
	gnutls_x509_crt_t cert;
	gnutls_x509_privkey_t key;
};

/* For a name, or a CA where the name has no dot; from when to when in days from now; issuer NULL:
 * signed by itself. */
static inline struct web_signer web_issue(const char *name, int from, int to,
					  const struct web_signer *issuer)
{
	struct web_signer made;
	bool is_ca = !strchr(name, '.');
	gnutls_x509_privkey_init(&made.key);
	gnutls_x509_privkey_generate(made.key, GNUTLS_PK_ECDSA,
				     GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
	gnutls_x509_crt_init(&made.cert);
	gnutls_x509_crt_set_version(made.cert, 3);
	gnutls_x509_crt_set_serial(made.cert, name, strlen(name));
	gnutls_x509_crt_set_key(made.cert, made.key);
	gnutls_x509_crt_set_dn_by_oid(made.cert, GNUTLS_OID_X520_COMMON_NAME, 0, name,
				      (unsigned)strlen(name));
	gnutls_x509_crt_set_activation_time(made.cert, time(NULL) + from * WEB_DAY);
	gnutls_x509_crt_set_expiration_time(made.cert, time(NULL) + to * WEB_DAY);
	gnutls_x509_crt_set_basic_constraints(made.cert, is_ca, -1);
	if (is_ca)
		gnutls_x509_crt_set_key_usage(made.cert, GNUTLS_KEY_KEY_CERT_SIGN);
	else
		gnutls_x509_crt_set_subject_alt_name(made.cert, GNUTLS_SAN_DNSNAME, name,
						     (unsigned)strlen(name), GNUTLS_FSAN_SET);
	assert_int_equal(gnutls_x509_crt_sign2(made.cert, issuer ? issuer->cert : made.cert,
					       issuer ? issuer->key : made.key, GNUTLS_DIG_SHA256,
					       0),
			 0);
	return made;
}

static inline void web_free_signer(struct web_signer *signer)
{
	gnutls_x509_crt_deinit(signer->cert);
	gnutls_x509_privkey_deinit(signer->key);
}

/* Server certificates by name; the first answers for names that have none. */
static inline void web_make_certificates(struct web *web)
{
	static const struct {
		const char *name;
		int from, to;
		bool by_itself;
	} wishes[] = {
		{ "good.test", -1, 30, false },    { "other.test", -1, 30, false },
		{ "expired.test", -9, -2, false }, { "early.test", 2, 9, false },
		{ "self.test", -1, 30, true },     { "xn--bcher-kva.test", -1, 30, false },
	};
	strcpy(web->trust_file, "/tmp/test_web-XXXXXX");
	int fd = mkstemp(web->trust_file);
	/* Two authorities of one name would be one whose signature is wrong. */
	struct web_signer ca = web_issue(web->trust_file + 5, -10, 100, NULL);
	gnutls_datum_t pem;
	gnutls_x509_crt_export2(ca.cert, GNUTLS_X509_FMT_PEM, &pem);
	assert_int_equal(write(fd, pem.data, pem.size), pem.size);
	close(fd);
	gnutls_free(pem.data);
	gnutls_certificate_allocate_credentials(&web->credentials);
	for (size_t i = 0; i < ARRAY_SIZE(wishes); i++) {
		struct web_signer made = web_issue(wishes[i].name, wishes[i].from, wishes[i].to,
						   wishes[i].by_itself ? NULL : &ca);
		assert_true(gnutls_certificate_set_x509_key(web->credentials, &made.cert, 1,
							    made.key) >= 0);
		web_free_signer(&made);
	}
	web_free_signer(&ca);
}

static inline const struct web_page *web_find(const struct web *web, const char *request)
{
	const char *path = strchr(request, ' ');
	for (size_t i = 0; path && i < web->page_count; i++) {
		size_t size = strlen(web->pages[i].path);
		if (strncmp(path + 1, web->pages[i].path, size) == 0 && path[1 + size] == ' ')
			return &web->pages[i];
	}
	return NULL;
}

static inline void web_answer(struct web *web, gnutls_session_t tls, int fd)
{
	static const char none[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
	char filler[1000];
	size_t size = 0;
	while (size < sizeof(web->heard) - 1 && !strstr(web->heard, "\r\n\r\n")) {
		ssize_t got = gnutls_record_recv(tls, web->heard + size,
						 sizeof(web->heard) - 1 - size);
		if (got <= 0)
			return;
		size += (size_t)got;
		web->heard[size] = '\0';
	}
	const struct web_page *page = web_find(web, web->heard);
	const char *answer = page ? page->answer : none;
	char rest[16];
	if (*answer)
		gnutls_record_send(tls, answer, strlen(answer));
	memset(filler, 'x', sizeof(filler));
	if (page && page->manner == WEB_FIELDS) {
		memcpy(filler, "X: ", 3);
		memcpy(filler + sizeof(filler) - 2, "\r\n", 2);
	}
	bool repeats = page && (page->manner == WEB_REPEATS || page->manner == WEB_FIELDS);
	for (int i = 0; repeats && i < 200; i++) {
		if (gnutls_record_send(tls, filler, sizeof(filler)) < 0)
			return;
	}
	if (page && page->manner == WEB_STALLS)
		while (recv(fd, rest, sizeof(rest), 0) > 0)
			;
	if (!page || page->manner != WEB_CUTS)
		gnutls_bye(tls, GNUTLS_SHUT_WR);
}

/* One connection after the other, until the listener goes. */
static inline void *web_serve(void *self)
{
	struct web *web = self;
	for (int fd; (fd = accept(web->listener, NULL, NULL)) >= 0; close(fd)) {
		gnutls_session_t tls;
		int code;
		web->connections++;
		if (web->page_count == 1 && web->pages[0].manner == WEB_SPEAKS_RAW) {
			send(fd, web->pages[0].answer, strlen(web->pages[0].answer), MSG_NOSIGNAL);
			shutdown(fd, SHUT_WR);
			while (recv(fd, web->heard, sizeof(web->heard), 0) > 0)
				;
			continue;
		}
		memset(web->heard, 0, sizeof(web->heard));
		gnutls_init(&tls, GNUTLS_SERVER | GNUTLS_NO_SIGNAL);
		gnutls_set_default_priority(tls);
		gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, web->credentials);
		gnutls_transport_set_int(tls, fd);
		do {
			code = gnutls_handshake(tls);
		} while (code < 0 && !gnutls_error_is_fatal(code));
		if (code == 0)
			web_answer(web, tls, fd);
		gnutls_deinit(tls);
	}
	return NULL;
}

/* Header, question, and for A of a name that exists one record: 127.0.0.1. */
static inline size_t web_dns_answer(uint8_t *message, size_t size)
{
	size_t at = 12;
	while (at < size && message[at])
		at += message[at] + 1u;
	unsigned type = message[at + 2];
	at += 5;
	bool none = memcmp(message + 13, "none", 4) == 0;
	bool broken = memcmp(message + 13, "broken", 6) == 0;
	bool found = !none && !broken && type == ns_t_a;
	message[2] = 0x81;
	message[3] = (uint8_t)(0x80 | (broken ? ns_r_servfail : none ? ns_r_nxdomain : 0));
	memset(message + 6, 0, 6);
	if (!found)
		return at;
	message[7] = 1;
	memcpy(message + at, "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1", 16);
	return at + 16;
}

static inline void *web_serve_dns(void *self)
{
	struct web *web = self;
	struct sockaddr_in from;
	socklen_t length = sizeof(from);
	uint8_t message[1500];
	ssize_t size;
	while ((size = recvfrom(web->dns, message, 600, 0, (struct sockaddr *)&from, &length)) >
	       12) {
		size_t answer = web_dns_answer(message, (size_t)size);
		sendto(web->dns, message, answer, 0, (struct sockaddr *)&from, length);
		length = sizeof(from);
	}
	return NULL;
}

static inline int web_bind(int type, uint16_t *port)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(at);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &length), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

static inline void web_start(struct web *web, const struct web_page *pages, size_t count)
{
	*web = (struct web){ .pages = pages, .page_count = count };
	web_make_certificates(web);
	web->listener = web_bind(SOCK_STREAM, &web->port);
	assert_int_equal(listen(web->listener, 16), 0);
	web->dns = web_bind(SOCK_DGRAM, &web->dns_port);
	assert_int_equal(pthread_create(&web->thread, NULL, web_serve, web), 0);
	assert_int_equal(pthread_create(&web->dns_thread, NULL, web_serve_dns, web), 0);
}

static inline void web_stop(struct web *web)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				  .sin_port = htons(web->dns_port) };
	shutdown(web->listener, SHUT_RDWR);
	sendto(web->dns, "", 1, 0, (struct sockaddr *)&at, sizeof(at)); /* too short: the end */
	pthread_join(web->thread, NULL);
	pthread_join(web->dns_thread, NULL);
	close(web->listener);
	close(web->dns);
	gnutls_certificate_free_credentials(web->credentials);
	unlink(web->trust_file);
}

#endif
