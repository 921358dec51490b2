/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memory_budget.h - this host's memory as something that is handed out before it is used. */
#ifndef BS_MEMORY_BUDGET_H
#define BS_MEMORY_BUDGET_H

#include <pthread.h>
#include <stdint.h>

struct bs_budget {
	pthread_mutex_t lock;
	pthread_cond_t given;
	int64_t left; /* below 0 while one has more than there was */
	unsigned int holders;
};

/* Most of what is available now; some is left to others. */
void bs_budget_init(struct bs_budget *b);
void bs_budget_destroy(struct bs_budget *b);
/* Wait until there are @bytes, or nobody else has any: who needs more than there is runs alone, and finds
 * out by himself. */
void bs_budget_take(struct bs_budget *b, uint64_t bytes);
void bs_budget_give(struct bs_budget *b, uint64_t bytes);

#endif
