// SPDX-License-Identifier: GPL-2.0-or-later
#include "textline.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- Words ---------------------------------------------------------------------------------- */

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline const char *skip_blanks(const char *p)
{
	while (*p == ' ' || *p == '\t')
		p++;
	return p;
}

static inline bool ends_word(char c)
{
	return !c || c == ' ' || c == '\t' || c == '\r';
}

static inline const char *word_end(const char *p)
{
	/* One comparison for nearly all bytes of a word. */
	while ((unsigned char)*p > ' ' || !ends_word(*p))
		p++;
	return p;
}

bool bs_token_next(const char **at, struct bs_token *t)
{
	t->s = skip_blanks(*at);
	*at = word_end(t->s);
	t->n = (size_t)(*at - t->s);
	return t->n;
}

bool bs_token_is(const struct bs_token *t, const char *text)
{
	return t->n == strlen(text) && !memcmp(t->s, text, t->n);
}

bool bs_token_begins(const struct bs_token *t, const char *text)
{
	return t->n >= strlen(text) && !memcmp(t->s, text, strlen(text));
}

static size_t digits(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && is_digit(s[i]))
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
	return t->n && t->n <= 16 && i == t->n;
}

/* ---- Times ---------------------------------------------------------------------------------- */

/* Digits of a second in ns; *@end behind them. False: there are none. What is less than 1 ns is left out. */
static bool fraction(const char *s, const char **end, uint64_t *ns)
{
	static const uint32_t scale[] = {1000000000, 100000000, 10000000, 1000000, 100000,
					 10000,	     1000,	100,	  10,	   1};
	const unsigned int most = sizeof(scale) / sizeof(scale[0]) - 1;
	unsigned int n = 0;

	*ns = 0;
	for (*end = s; is_digit(**end); (*end)++)
		if (n < most) {
			*ns = *ns * 10 + (uint64_t)(**end - '0');
			n++;
		}
	*ns *= scale[n];
	return *end > s;
}

/* "2781.802472", *@end behind it. */
static bool seconds(const char *s, const char **end, uint64_t *ns)
{
	uint64_t sec = 0, sub;
	const char *p = s;

	while (is_digit(*p) && p - s <= 10)
		sec = sec * 10 + (uint64_t)(*p++ - '0');
	/* Since boot or 1970: far below the format's bound of 2^62 ns. */
	if (p == s || *p != '.' || sec >= BS_NS_PER_S * 4 || !fraction(p + 1, end, &sub))
		return false;
	*ns = sec * BS_NS_PER_S + sub;
	return true;
}

bool bs_token_is_seconds(const struct bs_token *t, uint64_t *ns)
{
	const char *end;

	return seconds(t->s, &end, ns) && end == t->s + t->n;
}

static unsigned int two(const char *s)
{
	return (unsigned int)(s[0] - '0') * 10 + (unsigned int)(s[1] - '0');
}

bool bs_token_is_time_of_day(const struct bs_token *t, uint64_t *ns)
{
	const char *s = t->s, *end;
	uint64_t sub;

	if (t->n < 10 || digits(s, 2) != 2 || s[2] != ':' || digits(s + 3, 2) != 2 || s[5] != ':' ||
	    digits(s + 6, 2) != 2 || s[8] != '.' || !fraction(s + 9, &end, &sub) ||
	    end != s + t->n || two(s) > 23 || two(s + 3) > 59 || two(s + 6) > 60)
		return false;
	*ns = ((two(s) * 60 + two(s + 3)) * UINT64_C(60) + two(s + 6)) * BS_NS_PER_S + sub;
	return true;
}

/* As many ns since 1970 as 64 bits hold. */
#define LAST_YEAR 2500

