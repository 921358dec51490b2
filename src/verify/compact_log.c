// SPDX-License-Identifier: GPL-2.0-or-later
/* compact_log.c - the lines of a run become events and dumps. */
#include "compact_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "state_scan.h"
#include "state_text.h"

/* Most lines differ in the first letter. */
static inline bool begins(const char *line, const char *word)
{
	return *line == *word && !strncmp(line, word, strlen(word));
}

#define LATE_WITHIN 40 /* events between a free of a batch and its page reaching its list */

bool bs_compact_log_is(const struct bs_live *text)
{
	if (text->processes)
		return false;
	for (size_t i = 0; i < text->nr; i++) {
		const char *line = bs_live_text(text, i);

		if (begins(line, "zonec "))
			return true;
		if (begins(line, "enddump"))
			return false;
	}
	return false;
}

void bs_compact_setting(const char *line, struct bs_compact_settings *s)
{
	const char *p = strstr(line, "proactiveness=");

	if (p)
		s->proactiveness = (unsigned int)strtoul(p + 14, NULL, 10) % 101;
	p = strstr(line, "defrag_mode=");
	if (p)
		s->defrag_mode = p[12] != '0';
}

static int short_of_memory(struct bs_logrun *v)
{
	return bs_error_set(v->err, BS_RESOURCE, ENOMEM, v->path, NULL, "a log");
}

/* ---- Dumps ----------------------------------------------------------------------------------- */

static struct bs_compact_dump *new_dump(struct bs_compact_log *log, uint64_t line)
{
	struct bs_compact_dump *more = realloc(log->dump, (log->nr_dumps + 1) * sizeof(*log->dump));

	if (!more)
		return NULL;
	log->dump = more;
	more += log->nr_dumps++;
	*more = (struct bs_compact_dump){.at = log->nr_events, .line = line};
	return more;
}

static int dump_line(struct bs_compact_log *log, struct bs_logrun *v, struct bs_state_reader *r,
		     char *line)
{
	static const struct bs_state_compact nothing;
	struct bs_compact_dump *d = &log->dump[log->nr_dumps - 1];
	int ret = bs_state_reader_line(r, line, v->path, v->line, v->err);

	if (ret == BS_RECORD_COMPLETE) {
		d->state = r->state;
		d->k = d->state->compact ? d->state->compact : &nothing;
		r->state = NULL;
	}
	return ret < 0 ? ret : 0;
}

/* ---- Events ---------------------------------------------------------------------------------- */

/* What an event is, by its one letter or two; those of which the first number is a zone. */
static const struct {
	uint8_t kind;
	bool known, zone;
} words[26][27] = {
#define WORD(a, b) [(a) - 'a'][(b) ? (b) - 'a' + 1 : 0]
	WORD('p', 'f') = {BS_MM_FREES, true, false},
	WORD('p', 'b') = {BS_MM_FREES_LATE, true, false},
	WORD('m', 0) = {BS_MM_TARGET, true, false},
	WORD('c', 'q') = {BS_MM_SEARCH, true, false},
	WORD('c', 'f') = {BS_MM_TARGETS, true, false},
	WORD('c', 'i') = {BS_MM_SOURCES, true, false},
	WORD('c', 'd') = {BS_MM_FINISHED, true, true},
	WORD('c', 'm') = {BS_MM_MOVED, true, false},
	WORD('q', 0) = {BS_COMPACT_REQUEST, true, false},
	WORD('r', 0) = {BS_COMPACT_ANSWER, true, false},
	WORD('p', 'a') = {BS_COMPACT_ALLOC, true, false},
	WORD('c', 'k') = {BS_COMPACT_CHECK, true, false},
	WORD('c', 's') = {BS_MM_SUITABLE, true, true},
	WORD('c', 't') = {BS_MM_DIRECT, true, false},
	WORD('c', 'b') = {BS_MM_BEGIN, true, true},
	WORD('c', 'e') = {BS_MM_END, true, true},
	WORD('c', 'x') = {BS_MM_DEFERRED, true, true},
	WORD('c', 'y') = {BS_MM_DEFER, true, true},
	WORD('c', 'z') = {BS_MM_RESET, true, true},
	WORD('r', 's') = {BS_MM_EVICTED, true, false},
	WORD('k', 'q') = {BS_COMPACT_ASKED, true, false},
	WORD('k', 'w') = {BS_COMPACT_WOKEN, true, false},
	WORD('k', 's') = {BS_COMPACT_SLEEPS, true, false},
#undef WORD
};
#define MAX_VALUES 20

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool of_zone(unsigned int kind)
{
	for (size_t a = 0; a < 26; a++)
		for (size_t b = 0; b < 27; b++)
			if (words[a][b].known && words[a][b].kind == kind)
				return words[a][b].zone;
	return false;
}

