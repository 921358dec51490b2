// SPDX-License-Identifier: GPL-2.0-or-later
#include "service.h"

#include <errno.h>
#include <stdlib.h>

int bs_service_init(struct bs_service *s, unsigned int threads)
{
	*s = (struct bs_service){.nr = threads};
	if (!threads)
		return 0;
	s->free_at = calloc(threads, sizeof(*s->free_at));
	return s->free_at ? 0 : -ENOMEM;
}

void bs_service_free(struct bs_service *s)
{
	free(s->free_at);
	*s = (struct bs_service){0};
}

static bs_ns *first_free(const struct bs_service *s)
{
	bs_ns *first = s->free_at;

	for (unsigned int i = 1; i < s->nr; i++)
		if (s->free_at[i] < *first)
			first = &s->free_at[i];
	return first;
}

bs_ns bs_service_take(struct bs_service *s, bs_ns now, bs_ns cost)
{
	bs_ns *thread, begin;

	if (!s->nr)
		return cost;
	thread = first_free(s);
	begin = *thread > now ? *thread : now;
	if (begin > now) {
		s->waits++;
		s->waited_ns += begin - now;
	}
	*thread = begin + cost;
	s->busy_ns += cost;
	return *thread - now;
}

bool bs_service_busy(const struct bs_service *s, bs_ns now)
{
	return s->nr && *first_free(s) > now;
}