/* "2026-11-29": days since 1970. */
static bool is_date(const struct bs_token *t, uint64_t *days)
{
	const char *s = t->s;
	unsigned int year, month;

	if (t->n != 10 || digits(s, 4) != 4 || s[4] != '-' || digits(s + 5, 2) != 2 ||
	    s[7] != '-' || digits(s + 8, 2) != 2)
		return false;
	year = two(s) * 100 + two(s + 2);
	month = two(s + 5);
	if (year < 1970 || year > LAST_YEAR || !month || month > 12)
		return false;
	/* The year begins in March, so that the leap day is its last one. */
	year -= month <= 2;
	month = (month + 9) % 12;
	*days = year * UINT64_C(365) + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 +
		two(s + 8) - 1 - 719468;
	return true;
}

/* ---- Time, CPU, name ------------------------------------------------------------------------ */

/* "[003]" */
static bool is_cpu(const struct bs_token *t, unsigned int *cpu)
{
	if (t->n < 3 || t->n > 8 || t->s[0] != '[' || t->s[t->n - 1] != ']' ||
	    digits(t->s + 1, t->n - 2) != t->n - 2)
		return false;
	*cpu = (unsigned int)strtoul(t->s + 1, NULL, 10);
	return true;
}

/* "1d..1.", raw "1-0x3": the latency format has the CPU and the flags in one word. */
static bool is_cpu_flags(const struct bs_token *t, unsigned int *cpu)
{
	size_t n = digits(t->s, t->n);
	uint64_t days;

	if (!n || n > 4 || t->n - n < 3 || t->n - n > 6 || is_date(t, &days))
		return false;
	for (size_t i = n; i < t->n; i++)
		if (!strchr(".#-dDXxBbNnpPLlHhSsZz0123456789abcdef", t->s[i]))
			return false;
	*cpu = (unsigned int)strtoul(t->s, NULL, 10);
	return true;
}

/* What stands before the CPU: a pid, or ftrace's "(tgid)". */
static bool ends_task(const struct bs_token *t)
{
	return t->n && (is_digit(t->s[t->n - 1]) || t->s[t->n - 1] == ')');
}

/* Who frees at boot what nobody allocated: deferred initialisation, and the boot CPU's idle task. */
static bool is_early(const char *line)
{
	static const char *const tasks[] = {"pgdatinit", "<idle>", "swapper"};

	line = skip_blanks(line);
	if (*line != 'p' && *line != '<' && *line != 's')
		return false;
	for (size_t i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++)
		if (!strncmp(line, tasks[i], strlen(tasks[i])))
			return true;
	return false;
}

/* "one.dat:" before the task: trace-cmd says whose line it is when it prints several recordings. */
static void take_buffer(const char *line, struct bs_text_event *ev)
{
	const char *s = skip_blanks(line), *end = word_end(s);

	if (end - s > 1 && end[-1] == ':') {
		ev->buffer = s;
		ev->buffer_len = (size_t)(end - s);
	}
}

/* The usual line: the first bracket holds the CPU, a task is before it, the time behind it. */
static bool find_quickly(const char *line, bs_name_fn *name_at, struct bs_text_event *ev,
			 struct bs_token *name, const char **fields)
{
	const char *open = strchr(line, '['), *p, *before;
	unsigned int cpu = 0;
	uint64_t ns;

	if (!open || open < line + 2 || open[-1] != ' ')
		return false;
	for (before = open - 1; before > line && *before == ' '; before--)
		;
	if (!is_digit(*before) && *before != ')')
		return false;
	for (p = open + 1; is_digit(*p) && p - open <= 6; p++)
		cpu = cpu * 10 + (unsigned int)(*p - '0');
	if (*p != ']' || p == open + 1 || (p[1] != ' ' && p[1] != '\t'))
		return false;
	p = skip_blanks(p + 1);
	if (!is_digit(*p))
		p = skip_blanks(word_end(p));
	if (!seconds(p, &p, &ns) || p[0] != ':' || (p[1] != ' ' && p[1] != '\t'))
		return false;
	*fields = p + 1;
	if (!name_at(fields, name, BS_PLACE_TASK))
		return false;
	ev->time = ns;
	ev->cpu = cpu;
	return true;
}

/* The last words before a place in a line, the nearest first. */
#define HISTORY 5