/* A number, -N as the kernel's unsigned ones have it, or "-": no page. What stands before "=" is its
 * name. */
static const char *read_value(const char *p, uint64_t *value)
{
	uint64_t x = 0;
	bool minus;

	if (*p >= 'a' && *p <= 'z')
		while (*p && *p != ' ' && *p++ != '=')
			;
	minus = *p == '-';
	p += minus;
	if (p[0] == '0' && p[1] == 'x') {
		char *end;

		*value = strtoull(p, &end, 16);
		return end;
	}
	if (minus && (!*p || *p == ' ')) {
		*value = BS_NO_PFN;
		return p;
	}
	if (*p < '0' || *p > '9')
		return NULL;
	for (; *p >= '0' && *p <= '9'; p++)
		x = x * 10 + (uint64_t)(*p - '0');
	*value = minus ? -x : x;
	return p;
}

static int add_event(struct bs_compact_log *log, uint8_t kind, size_t line)
{
	if (log->nr_events == log->cap_events) {
		const size_t cap = log->cap_events * 2 + 1024;
		struct bs_compact_event *more = realloc(log->event, cap * sizeof(*more));

		if (!more)
			return -ENOMEM;
		log->event = more;
		log->cap_events = cap;
	}
	if (log->nr_values + MAX_VALUES > log->cap_values) {
		const size_t cap = log->cap_values * 2 + 4096;
		uint64_t *more = realloc(log->value, cap * sizeof(*more));

		if (!more)
			return -ENOMEM;
		log->value = more;
		log->cap_values = cap;
	}
	log->event[log->nr_events++] = (struct bs_compact_event){
		.kind = kind, .values = (uint32_t)log->nr_values, .line = line};
	return 0;
}

/* A free of which the page's own event has not come yet: this one. */
static void find_late(struct bs_compact_log *log)
{
	const size_t n = log->nr_events - 1;
	const uint64_t pfn = *bs_compact_values(log, &log->event[n]);

	for (size_t i = n; i-- > 0 && n - i <= LATE_WITHIN;) {
		struct bs_compact_event *e = &log->event[i];

		if (e->kind != BS_MM_FREES || *bs_compact_values(log, e) != pfn)
			continue;
		e->late = true;
		return;
	}
}

static const uint8_t least_values[BS_COMPACT_NR_KINDS] = {
#define STEP(kind, word, rule, fields) [kind] = 1,
#include "compact_steps.def"
#undef STEP
	[BS_COMPACT_REQUEST] = 3, [BS_COMPACT_ANSWER] = 2, [BS_COMPACT_ALLOC] = 4,
	[BS_COMPACT_ASKED] = 1,	  [BS_COMPACT_WOKEN] = 2,  [BS_COMPACT_SLEEPS] = 0,
};

