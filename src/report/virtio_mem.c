// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtio_mem.c - memory that a device has plugged is unplugged and plugged again (STRATEGIES.md, virtio-mem).
 *
 * The device's memory is the last of the guest's. The host says how much of it shall be plugged; the driver goes there
 * in its own order (vmem_plan.h): sub-blocks that it takes out of the allocator where they are, and whole memory blocks
 * that are added to Linux and removed.
 */
#include <errno.h>

#include <buddysim/gfp.h>

#include "driver.h"
#include "strategies.h"
#include "vmem_plan.h"

enum { SIZE, REQUESTED, AT, UNTIL, BLOCK, MEMORY_BLOCK, POLICY };

/* What the guest does with memory that comes (memory_hotplug.online_policy, auto_online_blocks). */
enum { ONLINE_KERNEL, ONLINE_MOVABLE, AUTO_MOVABLE };
static const char *const policies[] = {"online_kernel", "online_movable", "auto-movable", NULL};

static const struct bs_param params[] = {
	{.name = "size",
	 .role = BS_ROLE_TARGET,
	 .type = BS_PARAM_SIZE,
	 .def = UINT64_C(256) << 20,
	 .max = UINT64_C(128) << 30,
	 .stock = true,
	 .help = "of the device, whose memory is the last of the guest's; the most that the host may ask back at "
		 "run time"},
	{.name = "requested",
	 .type = BS_PARAM_SIZE,
	 .max = UINT64_C(128) << 30,
	 .stock = true,
	 .help = "how much of it shall stay plugged from at= on"},
	{.name = "at",
	 .type = BS_PARAM_TIME,
	 .def = 5 * BS_NS_PER_S,
	 .max = 86400 * BS_NS_PER_S,
	 .stock = true,
	 .help = "when the host asks for that, from when the strategy is on"},
	{.name = "until",
	 .type = BS_PARAM_TIME,
	 .max = 86400 * BS_NS_PER_S,
	 .stock = true,
	 .help = "when it asks for all of it again; 0 = never"},
	{.name = "block",
	 .type = BS_PARAM_SIZE,
	 .def = UINT64_C(2) << 20,
	 .min = UINT64_C(1) << 20,
	 .max = UINT64_C(2) << 30,
	 .stock = true,
	 .help = "the device's block; from the memory block on whole ones go at once"},
	{.name = "memory_block",
	 .type = BS_PARAM_SIZE,
	 .def = UINT64_C(128) << 20,
	 .min = UINT64_C(4) << 20,
	 .max = UINT64_C(2) << 30,
	 .help = "Linux's: what is added and removed"},
	{.name = "policy",
	 .type = BS_PARAM_ENUM,
	 .def = ONLINE_KERNEL,
	 .names = policies,
	 .stock = true,
	 .help = "the guest's, for memory that comes: to the zone that its memory there has, or to a zone Movable of "
		 "its own"},
	{.name = NULL},
};

#define MOVABLE_MOST \
	301 /* auto-movable: percent of the kernel's memory that the Movable zone may have */
#define RETRY_FIRST (50 * BS_NS_PER_S) /* after a run that did not get there; doubles ... */
#define RETRY_MOST (300 * BS_NS_PER_S) /* ... up to this */
#define MAP_SHARE 64 /* of a memory block is its memory map: 64 bytes for each 4 KiB */
/* The check at the end of an attempt fails so often in the Movable zone, where isolation believes in the zone. */
#define TRIES_MOVABLE 5

struct virtio_mem {
	struct bs_vmem plan;
	bs_pfn *map; /* the memory map of each memory block from plan.base on; BS_NO_PFN */
	struct bs_range *message;
	uint32_t nr_blocks; /* memory blocks that the device has */
	unsigned int chunk; /* order in which a sub-block is taken and handed over */
	bs_pfn sub; /* pages of a sub-block */
	bs_ns begin, retry, retry_at;
	uint64_t last_requested;
	uint64_t asked_bytes; /* back, at run time, in place of the parameters */
	bool asked, changed, at_work;
};

