// SPDX-License-Identifier: GPL-2.0-or-later
/* snapshot_read.c - files, each of which is what its content says it is. */
#include <buddysim/snapshot.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "pageflags.h"
#include "proc.h"
#include "snapshot_fill.h"
#include "state_text.h"
#include "textfile.h"

/* Of a machine that is not known. */
#define X86_ORDERS (bs_platform_at(BS_MACHINE_QEMU_PC)->max_order + 1)

static int one_line(struct bs_proc *p, struct bs_state_reader *dump, char *line, const char *path,
		    uint64_t number, struct bs_error *err)
{
	int ret;

	if (!dump->open && strncmp(line, "pa_oracle ", 10) && strncmp(line, "dump ", 5))
		return bs_proc_line(p, line, path, number, err);
	ret = bs_state_reader_line(dump, line, path, number, err);
	if (ret == BS_RECORD_COMPLETE) {
		p->taken++;
		if (bs_snapshots_add_state(p->out, dump->state))
			return bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "out of memory");
	}
	return ret < 0 ? ret : 0;
}

static int read_text(struct bs_proc *p, const char *path, struct bs_error *err)
{
	const uint64_t before = p->taken;
	struct bs_state_reader dump;
	struct bs_textfile *t;
	char *line;
	long len = 0;
	int ret = bs_textfile_open(path, &t, err);

	if (ret)
		return ret;
	bs_state_reader_init(&dump);
	while (!ret && (len = bs_textfile_line(t, &line, err)) >= 0) {
		if (bs_text_is_unclean(line, (size_t)len))
			bs_line_clean(line, (size_t)len);
		ret = one_line(p, &dump, line, path, bs_textfile_number(t), err);
	}
	if (!ret && len < -1)
		ret = (int)len;
	else if (!ret && dump.open)
		ret = bs_error_set(err, BS_INPUT, 0, path, "the file was cut short",
				   "a dump without its enddump");
	else if (!ret && p->taken == before)
		ret = bs_error_set(
			err, BS_INPUT, 0, path,
			"give /proc/buddyinfo, or a copy of it, or what the kernel logs when "
			"it runs out of memory",
			"says nothing of free memory");
	bs_proc_end_of_file(p);
	bs_state_reader_free(&dump);
	bs_textfile_close(t);
	return ret;
}

/* ---- kpageflags ------------------------------------------------------------------------------ */

static int count_block(void *arg, bs_pfn pfn, unsigned int order)
{
	struct bs_snapshot_zone *z = arg;

	(void)pfn;
	z->nr_free[order]++;
	return 0;
}

/* Where buddyinfo says how many there are, it is not asked. */
static int count_pages(struct bs_snapshots *all, const char *path, struct bs_error *err)
{
	struct bs_pageflags f;
	bool zones = false;
	int ret = bs_pageflags_read(path, NULL, &f, err);

	if (ret)
		return ret;
	for (unsigned int i = 0; all->n && i < all->s[0].nr_zones; i++) {
		struct bs_snapshot_zone *z = &all->s[0].zone[i];

		if (!z->sizes || !z->sizes->spanned)
			continue;
		zones = true;
		if (z->nr_orders)
			continue;
		z->nr_orders = X86_ORDERS;
		bs_pageflags_blocks(&f, z->sizes->start, z->sizes->start + z->sizes->spanned,
				    X86_ORDERS - 1, count_block, z);
	}
	bs_pageflags_free(&f);
	if (zones)
		return 0;
	return bs_error_set(err, BS_INPUT, 0, path, "give the machine's /proc/zoneinfo, too",
			    "says what is free, but not in which zone");
}

/* ---- All of them ----------------------------------------------------------------------------- */

/* Lists by type say how many blocks there are, if nothing else does. */
static void add_up_types(struct bs_snapshot_zone *z)
{
	if (z->nr_orders || !z->types || !z->types->listed)
		return;
	for (unsigned int t = 0; t < BS_NR_SNAPSHOT_TYPES; t++)
		for (unsigned int o = 0; o < BS_SNAPSHOT_ORDERS; o++) {
			z->nr_free[o] += z->types->nr_free[t][o];
			if (z->types->nr_free[t][o] && z->nr_orders <= o)
				z->nr_orders = o + 1;
		}
	if (z->nr_orders < X86_ORDERS)
		z->nr_orders = X86_ORDERS;
}

/* Sizes hold on until they are said again. */
static int keep_sizes(struct bs_snapshots *all)
{
	for (size_t i = 1; i < all->n; i++)
		for (unsigned int k = 0; k < all->s[i].nr_zones; k++) {
			struct bs_snapshot_zone *z = &all->s[i].zone[k];
			const struct bs_snapshot_zone *before =
				bs_snapshot_zone(&all->s[i - 1], z->node, z->name);

			if (z->sizes || !before || !before->sizes)
				continue;
			if (!bs_snapshot_sizes_made(z))
				return -ENOMEM;
			*z->sizes = *before->sizes;
		}
	return 0;
}

static bool any_orders(const struct bs_snapshots *all)
{
	for (size_t i = 0; i < all->n; i++)
		for (unsigned int k = 0; k < all->s[i].nr_zones; k++)
			if (all->s[i].zone[k].nr_orders)
				return true;
	return false;
}

/* All zones of a kernel have as many orders: a line with fewer was cut, one with more was broken in two. */
static int check_orders(const struct bs_snapshots *all, const char *path, struct bs_error *err)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct bs_snapshot_zone *first = NULL, *z = all->s[i].zone;

		for (unsigned int k = 0; k < all->s[i].nr_zones; k++, z++) {
			first = first || !z->nr_orders ? first : z;
			if (!z->nr_orders || z->nr_orders == first->nr_orders)
				continue;
			return bs_error_set(
				err, BS_INPUT, 0, path,
				"a line of it was cut or broken: fetch all of it again, or "
				"leave out the sample that is not whole",
				"zone %s of node %u has %u orders, zone %s of node %u has "
				"%u",
				first->name, first->node, first->nr_orders, z->name, z->node,
				z->nr_orders);
		}
	}
	return 0;
}

static int finish(struct bs_snapshots *all, const char *path, struct bs_error *err)
{
	int ret = check_orders(all, path, err);

	if (ret)
		return ret;
	for (size_t i = 0; i < all->n; i++)
		for (unsigned int k = 0; k < all->s[i].nr_zones; k++)
			add_up_types(&all->s[i].zone[k]);
	if (!any_orders(all))
		return bs_error_set(err, BS_INPUT, 0, path, "give /proc/buddyinfo, too",
				    "nothing says how many blocks of each order are free");
	if (keep_sizes(all))
		return bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "out of memory");
	return 0;
}

int bs_snapshots_read(const char *const *paths, unsigned int nr_paths, struct bs_snapshots **out,
		      struct bs_error *err)
{
	struct bs_proc p = {.out = calloc(1, sizeof(*p.out)), .time = BS_NO_TIME};
	int ret = 0;

	if (!p.out)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, NULL, NULL, "out of memory");
	for (unsigned int i = 0; i < nr_paths && !ret; i++)
		if (!bs_pageflags_is(paths[i]))
			ret = read_text(&p, paths[i], err);
	for (unsigned int i = 0; i < nr_paths && !ret; i++)
		if (bs_pageflags_is(paths[i]))
			ret = count_pages(p.out, paths[i], err);
	if (!ret)
		ret = finish(p.out, nr_paths ? paths[0] : NULL, err);
	if (ret) {
		bs_snapshots_free(p.out);
		return ret;
	}
	*out = p.out;
	return 0;
}
