/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shape.h - a state without free memory: zones, sizes, marks, per-cpu lists that are empty. */
#ifndef BS_SHAPE_H
#define BS_SHAPE_H

#include <buddysim/snapshot.h>

/* An import in progress. */
struct bs_shape {
	const struct bs_state_import *c;
	struct bs_snapshot *from; /* the first snapshot */
	struct bs_state_notes *notes;
	struct bs_error *err;
	struct bs_state *state;
	unsigned int node_of[BS_MAX_NODES],
		nr_nodes; /* the snapshot's number of each node of the guest */
	uint64_t shift; /* pages by which all is moved down */
	bool measured; /* zoneinfo says where the zones are */
};

/* Fill @s->state. 0, or negative with the error. */
int bs_shape_state(struct bs_shape *s);
/* Is the snapshot's node in the guest? */
bool bs_shape_has(const struct bs_shape *s, unsigned int node);
/* What the snapshot says of a zone of the state, or NULL. */
struct bs_snapshot_zone *bs_shape_zone(const struct bs_shape *s, const struct bs_state_zone *z);
void bs_shape_note(struct bs_shape *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
