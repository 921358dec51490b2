/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kept.h - a bit for each page that the host was asked to discard and left as it was; it goes when the
 * page gets an owner, or is discarded after all. */
#ifndef BS_DEVICE_KEPT_H
#define BS_DEVICE_KEPT_H

#include "compiler.h"
#include "device_state.h"
#include "lazy_free.h"

/* 0 or -ENOMEM with @err. */
int bs_kept_init(struct bs_device *d, struct bs_error *err);
void bs_kept_destroy(struct bs_device *d);
/* A request is complete, and these pages are as they were. */
void bs_kept_note(struct bs_device *d, struct bs_range r);

/* ... at @now, but may go when the host is short of memory, and do not count as asked for again until then. */
void bs_kept_lazily(struct bs_device *d, struct bs_range r, bs_ns now);

/* They have an owner, or are gone. */
static inline void bs_kept_forget(struct bs_device *d, bs_pfn pfn, unsigned int nr)
{
	const uint64_t first = pfn / BS_WORD_PAGES, mask = bs_word_mask(pfn, nr);

	if (likely(!d->any_kept))
		return;
	for (uint64_t i = first; i < first + bs_nr_words(nr); i++)
		d->kept[i] &= ~mask;
	if (unlikely(d->lazy))
		bs_lazy_forget(d, pfn, nr);
}

#endif
