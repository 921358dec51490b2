// SPDX-License-Identifier: GPL-2.0-or-later
/* measured_json.c - what this host is and did: the part of a record that is another on each machine. */
#include "measured_json.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "figures.h"
#include "json.h"

json_t *bs_measured_json(void)
{
	json_t *o = json_object();
	struct utsname u;
	char thp[128] = "unknown";
	FILE *f = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "re");

	if (f) {
		if (fgets(thp, sizeof(thp), f))
			thp[strcspn(thp, "\n")] = '\0';
		fclose(f);
	}
	if (!uname(&u)) {
		bs_json_put_text(o, "host_kernel", u.release);
		bs_json_put_text(o, "host_machine", u.machine);
	}
	bs_json_put_text(o, "host_thp", thp);
	json_object_set_new(o, "cells", json_array());
	return o;
}

static uint64_t per_second(uint64_t events, uint64_t ns)
{
	return ns ? (uint64_t)((unsigned __int128)events * BS_NS_PER_S / ns) : 0;
}

json_t *bs_measured_cell_json(const struct bs_outcome *o)
{
	const struct bs_figures *f = o->f;
	json_t *cell = json_object();

#define FIGURE_MEASURED(key, unit, source, ...) \
	bs_record_put(cell, key, bs_figure_json(BS_UNIT_##unit, source));
#define PART_MEASURED(key, unit, json, ...) bs_record_put(cell, key, json);
#include "figures.def"
	return cell;
}
