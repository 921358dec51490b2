// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * density.c - how many guests fit on a host? Guests come one after the other; each runs a program that writes most
 * of its guest's memory and exits, and the next one starts some time after that, until something has to be
 * swapped out. What a guest leaves with the host in that time decides.
 *
 *   host    |#####gap####gap####gap ...         # 4 GiB of a program, then what is left of them
 *
 * Published for it (a node of 15 GB, guests of 5 GB, a program of 4 GB): 2 guests without reporting, of which the
 * third had 2.5 GB in swap; 6 with reporting through an array of hints (a bitmap since) and with bubble.
 * The gap was what it takes to start a guest by hand. What the host itself took is not said: here it is what makes
 * the third guest without reporting need 2.5 GB of swap, which is fitted to that one figure and the same for all.
 * With it the published guests left 1.2 and 1.5 GB each behind, and those here what is in use before and
 * little more: 9 fit, not 6. What theirs kept, and this load has not, is what grew in them meanwhile: page cache,
 * and memory in blocks below the order that is reported.
 */
#include "fleet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

static const bs_ns gaps[] = {0, 2 * BS_NS_PER_S, 10 * BS_NS_PER_S, 30 * BS_NS_PER_S,
			     60 * BS_NS_PER_S};
#define NR_GAPS (sizeof(gaps) / sizeof(gaps[0]))

static const struct bs_column columns[] = {
	{"strategy", "strategy", BS_COLUMN_TEXT, false, "who takes part, with its parameters"},
	{"gap_ns", "gap s", BS_COLUMN_NS, false,
	 "from one program's exit to the next guest's start"},
	{"guests_fit", "guests", BS_COLUMN_COUNT, false,
	 "guests that ran without anything being swapped out"},
	{"published", "published", BS_COLUMN_TEXT, false, "what was published for this strategy"},
	{"next_swap_bytes", "next swaps MiB", BS_COLUMN_BYTES, false,
	 "what was swapped out for the guest after those"},
	{"left_bytes", "left MiB", BS_COLUMN_BYTES, false,
	 "what the host held for the first guest when the second started"},
	{"host_peak_bytes", "host peak MiB", BS_COLUMN_BYTES, false,
	 "most that all guests held at once"},
	{"first_ns", "first s", BS_COLUMN_NS, false, "what the first guest's program took"},
	{"last_ns", "last s", BS_COLUMN_NS, false,
	 "... and that of the last one, for which something was swapped out"},
	{NULL, NULL, BS_COLUMN_TEXT, false, NULL},
};

/* @guest, @program, @base: of each; @memory: of the host, without what it takes itself */
struct size {
	uint64_t guest, program, base, memory, swap;
};

/* The base is the most that leaves the program room in its guest. */
static struct size size_of(const struct bs_experiment *x)
{
	if (x->ci)
		return (struct size){320 * BS_MIB, 256 * BS_MIB, 32 * BS_MIB, 750 * BS_MIB,
				     2048 * BS_MIB};
	return (struct size){5120 * BS_MIB, 4096 * BS_MIB, 896 * BS_MIB,
			     (15 * 1024 - 2944) * BS_MIB, 64 * 1024 * BS_MIB};
}

static const char *published_of(const char *spec)
{
	return !strcmp(spec, "none")				    ? "2"
	       : !strcmp(spec, "bitmap") || !strcmp(spec, "bubble") ? "6"
								    : "";
}

static void put_row(struct bs_experiment *x, const struct bs_fleet *f, const char *spec, bs_ns gap,
		    unsigned int fit, uint64_t left)
{
	struct bs_host_figures h;
	json_t *row = bs_experiment_row(x, spec);

	bs_fleet_host(f, &h);
	bs_json_put_uint(row, "gap_ns", gap);
	bs_json_put_uint(row, "guests_fit", fit);
	bs_json_put_text(row, "published", published_of(spec));
	bs_json_put_uint(row, "next_swap_bytes", h.swapped_out_bytes);
	bs_json_put_uint(row, "left_bytes", left);
	bs_json_put_uint(row, "host_peak_bytes", h.peak_bytes);
	bs_json_put_time(row, "first_ns", bs_fleet_took(f, 0));
	bs_json_put_time(row, "last_ns", bs_fleet_took(f, f->nr - 1));
}

