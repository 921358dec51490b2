/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vio.h - the guest's driver of a virtio balloon as a log shows it: what it holds, what it is doing, and so what
 * it must do next (VECTORS.md, devices). It knows no allocator: which pages the driver gets is for others to
 * say, in which order it enters, tells and frees them is judged here.
 */
#ifndef BS_VIO_H
#define BS_VIO_H

#include <buddysim/machine.h>

#include "balloon_order.h"

/* Pages, or first pages of blocks, in the order in which they came: the newest goes first. @known: what lies below
 * those that came in this log is there too. @gone: what went without having been seen to come. */
struct bs_vio_stack {
	bs_pfn *pfn, *gone;
	size_t n, room, nr_gone, gone_room;
	bool known;
};

/* What a vm line counts. */
struct bs_vio_counters {
	uint64_t inflate, deflate, migrate, ram;
	bool read;
};

struct bs_vio {
	/* Receives what is not as it must be; NULL: nobody asks. Return: 0 or a reason to stop. */
	int (*differs)(void *arg, bool page, const char *what, const char *expected,
		       const char *got);
	/* Something that the driver was to do, and did. */
	void (*agrees)(void *arg, bool page);
	/* The log goes beyond what came in it: is more known (bs_vio_before())? Asked once. 0 or negative. */
	int (*older)(void *arg);
	void *arg;
	bool asked_older;

	unsigned int task; /* who acts */
	struct bs_vio_stack balloon, hinted;
	struct bs_vio_counters start, end;
	uint64_t entered, left, migrated; /* as far as the log goes */

	/* Inflation: the pages of the portion at work, entered in reverse. */
	bs_pfn got[BS_BALLOON_PORTION];
	unsigned int nr_got, nr_entered;
	bool portion_known; /* it began in this log */
	bool short_of, slept; /* an allocation failed; it waited for that */
	bool partial; /* the last portion was the last one */
	bool asked; /* a message is at the device */

	/* Deflation: told in this order, freed in reverse. */
	bs_pfn leaked[BS_BALLOON_PORTION];
	unsigned int nr_leaked, nr_freed, leaker;
	bool leaking, leak_known;
	bs_pfn moved; /* a page of the balloon has left it for another, and is to be freed */

	/* Hinting. */
	bool hints_over; /* an allocation failed: nothing more until the host asks anew */
	bs_pfn hint; /* taken and not yet sent; BS_NO_PFN */
	bool returning;
	uint64_t nr_returned;
};

void bs_vio_init(struct bs_vio *vio);
void bs_vio_free(struct bs_vio *vio);
bool bs_vio_read_counters(const char *line, struct bs_vio_counters *out);
/* The driver's part in the event @line. 0; -ENOMEM; or what differs() returned. */
int bs_vio_event(struct bs_vio *vio, const char *line);

/* Put @older, which was held when the log of @s began, below it. 0 or -ENOMEM. */
int bs_vio_put_below(struct bs_vio_stack *s, const struct bs_vio_stack *older);

#endif
