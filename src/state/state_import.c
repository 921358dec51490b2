// SPDX-License-Identifier: GPL-2.0-or-later
/* state_import.c - a start state out of what a machine said of itself. */
#include <inttypes.h>
#include <stdio.h>

#include "place.h"
#include "rng.h"

/* Which pages are on per-cpu lists nobody says, only how many. */
static void note_pcp(struct bs_shape *s)
{
	uint64_t said = 0, drawn = 0;

	for (unsigned int i = 0; i < s->from->nr_zones; i++)
		if (s->from->zone[i].sizes && bs_shape_has(s, s->from->zone[i].node))
			said += s->from->zone[i].sizes->pcp_pages;
	for (unsigned int i = 0; i < s->state->nr_zones; i++)
		for (unsigned int c = 0; c < s->state->zone[i].nr_pcp; c++)
			drawn += (uint64_t)s->state->zone[i].pcp[c].count;
	if (said)
		bs_shape_note(s,
			      "%" PRIu64 " pages on per-cpu lists of %" PRIu64
			      ": which they are is drawn, all of order 0 and movable",
			      drawn, said);
}

static int make(struct bs_shape *s)
{
	const char *origin = s->c->pageflags ? "pages" : "counts";
	struct bs_error why = {0};
	struct bs_rng rng;
	int ret = bs_shape_state(s);

	if (ret)
		return ret;
	bs_rng_seed(&rng, s->c->seed);
	ret = s->c->pageflags ? bs_place_by_pages(s, &rng) : bs_place_by_counts(s, &rng);
	if (ret)
		return ret;
	note_pcp(s);
	snprintf(s->state->origin, sizeof(s->state->origin), "%s,seed=%" PRIu64, origin,
		 s->c->seed);
	ret = bs_state_check(s->state, &why);
	if (ret > 0)
		return bs_error_set(s->err, BS_INPUT, 0, s->c->paths[0],
				    "give files of one machine and one moment",
				    "makes a state that contradicts itself: %s", why.text);
	if (ret < 0 && s->err)
		*s->err = why;
	return ret;
}

int bs_state_import(const struct bs_state_import *c, struct bs_state **out,
		    struct bs_state_notes *notes, struct bs_error *err)
{
	struct bs_shape s = {.c = c, .notes = notes, .err = err};
	struct bs_snapshots *all;
	int ret;

	notes->n = 0;
	ret = bs_snapshots_read(c->paths, c->nr_paths, &all, err);
	if (ret)
		return ret;
	s.from = &all->s[0];
	ret = make(&s);
	bs_snapshots_free(all);
	if (ret) {
		bs_state_free(s.state);
		return ret;
	}
	*out = s.state;
	return 0;
}
