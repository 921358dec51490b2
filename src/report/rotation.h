/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rotation.h - state of S7, shown to the golden-vector reader and the tests. */
#ifndef BS_ROTATION_H
#define BS_ROTATION_H

#include <buddysim/types.h>

enum bs_rotation_state { BS_ROTATION_IDLE, BS_ROTATION_REQUESTED, BS_ROTATION_ACTIVE };

struct bs_rotation {
	enum bs_rotation_state state;
	unsigned int capacity;
	struct bs_range *batch; /* filled from its end towards its start */
	unsigned int free_slots; /* of the batch, for the zone being worked on */
};

#endif
