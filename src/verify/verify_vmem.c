// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verify_vmem.c - a series in which virtio-mem's driver was at work: each request and each attempt in its order,
 * and whether an attempt can work, by what the pages of its range are.
 */
#include "verify_vmem.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "log_call.h"
#include "log_folder.h"
#include "textfile.h"
#include "vmem_plan.h"

#include <buddysim/gfp.h>

#define BLOCK_PAGES (BS_VMEM_SUB * BS_VMEM_PER)
#define SUB_BYTES ((uint64_t)BS_VMEM_SUB << 12)
#define BASE (UINT64_C(1) << 20) /* pages: where QEMU puts it, above 4 GiB */
/* Attempts of which one that must fail is made: in a kernel zone the isolation sees it, in the Movable
 * zone only the last check. */
#define TRIES_KERNEL 1
#define TRIES_MOVABLE 5

/* What the device has plugged, as the events of a log tell it. */
struct account {
	struct bs_vmem vmem;
	uint64_t requested; /* sub-blocks */
	uint32_t removing;
	struct bs_vmem_run plugging, taking;
};

struct bs_verify_vmem {
	struct account a;
	bool known; /* what was plugged when the log began */
	bool running; /* a run of the driver goes on, and its next steps are known */
	struct bs_page_set fixed; /* pages that stay where they are */
	struct bs_vmem_run attempt;
	bool must_fail, movable;
	unsigned int tries;
};

/* ---- What a log tells ------------------------------------------------------------------------ */

/* A size as QEMU takes it. */
static uint64_t read_size(const char *text)
{
	char *end;
	const uint64_t n = strtoull(text, &end, 10);

	return *end == 'G' ? n << 30 : *end == 'M' ? n << 20 : *end == 'K' ? n << 10 : n;
}

static bool read_request(const char *line, uint64_t *sub_blocks)
{
	const char *p = strstr(line, "requested-size_");

	if (p)
		*sub_blocks = read_size(p + 15) / SUB_BYTES;
	return p != NULL;
}

static struct bs_vmem_run run_at(uint64_t bytes, uint64_t size)
{
	const uint64_t sub = bytes / SUB_BYTES;

	return (struct bs_vmem_run){(uint32_t)(sub / BS_VMEM_PER),
				    (unsigned int)(sub % BS_VMEM_PER),
				    (unsigned int)(size / SUB_BYTES)};
}

static void set_plugged(struct account *a, const struct bs_vmem_run *r, bool on)
{
	struct bs_vmem_block *b =
		on ? bs_vmem_add(&a->vmem, r->block) : bs_vmem_find(&a->vmem, r->block);

	for (unsigned int i = r->first; b && i < r->first + r->n && i < BS_VMEM_PER; i++) {
		b->plugged &= ~(UINT64_C(1) << i);
		b->plugged |= (uint64_t)on << i;
	}
}

/* What it says of blocks that are there, whoever asked for it. */
static void account(struct account *a, const struct bs_log_call *e)
{
	struct bs_vmem_block *b;

	if (bs_log_call_is(e, false, "online_pages")) {
		b = bs_vmem_add(&a->vmem, (uint32_t)(bs_log_call_arg(e, 0) / BLOCK_PAGES));
		if (b) {
			b->added = true;
			b->movable = bs_log_call_arg(e, 2) == BS_ZONE_MOVABLE;
		}
	} else if (bs_log_call_is(e, false, "virtio_mem_send_plug_request")) {
		a->plugging = run_at(bs_log_call_arg(e, 1), bs_log_call_arg(e, 2));
	} else if (bs_log_call_is(e, true, "virtio_mem_send_plug_request") &&
		   !bs_log_call_arg(e, 0)) {
		set_plugged(a, &a->plugging, true);
	} else if (bs_log_call_is(e, false, "virtio_mem_sbm_unplug_sb_online")) {
		a->taking = (struct bs_vmem_run){(uint32_t)bs_log_call_arg(e, 1),
						 (unsigned int)bs_log_call_arg(e, 2),
						 (unsigned int)bs_log_call_arg(e, 3)};
	} else if (bs_log_call_is(e, true, "virtio_mem_sbm_unplug_sb_online") &&
		   !bs_log_call_arg(e, 0)) {
		set_plugged(a, &a->taking, false);
	} else if (bs_log_call_is(e, false, "virtio_mem_offline_and_remove_memory")) {
		a->removing = (uint32_t)(bs_log_call_arg(e, 1) / SUB_BYTES / BS_VMEM_PER);
	} else if (bs_log_call_is(e, true, "virtio_mem_offline_and_remove_memory") &&
		   !bs_log_call_arg(e, 0)) {
		bs_vmem_remove(&a->vmem, a->removing);
	}
}

