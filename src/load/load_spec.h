/* SPDX-License-Identifier: GPL-2.0-or-later */
/* load_spec.h - what a user asks for with --load, "churn:size=512MiB,tasks=4", once it is read (loads.h). */
#ifndef BS_LOAD_SPEC_H
#define BS_LOAD_SPEC_H

#include <buddysim/load.h>

/* @label: as it was written; @values: parallel to the kind's table. Both are the spec's own. */
struct bs_load_spec {
	const struct bs_load_kind *kind;
	char *label;
	uint64_t *values;
};

void bs_load_spec_free(struct bs_load_spec *spec);
/* All parameters, also those left at their default, in the words that bs_load_parse() reads: with the
 * load's name in front. To be free()d; NULL when out of memory. */
char *bs_load_spec_text(const struct bs_load_spec *spec);

unsigned int bs_load_nr_tasks(const struct bs_load_spec *spec);
/* CPUs that its tasks are bound to. */
unsigned int bs_load_nr_cpus(const struct bs_load_spec *spec);
/* The most that is in use at a time, with the base and what is given back of it before the load begins. */
uint64_t bs_load_peak_bytes(const struct bs_load_spec *spec);
/* From t0 to its end, with its lead-in, where nothing makes it wait. */
bs_ns bs_load_length(const struct bs_load_spec *spec);

#endif