/* Sub-blocks that shall be plugged. */
static uint64_t requested(const struct bs_report_ctx *rc, const struct virtio_mem *s)
{
	const bs_ns age = bs_now(rc) - s->begin, until = bs_param_get(rc, UNTIL);
	const uint64_t sub_bytes = s->sub * bs_order_bytes(rc, 0), all = s->nr_blocks * s->plan.per;
	uint64_t n = all;

	if (s->asked)
		n = all - (s->asked_bytes < all * sub_bytes ? s->asked_bytes / sub_bytes : all);
	else if (bs_driver_is_asked(age, bs_param_get(rc, AT), until))
		n = bs_param_get(rc, REQUESTED) / sub_bytes;
	return n < all ? n : all;
}

static bs_pfn block_pfn(const struct virtio_mem *s, uint32_t number)
{
	return (bs_pfn)(number * s->plan.per) * s->sub;
}

/* ---- Memory blocks --------------------------------------------------------------------------- */

/* Of the block that the memory map of one is in. */
static unsigned int map_order(const struct virtio_mem *s)
{
	const bs_pfn pages = s->plan.per * s->sub / MAP_SHARE;
	unsigned int order = 0;

	while ((bs_pfn)2 << order <= pages)
		order++;
	return order;
}

/* The memory map comes from the memory that there is already. */
static bool add_block(struct bs_report_ctx *rc, struct bs_vmem_block *b)
{
	struct virtio_mem *s = bs_state(rc);
	bs_pfn *map = &s->map[b->number - s->plan.base];

	*map = bs_take_pages(rc, BS_GFP_KERNEL, map_order(s));
	b->added = *map != BS_NO_PFN;
	return b->added;
}

static void remove_block(struct bs_report_ctx *rc, uint32_t number)
{
	struct virtio_mem *s = bs_state(rc);
	bs_pfn *map = &s->map[number - s->plan.base];

	bs_vmem_remove(&s->plan, number);
	if (*map != BS_NO_PFN)
		bs_give_pages(rc, *map, map_order(s));
	*map = BS_NO_PFN;
	bs_memory_changed(rc);
}

static bool is_movable(struct bs_report_ctx *rc, bs_pfn pfn)
{
	struct bs_report_zone z;
	unsigned int zone;

	if (!bs_pfn_online(rc, pfn, &zone))
		return false;
	bs_report_zone(rc, zone, &z);
	return z.type == BS_ZONE_MOVABLE;
}

static unsigned int chunks(const struct virtio_mem *s, const struct bs_vmem_run *r)
{
	return r->n * s->sub >> s->chunk;
}

static bs_pfn run_pfn(const struct virtio_mem *s, const struct bs_vmem_run *r)
{
	return block_pfn(s, r->block) + r->first * s->sub;
}

static void hand_over(struct bs_report_ctx *rc, const struct bs_vmem_run *r)
{
	const struct virtio_mem *s = bs_state(rc);
	const bs_pfn pfn = run_pfn(s, r);

	for (unsigned int i = 0; i < chunks(s, r); i++)
		bs_give_pages(rc, pfn + ((bs_pfn)i << s->chunk), s->chunk);
}

/* ---- The host -------------------------------------------------------------------------------- */

/* One request for the run; where the device's queue is shorter, as many as it makes of it. */
static int ask(struct bs_report_ctx *rc, const struct bs_vmem_run *r, bool unplug)
{
	const struct virtio_mem *s = bs_state(rc);
	const unsigned int all = chunks(s, r), most = bs_capacity(rc);
	bs_pfn pfn = run_pfn(s, r);
	int err = 0;

	for (unsigned int i = 0; i < all && err != -ESHUTDOWN; i += most) {
		const unsigned int n = all - i < most ? all - i : most;
		int ret;

		for (unsigned int k = 0; k < n; k++, pfn += (bs_pfn)1 << s->chunk)
			s->message[k] = (struct bs_range){pfn, (uint8_t)s->chunk};
		ret = unplug ? bs_submit(rc, s->message, n) : bs_tell(rc, s->message, n);
		err = bs_driver_error(err, ret);
	}
	return err;
}