/* Is there a CPU among them, and a task before that? "[003] 2026-11-29 14:12:43.1 K" is the longest. */
static enum bs_place cpu_before(const struct bs_token *word, unsigned int *cpu)
{
	enum bs_place found = BS_PLACE_TIME;

	if (is_cpu_flags(&word[0], cpu) && ends_task(&word[1]))
		return BS_PLACE_TASK;
	for (unsigned int i = 0; i + 1 < HISTORY && found == BS_PLACE_TIME; i++) {
		if (!is_cpu(&word[i], cpu))
			continue;
		if (ends_task(&word[i + 1]))
			found = BS_PLACE_TASK;
		else if (word[i].n >= 5)
			found = BS_PLACE_CPU;
	}
	return found;
}

/* "2781.802472:", "2026-11-29 14:12:43.123456", or a count, which is UINT64_MAX. */
static bool is_time(const struct bs_token *t, const struct bs_token *before, uint64_t *ns)
{
	uint64_t days;
	const char *end;

	if (!is_digit(t->s[0]))
		return false;
	if (seconds(t->s, &end, ns))
		return end + 1 == t->s + t->n && *end == ':';
	if (bs_token_is_time_of_day(t, ns) && is_date(before, &days)) {
		*ns += days * 86400 * BS_NS_PER_S;
		return true;
	}
	*ns = UINT64_MAX;
	return t->n > 1 && digits(t->s, t->n) == t->n - 1 && t->s[t->n - 1] == ':';
}

/* A comm may hold spaces, brackets and digits: the place is taken where time, name, CPU and task agree;
 * without a CPU column (perf script -F) the first time with a name behind it. */
static enum bs_place find_slowly(const char *line, bs_name_fn *name_at, struct bs_text_event *ev,
				 struct bs_token *name, const char **fields)
{
	struct bs_token word[HISTORY] = {{"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}}, t;
	enum bs_place found = BS_PLACE_NONE;
	const char *at = line;

	while (found < BS_PLACE_TASK && bs_token_next(&at, &t)) {
		const char *behind = at;
		unsigned int cpu = BS_CPU_UNKNOWN;
		struct bs_token n;
		uint64_t ns;

		if (is_time(&t, &word[0], &ns)) {
			enum bs_place here = cpu_before(word, &cpu);

			/* A count is a time only where nothing else can stand. */
			if ((ns != UINT64_MAX || here == BS_PLACE_TASK) && here > found &&
			    name_at(&behind, &n, here)) {
				found = here;
				*fields = behind;
				*name = n;
				ev->time = ns;
				ev->cpu = here > BS_PLACE_TIME ? cpu : BS_CPU_UNKNOWN;
			}
		}
		memmove(word + 1, word, sizeof(word) - sizeof(word[0]));
		word[0] = t;
	}
	return found;
}

enum bs_place bs_text_find(const char *line, bs_name_fn *name_at, struct bs_text_event *ev,
			   struct bs_token *name, const char **fields)
{
	enum bs_place found = BS_PLACE_TASK;

