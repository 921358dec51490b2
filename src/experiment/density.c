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
 * The gap was what it takes to start a guest by hand.
 *
 * What of the 15 GB was not guests' memory is not said, only that with it the third guest without reporting needs
 * 2.5 GB of swap: 2.9 GiB with three guests. That is one number for two things, the host's own and what lies on the
 * host beside each guest (who emulates it, its page tables, the page cache of its image, which a host keeps while it
 * swaps). So both ends are computed: all of it the host's own, and a third of it beside each guest. Nothing is fitted to
 * a row with reporting.
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
	 "guests that ran without anything being swapped out, if what no guest has is all the host's own"},
	{"guests_fit_beside", "beside each", BS_COLUMN_COUNT, false,
	 "the same, if it lies beside each guest: a third of what it is with three"},
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

#define FITTED 3 /* guests that ran when what no guest has was seen */

/* @guest, @program, @base: of each; @memory: of the host; @taken: what of that no guest has, with FITTED of them */
struct size {
	uint64_t guest, program, base, memory, taken, swap;
};

/* The base is the most that leaves the program room in its guest. */
static struct size size_of(const struct bs_experiment *x)
{
	if (x->ci)
		return (struct size){320 * BS_MIB, 256 * BS_MIB, 32 * BS_MIB,
				     960 * BS_MIB, 210 * BS_MIB, 2048 * BS_MIB};
	return (struct size){5120 * BS_MIB,	 4096 * BS_MIB, 896 * BS_MIB,
			     15 * 1024 * BS_MIB, 2944 * BS_MIB, 64 * 1024 * BS_MIB};
}

static const char *published_of(const char *spec)
{
	return !strcmp(spec, "none")				    ? "2"
	       : !strcmp(spec, "bitmap") || !strcmp(spec, "bubble") ? "6"
								    : "";
}

/* What came out of one host. */
struct outcome {
	unsigned int fit;
	uint64_t left; /* held for the first guest when the second started */
	struct bs_host_figures host;
	bs_ns first, last; /* how long their programs ran */
};

static void put_row(struct bs_experiment *x, const char *spec, bs_ns gap, const struct outcome *own,
		    const struct outcome *beside)
{
	json_t *row = bs_experiment_row(x, spec);

	bs_json_put_uint(row, "gap_ns", gap);
	bs_json_put_uint(row, "guests_fit", own->fit);
	bs_json_put_uint(row, "guests_fit_beside", beside->fit);
	bs_json_put_text(row, "published", published_of(spec));
	bs_json_put_uint(row, "next_swap_bytes", own->host.swapped_out_bytes);
	bs_json_put_uint(row, "left_bytes", own->left);
	bs_json_put_uint(row, "host_peak_bytes", own->host.peak_bytes);
	bs_json_put_time(row, "first_ns", own->first);
	bs_json_put_time(row, "last_ns", own->last);
}

/* @beside: bytes that the host needs for each guest beside its memory. */
static int launch_all(struct bs_experiment *x, struct bs_fleet *f, bs_ns gap, uint64_t beside,
		      struct outcome *o, struct bs_error *err)
{
	int ret = 0;

	*o = (struct outcome){.fit = 0};
	while (!ret && f->nr < BS_FLEET_MOST) {
		bs_host_memory_less(&f->world.host.memory, beside);
		ret = bs_fleet_launch(f, x, err);
		bs_fleet_host(f, &o->host);
		if (ret || o->host.swapped_out_bytes || o->host.kills)
			break;
		o->fit++;
		ret = bs_fleet_wait(f, gap, err);
		if (o->fit == 1)
			o->left = bs_device_held(f->guests[0].g->dev);
	}
	o->first = bs_fleet_took(f, 0);
	o->last = bs_fleet_took(f, f->nr - 1);
	return ret;
}

static int run_host(struct bs_experiment *x, const char *spec, bs_ns gap, bool is_beside,
		    struct outcome *o, struct bs_error *err)
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
	ret = bs_fleet_begin(f, x, spec, load, s.guest, is_beside ? s.memory : s.memory - s.taken,
			     s.swap, err);
	if (!ret)
		ret = launch_all(x, f, gap, is_beside ? s.taken / FITTED : 0, o, err);
	bs_fleet_end(f);
	free(f);
	free(load);
	return ret;
}

static int run_cell(struct bs_experiment *x, const char *spec, bs_ns gap, struct bs_error *err)
{
	struct outcome own, beside;
	int ret = run_host(x, spec, gap, false, &own, err);

	if (!ret)
		ret = run_host(x, spec, gap, true, &beside, err);
	if (!ret)
		put_row(x, spec, gap, &own, &beside);
	return ret;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static uint64_t fit_of(const struct bs_experiment *x, const char *spec, bs_ns gap, const char *key)
{
	const json_t *row;
	size_t i;

	json_array_foreach(x->rows, i, row)
	{
		if (!strcmp(bs_row_word(row, "strategy"), spec) && bs_row_get(row, "gap_ns") == gap)
			return bs_row_get(row, key);
	}
	return 0;
}

static void answer(struct bs_experiment *x)
{
	static const char own[] = "guests_fit", beside[] = "guests_fit_beside";
	const char *most = x->specs[0], *least = x->specs[0];

	for (unsigned int i = 1; i < x->nr_specs; i++) {
		if (fit_of(x, x->specs[i], gaps[2], own) > fit_of(x, most, gaps[2], own))
			most = x->specs[i];
		if (fit_of(x, x->specs[i], gaps[2], own) < fit_of(x, least, gaps[2], own))
			least = x->specs[i];
	}
	bs_experiment_answers(
		x,
		"density: 10 s after one another %llu guests fit with %s and %llu to %llu with %s, by "
		"whether what no guest has lies beside each guest or is the host's own; at once %llu, "
		"and %llu to %llu; published: 2 without reporting, 6 with",
		(unsigned long long)fit_of(x, least, gaps[2], own), least,
		(unsigned long long)fit_of(x, most, gaps[2], beside),
		(unsigned long long)fit_of(x, most, gaps[2], own), most,
		(unsigned long long)fit_of(x, least, 0, own),
		(unsigned long long)fit_of(x, most, 0, beside),
		(unsigned long long)fit_of(x, most, 0, own));
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
	bs_json_put_uint(x->setting, "host_taken_bytes", s.taken);
	bs_experiment_setting(
		x,
		"guests of %llu MiB, %llu of them in use before, a program of %llu MiB in "
		"each, one after the other; a host of %llu MiB, of which %llu are no guest's",
		(unsigned long long)(s.guest >> 20), (unsigned long long)(s.base >> 20),
		(unsigned long long)(s.program >> 20), (unsigned long long)(s.memory >> 20),
		(unsigned long long)(s.taken >> 20));
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