/* ---- A run ----------------------------------------------------------------------------------- */

static bool plug(struct bs_report_ctx *rc, int *err)
{
	struct virtio_mem *s = bs_state(rc);
	struct bs_vmem_run r = bs_vmem_next_plug(&s->plan);
	struct bs_vmem_block *b;

	if (!r.n)
		return false;
	*err = ask(rc, &r, false);
	b = bs_vmem_find(&s->plan, r.block);
	if (b->added) {
		hand_over(rc, &r);
		return true;
	}
	if (!add_block(rc, b)) {
		bs_vmem_remove(&s->plan, r.block);
		return false;
	}
	b->movable = is_movable(rc, run_pfn(s, &r));
	hand_over(rc, &r);
	bs_memory_changed(rc);
	return true;
}

static bool take(struct bs_report_ctx *rc, const struct bs_vmem_run *r, bool movable)
{
	const struct virtio_mem *s = bs_state(rc);

	for (unsigned int i = 0; i < (movable ? TRIES_MOVABLE : 1); i++)
		if (!bs_take_range(rc, run_pfn(s, r), s->chunk, chunks(s, r)))
			return true;
	return false;
}

/* @removed: a memory block has gone, so that what failed is worth another run. */
static bool unplug(struct bs_report_ctx *rc, bool *removed, int *err)
{
	struct virtio_mem *s = bs_state(rc);
	struct bs_vmem_run r = bs_vmem_next_unplug(&s->plan);
	const struct bs_vmem_block *b;
	bool ok;

	if (!r.n)
		return false;
	b = bs_vmem_find(&s->plan, r.block);
	ok = take(rc, &r, b->movable);
	if (ok)
		*err = ask(rc, &r, true);
	bs_vmem_took(&s->plan, &r, ok);
	if (ok && !b->plugged) {
		remove_block(rc, r.block);
		*removed = true;
	}
	return true;
}

/* A new size ends it early. */
static bool run(struct bs_report_ctx *rc, int *err)
{
	struct virtio_mem *s = bs_state(rc);
	bool removed = false;

	bs_vmem_run(&s->plan, requested(rc, s));
	while (!s->changed && *err != -ESHUTDOWN)
		if (s->plan.missing ? !plug(rc, err) : !unplug(rc, &removed, err))
			break;
	return removed;
}

static void wake_next(struct bs_report_ctx *rc)
{
	const struct virtio_mem *s = bs_state(rc);
	const bs_ns now = bs_now(rc), age = now - s->begin;
	const bs_ns change =
		bs_driver_next_change(age, bs_param_get(rc, AT), bs_param_get(rc, UNTIL));
	bs_ns next = s->at_work ? s->retry_at : BS_NO_TIME;

	if (!s->asked && change != BS_NO_TIME && s->begin + change < next)
		next = s->begin + change;
	if (next != BS_NO_TIME)
		bs_wake_sooner(rc, next > now ? next - now : 0);
}

static int pass(struct bs_report_ctx *rc, int cpu)
{
	struct virtio_mem *s = bs_state(rc);
	const uint64_t want = requested(rc, s);
	uint64_t before;
	int err = 0;

	(void)cpu;
	if (s->changed || want != s->last_requested) {
		s->at_work = true;
		s->retry = RETRY_FIRST;
		s->retry_at = bs_now(rc);
	}
	s->last_requested = want;
	if (s->at_work && bs_now(rc) >= s->retry_at) {
		do {
			s->changed = false;
			before = bs_vmem_plugged(&s->plan);
		} while (run(rc, &err) || s->changed);
		s->at_work = bs_vmem_plugged(&s->plan) != requested(rc, s);
		if (bs_vmem_plugged(&s->plan) != before)
			s->retry = RETRY_FIRST;
		s->retry_at = bs_now(rc) + s->retry;
		s->retry = s->retry * 2 < RETRY_MOST ? s->retry * 2 : RETRY_MOST;
	}
	if (err != -ESHUTDOWN)
		wake_next(rc);
	return err;
}

