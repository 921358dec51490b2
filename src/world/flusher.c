// SPDX-License-Identifier: GPL-2.0-or-later
#include "flusher.h"

#define EVERY (5 * BS_NS_PER_S) /* vm.dirty_writeback_centisecs */
#define OLD (30 * BS_NS_PER_S) /* vm.dirty_expire_centisecs */
#define BACKGROUND_RATIO 10 /* vm.dirty_background_ratio */
#define DIRTY_RATIO 20 /* vm.dirty_ratio */
#define AT_ONCE 1024 /* pages, 4 MiB */

/* Of what is free or file pages. */
static uint64_t share(const struct bs_flusher *f, uint64_t pages, unsigned int percent)
{
	for (unsigned int i = 0; i < bs_nr_zones(f->g->m); i++) {
		struct bs_zone_info z;

		bs_zone_info(f->g->m, i, &z);
		pages += (uint64_t)z.nr_free_pages;
	}
	return pages * percent / 100;
}

static void begin(struct bs_flusher *f, bool many);

/* What was begun is on the disk. */
static void written(void *arg, int many)
{
	struct bs_flusher *f = arg;
	const bs_ns now = f->g->clock->now;
	uint64_t n;

	f->writes = false;
	if (f->g->ended)
		return;
	n = f->clean(f->arg, AT_ONCE, many ? BS_NO_TIME : now - OLD);
	/* As long as it finds something. */
	if (n && f->dirty)
		begin(f, many);
}

static void begin(struct bs_flusher *f, bool many)
{
	const bs_ns took = (f->dirty < AT_ONCE ? f->dirty : AT_ONCE) * f->write;

	f->writes = true;
	f->ns += took;
	bs_clock_push(f->g->clock, f->g->clock->now + took, BS_DUE_BACKGROUND, written, f, many);
}

static void look(void *arg, int unused)
{
	struct bs_flusher *f = arg;

	(void)unused;
	f->armed = false;
	if (f->g->ended || !f->dirty)
		return;
	f->armed = true;
	bs_clock_push(f->g->clock, f->g->clock->now + EVERY, BS_DUE_BACKGROUND, look, f, 0);
	if (!f->writes && f->g->clock->now >= OLD)
		begin(f, false);
}

void bs_flusher_note(struct bs_flusher *f, uint64_t pages)
{
	if (!f->armed) {
		f->armed = true;
		bs_clock_push(f->g->clock, f->g->clock->now + EVERY, BS_DUE_BACKGROUND, look, f, 0);
	}
	if (!f->writes && f->dirty > share(f, pages, BACKGROUND_RATIO))
		begin(f, true);
}

bool bs_flusher_throttles(const struct bs_flusher *f, uint64_t pages)
{
	return f->dirty > share(f, pages, DIRTY_RATIO);
}
