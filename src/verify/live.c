// SPDX-License-Identifier: GPL-2.0-or-later
/* live.c - the lines of a live series, and which of them belong together. */
#include "live.h"
#include "log_orders.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_live(const char *line)
{
	static const char *const ops[] = {
		" op=watch",  " op=contig",	    " op=trace",       " op=vio",   " op=user",
		" op=direct", " op=compact_memory", " op=drop_caches", " op=press",
	};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (!strncmp(line, "begin ", 6) && strstr(line, ops[i]))
			return true;
	return false;
}

struct bs_live *bs_live_begin(const char *line, uint64_t number)
{
	struct bs_live *l = is_live(line) ? calloc(1, sizeof(*l)) : NULL;

	if (!l)
		return NULL;
	l->first_line = number;
	l->trace = strstr(line, " op=trace") != NULL;
	l->devices = strstr(line, " op=vio") != NULL;
	l->processes = strstr(line, " op=user") != NULL;
	l->onlined = BS_NO_PFN;
	return l;
}

void bs_live_free(struct bs_live *l)
{
	if (!l)
		return;
	free(l->text);
	free(l->lines);
	free(l);
}

int bs_live_add(struct bs_live *l, const char *line)
{
	const size_t size = strlen(line) + 1;

	if (l->used + size > l->cap) {
		const size_t cap = (l->used + size) * 2 + 4096;
		char *more = realloc(l->text, cap);

		if (!more)
			return -ENOMEM;
		l->text = more;
		l->cap = cap;
	}
	if (l->nr == l->nr_cap) {
		const size_t cap = l->nr_cap * 2 + 256;
		struct bs_live_line *more = realloc(l->lines, cap * sizeof(*more));

		if (!more)
			return -ENOMEM;
		l->lines = more;
		l->nr_cap = cap;
	}
	memcpy(l->text + l->used, line, size);
	l->lines[l->nr++] = (struct bs_live_line){.at = l->used};
	l->used += size;
	return 0;
}

char *bs_live_text(const struct bs_live *l, size_t i)
{
	return l->text + l->lines[i].at;
}

/* ---- Pages of a batch ------------------------------------------------------------------------ */

struct announced {
	bs_pfn pfn;
	uint8_t order;
	size_t line;
};

static int by_pfn_and_line(const void *a, const void *b)
{
	const struct announced *x = a, *y = b;

	if (x->pfn != y->pfn)
		return x->pfn < y->pfn ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

/* The last announcement of @pfn before @line; NULL: there is none. */
static const struct announced *last_before(const struct announced *list, size_t n, bs_pfn pfn,
					   size_t line)
{
	size_t low = 0;

	while (n) {
		const struct announced *mid = &list[low + n / 2];

		if (mid->pfn < pfn || (mid->pfn == pfn && mid->line < line)) {
			low += n / 2 + 1;
			n -= n / 2 + 1;
		} else {
			n /= 2;
		}
	}
	return low && list[low - 1].pfn == pfn ? &list[low - 1] : NULL;
}

int bs_live_find_late(struct bs_live *l)
{
	struct announced *list = malloc((l->nr + 1) * sizeof(*list));
	size_t n = 0;

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < l->nr; i++) {
		unsigned int pfn, order;

		if (sscanf(bs_live_text(l, i), "pf %u %u", &pfn, &order) == 2 &&
		    order <= BS_LOG_MAX_ORDER)
			list[n++] = (struct announced){pfn, (uint8_t)order, i};
	}
	qsort(list, n, sizeof(*list), by_pfn_and_line);
	for (size_t i = 0; i < l->nr; i++) {
		const struct announced *a;
		unsigned int pfn;

		if (sscanf(bs_live_text(l, i), "pb %u", &pfn) != 1)
			continue;
		a = last_before(list, n, pfn, i);
		if (!a)
			continue;
		l->lines[i].order = a->order;
		l->lines[a->line].mark |= BS_LIVE_LATE;
	}
	free(list);
	return 0;
}

/* ---- Interrupts ------------------------------------------------------------------------------ */

static bool is_free_of_page(const char *line)
{
	unsigned int pfn, order;

	return sscanf(line, "pf %u %u", &pfn, &order) == 2 && !order;
}

void bs_live_find_past(struct bs_live *l)
{
	size_t since = 0; /* the line that says that an interrupt is at work; 0: none is */

	for (size_t i = 0; i + 1 < l->nr; i++) {
		const char *line = bs_live_text(l, i);

		if (strncmp(line, "t ", 2))
			continue;
		for (size_t k = since; since && k < i && !strncmp(bs_live_text(l, i + 1), "pb ", 3);
		     k++)
			if (is_free_of_page(bs_live_text(l, k)))
				l->lines[k].mark |= BS_LIVE_PAST;
		since = strstr(line, " softirq") ? i : 0;
	}
}

/* ---- Adjacent pages -------------------------------------------------------------------------- */

/* A free of a single page that happens at its line. */
static bool single(const struct bs_live *l, size_t i, unsigned int *pfn)
{
	unsigned int order;

	return i < l->nr && !(l->lines[i].mark & BS_LIVE_LATE) &&
	       sscanf(bs_live_text(l, i), "pf %u %u", pfn, &order) == 2 && !order;
}

void bs_live_find_runs(struct bs_live *l)
{
	for (size_t i = 0; i < l->nr;) {
		unsigned int first, pfn;
		size_t n = 0;

		if (single(l, i, &first))
			for (n = 1; single(l, i + n, &pfn) && pfn == first + n;)
				n++;
		for (size_t k = 0; n > 1 && k < n; k++)
			l->lines[i + k].mark |= BS_LIVE_RUN;
		if (n > 1) {
			l->lines[i + n - 1].mark |= BS_LIVE_RUN_END;
			l->lines[i + n - 1].first = first;
			l->lines[i + n - 1].n = (bs_pfn)n;
		}
		i += n ? n : 1;
	}
}

bool bs_live_half_undone(const struct bs_live *l)
{
	unsigned int start, end;

	if (!l->contig.on || l->current + 1 >= l->nr ||
	    sscanf(bs_live_text(l, l->current + 1), "kp unisolate %u %u", &start, &end) != 2)
		return false;
	return start != l->contig.start || end != l->contig.end;
}
