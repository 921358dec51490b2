// SPDX-License-Identifier: GPL-2.0-or-later
/* owner.c - whose a process is: what somebody has in memory, and that all of it is given back. */
#include "user_parts.h"

void bs_user_owner(struct bs_user *u, const void *owner)
{
	u->owner = owner;
}

void bs_space_disown(struct bs_space *s)
{
	s->owner = NULL;
}

uint64_t bs_user_pages_of(const struct bs_user *u, const void *owner)
{
	uint64_t n = 0;

	for (const struct bs_space *s = u->spaces; s; s = s->next)
		for (size_t i = 0; s->owner == owner && i < s->nr_ranges; i++)
			n += s->range[i].huge ? BS_USER_HUGE_PAGES : s->range[i].present;
	return n;
}

void bs_user_exit_of(struct bs_user *u, const void *owner)
{
	struct bs_space *next;

	for (struct bs_space *s = u->spaces; s; s = next) {
		next = s->next;
		if (s->owner == owner)
			bs_space_exit(s, 0);
	}
}
