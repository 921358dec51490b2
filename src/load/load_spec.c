// SPDX-License-Identifier: GPL-2.0-or-later
#include "load_spec.h"

#include <stdio.h>
#include <stdlib.h>

#include "task.h"

void bs_load_spec_free(struct bs_load_spec *spec)
{
	free(spec->label);
	free(spec->values);
	*spec = (struct bs_load_spec){0};
}

char *bs_load_spec_text(const struct bs_load_spec *spec)
{
	char *params = bs_params_text(spec->kind->params, spec->values), *text;

	if (!params || asprintf(&text, "%s:%s", spec->kind->name, params) < 0)
		text = NULL;
	free(params);
	return text;
}

unsigned int bs_load_nr_tasks(const struct bs_load_spec *spec)
{
	return spec->kind->nr_tasks ? spec->kind->nr_tasks(spec->values) : 1;
}

unsigned int bs_load_nr_cpus(const struct bs_load_spec *spec)
{
	const unsigned int tasks = bs_load_nr_tasks(spec);
	const unsigned int asked = (unsigned int)spec->values[BS_LOAD_CPUS];
	const unsigned int most = tasks < BS_MAX_CPUS ? tasks : BS_MAX_CPUS;

	return asked ? asked : most;
}

uint64_t bs_load_peak_bytes(const struct bs_load_spec *spec)
{
	const uint64_t *v = spec->values;
	const uint64_t base = v[BS_LOAD_BASE], before = base * v[BS_LOAD_SPREAD];
	const uint64_t peak = base + spec->kind->peak_bytes(v);

	return before > peak ? before : peak;
}

bs_ns bs_load_length(const struct bs_load_spec *spec)
{
	return spec->values[BS_LOAD_LEAD] + spec->kind->length(spec->values);
}
