/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * poison.h - a pattern over memory that is free: who writes it, what the host makes of that, and
 * whether it is still there when the memory comes back (MEANING.md, trust).
 */
#ifndef BS_DEVICE_POISON_H
#define BS_DEVICE_POISON_H

#include "device_state.h"

/* 0 or -ENOMEM with @err. */
int bs_poison_init(struct bs_device *d, struct bs_error *err);
void bs_poison_destroy(struct bs_device *d);
/* Does a pattern of the guest's keep the host from discarding anything? QEMU's balloon device does
 * so if the guest's pattern is not 0: discarded memory would come back without it. */
bool bs_poison_inhibits(const struct bs_device *d);
/* Pages of the block that should read as the pattern and do not; @first receives the first. */
uint64_t bs_poison_damaged(const struct bs_device *d, bs_pfn pfn, unsigned int nr, bs_pfn *first);
/* Memory comes back, and what was poisoned is so still: 0, or -EUCLEAN. */
int bs_poison_check(struct bs_device *d, bs_pfn pfn, unsigned int order, struct bs_error *err);
/* The block is an owner's, who writes what he likes. */
void bs_poison_taken(struct bs_device *d, bs_pfn pfn, unsigned int nr);

#endif
