// SPDX-License-Identifier: GPL-2.0-or-later
#include "guests_text.h"

#include <inttypes.h>
#include <string.h>

#include "json.h"

#define MOST 12 /* guests of a row that are shown; the record has all */
#define NAME 24

static void print_guest(const json_t *g, FILE *f)
{
	const json_t *killed = json_object_get(g, "killed_at_ns");
	uint64_t cycles, at = 0;

	fprintf(f, "  %-*.*s %8" PRIu64 " %8" PRIu64 " %10" PRIu64 " %9" PRIu64 " %9" PRIu64, NAME,
		NAME, bs_json_words(g, "label"), bs_json_value(g, "memory_bytes") >> 20,
		bs_json_value(g, "peak_resident_bytes") >> 20, bs_json_value(g, "held_mib_s"),
		bs_json_value(g, "swap.out_bytes") >> 20,
		bs_json_value(g, "guest_stall_ns.total") / BS_NS_PER_MS);
	if (bs_json_uint_at(g, "load.cycles", &cycles))
		fprintf(f, " %7s", "");
	else
		fprintf(f, " %7" PRIu64, cycles);
	fprintf(f, "  %.60s", bs_json_words(g, "strategy"));
	if (bs_json_get_uint(killed, &at))
		fprintf(f, ", killed at %" PRIu64 " s", at / BS_NS_PER_S);
	fputc('\n', f);
}

void bs_guests_text(const struct bs_result *r, FILE *f)
{
	const json_t *cells = json_object_get(r->record, "cells"), *cell, *guest;
	size_t i, n;

	if (!json_is_array(json_object_get(json_array_get(cells, 0), "guests")))
		return;
	fprintf(f, "each guest %*s %8s %8s %10s %9s %9s %7s  %s\n", NAME - 8, "", "memory", "peak",
		"held", "swapped", "stall", "cycles", "strategy");
	fprintf(f, "%*s %8s %8s %10s %9s %9s\n", NAME + 2, "", "MiB", "MiB", "MiB.s", "MiB", "ms");
	json_array_foreach(cells, i, cell)
	{
		const json_t *guests = json_object_get(cell, "guests");

		fprintf(f, "%s\n", r->rows[i].label);
		json_array_foreach(guests, n, guest)
		{
			if (n < MOST)
				print_guest(guest, f);
		}
		if (json_array_size(guests) > MOST)
			fprintf(f, "  and %zu more: see --format json\n",
				json_array_size(guests) - MOST);
	}
}
