// SPDX-License-Identifier: GPL-2.0-or-later
/* compact_log.c - the lines of a run become events and dumps. */
#include "compact_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "state_fields.h"
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

/* ---- Pages ----------------------------------------------------------------------------------- */

static int add_pfn(struct bs_compact_pfns *l, uint64_t pfn, uint64_t with)
{
	if (l->n == l->cap) {
		const size_t cap = l->cap * 2 + 64;
		bs_pfn *pfns = realloc(l->pfn, cap * sizeof(*pfns));
		uint32_t *withs;

		if (!pfns)
			return -ENOMEM;
		l->pfn = pfns;
		withs = realloc(l->with, cap * sizeof(*withs));
		if (!withs)
			return -ENOMEM;
		l->with = withs;
		l->cap = cap;
	}
	l->pfn[l->n] = (bs_pfn)pfn;
	l->with[l->n++] = (uint32_t)with;
	return 0;
}

static void free_pfns(struct bs_compact_pfns *l)
{
	free(l->pfn);
	free(l->with);
}

/* KIND: a anonymous, f file that can migrate, n file that cannot, -; then d, u, l, m; then a number. */
static uint64_t read_kind(char **p)
{
	const bool anonymous = **p == 'a';
	uint64_t is = 0, extra = 0;

	for (; **p && **p != ' ' && (**p < '0' || **p > '9'); ++*p)
		if (**p == 'm')
			is |= BS_COMPACT_IS_MAPPED;
	if (anonymous && bs_scan_digits(p, &extra) && extra)
		is |= BS_COMPACT_IS_PINNED;
	while (**p && **p != ' ')
		++*p;
	return is;
}

/* Entries up to the line's end: PFN, or PFN followed by @then and a number, or by a kind. */
static int read_pfns(struct bs_logrun *v, const char *line, char *p, char then, bool kinds,
		     struct bs_compact_pfns *l)
{
	for (;;) {
		uint64_t pfn, with = 0;
		bool ok;

		while (*p == ' ')
			p++;
		if (!*p)
			return 0;
		ok = bs_scan_digits(&p, &pfn) && pfn < BS_MAX_PFN && (!then || *p++ == then);
		if (ok && kinds)
			with = read_kind(&p);
		else if (ok && then)
			bs_scan_digits(&p, &with);
		if (!ok || !bs_scan_at_end(p))
			return bs_log_bad(v, "an entry of \"%.40s\" is no page", line);
		if (add_pfn(l, pfn, with))
			return short_of_memory(v);
	}
}

/* ---- Dumps ----------------------------------------------------------------------------------- */

static int64_t number_behind(const char *line, const char *name)
{
	const char *p = strstr(line, name);

	return p ? strtoll(p + strlen(name), NULL, 10) : 0;
}

/* zonec Z cached_migrate=A,S ... */
static void read_zonec(const char *line, struct bs_mm_compact_zone *z)
{
	const char *second = strstr(line, "cached_migrate=");

	second = second ? strchr(second, ',') : NULL;
	*z = (struct bs_mm_compact_zone){
		.cached_migrate = {(uint64_t)number_behind(line, "cached_migrate="),
				   second ? strtoull(second + 1, NULL, 10) : 0},
		.cached_free = (uint64_t)number_behind(line, "cached_free="),
		.init_migrate = (uint64_t)number_behind(line, "init_migrate="),
		.init_free = (uint64_t)number_behind(line, "init_free="),
		.considered = (uint64_t)number_behind(line, "considered="),
		.defer_shift = (uint64_t)number_behind(line, "defer_shift="),
		.order_failed = (uint64_t)number_behind(line, "order_failed="),
		.blockskip_flush = (uint64_t)number_behind(line, "blockskip_flush="),
	};
}

/* lrug max_seq= min_seq= SEQ:TYPE:ZONE=PAGES ...: file pages are type 1. */
static uint64_t file_generations(const char *line)
{
	uint64_t sum = 0;

	for (const char *p = strchr(line, ' '); p; p = strchr(p + 1, ' ')) {
		unsigned int seq, type, zone;
		unsigned long long pages;

		if (sscanf(p, " %u:%u:%u=%llu", &seq, &type, &zone, &pages) == 4 && type == 1)
			sum += pages;
	}
	return sum;
}

