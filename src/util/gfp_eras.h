/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gfp_eras.h - what a printed gfp mask means hangs on the kernel that printed it: bits moved three
 * times, names came, went and changed their meaning. An era is a span of versions in which both stayed.
 */
#ifndef BS_GFP_ERAS_H
#define BS_GFP_ERAS_H

#include <stddef.h>

#include <buddysim/gfp.h>

#define BS_GFP_ERAS 9
#define BS_GFP_ALL_ERAS ((1u << BS_GFP_ERAS) - 1)
/* Those before 4.4: MIGRATE_RECLAIMABLE was 1, and MIGRATE_MOVABLE 2. */
#define BS_GFP_OLD_MIGRATETYPES 1u
/* What the BS_GFP_* bits are. */
#define BS_GFP_OWN_ERA 6u

/** One era: its versions, and where its bits are written down. */
struct bs_gfp_era {
	const char *name;
	unsigned int from, to; /* major * 1000 + minor, inclusive */
	const char *source;
	unsigned int year;
	const uint32_t *bits; /* what bit number i means; 32 of them */
	uint32_t known; /* bits that a kernel of the era can print */
};
extern const struct bs_gfp_era bs_gfp_eras[BS_GFP_ERAS];

/* The eras that "4.17.3-1-amd64" may be of, a bit each: one or two; 0: no version. */
unsigned int bs_gfp_eras_of(const char *version, size_t len);
/* A number as that era has it. */
uint32_t bs_gfp_decode(uint32_t value, unsigned int era);
/*
 * Can a kernel of that era have printed this number? @migratetypes, a bit each, are those that it said
 * the requests were for, which follow from the mask. No bits that it has not, no two types at once, no
 * reclaim into file systems without reclaim.
 */
bool bs_gfp_is_plausible(uint32_t value, unsigned int era, unsigned int migratetypes);
/* A migratetype as the era numbers it, as we do. */
unsigned int bs_gfp_migratetype_of(unsigned int migratetype, unsigned int era);

/**
 * bs_gfp_parse_names - "GFP_KERNEL|__GFP_ZERO" as that era means it
 * @mask: receives the flags
 * @eras: NULL, or receives the eras that have all of these names, a bit each
 * @first: NULL, or receives the first name that is not known, of @first_len bytes
 *
 * Numbers between names are bits that the kernel had no name for, and decide nothing.
 * Return: how many names were not known.
 */
unsigned int bs_gfp_parse_names(const char *text, size_t len, unsigned int era, uint32_t *mask,
				unsigned int *eras, const char **first, size_t *first_len);
/* Is all of it one number, of up to 32 bits? */
bool bs_gfp_is_number(const char *text, size_t len, uint32_t *value);

#endif