static void event(struct bs_report_ctx *rc, enum bs_event e, uint64_t v)
{
	struct virtio_mem *s = bs_state(rc);

	if (e != BS_EVENT_TARGET)
		return;
	s->asked = s->changed = true;
	s->asked_bytes = v;
	bs_wake_sooner(rc, 0);
}

/* ---- On and off ------------------------------------------------------------------------------ */

/* Nothing is plugged yet, as far as that can be: then all of it, ascending, each block with its memory map. */
static void plug_all(struct bs_report_ctx *rc)
{
	struct virtio_mem *s = bs_state(rc);

	for (uint32_t i = 0; i < s->nr_blocks; i++) {
		struct bs_vmem_run all = {s->plan.base + i, 0, s->plan.per};
		struct bs_vmem_block *b = bs_vmem_add(&s->plan, s->plan.base + i);

		b->movable = is_movable(rc, block_pfn(s, b->number));
		/* What is in use stays where it is: it came with the state that the guest began with. */
		if (!bs_take_range(rc, run_pfn(s, &all), s->chunk, chunks(s, &all)))
			b->tried = true;
	}
	for (uint32_t i = 0; i < s->nr_blocks; i++) {
		struct bs_vmem_run all = {s->plan.base + i, 0, s->plan.per};
		struct bs_vmem_block *b = bs_vmem_find(&s->plan, all.block);

		b->added = add_block(rc, b) || !b->tried;
		if (!b->added) {
			bs_vmem_remove(&s->plan, all.block);
			continue;
		}
		b->plugged = bs_vmem_full(&s->plan);
		if (b->tried)
			hand_over(rc, &all);
	}
	if (s->nr_blocks)
		bs_memory_changed(rc);
}

/* What is left of @size in whole memory blocks at the end of the guest's memory. */
static void find_blocks(struct bs_report_ctx *rc)
{
	const uint64_t page = bs_order_bytes(rc, 0), device = bs_param_get(rc, BLOCK) / page;
	const uint64_t linux_block = bs_param_get(rc, MEMORY_BLOCK) / page;
	struct virtio_mem *s = bs_state(rc);
	uint64_t block = linux_block, most;
	bs_pfn end = 0;

	s->sub = (bs_pfn)1 << bs_range_order(rc);
	while (s->sub < device && s->sub < linux_block)
		s->sub *= 2;
	while (s->sub * BS_VMEM_PER < linux_block)
		s->sub *= 2;
	if (device >= linux_block) {
		block = s->sub = (bs_pfn)linux_block;
		while (block < device)
			block = s->sub *= 2;
	}
	s->plan.per = (unsigned int)(block / s->sub ? block / s->sub : 1);
	block = (uint64_t)s->plan.per * s->sub;
	s->chunk = bs_top_order(rc);
	while ((bs_pfn)1 << s->chunk > s->sub)
		s->chunk--;
	for (unsigned int i = 0; i < bs_zones(rc); i++) {
		struct bs_report_zone z;

		bs_report_zone(rc, i, &z);
		/* Up to half of the zone: the memory maps of what is plugged come from the rest. A Movable zone is the
		 * device's own. */
		if (z.start + z.spanned < end)
			continue;
		end = (bs_pfn)(z.start + z.spanned);
		end -= end % (bs_pfn)block;
		most = end > z.start ? end - z.start : 0;
		most = (z.type == BS_ZONE_MOVABLE ? most : most / 2) / block;
		s->nr_blocks = (uint32_t)(bs_param_get(rc, SIZE) / page / block);
		if (s->nr_blocks > most)
			s->nr_blocks = (uint32_t)most;
		if (s->nr_blocks > BS_VMEM_BLOCKS)
			s->nr_blocks = BS_VMEM_BLOCKS;
		s->plan.base = (uint32_t)(end / block) - s->nr_blocks;
	}
}