static int read_event(struct bs_compact_log *log, struct bs_logrun *v, const char *line, size_t at)
{
	const size_t len = is_letter(line[0]) ? 1u + is_letter(line[1]) : 0;
	const size_t a = len ? (size_t)(line[0] - 'a') : 0,
		     b = len > 1 ? (size_t)(line[1] - 'a' + 1) : 0;
	struct bs_compact_event *e;
	const char *p = line + len;

	if (!len || !words[a][b].known || (*p && *p != ' '))
		return bs_log_bad(v, "unknown event \"%.60s\"", line);
	if (add_event(log, words[a][b].kind, at))
		return short_of_memory(v);
	e = &log->event[log->nr_events - 1];
	if (e->kind == BS_COMPACT_CHECK)
		return 0;
	for (; *p == ' ' && e->n < MAX_VALUES; e->n++) {
		p = read_value(p + 1, &log->value[log->nr_values + e->n]);
		if (!p)
			return bs_log_bad(v, "malformed event \"%.60s\"", line);
	}
	if (*p || e->n < least_values[e->kind])
		return bs_log_bad(v, "malformed event \"%.60s\"", line);
	log->nr_values += e->n;
	if (words[a][b].zone && log->value[e->values] >= BS_LOG_ZONES)
		return bs_log_bad(v, "no such zone: \"%.60s\"", line);
	if (e->kind == BS_MM_FREES_LATE)
		find_late(log);
	return 0;
}

/* ---- A run ----------------------------------------------------------------------------------- */

static int outer_line(struct bs_compact_log *log, struct bs_logrun *v, char *line, size_t at)
{
	const char *op;

	if (begins(line, "begin ")) {
		op = strstr(line, " op=");
		snprintf(log->op, sizeof(log->op), "%.*s", op ? (int)strcspn(op + 4, " ") : 0,
			 op ? op + 4 : "");
		return 0;
	}
	if (begins(line, "pages ")) {
		struct bs_scan c = {line + 7, v->path, v->line, v->err};

		return log->nr_pages < 2
			       ? bs_state_read_pages(&c, 0, false, &log->pages[log->nr_pages++])
			       : 0;
	}
	if (!*line || begins(line, "finish "))
		return 0;
	return read_event(log, v, line, at);
}

int bs_compact_log_read(struct bs_compact_log *log, const struct bs_live *text, struct bs_logrun *v,
			const struct bs_state *head, const struct bs_compact_settings *settings)
{
	struct bs_state_reader r;
	int ret = 0;

	*log = (struct bs_compact_log){.text = text, .settings = *settings};
	bs_state_reader_init(&r);
	r.head = *head;
	for (size_t i = 0; i < text->nr && !ret; i++) {
		char *line = bs_live_text(text, i);

		v->line = text->first_line + i;
		if (line[0] == '#')
			bs_compact_setting(line, &log->settings);
		if (!r.open && begins(line, "dump ") && !new_dump(log, v->line))
			ret = short_of_memory(v);
		else if (r.open || line[0] == '#' || begins(line, "dump ") ||
			 begins(line, "pa_oracle "))
			ret = log->nr_dumps ? dump_line(log, v, &r, line) : 0;
		else
			ret = outer_line(log, v, line, i);
	}
	bs_state_reader_free(&r);
	if (!ret && (!log->nr_dumps || !log->dump[0].state))
		ret = bs_log_bad(v, "a run of %.20s without a dump", log->op);
	return ret;
}

void bs_compact_log_zones(struct bs_compact_log *log, const struct bs_logrun *v)
{
	bool zone[BS_COMPACT_NR_KINDS];

	for (unsigned int i = 0; i < BS_COMPACT_NR_KINDS; i++)
		zone[i] = of_zone(i);
	for (size_t i = 0; i < log->nr_events && !log->zones_known; i++) {
		uint64_t *value = &log->value[log->event[i].values];

		if (zone[log->event[i].kind])
			*value = (uint64_t)(int64_t)v->zone_of[*value];
	}
	log->zones_known = true;
}

void bs_compact_log_free(struct bs_compact_log *log)
{
	for (size_t i = 0; i < log->nr_dumps; i++)
		bs_state_free(log->dump[i].state);
	bs_state_free_pages(&log->pages[0]);
	bs_state_free_pages(&log->pages[1]);
	free(log->dump);
	free(log->event);
	free(log->value);
	*log = (struct bs_compact_log){0};
}