/* ---- What was plugged before ----------------------------------------------------------------- */

struct log {
	char header[256];
	/* At its start and its end: the sum of all memory, and what each zone has. */
	char memory[2][512];
	bool asks; /* it says how much is asked for */
	bool plugged; /* memory of the device was there at its start */
	struct account a; /* as far as the log goes */
	struct event_text {
		char *text;
		size_t n;
	} events;
};

struct logs {
	struct log *log;
	size_t n;
	const char *header; /* of the log that asks */
};

static void keep_event(struct log *log, const char *line)
{
	const size_t len = strlen(line) + 1;
	char *more = realloc(log->events.text, log->events.n + len);

	if (!more)
		return;
	memcpy(more + log->events.n, line, len);
	log->events.text = more;
	log->events.n += len;
}

/* zone Z NAME node= start_pfn= spanned= ... */
static uint64_t zone_end(const char *line)
{
	const char *start = strstr(line, " start_pfn="), *spanned = strstr(line, " spanned=");

	return start && spanned ? strtoull(start + 11, NULL, 10) + strtoull(spanned + 9, NULL, 10)
				: 0;
}

/* @line up to @end. */
static void add_memory(char memory[512], const char *line, const char *end)
{
	const char *stop = strstr(line, end);
	const size_t used = strlen(memory);

	if (stop)
		snprintf(memory + used, 512 - used, "%.*s;", (int)(stop - line), line);
}

/* Only if it begins with @header; NULL: whatever it begins with. */
static int read_log(const char *path, const char *header, struct log *log, struct bs_error *err)
{
	unsigned int vms = 0;
	struct bs_textfile *t;
	struct bs_log_call e;
	char *line;
	int ret = bs_textfile_open(path, &t, err);

	if (ret)
		return ret;
	while (bs_textfile_line(t, &line, err) >= 0) {
		if (!strncmp(line, "pa_oracle ", 10)) {
			snprintf(log->header, sizeof(log->header), "%s", line);
			if (header && strcmp(log->header, header))
				break;
		} else if (!strncmp(line, "begin ", 6))
			log->asks = read_request(line, &log->a.requested);
		else if (!strncmp(line, "vm totalram=", 12))
			add_memory(log->memory[vms++ > 0], line, " balloon_");
		else if (!strncmp(line, "zm ", 3) && vms)
			add_memory(log->memory[vms > 1], line, " min=");
		else if (!strncmp(line, "zone ", 5) && vms == 1)
			log->plugged |= zone_end(line) > BASE;
		else if (bs_log_call_read(line, &e) && (strstr(e.name, "virtio_mem_") == e.name ||
							bs_log_call_is(&e, false, "online_pages")))
			keep_event(log, line);
	}
	bs_textfile_close(t);
	return 0;
}

static int add_log(void *arg, const char *path, struct bs_error *err)
{
	struct logs *all = arg;
	struct log log = {0}, *more;

	/* What cannot be read, or is gone by now, is no log of this boot. */
	if (read_log(path, all->header, &log, NULL) || !log.events.n) {
		free(log.events.text);
		return 0;
	}
	more = realloc(all->log, (all->n + 1) * sizeof(*more));
	if (!more) {
		free(log.events.text);
		return bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "logs");
	}
	all->log = more;
	all->log[all->n++] = log;
	return 0;
}

