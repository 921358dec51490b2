/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advised.h - a piece of advice: what was found, and what follows from it. */
#ifndef BS_ADVISED_H
#define BS_ADVISED_H

#include "search.h"

#define BS_MOST_FINALISTS 12 /* of the front, in the table */
#define BS_MOST_RETRIED 32 /* with another seed */

/*
 * struct bs_counsel
 * @base: what reports nothing
 * @choice: what is named; where nothing is within the limits (!@within), what comes closest
 * @stock: what would be named of what an unpatched kernel offers, or BS_NO_POINT
 * @half, @twice: what would be named at half and at double the weight
 * @ties: settings that cost the same as @choice
 * @front: all of it; @finalist: what is shown, by what they hold
 * @again: what would be named with @seed, of those that ran with it
 * @again_tie: by less than 1 % cheaper there than @choice
 * @again_saves: by how much cheaper, in 1/1000 of what @choice costs there
 */
struct bs_counsel {
	struct bs_search s;
	bool within;
	unsigned int base, choice, stock, half, twice;
	struct bs_ties ties;
	unsigned int *front, nr_front;
	unsigned int finalist[BS_MOST_FINALISTS + 4], nr_finalists;
	uint64_t seed;
	unsigned int again, retried;
	bool again_tie;
	unsigned int again_saves;
	char **line;
	unsigned int nr_lines;
};

static inline const struct bs_point *bs_counsel_point(const struct bs_counsel *a, unsigned int i)
{
	return &a->s.tried.points.p[i];
}

/* Is the load at least five times as long as its delay? */
static inline bool bs_counsel_is_told(const struct bs_counsel *a, unsigned int i)
{
	return bs_counsel_point(a, i)->delay <= a->s.length / 5;
}

/* counsel_words.c. The lines: 0 or -ENOMEM. */
int bs_counsel_say(struct bs_counsel *a);
/* counsel_text.c */
int bs_counsel_text(const struct bs_counsel *a, FILE *f);
int bs_counsel_markdown(const struct bs_counsel *a, FILE *f);
/* counsel_json.c */
int bs_counsel_json(const struct bs_counsel *a, FILE *f);
int bs_counsel_cells(const struct bs_counsel *a, bool quote, const char *sep, const char *end,
		     bool headless, FILE *f);

#endif
