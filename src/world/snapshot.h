/* SPDX-License-Identifier: GPL-2.0-or-later */
/* snapshot.h - a host writes down what a guest holds (MEANING.md, pause, snapshot, restore). */
#ifndef BS_SNAPSHOT_H
#define BS_SNAPSHOT_H

#include "parts.h"

/* What a snapshot of this moment carries is counted, or of the moment when its reporter is ready, which is asked
 * first. Its device knows of contents. */
void bs_guest_snapshot(struct bs_guest *g);
/* If one waits for the reporter (bs_saving()), it waits no more. */
void bs_guest_snapshot_waited(struct bs_guest *g);

#endif
