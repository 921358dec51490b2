/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bs_rotation_test.h - what tests of rotation look at inside of it. */
#ifndef BS_ROTATION_TEST_H
#define BS_ROTATION_TEST_H

#include "bs_report_world.h"
#include "rotation_state.h"

static inline enum bs_rotation_state bs_rotation_state_of(struct bs_world *w)
{
	return ((const struct bs_rotation *)bs_state(w->rc))->state;
}

#endif
