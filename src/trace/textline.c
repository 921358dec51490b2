// SPDX-License-Identifier: GPL-2.0-or-later
#include "textline.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <buddysim/gfp.h>

/* ---- Words ---------------------------------------------------------------------------------- */

bool bs_token_next(const char **at, struct bs_token *t)
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

bool bs_token_is(const struct bs_token *t, const char *text)
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

bool bs_token_is_number(const struct bs_token *t)
{
	return t->n && digits(t->s, t->n) == t->n;
}

bool bs_token_is_address(const struct bs_token *t)
{
	size_t i = 0;

	while (i < t->n && isxdigit((unsigned char)t->s[i]))
		i++;
	return i == t->n && i >= 6;
}

/* ---- Time, CPU, name ------------------------------------------------------------------------ */

/* "2781.802472:" in ns. */
static bool is_time(const struct bs_token *t, uint64_t *ns)
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
static bool is_cpu(const struct bs_token *t, unsigned int *cpu)
{
	if (t->n < 3 || t->n > 8 || t->s[0] != '[' || t->s[t->n - 1] != ']' ||
	    digits(t->s + 1, t->n - 2) != t->n - 2)
		return false;
	*cpu = (unsigned int)strtoul(t->s + 1, NULL, 10);
	return true;
}

/* What stands before the CPU: a pid, or ftrace's "(tgid)". */
static bool ends_task(const struct bs_token *t)
{
	return t->n && (isdigit((unsigned char)t->s[t->n - 1]) || t->s[t->n - 1] == ')');
}

/* Who frees at boot what nobody allocated: deferred initialisation, and the boot CPU's idle task. */
static bool is_early(const char *line)
{
	static const char *const tasks[] = {"pgdatinit", "<idle>", "swapper"};
	struct bs_token first;

	bs_token_next(&line, &first);
	for (size_t i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++)
		if (first.n >= strlen(tasks[i]) && !memcmp(first.s, tasks[i], strlen(tasks[i])))
			return true;
	return false;
}

/* A comm may hold spaces, brackets and digits: the place is taken where time, name and CPU agree;
 * without a CPU column (perf script -F) the first time with a name behind it. */
const char *bs_text_find(const char *line, bs_name_fn *name_at, struct bs_text_event *ev,
			 struct bs_token *name)
{
	struct bs_token t, before = {0}, before2 = {0}, before3 = {0};
	const char *at = line, *found = NULL;
	bool has_cpu = false;

	while (!has_cpu && bs_token_next(&at, &t)) {
		const char *behind = at;
		unsigned int cpu = 0;
		struct bs_token n;
		uint64_t ns;

		if (is_time(&t, &ns)) {
			bool cpu_before = (is_cpu(&before, &cpu) && ends_task(&before2)) ||
					  (is_cpu(&before2, &cpu) && ends_task(&before3));

			if ((cpu_before || !found) && name_at(&behind, &n)) {
				found = behind;
				*name = n;
				ev->time = ns;
				ev->cpu = cpu_before ? cpu : 0;
				has_cpu = cpu_before;
			}
		}
		before3 = before2;
		before2 = before;
		before = t;
	}
	if (found)
		ev->early = is_early(line);
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
static bool read_field(const struct bs_token *t, struct bs_text_event *ev, unsigned int *has)
{
	const char *eq = memchr(t->s, '=', t->n);
	struct bs_token key, value;
	uint64_t v;

	if (!eq)
		return true;
	key = (struct bs_token){t->s, (size_t)(eq - t->s)};
	value = (struct bs_token){eq + 1, t->n - key.n - 1};
	if (bs_token_is(&key, "gfp_flags")) {
		*has |= HAS_GFP;
		bs_gfp_parse(value.s, value.n, &ev->gfp);
		return value.n;
	}
	if (bs_token_is(&key, "pfn")) {
		*has |= HAS_PFN;
		return to_number(value.s, value.n, &ev->pfn);
	}
	if (bs_token_is(&key, "order")) {
		*has |= HAS_ORDER;
		if (!to_number(value.s, value.n, &v))
			return false;
		ev->order = v > 255 ? 255 : (unsigned int)v;
	}
	if (bs_token_is(&key, "migratetype")) {
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
	struct bs_token t;

	while (bs_token_next(&at, &t)) {
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

/* Our events, with the names that they had before 3.3. */
static const struct {
	const char *name;
	enum bs_line line;
} events[] = {
	{"mm_page_alloc", BS_LINE_ALLOC},	   {"mm_page_free", BS_LINE_FREE},
	{"mm_page_free_batched", BS_LINE_BATCHED}, {"mm_page_free_direct", BS_LINE_FREE},
	{"mm_pagevec_free", BS_LINE_BATCHED},
};

enum bs_line bs_text_read(const struct bs_token *name, const char *fields, struct bs_text_event *ev,
			  const char **why)
{
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (bs_token_is(name, events[i].name))
			return read_fields(fields, events[i].line, ev, why);
	return BS_LINE_OTHER;
}

bool bs_text_probe(const struct bs_text_form *form, const char *line)
{
	struct bs_text_event ev;
	struct bs_token name;

	return bs_text_find(line, form->name_at, &ev, &name);
}

enum bs_line bs_text_parse(const struct bs_text_form *form, const char *line,
			   struct bs_text_event *ev, const char **why)
{
	struct bs_token name;
	const char *fields;

	*ev = (struct bs_text_event){.migratetype = -1};
	fields = bs_text_find(line, form->name_at, ev, &name);
	if (fields)
		return bs_text_read(&name, fields, ev, why);
	ev->lost = form->lost(line);
	if (ev->lost)
		return BS_LINE_LOST;
	return form->is_nothing(line) ? BS_LINE_NOTHING : BS_LINE_FOREIGN;
}

uint64_t bs_text_count(const char *at)
{
	uint64_t n;

	while (*at && !isdigit((unsigned char)*at))
		at++;
	n = *at ? strtoull(at, NULL, 10) : 1;
	return n ? n : 1;
}
