// SPDX-License-Identifier: GPL-2.0-or-later
/* answer_rest.c - the end of an answer: what is worse than doing nothing, who is left out, what keeps the
 * rest, and how far the trace can be trusted. */
#include "answer_rest.h"

#include <string.h>

#include "answer_put.h"
#include "columns.h"
#include "json.h"

/* Parts of huge pages are reported, of which the host gets nothing before the whole of one is dropped. */
static bool is_trap(const struct bs_answer *a, unsigned int row)
{
	const unsigned int none = bs_answer_none(a, row);

	return none != BS_NO_ROW && bs_answer_is_in(a, row) && bs_answer_reports(a, row) &&
	       a->r->rows[row].below_huge && bs_answer_figure(a, row, "discarded_bytes") &&
	       (bs_answer_held(a, row) >= bs_answer_held(a, none) ||
		bs_answer_tie(bs_answer_held(a, row), bs_answer_held(a, none)));
}

/* It costs more than none, by more than a tie, and is no trap: that has a sentence of its own. */
static bool is_worse(const struct bs_answer *a, unsigned int row)
{
	const bool said = !bs_answer_several_kernels(a) && a->stock != BS_NO_ROW &&
			  bs_answer_as_idle(a, a->stock) && row == bs_answer_next_stock(a);
	const unsigned int none = bs_answer_none(a, row);

	return a->priced && none != BS_NO_ROW && bs_answer_is_in(a, row) && !said &&
	       !a->r->rows[row].idle && !is_trap(a, row) &&
	       bs_answer_cost(a, row) > bs_answer_cost(a, none) &&
	       !bs_answer_tie(bs_answer_cost(a, row), bs_answer_cost(a, none));
}

/* @begin, then the rows that @which picks, at most BS_NAMED of them, each with what @more says of it.
 * How many there are. */
static unsigned int put_rows(const struct bs_answer *a, const char *begin,
			     bool (*which)(const struct bs_answer *a, unsigned int row),
			     void (*more)(const struct bs_answer *a, unsigned int row, FILE *f),
			     FILE *f)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < a->r->nr_rows; i++) {
		if (!which(a, i) || n++ >= BS_NAMED)
			continue;
		fprintf(f, "%s%s", n == 1 ? begin : ", ", bs_answer_label(a, i));
		if (more)
			more(a, i, f);
	}
	if (n > BS_NAMED)
		fprintf(f, " and %u more", n - BS_NAMED);
	return n;
}

static void put_dropped(const struct bs_answer *a, unsigned int row, FILE *f)
{
	fputs(" (", f);
	bs_put_count(f, bs_answer_figure(a, row, "discarded_bytes") >> 20);
	fputs(" MiB)", f);
}

void bs_say_traps(const struct bs_answer *a, FILE *f)
{
	if (put_rows(a, "A trap: the host drops what is reported by ", is_trap, put_dropped, f))
		fputs(" and gets nothing for it: parts of 2 MiB huge pages come back only when the "
		      "whole page is dropped.",
		      f);
}

/* A few are named; of many the worst is, and how many there are. */
void bs_say_worse(const struct bs_answer *a, FILE *f)
{
	unsigned int n = 0, worst = BS_NO_ROW;
	char begin[64];

	for (unsigned int i = 0; i < a->r->nr_rows; i++) {
		if (!is_worse(a, i))
			continue;
		n++;
		if (worst == BS_NO_ROW || bs_answer_cost(a, i) > bs_answer_cost(a, worst))
			worst = i;
	}
	if (n >= BS_NAMED) {
		fprintf(f, "%u of %u rows cost more than %s, most of all %s", n, a->nr_in,
			bs_idle_name(), bs_answer_label(a, worst));
		bs_put_more_cost(a, worst, f);
	} else if (n) {
		snprintf(begin, sizeof(begin), "More cost than %s: ", bs_idle_name());
		put_rows(a, begin, is_worse, bs_put_more_cost, f);
	}
	if (n)
		fputc('.', f);
}

static bool is_left_out(const struct bs_answer *a, unsigned int row)
{
	return !bs_answer_is_in(a, row) && !a->r->rows[row].knows_future;
}

static void put_reason(const struct bs_answer *a, unsigned int row, const char *key, FILE *f)
{
	const uint64_t v = bs_answer_figure(a, row, key);

	bs_put_count(f, v);
	if (!strcmp(key, "unfinished_events")) {
		fputs(" events left when the window closed", f);
	} else if (!strcmp(key, "alloc_failed")) {
		fputs(" of ", f);
		bs_put_count(f, bs_answer_figure(a, row, "allocations"));
		fputs(" allocations failed", f);
	} else if (!strcmp(key, "oom_kills")) {
		fputs(" tasks were killed for lack of memory", f);
	} else if (!strcmp(key, "rescued_allocs")) {
		fputs(" allocations found nothing left until it gave pages back", f);
	} else if (!strcmp(key, "failed_calls")) {
		fputs(" of ", f);
		bs_put_count(f, bs_answer_figure(a, row, "calls"));
		fputs(" requests failed", f);
	} else if (!strcmp(key, "host_errors")) {
		fputs(" calls of the host failed", f);
	} else if (!strcmp(key, "content_loss")) {
		fputs(" pages lost their content", f);
	} else {
		fputs(" bytes of old content went to new owners", f);
	}
}

static void put_reasons(const struct bs_answer *a, unsigned int row, FILE *f)
{
	const char *key, *sep = " (";

	for (unsigned int i = 0; (key = bs_row_fault(i)); i++) {
		if (!bs_answer_figure(a, row, key))
			continue;
		/* A request that failed is a call of the host that failed. */
		if (!strcmp(key, "host_errors") && bs_answer_figure(a, row, "failed_calls"))
			continue;
		fputs(sep, f);
		put_reason(a, row, key, f);
		sep = ", ";
	}
	fputc(')', f);
}

void bs_say_left_out(const struct bs_answer *a, FILE *f)
{
	unsigned int n = put_rows(a, "Left out: ", is_left_out, put_reasons, f);

	for (unsigned int i = 0; i < a->r->nr_failures; i++)
		fprintf(f, "%s%s (did not run)",
			n++ ? ", " : "Left out: ", a->r->failures[i].label);
	if (n)
		fputc('.', f);
}

/* Where the trace is not all that happened, nothing in here is. */
void bs_say_trust(const struct bs_answer *a, FILE *f)
{
	uint64_t trust = 10000;

	bs_json_uint_at(a->r->record, "trace.trust_per_10000", &trust);
	if (trust >= 9000)
		return;
	fputs("Only ", f);
	bs_put_share(f, trust, 10000);
	fputs(" of the trace's events could be used (its trust): take all of this with care.", f);
}

void bs_say_blocker(const struct bs_answer *a, FILE *f)
{
	const char *key, *words = "";

	if (a->held == BS_NO_ROW || bs_answer_nothing_held(a))
		return;
	for (unsigned int i = 0; bs_answer_part(i, &key, &words); i++)
		if (!strcmp(key, a->part))
			break;
	if (bs_answer_tie(a->part_mib_s, bs_answer_held(a, a->held))) {
		fputs("All that", f);
	} else {
		bs_put_share(f, a->part_mib_s, bs_answer_held(a, a->held));
		fputs(" of what", f);
	}
	fprintf(f, " %s leaves held is %s.", bs_answer_label(a, a->held), words);
}
