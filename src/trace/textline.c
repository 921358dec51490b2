// SPDX-License-Identifier: GPL-2.0-or-later
#include "textline.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <buddysim/gfp.h>

struct token {
	const char *s;
	size_t n;
};

static bool next_token(const char **at, struct token *t)
{
	const char *p = *at;

	while (*p == ' ' || *p == '\t')
		p++;
	t->s = p;
	while (*p && *p != ' ' && *p != '\t' && *p != '\r')
		p++;
	t->n = (size_t)(p - t->s);
	*at = p;
	return t->n;
}

static bool is(const struct token *t, const char *text)
{
	return t->n == strlen(text) && !memcmp(t->s, text, t->n);
}

static size_t digits(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && isdigit((unsigned char)s[i]))
		i++;
	return i;
}

/* "2781.802472:" in ns. */
static bool is_time(const struct token *t, uint64_t *ns)
{
	size_t whole = digits(t->s, t->n), frac, i;
	uint64_t sec = 0, sub = 0;

	if (!whole || whole > 10 || whole == t->n || t->s[whole] != '.')
		return false;
	frac = digits(t->s + whole + 1, t->n - whole - 1);
	if (!frac || whole + 1 + frac + 1 != t->n || t->s[t->n - 1] != ':')
		return false;
	for (i = 0; i < whole; i++)
		sec = sec * 10 + (uint64_t)(t->s[i] - '0');
	for (i = 0; i < 9; i++)
		sub = sub * 10 + (i < frac ? (uint64_t)(t->s[whole + 1 + i] - '0') : 0);
	/* Seconds since boot or 1970: far below the format's bound of 2^62 ns. */
	if (sec >= BS_NS_PER_S * 4)
		return false;
	*ns = sec * BS_NS_PER_S + sub;
	return true;
}

/* "[003]" */
static bool is_cpu(const struct token *t, unsigned int *cpu)
{
	if (t->n < 3 || t->n > 8 || t->s[0] != '[' || t->s[t->n - 1] != ']' ||
	    digits(t->s + 1, t->n - 2) != t->n - 2)
		return false;
	*cpu = (unsigned int)strtoul(t->s + 1, NULL, 10);
	return true;
}

/* What stands before the CPU: a pid, or ftrace's "(tgid)". */
static bool ends_task(const struct token *t)
{
	return t->n && (isdigit((unsigned char)t->s[t->n - 1]) || t->s[t->n - 1] == ')');
}

/* "mm_page_alloc:" or "kmem:mm_page_alloc:": the name without system and colon. */
static bool is_name(const struct token *t, struct token *name, bool *perf)
{
	const char *colon;

	if (t->n < 2 || t->s[t->n - 1] != ':' || isdigit((unsigned char)t->s[0]))
		return false;
	*name = (struct token){t->s, t->n - 1};
	colon = memchr(t->s, ':', t->n - 1);
	*perf = colon != NULL;
	if (colon)
		*name = (struct token){colon + 1, t->n - 2 - (size_t)(colon - t->s)};
	return name->n;
}

/**
 * Where the time is, the event's name behind it and the CPU before it. A comm may hold spaces,
 * brackets and digits: the place is taken where all three agree; without a CPU column (perf
 * script -F) the first time with a name behind it.
 */
static const char *find_event(const char *line, struct bs_text_event *ev, struct token *name)
{
	struct token t, before = {0}, before2 = {0}, before3 = {0};
	const char *at = line, *found = NULL;

	while (next_token(&at, &t)) {
		struct token next, n;
		const char *behind = at;
		unsigned int cpu = 0;
		uint64_t ns;
		bool perf;

		if (is_time(&t, &ns) && next_token(&behind, &next)) {
			bool has_cpu = (is_cpu(&before, &cpu) && ends_task(&before2)) ||
				       (is_cpu(&before2, &cpu) && ends_task(&before3));

			/* Old perf prints the sample's period before the name. */
			if (digits(next.s, next.n) == next.n)
				next_token(&behind, &next);
			if ((has_cpu || !found) && is_name(&next, &n, &perf)) {
				found = behind;
				*name = n;
				ev->time = ns;
				ev->cpu = has_cpu ? cpu : 0;
				ev->perf = perf;
			}
			if (found && has_cpu)
				break;
		}
		before3 = before2;
		before2 = before;
		before = t;
	}
	return found;
}

/* ---- Fields --------------------------------------------------------------------------------- */

/* Decimal or hex by its prefix; "-1" is all ones. */
static bool to_number(const char *s, size_t n, uint64_t *v)
{
	char buf[32], *end;

	if (!n || n >= sizeof(buf))
		return false;
	memcpy(buf, s, n);
	buf[n] = '\0';
	if (buf[0] == '-' ? !isdigit((unsigned char)buf[1]) : !isdigit((unsigned char)buf[0]))
		return false;
	*v = strtoull(buf, &end, buf[0] == '0' && (buf[1] | 32) == 'x' ? 16 : 10);
	return !*end;
}

enum { HAS_PFN = 1, HAS_ORDER = 2, HAS_GFP = 4 };

