// SPDX-License-Identifier: GPL-2.0-or-later
#include "values.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options_read.h"
#include "units.h"

void bs_values_free(struct bs_words *w)
{
	for (unsigned int i = 0; i < w->nr; i++)
		free(w->at[i]);
	free(w->at);
	*w = (struct bs_words){0};
}

/* ---- A..B ------------------------------------------------------------------------------------ */

struct number {
	uint64_t v;
	const char *unit; /* behind the digits */
	size_t unit_len;
};

typedef int parse_fn(const char *text, uint64_t *value);
typedef int format_fn(uint64_t value, char *buf, size_t size);

struct range {
	struct number from, to, step;
	char op; /* '+' or '*' */
	format_fn *format; /* in bytes or ns; NULL: all are in the unit of @to */
};

/* Digits and letters from *@p on, which moves behind them. */
static bool read_number(const char **p, const char *end, struct number *n)
{
	const char *s = *p;

	n->v = 0;
	while (s < end && isdigit((unsigned char)*s)) {
		if (n->v > (UINT64_MAX - 9) / 10)
			return false;
		n->v = n->v * 10 + (uint64_t)(*s++ - '0');
	}
	if (s == *p)
		return false;
	n->unit = s;
	while (s < end && isalpha((unsigned char)*s))
		s++;
	n->unit_len = (size_t)(s - n->unit);
	*p = s;
	return true;
}

/* The whole of @text is one. */
static bool read_range(const char *text, size_t len, struct range *r)
{
	const char *p = text, *end = text + len;

	*r = (struct range){.op = '+', .step = {.v = 1}};
	if (!read_number(&p, end, &r->from) || end - p < 3 || p[0] != '.' || p[1] != '.')
		return false;
	p += 2;
	if (!read_number(&p, end, &r->to))
		return false;
	if (p == end)
		return true;
	if (*p != '+' && *p != '*')
		return false;
	r->op = *p++;
	return read_number(&p, end, &r->step) && p == end;
}

static bool same_unit(const struct number *a, const struct number *b)
{
	return a->unit_len == b->unit_len && !memcmp(a->unit, b->unit, a->unit_len);
}

static bool convert_one(struct number *n, parse_fn *parse)
{
	char text[64];
	const int len = snprintf(text, sizeof(text), "%llu%.*s", (unsigned long long)n->v,
				 (int)n->unit_len, n->unit);

	return len > 0 && (size_t)len < sizeof(text) && !parse(text, &n->v);
}

/* "512KiB..1GiB*2": ends in two units of one kind, as bytes or ns. */
static bool convert(struct range *r, parse_fn *parse, format_fn *format)
{
	struct range c = *r;

	if (!convert_one(&c.from, parse) || !convert_one(&c.to, parse) ||
	    (c.op == '+' && !convert_one(&c.step, parse)))
		return false;
	c.format = format;
	*r = c;
	return true;
}

/* NULL, or what is wrong with it. */
static const char *fault_of(struct range *r)
{
	const bool alike = same_unit(&r->from, &r->to) || !r->from.v;

	if ((!alike || (r->step.unit_len && !same_unit(&r->step, &r->to))) &&
	    !convert(r, bs_parse_size, bs_format_size) &&
	    !convert(r, bs_parse_time, bs_format_time))
		return "write ends and step in units of one kind, as 500us..2ms+500us";
	if (r->op == '*' && (r->step.unit_len || r->step.v < 2 || !r->from.v))
		return "write a factor of at least 2 and begin above 0, as 1ms..64ms*2";
	if (r->op == '+' && !r->step.v)
		return "write a step above 0, as 0s..10s+2s";
	if (r->from.v > r->to.v)
		return "write the smaller end first";
	if (r->op == '+' && (r->to.v - r->from.v) / r->step.v >= BS_VALUES_MOST)
		return "take larger steps: 10s..60s+10s, 1MiB..1GiB*2";
	return NULL;
}

static int add_range(struct bs_words *out, const struct range *r, struct bs_error *err)
{
	uint64_t v = r->from.v;
	char text[64];
	int n;

	for (;;) {
		n = r->format ? r->format(v, text, sizeof(text))
			      : snprintf(text, sizeof(text), "%llu%.*s", (unsigned long long)v,
					 (int)r->to.unit_len, r->to.unit);
		if (n < 0 || (size_t)n >= sizeof(text) || !bs_words_add(out, text, (size_t)n, err))
			return -ENOMEM;
		if (r->op == '*' ? v > r->to.v / r->step.v : r->to.v - v < r->step.v)
			return 0;
		v = r->op == '*' ? v * r->step.v : v + r->step.v;
	}
}

