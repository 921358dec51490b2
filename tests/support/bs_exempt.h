/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bs_exempt.h - who is exempt from which law, and why. STRATEGIES.md has it under the name. The fault matrix shows
 * each exemption broken: none is given away.
 */
#ifndef BS_EXEMPT_H
#define BS_EXEMPT_H

#include "bs_schedule.h"

/*
 * @name: of the strategy; NULL: all with capability @cap
 * @law: enum bs_law_id
 * @why: what STRATEGIES.md says under the strategy's name; numbers are laws of tests/README.md
 */
struct bs_exemption {
	const char *name;
	unsigned int cap, law;
	const char *why;
};

extern const struct bs_exemption bs_exemptions[];
extern const unsigned int bs_nr_exemptions;

/*
 * Is @law about @s at all? Not about one without boundaries is a law on boundaries; and so on, for
 * want of marks, of isolated blocks, of requests. The fault matrix counts: what is about @s must
 * have been looked at; what is not may come up now and then (a client that is given the same block
 * again), and is checked then.
 */
bool bs_is_about(const struct bs_strategy *s, unsigned int law);

bool bs_is_exempt(const struct bs_strategy *s, const struct bs_exemption *e);
/* Bit per law that @s has to keep, those that are not about it included. */
uint64_t bs_laws_of(const struct bs_strategy *s);

#endif