static void replay_log(struct account *a, const struct log *log)
{
	struct bs_log_call e;

	if (log->asks)
		a->requested = log->a.requested;
	for (size_t at = 0; at < log->events.n; at += strlen(log->events.text + at) + 1)
		if (bs_log_call_read(log->events.text + at, &e))
			account(a, &e);
}

/* The logs that came before one that began with @memory, back to one that began with nothing plugged. */
static bool follow_back(const struct logs *all, const char *header, const char *memory,
			struct account *a, unsigned int depth)
{
	const struct log *before = NULL;

	for (size_t i = 0; i < all->n; i++) {
		if (strcmp(all->log[i].memory[1], memory) || strcmp(all->log[i].header, header))
			continue;
		if (before)
			return false;
		before = &all->log[i];
	}
	if (!before || depth > all->n)
		return false;
	if (before->plugged && !follow_back(all, header, before->memory[0], a, depth + 1))
		return false;
	replay_log(a, before);
	return true;
}

static int plugged_before(struct bs_verify_vmem *x, struct bs_logrun *v)
{
	struct logs all = {0};
	struct log own = {0};
	int ret = strcmp(v->path, "-") ? read_log(v->path, NULL, &own, v->err) : 0;

	all.header = own.header;
	if (!ret)
		ret = bs_log_siblings(v->path, add_log, &all, v->err);
	if (!ret) {
		const uint64_t asked = x->a.requested;

		x->known = follow_back(&all, own.header, own.memory[0], &x->a, 0);
		if (own.asks)
			x->a.requested = asked;
	}
	free(own.events.text);
	for (size_t i = 0; i < all.n; i++)
		free(all.log[i].events.text);
	free(all.log);
	return ret;
}

/* ---- Pages ----------------------------------------------------------------------------------- */

static void set_range(struct bs_page_set *set, bs_pfn pfn, uint64_t n, bool on)
{
	for (uint64_t i = 0; i < n; i++)
		bs_log_set(set, pfn + (bs_pfn)i, on);
}

static bool holds_fixed(const struct bs_verify_vmem *x, const struct bs_vmem_run *r)
{
	const bs_pfn from = r->block * BLOCK_PAGES + r->first * BS_VMEM_SUB;

	for (bs_pfn p = from; p < from + r->n * BS_VMEM_SUB; p++)
		if (p < x->fixed.n && x->fixed.bits[p >> 3] >> (p & 7) & 1)
			return true;
	return false;
}

/* All is fixed but what is free, or movable. */
static void pages_of_dump(struct bs_verify_vmem *x, const struct bs_state *s)
{
	memset(x->fixed.bits, 0xff, x->fixed.n / 8 + 1);
	for (unsigned int i = 0; i < s->nr_zones; i++) {
		const struct bs_state_zone *z = &s->zone[i];

		for (unsigned int o = 0; o < BS_NR_ORDERS; o++)
			for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++)
				for (uint32_t k = 0; k < z->area[o][mt].n; k++)
					set_range(&x->fixed, z->area[o][mt].pfn[k],
						  UINT64_C(1) << o, false);
		for (unsigned int c = 0; c < z->nr_pcp; c++)
			for (unsigned int l = 0; l < BS_STATE_PCP_LISTS; l++) {
				const struct bs_state_list *list = &z->pcp[c].list[l];
				const unsigned int order = l >= 12 ? 9 : l / 3;

				for (uint32_t k = 0; k < list->n; k++)
					set_range(&x->fixed, list->pfn[k], UINT64_C(1) << order,
						  false);
			}
		for (size_t k = 0; k < z->nr_lru; k++)
			set_range(&x->fixed, z->lru[k].first, z->lru[k].count, false);
	}
}