/* One "key=value"; what is not asked for ("page=", a padded "(null)") passes. */
static bool read_field(const struct token *t, struct bs_text_event *ev, unsigned int *has)
{
	const char *eq = memchr(t->s, '=', t->n);
	struct token key, value;
	uint64_t v;

	if (!eq)
		return true;
	key = (struct token){t->s, (size_t)(eq - t->s)};
	value = (struct token){eq + 1, t->n - key.n - 1};
	if (is(&key, "gfp_flags")) {
		*has |= HAS_GFP;
		bs_gfp_parse(value.s, value.n, &ev->gfp);
		return value.n;
	}
	if (is(&key, "pfn")) {
		*has |= HAS_PFN;
		return to_number(value.s, value.n, &ev->pfn);
	}
	if (is(&key, "order")) {
		*has |= HAS_ORDER;
		if (!to_number(value.s, value.n, &v))
			return false;
		ev->order = v > 255 ? 255 : (unsigned int)v;
	}
	if (is(&key, "migratetype")) {
		if (!to_number(value.s, value.n, &v))
			return false;
		ev->migratetype = v < 15 ? (int)v : -1;
	}
	return true;
}

static enum bs_line read_fields(const char *at, enum bs_line kind, struct bs_text_event *ev,
				const char **why)
{
	unsigned int has = 0, wanted = HAS_PFN;
	struct token t;

	while (next_token(&at, &t)) {
		if (!read_field(&t, ev, &has)) {
			*why = "a field of the event is no number";
			return BS_LINE_MALFORMED;
		}
	}
	if (kind != BS_LINE_BATCHED)
		wanted |= HAS_ORDER;
	if (kind == BS_LINE_ALLOC)
		wanted |= HAS_GFP;
	if ((has & wanted) != wanted) {
		*why = "the event lacks pfn=, order= or gfp_flags= (line cut short?)";
		return BS_LINE_MALFORMED;
	}
	return kind;
}

/* ---- Lines that are no event ---------------------------------------------------------------- */

static uint64_t number_behind(const char *at)
{
	while (*at && !isdigit((unsigned char)*at))
		at++;
	return *at ? strtoull(at, NULL, 10) : 1;
}

/* ftrace "CPU:1 [LOST 5 EVENTS]", trace-cmd "CPU:1 [5 EVENTS DROPPED]", perf "PERF_RECORD_LOST
 * lost 5", "LOST 5 events!", "Processed 9 events and lost 5 chunks!". */
static bool is_lost(const char *line, uint64_t *lost)
{
	const char *at;

	*lost = 0;
	if ((at = strstr(line, "PERF_RECORD_LOST")) && (at = strstr(at, "lost ")))
		*lost = number_behind(at);
	else if ((at = strstr(line, "[LOST ")) || (at = strstr(line, " and lost ")))
		*lost = number_behind(at);
	else if (strstr(line, " EVENTS DROPPED]") && (at = strchr(line, '[')))
		*lost = number_behind(at);
	else if ((at = strstr(line, "LOST ")) && strstr(at, " events!"))
		*lost = number_behind(at);
	if (at && !*lost)
		*lost = 1;
	return at;
}

/* The header of ftrace text: what was written and is no longer there was overwritten. */
static bool is_overwritten(const char *line, uint64_t *lost)
{
	const char *at = strstr(line, "entries-written: ");
	uint64_t left, written;
	char *slash;

	if (line[0] != '#' || !at)
		return false;
	left = strtoull(at + strlen("entries-written: "), &slash, 10);
	written = *slash == '/' ? strtoull(slash + 1, NULL, 10) : 0;
	*lost = written > left ? written - left : 0;
	return *lost;
}

static bool is_address(const struct token *t)
{
	size_t i = 0;

	while (i < t->n && isxdigit((unsigned char)t->s[i]))
		i++;
	return i == t->n && i >= 6;
}

/* Comments, headers of trace-cmd, call chains, and what perf says of itself. */
static bool is_nothing(const char *line)
{
	const char *at = line;
	struct token t;

	if (!next_token(&at, &t) || t.s[0] == '#')
		return true;
	if (line[0] == ' ' || line[0] == '\t')
		return is_address(&t) || is(&t, "=>");
	return !strncmp(line, "cpus=", 5) || !strncmp(line, "version = ", 10) ||
	       (!strncmp(line, "CPU ", 4) && strstr(line, " is empty")) || is(&t, "Warning:") ||
	       !strncmp(line, "Check IO/CPU overload!", 22);
}

enum bs_line bs_text_parse(const char *line, struct bs_text_event *ev, const char **why)
{
	struct token name = {0}, first;
	const char *at = line, *fields;

	*ev = (struct bs_text_event){.migratetype = -1};
	/* Before events: perf prints a lost record like one. */
	if (strstr(line, "LOST") || strstr(line, " lost ") || strstr(line, "DROPPED"))
		if (is_lost(line, &ev->lost))
			return BS_LINE_LOST;
	if (is_overwritten(line, &ev->lost))
		return BS_LINE_LOST;
	fields = find_event(line, ev, &name);
	if (!fields) {
		if (is_nothing(line))
			return BS_LINE_NOTHING;
		*why = "neither an event nor a comment (line cut short?)";
		return BS_LINE_MALFORMED;
	}
	next_token(&at, &first);
	ev->early = (first.n > 9 && !memcmp(first.s, "pgdatinit", 9)) ||
		    (first.n >= 6 && !memcmp(first.s, "<idle>", 6)) ||
		    (first.n >= 7 && !memcmp(first.s, "swapper", 7));
	if (is(&name, "mm_page_alloc"))
		return read_fields(fields, BS_LINE_ALLOC, ev, why);
	if (is(&name, "mm_page_free") || is(&name, "mm_page_free_direct"))
		return read_fields(fields, BS_LINE_FREE, ev, why);
	if (is(&name, "mm_page_free_batched") || is(&name, "mm_pagevec_free"))
		return read_fields(fields, BS_LINE_BATCHED, ev, why);
	return BS_LINE_OTHER;
}