static int start(struct bs_report_ctx *rc)
{
	struct virtio_mem *s = bs_state(rc);

	*s = (struct virtio_mem){.begin = bs_now(rc), .retry = RETRY_FIRST};
	find_blocks(rc);
	s->map = bs_alloc(rc, BS_SCOPE_GLOBAL, (s->nr_blocks + 1) * sizeof(*s->map));
	s->message = bs_alloc(rc, BS_SCOPE_GLOBAL, bs_capacity(rc) * sizeof(*s->message));
	if (!s->map || !s->message)
		return -ENOMEM;
	for (uint32_t i = 0; i < s->nr_blocks; i++)
		s->map[i] = BS_NO_PFN;
	plug_all(rc);
	s->last_requested = bs_vmem_plugged(&s->plan);
	if (bs_param_get(rc, AT))
		wake_next(rc);
	else
		bs_wake(rc, 0);
	return 0;
}

/* The driver goes, and leaves the guest what it has taken. */
static void stop(struct bs_report_ctx *rc)
{
	struct virtio_mem *s = bs_state(rc);

	for (uint32_t i = 0; i < s->nr_blocks; i++) {
		const uint32_t number = s->plan.base + i;
		const struct bs_vmem_block *b = bs_vmem_find(&s->plan, number);
		const uint64_t plugged = b ? b->plugged : 0;

		for (unsigned int k = 0; k < s->plan.per; k++)
			if (!(plugged >> k & 1))
				hand_over(rc, &(struct bs_vmem_run){number, k, 1});
		remove_block(rc, number);
	}
	bs_release(rc, s->map);
	bs_release(rc, s->message);
}

static void stock_setting(const uint64_t *values, const char *kernel, uint64_t memory,
			  struct bs_stock_setting *out)
{
	(void)kernel;
	(void)memory;
	snprintf(out->host, sizeof(out->host),
		 "-device virtio-mem-pci,id=vm0,memdev=mem0,block-size=%lluM",
		 (unsigned long long)(values[BLOCK] >> 20));
	if (values[POLICY] == AUTO_MOVABLE)
		snprintf(out->boot, sizeof(out->boot),
			 "memory_hotplug.online_policy=%s memhp_default_state=online",
			 policies[AUTO_MOVABLE]);
	else
		snprintf(out->boot, sizeof(out->boot), "memhp_default_state=%s",
			 policies[values[POLICY]]);
	snprintf(out->monitor, sizeof(out->monitor), "qom-set vm0 requested-size %lluM",
		 (unsigned long long)(values[REQUESTED] >> 20));
}

/* Whole blocks, up to half of all memory. */
static uint64_t movable(const uint64_t *values, uint64_t memory, uint64_t *unit_bytes)
{
	uint64_t block = values[MEMORY_BLOCK], bytes = values[SIZE];

	while (block < values[BLOCK])
		block *= 2;
	if (bytes > memory / 2)
		bytes = memory / 2;
	bytes -= bytes % block;
	*unit_bytes = block;
	if (values[POLICY] == ONLINE_KERNEL ||
	    (values[POLICY] == AUTO_MOVABLE && bytes > (memory - bytes) / 100 * MOVABLE_MOST))
		return 0;
	return bytes;
}

static unsigned int unit(const struct bs_report_ctx *rc)
{
	return bs_range_order(rc);
}

static const struct bs_strategy_memory series = {
	.page = "-",
	.zone = "-",
	.rest = "a byte for each memory block, a bit for each sub-block",
	.note = "the memory map of what is plugged (64 bytes for each page) is Linux's, and stands under driver.peak_bytes",
};

const struct bs_strategy bs_strategy_virtio_mem = {
	.name = "virtio-mem",
	.summary = "the host asks for memory blocks back, the guest takes them out where they are",
	.origin = "David Hildenbrand, virtio-mem, merged in Linux 5.8, 2020",
	.abi = BS_STRATEGY_ABI,
	.caps = BS_CAP_CLIENT | BS_CAP_STOCK,
	.state_size = sizeof(struct virtio_mem),
	.params = params,
	.start = start,
	.stop = stop,
	.pass = pass,
	.event = event,
	.stock_setting = stock_setting,
	.unit = unit,
	.request_ranges = 64,
	.movable = movable,
	.since = "5.8",
	.series = &series,
};