/* pa PFN ORDER GFP MT; pf PFN ORDER */
static void page_event(struct bs_verify_vmem *x, const char *line)
{
	unsigned int pfn, order, gfp = 0;

	if (line[1] == 'a' && sscanf(line, "pa %u %u %x", &pfn, &order, &gfp) == 3)
		set_range(&x->fixed, pfn, UINT64_C(1) << order, bs_gfp_migratetype(gfp) != 1);
	else if (line[1] == 'f' && sscanf(line, "pf %u %u", &pfn, &order) == 2)
		set_range(&x->fixed, pfn, UINT64_C(1) << order, false);
}

/* ---- What must come next --------------------------------------------------------------------- */

static void print_run(char *buf, size_t size, const struct bs_vmem_run *r)
{
	if (r->n)
		snprintf(buf, size, "memory block %u, sub-blocks %u+%u", r->block, r->first, r->n);
	else
		snprintf(buf, size, "nothing");
}

static int compare_runs(struct bs_logrun *v, const char *line, const struct bs_vmem_run *seen,
			const struct bs_vmem_run *mine)
{
	char e[64], g[64];

	v->r->checks++;
	if (seen->block == mine->block && seen->first == mine->first && seen->n == mine->n)
		return BS_LOG_GO_ON;
	print_run(e, sizeof(e), seen);
	print_run(g, sizeof(g), mine);
	return bs_log_differ(v, BS_DIFF_DRIVER, line, e, g);
}

/* The run is over: nothing is left that it should have done. */
static int run_over(struct bs_verify_vmem *x, struct bs_logrun *v, const char *line)
{
	const struct bs_vmem_run nothing = {0};
	struct bs_vmem plan = x->a.vmem;
	struct bs_vmem_run rest;

	if (!x->running)
		return BS_LOG_GO_ON;
	x->running = false;
	rest = plan.missing ? bs_vmem_next_plug(&plan) : bs_vmem_next_unplug(&plan);
	return rest.n ? compare_runs(v, line, &nothing, &rest) : BS_LOG_GO_ON;
}

static int run_begins(struct bs_verify_vmem *x, struct bs_logrun *v, const char *line)
{
	const int ret = run_over(x, v, line);

	v->op++;
	bs_vmem_run(&x->a.vmem, x->a.requested);
	x->running = x->known;
	return ret;
}

static int plugs(struct bs_verify_vmem *x, struct bs_logrun *v, const struct bs_log_call *e)
{
	const struct bs_vmem_run seen = run_at(bs_log_call_arg(e, 1), bs_log_call_arg(e, 2));
	struct bs_vmem_run mine;

	v->op++;
	if (!x->running)
		return BS_LOG_GO_ON;
	mine = bs_vmem_next_plug(&x->a.vmem);
	return compare_runs(v, e->line, &seen, &mine);
}

static int tries(struct bs_verify_vmem *x, struct bs_logrun *v, const struct bs_log_call *e)
{
	const struct bs_vmem_block *b;
	struct bs_vmem_run mine;

	v->op++;
	if (!x->running)
		return BS_LOG_GO_ON;
	mine = bs_vmem_next_unplug(&x->a.vmem);
	b = bs_vmem_find(&x->a.vmem, x->a.taking.block);
	x->attempt = mine;
	x->tries = 0;
	x->movable = b && b->movable;
	x->must_fail = holds_fixed(x, &x->a.taking);
	return compare_runs(v, e->line, &x->a.taking, &mine);
}

static int tried(struct bs_verify_vmem *x, struct bs_logrun *v, const struct bs_log_call *e)
{
	const bool failed = bs_log_call_arg(e, 0) != 0;
	const unsigned int want = !failed ? 1 : x->movable ? TRIES_MOVABLE : TRIES_KERNEL;
	char seen[32], mine[32];

	if (!x->running)
		return BS_LOG_GO_ON;
	bs_vmem_took(&x->a.vmem, &x->attempt, !failed);
	v->r->checks += 2;
	if (failed != x->must_fail)
		return bs_log_differ(v, BS_DIFF_DRIVER, e->line, failed ? "refused" : "taken",
				     x->must_fail ? "refused: a page that stays where it is"
						  : "taken: all free or movable");
	if (x->tries == want)
		return BS_LOG_GO_ON;
	snprintf(seen, sizeof(seen), "%u attempts", x->tries);
	snprintf(mine, sizeof(mine), "%u attempts", want);
	return bs_log_differ(v, BS_DIFF_DRIVER, e->line, seen, mine);
}