static int launch_all(struct bs_experiment *x, struct bs_fleet *f, const char *spec, bs_ns gap,
		      struct bs_error *err)
{
	unsigned int fit = 0;
	uint64_t left = 0;
	int ret = 0;

	while (!ret && f->nr < BS_FLEET_MOST) {
		struct bs_host_figures h;

		ret = bs_fleet_launch(f, x, err);
		bs_fleet_host(f, &h);
		if (ret || h.swapped_out_bytes || h.kills)
			break;
		fit++;
		ret = bs_fleet_wait(f, gap, err);
		if (fit == 1)
			left = bs_device_held(f->guests[0].g->dev);
	}
	if (!ret)
		put_row(x, f, spec, gap, fit, left);
	return ret;
}

static int run_cell(struct bs_experiment *x, const char *spec, bs_ns gap, struct bs_error *err)
{
	const struct size s = size_of(x);
	char *load = bs_fleet_hog(s.program, s.base);
	struct bs_fleet *f = malloc(sizeof(*f));
	int ret;

	if (!load || !f) {
		free(load);
		free(f);
		return bs_error_set(err, BS_RESOURCE, ENOMEM, spec, NULL, "experiment");
	}
	ret = bs_fleet_begin(f, x, spec, load, s.guest, s.memory, s.swap, err);
	if (!ret)
		ret = launch_all(x, f, spec, gap, err);
	bs_fleet_end(f);
	free(f);
	free(load);
	return ret;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static uint64_t fit_of(const struct bs_experiment *x, const char *spec, bs_ns gap)
{
	const json_t *row;
	size_t i;

	json_array_foreach(x->rows, i, row)
	{
		if (!strcmp(bs_row_word(row, "strategy"), spec) && bs_row_get(row, "gap_ns") == gap)
			return bs_row_get(row, "guests_fit");
	}
	return 0;
}

static void answer(struct bs_experiment *x)
{
	const char *most = x->specs[0], *least = x->specs[0];

	for (unsigned int i = 1; i < x->nr_specs; i++) {
		if (fit_of(x, x->specs[i], gaps[2]) > fit_of(x, most, gaps[2]))
			most = x->specs[i];
		if (fit_of(x, x->specs[i], gaps[2]) < fit_of(x, least, gaps[2]))
			least = x->specs[i];
	}
	bs_experiment_answers(
		x,
		"density: 10 s after one another %llu guests fit with %s and %llu with %s; "
		"at once %llu and %llu; published: 2 without reporting, 6 with",
		(unsigned long long)fit_of(x, least, gaps[2]), least,
		(unsigned long long)fit_of(x, most, gaps[2]), most,
		(unsigned long long)fit_of(x, least, 0), (unsigned long long)fit_of(x, most, 0));
}

static int run(struct bs_experiment *x, struct bs_error *err)
{
	const struct size s = size_of(x);
	int ret = 0;

	bs_json_put_text(x->setting, "costs", BS_FLEET_COSTS);
	bs_json_put_uint(x->setting, "memory_bytes", s.guest);
	bs_json_put_uint(x->setting, "program_bytes", s.program);
	bs_json_put_uint(x->setting, "base_bytes", s.base);
	bs_json_put_uint(x->setting, "host_memory_bytes", s.memory);
	bs_experiment_setting(
		x,
		"guests of %llu MiB, %llu of them in use before, a program of %llu MiB in "
		"each, one after the other; %llu MiB of the host for all",
		(unsigned long long)(s.guest >> 20), (unsigned long long)(s.base >> 20),
		(unsigned long long)(s.program >> 20), (unsigned long long)(s.memory >> 20));
	for (unsigned int i = 0; i < x->nr_specs && !ret; i++)
		for (size_t g = 0; g < NR_GAPS && !ret; g++)
			ret = run_cell(x, x->specs[i], gaps[g], err);
	if (!ret)
		answer(x);
	return ret;
}

const struct bs_experiment_kind bs_experiment_density = {
	.name = "density",
	.question =
		"how many guests fit on a host when each runs a program and the next one starts a "
		"while later",
	.columns = columns,
	.extra = bs_fleet_strategies,
	.only_extra = true,
	.run = run,
};
