// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_exempt.h"

#include <string.h>

#include "bs_watch.h"

const struct bs_exemption bs_exemptions[] = {
	{NULL, BS_CAP_DUPLICATES, BS_LAW_ONCE, "no mark is kept: re-freed is re-told (axis 16)"},
	{NULL, BS_CAP_CLIENT, BS_LAW_RANGE, "allocates: any page may be in a message (10, S8b)"},
	{NULL, BS_CAP_CLIENT, BS_LAW_SETTLE, "takes its target, no more; 21 is of S2-S7"},
	{NULL, BS_CAP_CLIENT, BS_LAW_MIN, "isolates nothing, allocates (10); 32 is of S2, S5, S7"},
	{NULL, BS_CAP_HOST_SIDE, BS_LAW_TYPE, "no isolation (10, S8a): it stays on its list"},
	{"none", 0, BS_LAW_SETTLE, "reports nothing (1)"},
	{"hypercall", 0, BS_LAW_ISOLATE, "S1 looks at no type (axis 20); 20 is of S4-S7"},
	{"percpu-array", 0, BS_LAW_ISOLATE, "takes what is Buddy, of any type (3.1)"},
	{"bitmap", 0, BS_LAW_ISOLATE, "v11 looks at no type (3.2 Isolation; axis 20)"},
	{"bubble", 0, BS_LAW_ISOLATE, "fills from ISOLATE lists too (5, fill; axis 20)"},
	{"bubble", 0, BS_LAW_FREE, "... and loses them in NR_FREE_PAGES (5, Defect)"},
	{"bubble", 0, BS_LAW_OOM, "... so that it seems full; 33 is of S7 and says so of S3"},
	{"percpu-array", 0, BS_LAW_SETTLE, "a full array drops the hint (3.1; 22 excepts S2a)"},
	{"percpu-array", 0, BS_LAW_PEAK, "isolates its whole array, up to 1 GiB (3.1)"},
	{"bubble", 0, BS_LAW_TYPE, "returns to the stashed type (5, put_back; axis 14)"},
	{"bubble", 0, BS_LAW_ERROR, "no error handling (axis 26); 23 is of S7"},
	{"scatterlist", 0, BS_LAW_ERROR, "warns, marks all the same (axis 26; 12.1)"},
	{"boundary", 0, BS_LAW_ERROR, "warns, marks all the same (axis 26; 12.1)"},
	{"list-walk", 0, BS_LAW_ERROR, "warns, marks all the same (axis 26; 12.1)"},
	{"bubble", 0, BS_LAW_MIN, "no watermark check on pulling (5; axis 12)"},
	{"april-sketch", 0, BS_LAW_MIN, "pulls as S3 does, no watermark in the sketch (4)"},
	{"scatterlist", 0, BS_LAW_MIN, "removed directly, no watermark check (6; axis 12)"},
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
	/* No mark is kept (axis 16). */
	{NULL, BS_CAP_DUPLICATES, MARKS},
	/* What it frees is on no list yet: it takes nothing out of one, and returns nothing (2). */
	{"hypercall", 0, ISOLATED | BS_LAW_BIT(BS_LAW_TYPE) | BS_LAW_BIT(BS_LAW_MIN)},
	/* Allocates what it reports, and keeps it: no mark, nothing isolated or returned (10, S8b). */
	{NULL, BS_CAP_CLIENT, MARKS | ISOLATED | BS_LAW_BIT(BS_LAW_TYPE) | BS_LAW_BIT(BS_LAW_ONCE)},
	/* Claims blocks where they stand (10, S8a). */
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
