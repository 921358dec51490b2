// SPDX-License-Identifier: GPL-2.0-or-later
#include "data_guests.h"

#include <stdlib.h>

static void put_mib(FILE *f, json_int_t bytes)
{
	fprintf(f, "\t%.6f", (double)bytes / (1 << 20));
}

static void put_heads(const struct bs_series *s, FILE *f)
{
	static const char *const what[] = {"held", "used", "swapped"};

	fputs("time_s\thost_held_mib\thost_swapped_mib", f);
	for (size_t g = 0; g < s->nr_guests; g++)
		for (size_t k = 0; k < sizeof(what) / sizeof(what[0]); k++) {
			fprintf(f, "\t%s_mib ", what[k]);
			for (const char *c = s->guests[g].label; *c; c++)
				fputc((unsigned char)*c < ' ' ? ' ' : *c, f);
		}
	fputc('\n', f);
}

void bs_data_guests(const struct bs_series *s, FILE *f)
{
	size_t *at = calloc(s->nr_guests + 1, sizeof(*at));

	put_heads(s, f);
	for (size_t i = 0; i < s->nr && at; i++) {
		const json_int_t now = bs_stored_number(s->time, i);

		fprintf(f, "%.9f", (double)now / BS_NS_PER_S);
		put_mib(f, bs_stored_number(s->host_held, i));
		put_mib(f, bs_stored_number(s->host_swapped, i));
		for (size_t n = 0; n < s->nr_guests; n++) {
			const struct bs_guest_series *g = &s->guests[n];

			while (at[n] + 1 < g->nr && bs_stored_number(g->time, at[n] + 1) <= now)
				at[n]++;
			put_mib(f, bs_stored_number(g->resident, at[n]) +
					   bs_stored_number(g->unmapped, at[n]));
			put_mib(f, bs_stored_number(g->used, at[n]));
			put_mib(f, bs_stored_number(g->swapped, at[n]));
		}
		fputc('\n', f);
	}
	free(at);
}
