/* digest_fixture.h - records as tests write them, with ' for ", and their digests. */
#ifndef DIGEST_FIXTURE_H
#define DIGEST_FIXTURE_H

#include "unit.h"

#include "report/digest.h"

struct digested {
	struct arena *mem;
	json_t *record;
	struct digest digest;
};

static inline void digested_free(struct digested *digested)
{
	arena_free(&digested->mem);
	json_decref(digested->record);
}

static inline bool digest_line(const char *line, struct digested *out, struct err *err)
{
	*out = (struct digested){ .mem = arena_new() };
	char *text = arena_copy(out->mem, line);
	for (char *quote = text; (quote = strchr(quote, '\'')); quote++)
		*quote = '"';
	return reread_line(text, strlen(text), &out->record, err) &&
	       digest_read(out->record, out->mem, &out->digest, err);
}

static inline struct digested digest_of(const char *line)
{
	struct digested out;
	struct err err = { 0 };
	if (!digest_line(line, &out, &err))
		fail_msg("%s in %s", err.text, line);
	return out;
}

/* The sections of the one endpoint of one domain. */
#define RECORD(members) "{'schema':1,'domain':'im.example','status':'warning'" members "}"
#define ENDPOINT(service, transport, sections)                                                     \
	"{'service':'" service "','host':'xmpp.im.example','port':5222,'address':'192.0.2.7',"     \
	"'transport':'" transport "'" sections "}"
#define ENDPOINTS(list)        RECORD(",'endpoints':[" list "]")
#define C2S(sections)          ENDPOINTS(ENDPOINT("c2s", "starttls", sections))
#define SECTION(name, members) ",'" name "':{'time':'2026-07-01T00:00:00Z'," members "}"
#define FAILURE(stage, code)   "'failure':{'stage':'" stage "','code':'" code "','text':'why'}"
#define FINDING(id, grade)     FINDING_SAYS(id, grade, "text of " id)
#define FINDING_SAYS(id, grade, words)                                                             \
	"{'id':'" id "','severity':'" grade "','text':'" words "','ref':'RFC 1'}"

#endif