/* A block of which nothing is plugged is removed at once, and no other. */
static int removes(struct bs_verify_vmem *x, struct bs_logrun *v, const struct bs_log_call *e)
{
	const struct bs_vmem_block *b = bs_vmem_find(&x->a.vmem, x->a.removing);

	if (!x->known)
		return BS_LOG_GO_ON;
	v->r->checks++;
	if (b && !b->plugged)
		return BS_LOG_GO_ON;
	return bs_log_differ(v, BS_DIFF_DRIVER, e->line, "removed",
			     b ? "kept: part of it is plugged" : "no such memory block");
}

int bs_verify_vmem_event(struct bs_verify_vmem *x, struct bs_logrun *v, const char *line)
{
	struct bs_log_call e;
	int ret;

	if (line[0] == 'p')
		page_event(x, line);
	if (!bs_log_call_read(line, &e))
		return BS_LOG_GO_ON;
	/* Plans change with what was done: plugging and taking are the plan's own to note. */
	if (bs_log_call_is(&e, false, "virtio_mem_run_wq"))
		return run_begins(x, v, line);
	if (bs_log_call_is(&e, false, "virtio_mem_send_plug_request"))
		return plugs(x, v, &e);
	if (bs_log_call_is(&e, true, "virtio_mem_sbm_unplug_sb_online") && x->running)
		return tried(x, v, &e);
	account(&x->a, &e);
	ret = BS_LOG_GO_ON;
	if (bs_log_call_is(&e, false, "virtio_mem_sbm_unplug_sb_online"))
		ret = tries(x, v, &e);
	else if (bs_log_call_is(&e, false, "alloc_contig_range") ||
		 bs_log_call_is(&e, false, "alloc_contig_range_noprof"))
		x->tries++;
	else if (bs_log_call_is(&e, false, "virtio_mem_offline_and_remove_memory"))
		ret = removes(x, v, &e);
	return ret;
}

/* ---- Begin and end --------------------------------------------------------------------------- */

struct bs_verify_vmem *bs_verify_vmem_new(const char *begin)
{
	struct bs_verify_vmem *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->a.vmem.base = (uint32_t)(BASE / BLOCK_PAGES);
	read_request(begin, &x->a.requested);
	return x;
}

void bs_verify_vmem_free(struct bs_verify_vmem *x)
{
	if (x)
		free(x->fixed.bits);
	free(x);
}

int bs_verify_vmem_start(struct bs_verify_vmem *x, struct bs_logrun *v, const struct bs_state *s)
{
	int64_t end = 0;
	int ret = 0;

	for (unsigned int i = 0; i < s->nr_zones; i++)
		if (s->zone[i].start + s->zone[i].spanned > end)
			end = s->zone[i].start + s->zone[i].spanned;
	x->known = end <= (int64_t)BASE;
	if (!x->known && !v->cfg->alone)
		ret = plugged_before(x, v);
	if (ret)
		return ret;
	/* Room for what comes, too. */
	x->fixed.n = (bs_pfn)(BASE + (uint64_t)BS_VMEM_BLOCKS * BLOCK_PAGES);
	x->fixed.bits = malloc(x->fixed.n / 8 + 1);
	if (!x->fixed.bits)
		return bs_error_set(v->err, BS_RESOURCE, ENOMEM, v->path, NULL, "pages");
	pages_of_dump(x, s);
	return 0;
}

int bs_verify_vmem_end(struct bs_verify_vmem *x, struct bs_logrun *v)
{
	return run_over(x, v, "the end of the log");
}