	if (!find_quickly(line, name_at, ev, name, fields))
		found = find_slowly(line, name_at, ev, name, fields);
	if (found) {
		ev->early = is_early(line);
		take_buffer(line, ev);
	}
	return found;
}

/* ---- Fields --------------------------------------------------------------------------------- */

enum { HAS_PFN = 1, HAS_ORDER = 2, HAS_GFP = 4 };

enum spelling {
	SPELT_OUT, /* decimal, or hex with its prefix, or "-1" */
	DIGITS, /* without a prefix: decimal as far as the line shows */
	LETTERS, /* without a prefix, and hex */
};

/* What a digit is worth, plus one; 0: it is none. A table, for whether the next digit of a pfn is a
 * letter cannot be predicted. */
static const unsigned char worth[256] = {
	['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,	['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
	['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

/* @n hex digits; *@letters: some are letters. False: there are others, or more than 64 bits. */
static bool hex_number(const char *s, size_t n, uint64_t *v, bool *letters)
{
	unsigned int most = 0;
	uint64_t hex = 0, over = 0;

	for (size_t i = 0; i < n; i++) {
		const unsigned int d = worth[(unsigned char)s[i]];

		if (!d)
			return false;
		most |= (d + 5) & 16;
		over |= hex >> 60;
		hex = hex << 4 | (d - 1);
	}
	*letters = most;
	*v = hex;
	return !over;
}

/* @n decimal digits. False: more than 64 bits. */
static bool decimal_number(const char *s, size_t n, uint64_t *v)
{
	bool over = false;

	*v = 0;
	for (size_t i = 0; i < n; i++)
		over |= __builtin_mul_overflow(*v, 10, v) ||
			__builtin_add_overflow(*v, (uint64_t)(s[i] - '0'), v);
	return !over;
}

/* False: no number, or of more than 64 bits; letters without a prefix are one where @how is asked for. */
static bool to_number(const char *s, size_t n, uint64_t *v, enum spelling *how)
{
	bool letters = false;

	if (n > 2 && s[0] == '0' && (s[1] | 32) == 'x')
		return hex_number(s + 2, n - 2, v, &letters);
	if (n == 2 && s[0] == '-' && s[1] == '1') {
		*v = UINT64_MAX;
		return true;
	}
	if (n && digits(s, n) == n) {
		if (how)
			*how = DIGITS;
		return decimal_number(s, n, v);
	}
	if (!how || !hex_number(s, n, v, &letters))
		return false;
	*how = LETTERS;
	return letters;
}

/* A failed allocation's page: none at all, or the all ones of a pointer that was no page. */
static bool is_no_page(uint64_t pfn)
{
	return !pfn || pfn == UINT64_MAX || pfn == UINT32_MAX;
}

bool bs_text_field(const struct bs_token *key, const struct bs_token *value,
		   struct bs_text_event *ev, unsigned int *has)
{
	enum spelling how = SPELT_OUT;
	uint64_t v;

	switch (key->n) {
	case 3:
		if (memcmp(key->s, "pfn", 3))
			return true;
		*has |= HAS_PFN;
		if (!to_number(value->s, value->n, &ev->pfn, &how))
			return false;
		ev->bare_pfn = how == DIGITS;
		ev->bare_letters = how == LETTERS;
		ev->failed = is_no_page(ev->pfn);
		return true;
	case 5:
		if (memcmp(key->s, "order", 5))
			return true;
		*has |= HAS_ORDER;
		if (!to_number(value->s, value->n, &v, NULL))
			return false;
		ev->order = v > 255 ? 255 : (unsigned int)v;
		return true;
	case 9:
		if (memcmp(key->s, "gfp_flags", 9))
			return true;
		*has |= HAS_GFP;
		ev->text = value->s;
		ev->len = value->n;
		return value->n;
	case 11:
		if (memcmp(key->s, "migratetype", 11))
			return true;
		if (!to_number(value->s, value->n, &v, NULL))
			return false;
		ev->migratetype = v < 15 ? (int)v : -1;
		return true;
	}
	return true;
}

enum bs_line bs_text_whole(enum bs_line kind, unsigned int has, struct bs_text_event *ev,
			   const char **why)
{
	unsigned int wanted = HAS_PFN;

	if (kind != BS_LINE_BATCHED)
		wanted |= HAS_ORDER;
	if (kind == BS_LINE_ALLOC)
		wanted |= HAS_GFP;
	else
		ev->failed = false;
	if ((has & wanted) == wanted)
		return kind;
	*why = bs_why_fields;
	return BS_LINE_MALFORMED;
}

static bool is_quoting(char c)
{
	switch (c) {
	case '"':
	case '\'':
	case ',':
	case ';':
	case '\\':
	case '}':
	case ']':
		return true;
	}
	return false;
}

/* Without what quotes a line, as CSV or JSON: no field ends in such a sign. */
static size_t value_length(const char *s, const char *end)
{
	while (end > s && is_quoting(end[-1]))
		end--;
	return (size_t)(end - s);
}

/* "key=value" and words of no interest ("page=", a padded "(null)"), up to the line's end. */
static enum bs_line read_fields(const char *p, enum bs_line kind, struct bs_text_event *ev,
				const char **why)
{
	unsigned int has = 0;

	for (p = skip_blanks(p); *p; p = skip_blanks(p)) {
		const char *end = word_end(p), *eq;

		/* No field of ours begins otherwise; a carriage return ends a word and the line. */
		if (*p != 'p' && *p != 'o' && *p != 'm' && *p != 'g') {
			p = end + (end == p);
			continue;
		}
		eq = p + 3;
		if (end - p < 4 || *eq != '=')
			eq = memchr(p, '=', (size_t)(end - p));
		if (eq) {
			const struct bs_token key = {p, (size_t)(eq - p)};
			const struct bs_token value = {eq + 1, value_length(eq + 1, end)};

			if (!bs_text_field(&key, &value, ev, &has)) {
				*why = bs_why_number;
				return BS_LINE_MALFORMED;
			}
		}
		p = end;
	}
	return bs_text_whole(kind, has, ev, why);
}

/* Our events, with the names that they had before 3.3. */
enum bs_line bs_text_kind(const struct bs_token *name)
{
#define EVENT(name, line)                    \
	{                                    \
		name, sizeof(name) - 1, line \
	}
	static const struct {
		const char *name;
		size_t len;
		enum bs_line line;
	} events[] = {
		EVENT("mm_page_free", BS_LINE_FREE),
		EVENT("mm_page_alloc", BS_LINE_ALLOC),
		EVENT("mm_page_free_batched", BS_LINE_BATCHED),
		EVENT("mm_page_free_direct", BS_LINE_FREE),
		EVENT("mm_pagevec_free", BS_LINE_BATCHED),
	};
#undef EVENT

	if (name->n < 12 || name->s[0] != 'm')
		return BS_LINE_OTHER;
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (name->n == events[i].len && !memcmp(name->s, events[i].name, name->n))
			return events[i].line;
	return BS_LINE_OTHER;
}

enum bs_line bs_text_read(const struct bs_token *name, const char *fields, struct bs_text_event *ev,
			  const char **why)
{
	enum bs_line kind = bs_text_kind(name);

	return kind == BS_LINE_OTHER ? kind : read_fields(fields, kind, ev, why);
}

/* ---- Lines ---------------------------------------------------------------------------------- */

bool bs_text_probe(const struct bs_text_form *form, const char *line)
{
	struct bs_text_event ev;
	struct bs_token name;
	const char *fields;

	return bs_text_find(line, form->name_at, &ev, &name, &fields);
}

enum bs_line bs_text_parse(const struct bs_text_form *form, const char *line,
			   struct bs_text_event *ev, const char **why)
{
	struct bs_token name;
	enum bs_line kind;
	const char *fields;

	*ev = (struct bs_text_event){.migratetype = -1, .cpu = BS_CPU_UNKNOWN};
	if (!bs_text_find(line, form->name_at, ev, &name, &fields))
		return form->other(line, ev);
	kind = bs_text_read(&name, fields, ev, why);
	if (kind == BS_LINE_OTHER)
		return form->record ? form->record(&name, fields, ev) : kind;
	if (kind != BS_LINE_MALFORMED && ev->time == UINT64_MAX) {
		*why = bs_why_clock;
		return BS_LINE_MALFORMED;
	}
	if (kind != BS_LINE_MALFORMED && ev->cpu == BS_CPU_UNKNOWN) {
		*why = bs_why_no_cpu;
		return BS_LINE_MALFORMED;
	}
	return kind;
}

enum bs_line bs_text_kernel(const char *at, struct bs_text_event *ev)
{
	struct bs_token t;

	if (!bs_token_next(&at, &t) || !is_digit(t.s[0]) || !memchr(t.s, '.', t.n))
		return BS_LINE_NOTHING;
	ev->text = t.s;
	ev->len = t.n;
	return BS_LINE_KERNEL;
}

uint64_t bs_text_count(const char *at)
{
	uint64_t n;

	while (*at && !is_digit(*at))
		at++;
	n = *at ? strtoull(at, NULL, 10) : 1;
	return n ? n : 1;
}