/* ---- One item: its pieces are combined ---------------------------------------------------------- */

/* "A|B|1..3" */
static int alternatives(struct bs_words *out, const char *text, size_t len, const char *where,
			struct bs_error *err)
{
	const char *end = text + len;

	for (;;) {
		const char *bar = memchr(text, '|', (size_t)(end - text));
		const size_t n = (size_t)((bar ? bar : end) - text);
		struct range r;

		if (read_range(text, n, &r)) {
			const char *fault = fault_of(&r);

			if (fault)
				return bs_error_set(err, BS_USAGE, 0, where, fault,
						    "\"%.*s\" is no range", (int)n, text);
			if (add_range(out, &r, err))
				return -ENOMEM;
		} else if (!bs_words_add(out, text, n, err)) {
			return -ENOMEM;
		}
		if (!bar)
			return 0;
		text = bar + 1;
	}
}

/* Every one of @heads with every one of @tails behind it. */
static int combine(struct bs_words *heads, const struct bs_words *tails, const char *where,
		   struct bs_error *err)
{
	struct bs_words all = {0};

	if ((uint64_t)heads->nr * tails->nr > BS_VALUES_MOST)
		return bs_error_set(err, BS_USAGE, 0, where, "take fewer values or larger steps",
				    "stands for more than %d values", BS_VALUES_MOST);
	for (unsigned int i = 0; i < heads->nr; i++)
		for (unsigned int j = 0; j < tails->nr; j++) {
			char *text;
			const int n = asprintf(&text, "%s%s", heads->at[i], tails->at[j]);
			const bool ok = n >= 0 && bs_words_add(&all, text, (size_t)n, err);

			if (n >= 0)
				free(text);
			if (!ok) {
				bs_values_free(&all);
				return -ENOMEM;
			}
		}
	bs_values_free(heads);
	*heads = all;
	return 0;
}

/* A piece between delimiters, with the delimiter in front of it. */
static int add_piece(struct bs_words *heads, const char *piece, size_t len, const char *where,
		     struct bs_error *err)
{
	const size_t lead = len && strchr(",:=", piece[0]) ? 1 : 0;
	struct bs_words delimiter = {0}, tails = {0};
	int ret = bs_words_add(&delimiter, piece, lead, err) ? 0 : -ENOMEM;

	if (!ret)
		ret = combine(heads, &delimiter, where, err);
	if (!ret)
		ret = alternatives(&tails, piece + lead, len - lead, where, err);
	if (!ret)
		ret = combine(heads, &tails, where, err);
	bs_values_free(&delimiter);
	bs_values_free(&tails);
	return ret;
}

static int add_item(struct bs_words *out, const char *item, size_t len, const char *where,
		    struct bs_error *err)
{
	struct bs_words heads = {0};
	size_t from = 0;
	int ret = bs_words_add(&heads, "", 0, err) ? 0 : -ENOMEM;

	while (!ret && from < len) {
		size_t to = from + 1;

		while (to < len && !strchr(",:=", item[to]))
			to++;
		ret = add_piece(&heads, item + from, to - from, where, err);
		from = to;
	}
	for (unsigned int i = 0; !ret && i < heads.nr; i++)
		if (!bs_words_add(out, heads.at[i], strlen(heads.at[i]), err))
			ret = -ENOMEM;
	bs_values_free(&heads);
	return ret;
}

/* Where the item that begins at @text ends: at the comma before the next name. */
static size_t item_length(const char *text)
{
	size_t len = strcspn(text, ",");

	while (text[len] == ',') {
		const char *next = text + len + 1;
		const size_t n = strcspn(next, ",");

		if (!memchr(next, '=', n) || memchr(next, ':', n))
			break;
		len += 1 + n;
	}
	return len;
}

int bs_values_expand(struct bs_words *out, const char *text, const char *where,
		     struct bs_error *err)
{
	for (;;) {
		const size_t len = item_length(text);
		int ret;

		if (!len)
			return bs_error_set(err, BS_USAGE, 0, where, "write A,B,C",
					    "an empty value in \"%s\"", text);
		ret = add_item(out, text, len, where, err);
		if (ret)
			return ret;
		if (!text[len])
			return 0;
		text += len + 1;
	}
}
