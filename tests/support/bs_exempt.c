// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_exempt.h"

#include <string.h>

#include "bs_watch.h"

const struct bs_exemption bs_exemptions[] = {
	{NULL, BS_CAP_DUPLICATES, BS_LAW_ONCE, "no mark is kept: re-freed is re-told"},
	{NULL, BS_CAP_CLIENT, BS_LAW_RANGE,
	 "allocates: any page may be in a message (STRATEGIES.md, balloon)"},
	{NULL, BS_CAP_CLIENT, BS_LAW_ISOLATE,
	 "told after they were allocated: movable pages do not keep a pageblock from being isolated"},
	{NULL, BS_CAP_CLIENT, BS_LAW_SETTLE, "takes its target, no more; 21 is of workers"},
	{NULL, BS_CAP_CLIENT, BS_LAW_MIN, "isolates nothing, allocates; 32 is of who isolates"},
	{NULL, BS_CAP_HOST_SIDE, BS_LAW_TYPE,
	 "no isolation (STRATEGIES.md, shared-state): it stays on its list"},
	{"none", 0, BS_LAW_SETTLE, "reports nothing"},
	{"hypercall", 0, BS_LAW_ISOLATE, "looks at no type; 20 is of scatterlist and later ones"},
	{"percpu-array", 0, BS_LAW_ISOLATE, "takes what is Buddy, of any type"},
	{"bitmap", 0, BS_LAW_ISOLATE, "v11 looks at no type"},
	{"bubble", 0, BS_LAW_ISOLATE, "fills from ISOLATE lists too"},
	{"bubble", 0, BS_LAW_FREE, "... and loses them in NR_FREE_PAGES"},
	{"bubble", 0, BS_LAW_OOM,
	 "... so that it seems full; 33 is of rotation and says so of bubble"},
	{"percpu-array", 0, BS_LAW_SETTLE, "a full array drops the hint (22 excepts it)"},
	{"percpu-array", 0, BS_LAW_PEAK, "isolates its whole array, up to 1 GiB"},
	{"bubble", 0, BS_LAW_TYPE, "returns to the stashed type"},
	{"bubble", 0, BS_LAW_ERROR, "no error handling; 23 is of rotation"},
	{"scatterlist", 0, BS_LAW_ERROR, "warns, marks all the same"},
	{"boundary", 0, BS_LAW_ERROR, "warns, marks all the same"},
	{"list-walk", 0, BS_LAW_ERROR, "warns, marks all the same"},
	{"bubble", 0, BS_LAW_MIN, "no watermark check on pulling"},
	{"april-sketch", 0, BS_LAW_MIN, "pulls as bubble does, no watermark in the sketch"},
	{"scatterlist", 0, BS_LAW_MIN, "removed directly, no watermark check"},
};
const unsigned int bs_nr_exemptions = sizeof(bs_exemptions) / sizeof(bs_exemptions[0]);

/* ---- What there is nothing of ---------------------------------------------------------------- */

#define MARKS                                                                            \
	(BS_LAW_BIT(BS_LAW_SMALL) | BS_LAW_BIT(BS_LAW_ERROR) | BS_LAW_BIT(BS_LAW_MARK) | \
	 BS_LAW_BIT(BS_LAW_MARKS))
#define ISOLATED (BS_LAW_BIT(BS_LAW_PEAK) | BS_LAW_BIT(BS_LAW_OOM))
#define REQUESTS                                                                                \
	(BS_LAW_BIT(BS_LAW_DEVICE) | BS_LAW_BIT(BS_LAW_CONTENT) | BS_LAW_BIT(BS_LAW_RESIDENT) | \
	 BS_LAW_BIT(BS_LAW_RANGE) | BS_LAW_BIT(BS_LAW_ISOLATE) | BS_LAW_BIT(BS_LAW_ONCE) |      \
	 BS_LAW_BIT(BS_LAW_LOCK) | BS_LAW_BIT(BS_LAW_SAME))

/* As in the table of exemptions. */
static const struct {
	const char *name;
	unsigned int cap;
	uint64_t laws;
} nothing_of[] = {
	/* No mark is kept. */
	{NULL, BS_CAP_DUPLICATES, MARKS},
	/* What it frees is on no list yet: it takes nothing out of one, and returns nothing. */
	{"hypercall", 0, ISOLATED | BS_LAW_BIT(BS_LAW_TYPE) | BS_LAW_BIT(BS_LAW_MIN)},
	/* Allocates what it reports, and keeps it: no mark, nothing isolated or returned
	 * (STRATEGIES.md, balloon). */
	{NULL, BS_CAP_CLIENT, MARKS | ISOLATED | BS_LAW_BIT(BS_LAW_TYPE) | BS_LAW_BIT(BS_LAW_ONCE)},
	/* Claims blocks where they stand (STRATEGIES.md, shared-state). */
	{NULL, BS_CAP_HOST_SIDE, MARKS | ISOLATED | BS_LAW_BIT(BS_LAW_MIN)},
	{"none", 0, MARKS | ISOLATED | REQUESTS | BS_LAW_BIT(BS_LAW_TYPE) | BS_LAW_BIT(BS_LAW_MIN)},
};

bool bs_is_about(const struct bs_strategy *s, unsigned int law)
{
	for (unsigned int i = 0; i < sizeof(nothing_of) / sizeof(nothing_of[0]); i++)
		if (nothing_of[i].laws >> law & 1 &&
		    (nothing_of[i].name ? !strcmp(nothing_of[i].name, s->name)
					: (s->caps & nothing_of[i].cap) != 0))
			return false;
	return bs_watch_applies(s, law);
}

bool bs_is_exempt(const struct bs_strategy *s, const struct bs_exemption *e)
{
	return e->name ? !strcmp(e->name, s->name) : (s->caps & e->cap) != 0;
}

uint64_t bs_laws_of(const struct bs_strategy *s)
{
	uint64_t laws = BS_LAW_BIT(BS_NR_LAWS) - 1;

	for (unsigned int i = 0; i < bs_nr_exemptions; i++)
		if (bs_is_exempt(s, &bs_exemptions[i]))
			laws &= ~BS_LAW_BIT(bs_exemptions[i].law);
	return laws;
}
