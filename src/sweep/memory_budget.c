// SPDX-License-Identifier: GPL-2.0-or-later
#include "memory_budget.h"

#include "guard.h"

#define SHARE 10 /* of what is available, one part in so many is not handed out */

void bs_budget_init(struct bs_budget *b)
{
	char limit[256];
	uint64_t available;

	/* Without a limit that is known everybody gets what he asks for. */
	if (bs_guard_available(&bs_guard_proc, &available, limit, sizeof(limit)) ||
	    available > INT64_MAX)
		available = INT64_MAX;
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->given, NULL);
	b->left = (int64_t)(available - available / SHARE);
	b->holders = 0;
}

void bs_budget_destroy(struct bs_budget *b)
{
	pthread_cond_destroy(&b->given);
	pthread_mutex_destroy(&b->lock);
}

void bs_budget_take(struct bs_budget *b, uint64_t bytes)
{
	pthread_mutex_lock(&b->lock);
	while (b->holders && (int64_t)bytes > b->left)
		pthread_cond_wait(&b->given, &b->lock);
	b->left -= (int64_t)bytes;
	b->holders++;
	pthread_mutex_unlock(&b->lock);
}

void bs_budget_give(struct bs_budget *b, uint64_t bytes)
{
	pthread_mutex_lock(&b->lock);
	b->left += (int64_t)bytes;
	b->holders--;
	pthread_cond_broadcast(&b->given);
	pthread_mutex_unlock(&b->lock);
}
