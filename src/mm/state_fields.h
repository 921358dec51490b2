/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_fields.h - the records of the dump format as tables of name and place, so that reading and
 * writing cannot disagree.
 */
#ifndef BS_STATE_FIELDS_H
#define BS_STATE_FIELDS_H

#include <buddysim/state.h>

/* A key of a record: its name, the place of its int64_t, and what it may be: what the allocator
 * calculates with must not overflow there. Tables end with a NULL name. */
struct bs_state_field {
	const char *name;
	size_t place;
	bool required, hex;
	int64_t min, max;
	bool read_only; /* never written: another word for one that is, or what follows from others */
};
extern const struct bs_state_field bs_state_head_fields[], bs_state_zone_fields[];
extern const struct bs_state_field bs_state_zonex_fields[], bs_state_pcp_fields[];
extern const char *const bs_state_zone_names[BS_NR_ZONE_TYPES];

/* Add a block at the end of a list. 0 or -ENOMEM. */
int bs_state_append(struct bs_state_list *l, bs_pfn pfn, unsigned int mark);
/*
 * Migratetypes are numbered by the kernel that a dump comes from, the head says how many it has:
 * U M R H, then ISOLATE; where CMA is compiled in it comes before ISOLATE. Here they are enum
 * bs_migratetype. Reading: -1 if the kernel has no such type, or it is CMA, which no model has.
 */
int bs_state_type_of_number(const struct bs_state *s, uint64_t number);
unsigned int bs_state_number_of_type(const struct bs_state *s, unsigned int mt);
/* Zone whose number in the kernel's dump is @z, or NULL; and the number of a zone. */
struct bs_state_zone *bs_state_zone_at(struct bs_state *s, int64_t z);
int64_t bs_state_zone_number(const struct bs_state *s, const struct bs_state_zone *z);

/* Of a dump that has them: in which order each node looks at zones. How many entries differ. */
unsigned int bs_state_compare_zonelists(const struct bs_state *expected, const struct bs_state *got,
					void (*differs)(void *arg, const struct bs_state_diff *d),
					void *arg);

#endif
