// SPDX-License-Identifier: GPL-2.0-or-later
#include "timesort.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* So many are sorted in memory at a time. */
#define PART (UINT64_C(1) << 16)

/* @a and @b, each in order and next to each other, into @to. */
static void merge(const struct bs_raw_event *a, uint64_t na, const struct bs_raw_event *b,
		  uint64_t nb, struct bs_raw_event *to)
{
	while (na && nb) {
		if (b->time < a->time) {
			*to++ = *b++;
			nb--;
		} else {
			*to++ = *a++;
			na--;
		}
	}
	memcpy(to, a, na * sizeof(*a));
	memcpy(to + na, b, nb * sizeof(*b));
}

static bool in_order(const struct bs_raw_event *ev, uint64_t n)
{
	for (uint64_t i = 1; i < n; i++)
		if (ev[i].time < ev[i - 1].time)
			return false;
	return true;
}

/* Bottom up, between the part and @spare; the result is in the part. */
static void sort_part(struct bs_raw_event *ev, uint64_t n, struct bs_raw_event *spare)
{
	struct bs_raw_event *from = ev, *to = spare;

	if (in_order(ev, n))
		return;
	for (uint64_t run = 1; run < n; run *= 2) {
		struct bs_raw_event *t = from;

		for (uint64_t at = 0; at < n; at += 2 * run) {
			uint64_t na = n - at < run ? n - at : run;
			uint64_t nb = n - at - na < run ? n - at - na : run;

			merge(from + at, na, from + at + na, nb, to + at);
		}
		from = to;
		to = t;
	}
	if (from != ev)
		memcpy(ev, from, n * sizeof(*ev));
}

static int sort_parts(struct bs_spool *s, struct bs_error *err)
{
	struct bs_raw_event *spare;
	const int ret = bs_spool_join(s, err);

	if (ret)
		return ret;
	spare = malloc(PART * sizeof(*spare));
	if (!spare)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "sorting", NULL, "sorting by time");
	s->cold = 0;
	for (uint64_t at = 0; at < s->nr; at += PART) {
		sort_part(bs_raw_at(s, at), s->nr - at < PART ? s->nr - at : PART, spare);
		bs_spool_cool(s, at);
	}
	free(spare);
	return 0;
}

/* Two runs of @from, at @at, to the end of @to, one event after the other. */
static int merge_runs(struct bs_spool *from, uint64_t at, uint64_t run, struct bs_spool *to,
		      struct bs_error *err)
{
	const uint64_t end_a = at + run < from->nr ? at + run : from->nr;
	const uint64_t end_b = end_a + run < from->nr ? end_a + run : from->nr;
	uint64_t a = at, b = end_a;
	int ret = 0;

	while ((a < end_a || b < end_b) && !ret) {
		bool second = a == end_a ||
			      (b < end_b && bs_raw_at(from, b)->time < bs_raw_at(from, a)->time);

		ret = bs_spool_add(to, bs_raw_at(from, second ? b++ : a++), err);
		/* The two places are far apart: what lies before the second may be needed by the
		 * first, and is read again then. */
		if (!(to->nr % PART))
			bs_spool_cool(from, b);
	}
	return ret;
}

int bs_timesort(struct bs_spool *s, const char *near, struct bs_error *err)
{
	int ret = sort_parts(s, err);

	for (uint64_t run = PART; run < s->nr && !ret; run *= 2) {
		struct bs_spool next;

		ret = bs_spool_open(&next, near, s->size, err);
		s->cold = 0;
		for (uint64_t at = 0; at < s->nr && !ret; at += 2 * run)
			ret = merge_runs(s, at, run, &next, err);
		if (ret) {
			if (next.fd >= 0)
				bs_spool_close(&next);
			break;
		}
		bs_spool_close(s);
		*s = next;
	}
	return ret;
}
