// SPDX-License-Identifier: GPL-2.0-or-later
#include "host_memory.h"

/* ---- What is held ---------------------------------------------------------------------------- */

static unsigned int level_of(const struct bs_host_memory *h)
{
	const uint64_t level = (h->held + h->level_bytes - 1) / h->level_bytes;

	return level < BS_HOST_LEVELS ? (unsigned int)level : BS_HOST_LEVELS;
}

static void until(void *arg, bs_ns t)
{
	struct bs_host_memory *h = arg;
	const bs_ns ns = t - h->clock->now;

	h->byte_ns += (unsigned __int128)h->held * ns;
	h->level_ns[level_of(h)] += ns;
	if (h->swapped)
		h->f.over_ns += ns;
}

void bs_host_memory_begin(struct bs_host_memory *h, struct bs_clock *k,
			  struct bs_guest *const *guests, uint64_t size, uint64_t swap)
{
	*h = (struct bs_host_memory){.meter = {.until = until, .arg = h},
				     .clock = k,
				     .guests = guests,
				     .size = size,
				     .swap = swap};
	h->level_bytes = (size ? size : UINT64_C(256) << 30) / 256;
	if (!h->level_bytes)
		h->level_bytes = 1;
	bs_clock_add_meter(k, &h->meter);
}

void bs_host_memory_close(struct bs_host_memory *h)
{
	if (h->clock)
		bs_clock_drop_meter(h->clock, &h->meter);
}

static uint64_t p99(const struct bs_host_memory *h)
{
	bs_ns all = 0, left;
	unsigned int i;

	for (i = 0; i <= BS_HOST_LEVELS; i++)
		all += h->level_ns[i];
	left = all / 100;
	for (i = BS_HOST_LEVELS; i && h->level_ns[i] <= left; i--)
		left -= h->level_ns[i];
	return i * h->level_bytes < h->f.peak_bytes && i < BS_HOST_LEVELS ? i * h->level_bytes
									  : h->f.peak_bytes;
}

void bs_host_memory_figures(const struct bs_host_memory *h, struct bs_host_figures *out)
{
	*out = h->f;
	out->p99_bytes = p99(h);
	out->held_mib_s = (uint64_t)((h->byte_ns >> 20) / BS_NS_PER_S);
	for (const struct bs_guest *g = *h->guests; g; g = g->after) {
		struct bs_device_stats s;

		bs_device_stats(g->dev, &s);
		out->swapped_out_bytes += s.swapped_out_bytes;
		out->swapped_in_bytes += s.swapped_in_bytes;
		out->dropped_bytes += s.lazy_dropped_bytes;
	}
}

void bs_host_memory_less(struct bs_host_memory *h, uint64_t bytes)
{
	h->size -= bytes < h->size ? bytes : h->size - 1;
}

/* ---- When there is no more ------------------------------------------------------------------- */

/* Somebody had no room: so many are too many. */
static void note_short(struct bs_host_memory *h)
{
	if (h->running && h->f.fit >= h->running)
		h->f.fit = h->running - 1;
}

static void count(struct bs_host_memory *h, struct bs_guest *g)
{
	const uint64_t held = bs_device_held(g->dev), swapped = bs_device_swapped(g->dev);

	h->held += held - g->held_counted;
	h->swapped += swapped - g->swapped_counted;
	g->held_counted = held;
	g->swapped_counted = swapped;
}

/* Whose is the oldest of what @at tells? NULL: there is none. */
static struct bs_guest *oldest(const struct bs_host_memory *h,
			       bs_ns (*at)(const struct bs_device *d))
{
	struct bs_guest *found = NULL;
	bs_ns first = BS_NO_TIME;

	for (struct bs_guest *g = *h->guests; g; g = g->after) {
		const bs_ns t = at(g->dev);

		if (t < first) {
			first = t;
			found = g;
		}
	}
	return found;
}

static struct bs_guest *largest(const struct bs_host_memory *h)
{
	struct bs_guest *found = NULL;

	for (struct bs_guest *g = *h->guests; g; g = g->after)
		if (!g->killed && g->held_counted + g->swapped_counted &&
		    (!found || g->held_counted + g->swapped_counted >
				       found->held_counted + found->swapped_counted))
			found = g;
	return found;
}

void bs_guest_kill(struct bs_guest *g)
{
	struct bs_host_memory *h = g->host_memory;

	g->killed = g->ended = true;
	g->killed_at = g->clock->now;
	g->touch = false;
	g->used_bytes = 0;
	bs_device_let_go(g->dev);
	if (!h)
		return;
	count(h, g);
	h->f.kills++;
	bs_host_memory_ended(g);
}

/* One step towards room: false if there is none left to be made. */
static bool make_room(struct bs_host_memory *h, bs_ns *cost)
{
	struct bs_guest *g = oldest(h, bs_device_oldest_lazy);

	*cost = 0;
	if (g) {
		bs_device_drop_lazy(g->dev, h->clock->now, cost);
		count(h, g);
		return true;
	}
	note_short(h);
	g = h->swapped + (BS_UNIT_SIZE << 9) <= h->swap ? oldest(h, bs_device_coldest) : NULL;
	if (g) {
		bs_device_swap_out(g->dev, cost);
		count(h, g);
		if (h->swapped > h->f.swap_peak_bytes)
			h->f.swap_peak_bytes = h->swapped;
		return true;
	}
	g = largest(h);
	if (g)
		bs_guest_kill(g);
	return g;
}

void bs_host_memory_changed(struct bs_guest *g, unsigned int cpu)
{
	struct bs_host_memory *h = g->host_memory;
	bs_ns waits = 0, cost;

	if (!h)
		return;
	count(h, g);
	while (h->size && h->held > h->size && make_room(h, &cost))
		waits += cost;
	if (h->held > h->f.peak_bytes)
		h->f.peak_bytes = h->held;
	if (waits && cpu != BS_NO_CPU)
		bs_cpu_block(&g->cpus[cpu], g->clock->now, waits, BS_CAUSE_SWAP);
}

void bs_host_memory_started(struct bs_guest *g)
{
	struct bs_host_memory *h = g->host_memory;

	if (!h || g->running)
		return;
	g->running = true;
	h->running++;
	if (h->running > h->f.most) {
		h->f.most = h->running;
		h->f.fit = h->f.fit + 1 == h->running ? h->running : h->f.fit;
	}
	bs_host_memory_changed(g, BS_NO_CPU);
}

void bs_host_memory_ended(struct bs_guest *g)
{
	if (!g->host_memory || !g->running)
		return;
	g->running = false;
	g->host_memory->running--;
}
