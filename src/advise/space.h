/* SPDX-License-Identifier: GPL-2.0-or-later */
/* space.h - the parameters of a strategy that are tried, and in which steps. */
#ifndef BS_SPACE_H
#define BS_SPACE_H

#include "point.h"
#include "spec.h"

/*
 * struct bs_axis - one parameter
 * @param: its number
 * @value: its steps, rising; @nr of them
 * @coarse: bit n is set: step n is tried in the first round
 * @own: the step that the strategy has by itself
 */
struct bs_axis {
	unsigned int param, nr, coarse, own;
	uint64_t value[BS_MAX_STEPS];
};

struct bs_space {
	struct bs_spec spec;
	struct bs_axis axis[BS_MAX_AXES];
	unsigned int nr_axes;
};

/* Who has a role has an axis, unless @text gives it a value, or @stock and it cannot be set there.
 * @capacity: ranges of the device's request. @on: the guest's machine. 0, or negative with @err. */
int bs_space_open(struct bs_space *s, const char *text, bool stock, unsigned int capacity,
		  const struct bs_platform *on, struct bs_error *err);
void bs_space_close(struct bs_space *s);

/* The setting at these steps, as -s takes it: what has the role of order or delay is always said,
 * others where they are not the strategy's own. To be free()d; NULL: out of memory. */
char *bs_space_label(const struct bs_space *s, const uint8_t *at);
/* The value of a role there; @fallback: it has none. */
uint64_t bs_space_value(const struct bs_space *s, const uint8_t *at, enum bs_param_role role,
			uint64_t fallback);

/* Are other values of it tried? */
bool bs_space_has_axis(const struct bs_space *s, enum bs_param_role role);

#endif