/* A record of one zone. */
static int zone_record(struct bs_logrun *v, struct bs_compact_dump *d, char *line, bool *known)
{
	struct {
		const char *word;
		struct bs_compact_pfns *list;
		char then;
		bool kinds;
	} lists[] = {
		{"skip ", &d->skip, 0, false},	 {"comp ", &d->compound, ':', false},
		{"hole ", &d->hole, '+', false}, {"lruo ", &d->foreign, ':', true},
		{"lruf ", &d->fake, 0, false},
	};
	char *p = strchr(line, ' '), *end;
	const unsigned long z = p ? strtoul(p, &end, 10) : BS_LOG_ZONES;

	*known = true;
	if (z >= BS_LOG_ZONES || end == p)
		return bs_log_bad(v, "no zone in \"%.40s\"", line);
	if (begins(line, "zonec ")) {
		read_zonec(line, &d->zone[z]);
		d->has_zone[z] = true;
		return d->zone[z].defer_shift > 63 ? bs_log_bad(v, "defer_shift in \"%.40s\"", line)
						   : 0;
	}
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (!strncmp(line, lists[i].word, 5))
			return read_pfns(v, line, end, lists[i].then, lists[i].kinds,
					 lists[i].list);
	*known = false;
	return 0;
}

/* What a dump says of compaction; @known: it is nothing else. */
static int dump_record(struct bs_logrun *v, struct bs_compact_dump *d, char *line, bool *known)
{
	*known = true;
	if (begins(line, "lrun ")) {
		d->file_pages = (uint64_t)(number_behind(line, "inactive_file=") +
					   number_behind(line, " active_file="));
		return 0;
	}
	if (begins(line, "lrug ")) {
		d->has_generations = true;
		d->generation_pages = file_generations(line);
		return 0;
	}
	if (begins(line, "vmev ")) {
		d->sources = (uint64_t)number_behind(line, " migrate_scanned=");
		d->targets = (uint64_t)number_behind(line, " free_scanned=");
		return 0;
	}
	if (begins(line, "zonex ") && strstr(line, " vm_free_blocks=")) {
		const unsigned long z = strtoul(line + 6, NULL, 10);

		if (z < BS_LOG_ZONES) {
			d->has_blocks[z] = true;
			d->blocks[z] = number_behind(line, " vm_free_blocks=") +
				       number_behind(line, " vm_free_blocks_diff=");
		}
		*known = false;
		return 0;
	}
	if (begins(line, "zonec ") || begins(line, "skip ") || begins(line, "comp ") ||
	    begins(line, "hole ") || begins(line, "lruo ") || begins(line, "lruf "))
		return zone_record(v, d, line, known);
	*known = false;
	return 0;
}

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
	struct bs_compact_dump *d = &log->dump[log->nr_dumps - 1];
	bool known;
	int ret = dump_record(v, d, line, &known);

	if (ret || known)
		return ret;
	ret = bs_state_reader_line(r, line, v->path, v->line, v->err);
	if (ret == BS_RECORD_COMPLETE) {
		d->state = r->state;
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
	if (begins(line, "pages "))
		return log->nr_pages < 2 ? read_pfns(v, line, line + 7, 0, false,
						     &log->pages[log->nr_pages++])
					 : 0;
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
	for (size_t i = 0; i < log->nr_dumps; i++) {
		struct bs_compact_dump *d = &log->dump[i];

		bs_state_free(d->state);
		free_pfns(&d->skip);
		free_pfns(&d->hole);
		free_pfns(&d->compound);
		free_pfns(&d->foreign);
		free_pfns(&d->fake);
	}
	free_pfns(&log->pages[0]);
	free_pfns(&log->pages[1]);
	free(log->dump);
	free(log->event);
	free(log->value);
	*log = (struct bs_compact_log){0};
}
