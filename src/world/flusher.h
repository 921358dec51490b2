/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flusher.h - dirty pages of a guest's files reach the disk when they are old, or when there are many, in the disk's
 * own time.
 */
#ifndef BS_FLUSHER_H
#define BS_FLUSHER_H

#include "parts.h"

/*
 * @write: time for a page
 * @clean: up to @most pages that have been dirty since @since or longer are clean now; returns how many
 * @dirty: pages that are: the owner's to count
 */
struct bs_flusher {
	struct bs_guest *g;
	bs_ns write;
	uint64_t (*clean)(void *arg, uint64_t most, bs_ns since);
	void *arg;
	uint64_t dirty;
	bool armed, writes;
	bs_ns ns; /* that it wrote for */
};

/* A page is dirty that was not; of files @pages are in memory. */
void bs_flusher_note(struct bs_flusher *f, uint64_t pages);
/* More are dirty than may be: who makes another one waits. */
bool bs_flusher_throttles(const struct bs_flusher *f, uint64_t pages);

#endif
