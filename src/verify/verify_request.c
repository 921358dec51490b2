// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verify_request.c - the requests of a log: each answer is compared, and what an id stands for is kept
 * until it is freed.
 */
#include "verify_request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "log_orders.h"
#include "mm_verify.h"
#include "state_scan.h"

#define PIECE (UINT32_C(1) << 14)
#define PIECES (UINT32_C(1) << 12)
#define MAX_ID (PIECE * PIECES - 1)

/* What an id stands for. @pfn: the kernel's; @own: ours, which is the same until they differ. */
struct block {
	bs_pfn pfn, own;
	uint32_t guest; /* allocated by that guest; before it: in use when it was made */
	uint16_t left; /* pages in use; 0: nothing */
	uint8_t order;
};

struct bs_log_blocks {
	struct block *piece[PIECES];
};

/* ---- Words of an operation ------------------------------------------------------------------- */

/* How a request is made. @node < 0: that of its CPU. */
struct how {
	unsigned int cpu, nr_bits, gfp;
	int node;
	uint64_t bits;
};

/* "s0110": random bits in the order of use, 1 = tail. Nothing there means none were drawn. */
static bool read_bits(char **p, struct how *h)
{
	for (++*p; **p == '0' || **p == '1'; ++*p) {
		if (h->nr_bits == 64)
			return false;
		h->bits |= (uint64_t)(**p == '1') << h->nr_bits++;
	}
	return true;
}

/* "n1t": the node preferred; t: no other. */
static bool read_node(char **p, struct how *h)
{
	if ((*p)[1] < '0' || (*p)[1] >= '0' + BS_MAX_NODES)
		return false;
	h->node = (*p)[1] - '0';
	*p += 2;
	if (**p == 't') {
		h->gfp |= BS_GFP_THISNODE;
		++*p;
	}
	return true;
}

/* [cCPU] [nNODE[t]] [sBITS] up to the end. */
static bool read_how(const struct bs_logrun *v, char *p, struct how *h)
{
	if (!bs_log_cpu(v, &p, &h->cpu))
		return false;
	while (*p) {
		bool ok = false;

		while (*p == ' ')
			p++;
		if (*p == 'n')
			ok = read_node(&p, h);
		else if (*p == 's')
			ok = read_bits(&p, h);
		if (!ok || (*p && *p != ' '))
			return false;
	}
	return true;
}

/* Ids are small and dense as kernels give them, but a file may say what it likes: a table per piece
 * of the ids there can be. */
static struct block *block_at(struct bs_logrun *v, uint64_t id, bool make)
{
	struct block **piece;

	if (!v->blocks && make)
		v->blocks = calloc(1, sizeof(*v->blocks));
	if (!v->blocks)
		return NULL;
	piece = &v->blocks->piece[id / PIECE];
	if (!*piece && make)
		*piece = calloc(PIECE, sizeof(**piece));
	return *piece ? &(*piece)[id % PIECE] : NULL;
}

void bs_verify_forget(struct bs_logrun *v)
{
	for (size_t i = 0; v->blocks && i < PIECES; i++)
		free(v->blocks->piece[i]);
	free(v->blocks);
	v->blocks = NULL;
}

static int check_random(struct bs_logrun *v, unsigned int given)
{
	char expected[32], got[48];
	const unsigned int left = bs_mm_shuffle_bits_left(v->m);

	if (!v->random_missing && !left)
		return BS_LOG_GO_ON;
	snprintf(expected, sizeof(expected), "%u random bits", given);
	if (v->random_missing)
		snprintf(got, sizeof(got), "more than %u", given);
	else
		snprintf(got, sizeof(got), "%u", given - left);
	v->random_missing = false;
	bs_mm_set_shuffle_bits(v->m, 0, 0);
	return bs_log_differ(v, BS_DIFF_RANDOM, "random bits drawn", expected, got);
}

/* ---- Allocating ------------------------------------------------------------------------------ */

/* The oracle's kinds of requests; what they all share (NOWARN, NORETRY) decides nothing. */
static bool kind_of(char c, unsigned int *gfp)
{
	static const struct {
		char kind;
		unsigned int gfp;
	} kinds[] = {
		{'U', BS_GFP_NORETRY},
		{'M', BS_GFP_NORETRY | BS_GFP_MOVABLE | BS_GFP_HIGHMEM},
		{'R', BS_GFP_NORETRY | BS_GFP_RECLAIMABLE},
		{'A', BS_GFP_ATOMIC},
		{'H', BS_GFP_NORETRY | BS_GFP_HIGH},
		{'V', BS_GFP_NORETRY | BS_GFP_MOVABLE | BS_GFP_HIGHMEM | BS_GFP_KSWAPD_RECLAIM},
		{'W', BS_GFP_NORETRY | BS_GFP_KSWAPD_RECLAIM},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].kind == c) {
			*gfp = kinds[i].gfp | BS_GFP_NOWARN;
			return true;
		}
	}
	return false;
}

/* In a Movable zone nothing keeps its pageblock; elsewhere what the operations allocate does, with its
 * first page, unless it is marked offline for the isolation to pass over. */
static void note_fixed(struct bs_logrun *v, bs_pfn pfn, unsigned int mt)
{
	struct bs_zone_info z;
	int zone;

	if (!v->fixed.n)
		return;
	zone = bs_pfn_zone(v->m, pfn);
	if (zone < 0)
		return;
	bs_zone_info(v->m, (unsigned int)zone, &z);
	bs_log_set(&v->fixed, pfn, z.type != BS_ZONE_MOVABLE);
	bs_log_set(&v->offline, pfn, v->offline_marks && mt == BS_MIGRATE_MOVABLE);
}

static bs_pfn request(struct bs_logrun *v, const struct how *h, unsigned int order)
{
	bs_mm_set_shuffle_bits(v->m, h->bits, h->nr_bits);
	if (h->node < 0)
		return bs_alloc_pages(v->m, h->cpu, h->gfp, order);
	return bs_mm_alloc_on(v->m, h->cpu, (unsigned int)h->node, h->gfp, order);
}

static int read_allocation(struct bs_logrun *v, char *line, uint64_t *id, uint64_t *order,
			   uint64_t *pfn, struct how *h)
{
	unsigned int gfp;
	char *p = line + 2;

	*pfn = BS_NO_PFN;
	if (!bs_log_number(&p, MAX_ID, id) || !bs_log_number(&p, BS_LOG_MAX_ORDER, order) ||
	    *p != ' ' || !kind_of(p[1], &gfp) || p[2] != ' ')
		return bs_log_bad(v, "malformed allocation \"%.60s\"", line);
	p += 3;
	if (p[0] == '-' && (!p[1] || p[1] == ' '))
		p++;
	else if (!bs_log_number(&p, BS_MAX_PFN - 1, pfn))
		return bs_log_bad(v, "malformed allocation \"%.60s\"", line);
	*h = (struct how){.node = -1, .gfp = gfp};
	if (*p && !read_how(v, p, h))
		return bs_log_bad(v, "malformed CPU, node or random bits \"%.60s\"", line);
	return 0;
}

int bs_verify_allocate(struct bs_logrun *v, char *line)
{
	uint64_t id, order, pfn;
	struct block *b;
	struct how h;
	unsigned int mt;
	bs_pfn got;
	int ret = bs_log_need_guest(v);

	if (!ret)
		ret = read_allocation(v, line, &id, &order, &pfn, &h);
	if (ret)
		return ret;
	mt = bs_gfp_migratetype(h.gfp);
	if (bs_log_operation(v, line, h.cpu, (unsigned int)order, mt))
		return BS_LOG_STOP;
	got = request(v, &h, (unsigned int)order);
	bs_log_operation_done(v, got, (int)order);
	ret = bs_log_compare_pfn(v, line, (bs_pfn)pfn, got);
	if (!ret)
		ret = check_random(v, h.nr_bits);
	if (ret)
		return ret;
	/* The kernel has no such block, so that nothing will free it. */
	if (pfn == BS_NO_PFN && got != BS_NO_PFN)
		bs_free_pages(v->m, h.cpu, got, (unsigned int)order);
	if (pfn == BS_NO_PFN)
		return BS_LOG_GO_ON;
	note_fixed(v, (bs_pfn)pfn, mt);
	b = block_at(v, id, true);
	if (!b)
		return bs_error_set(v->err, BS_RESOURCE, ENOMEM, v->path, NULL, "blocks");
	*b = (struct block){(bs_pfn)pfn, got, v->guest, (uint16_t)(1u << order), (uint8_t)order};
	return BS_LOG_GO_ON;
}

/* ---- Freeing --------------------------------------------------------------------------------- */

/* What is freed: all of a block, or a part of it. */
struct part {
	struct block *b;
	bs_pfn offset;
	unsigned int order;
};

/* A log that frees a part twice may have freed somebody else's block. */
static bool is_block(const struct bs_logrun *v, bs_pfn pfn, unsigned int order)
{
	unsigned int is;
	bs_pfn head;

	return !v->parts || (bs_page_lookup(v->m, pfn, &head, &is) == BS_PAGE_ALLOCATED &&
			     head == pfn && is == order);
}

/* In this guest, what stands for the kernel's. BS_NO_PFN: nothing does. */
static bs_pfn own_part(struct bs_logrun *v, const struct part *p, int *ret)
{
	const struct block *b = p->b;
	const bool own = b->guest == v->guest, whole = p->order == b->order;
	char what[64], got[64];

	*ret = BS_LOG_GO_ON;
	v->parts |= !whole;
	if (own && whole && is_block(v, b->own, b->order))
		return b->own;
	if (own && !whole && !bs_split_allocated(v->m, b->own + p->offset, p->order))
		return b->own + p->offset;
	if (!own && !bs_machine_adopt(v->m, b->pfn + p->offset, p->order))
		return b->pfn + p->offset;
	snprintf(what, sizeof(what), "free of pfn %u order %u", b->pfn + p->offset, p->order);
	snprintf(got, sizeof(got), own ? "no longer in use" : "not wholly in use in the dump");
	*ret = bs_log_differ(v, BS_DIFF_OWNER, what, "in use", got);
	return BS_NO_PFN;
}

/* "+OFFSET ORDER": that part only. */
static bool read_part(char **p, struct part *f)
{
	uint64_t offset, order;

	if ((*p)[0] != ' ' || (*p)[1] != '+')
		return true;
	*p += 2;
	if (!bs_log_number(p, (1u << f->b->order) - 1, &offset) ||
	    !bs_log_number(p, f->b->order, &order) || offset & ((1u << order) - 1))
		return false;
	f->offset = (bs_pfn)offset;
	f->order = (unsigned int)order;
	return true;
}

int bs_verify_release(struct bs_logrun *v, char *line)
{
	uint64_t id;
	struct part f;
	struct how h = {.node = -1};
	char *p = line + 2;
	bs_pfn pfn;
	int ret = bs_log_need_guest(v);

	if (ret)
		return ret;
	if (!bs_log_number(&p, MAX_ID, &id))
		return bs_log_bad(v, "malformed free \"%.60s\"", line);
	f = (struct part){.b = block_at(v, id, false)};
	if (!f.b || !f.b->left)
		return bs_log_bad(v, "free of an id that is not allocated: \"%.60s\"", line);
	f.order = f.b->order;
	if (!read_part(&p, &f) || (*p && !read_how(v, p, &h)) || h.node >= 0)
		return bs_log_bad(v, "malformed free \"%.60s\"", line);
	if (f.b->left < 1u << f.order)
		return bs_log_bad(v, "free of a part that is not allocated: \"%.60s\"", line);
	if (bs_log_operation(v, line, h.cpu, f.order,
			     bs_pageblock_type(v->m, f.b->pfn) % BS_PCPTYPES))
		return BS_LOG_STOP;
	f.b->left -= (uint16_t)(1u << f.order);
	pfn = own_part(v, &f, &ret);
	if (ret || pfn == BS_NO_PFN)
		return ret;
	if (v->fixed.n) {
		bs_log_set(&v->fixed, f.b->pfn + f.offset, false);
		bs_log_set(&v->offline, f.b->pfn + f.offset, false);
	}
	bs_mm_set_shuffle_bits(v->m, h.bits, h.nr_bits);
	bs_free_pages(v->m, h.cpu, pfn, f.order);
	bs_log_operation_done(v, pfn, -1);
	return check_random(v, h.nr_bits);
}

/* ---- Check lines ----------------------------------------------------------------------------- */

static const char *key(const char *line, const char *name)
{
	const char *p = strstr(line, name);

	return p ? p + strlen(name) : "";
}

static void print_counts(char *buf, size_t size, const struct bs_mm_counts *c)
{
	size_t used =
		(size_t)snprintf(buf, size,
				 "vm_free=%" PRId64 " diff=%" PRId64 " pcp=%" PRId64
				 " boost=%" PRId64 " ha=%" PRId64 " flags=0x%x nr=",
				 c->vm_free, c->diff, c->pcp, c->boost, c->highatomic, c->flags);

	for (unsigned int o = 0; o < BS_LOG_ORDERS && used < size; o++)
		used += (size_t)snprintf(buf + used, size - used, "%s%" PRIu64, o ? "," : "",
					 c->nr_free[o]);
}

/* diffN= and pcpN= of each further CPU. */
static int check_cpus(struct bs_logrun *v, const char *line, unsigned int zone)
{
	for (unsigned int cpu = 1; cpu < bs_nr_cpus(v->m); cpu++) {
		char name[24], expected[64], have[64], what[64];
		struct bs_mm_counts got;
		int64_t diff, pcp;
		int ret;

		snprintf(name, sizeof(name), " diff%u=", cpu);
		if (!*key(line, name))
			return BS_LOG_GO_ON; /* a log of one CPU of several */
		diff = strtoll(key(line, name), NULL, 10);
		snprintf(name, sizeof(name), " pcp%u=", cpu);
		pcp = strtoll(key(line, name), NULL, 10);
		bs_mm_counts(v->m, zone, cpu, &got);
		if (diff == got.diff && pcp == got.pcp)
			continue;
		snprintf(what, sizeof(what), "check line of zone %u, CPU %u", zone, cpu);
		snprintf(expected, sizeof(expected), "diff=%" PRId64 " pcp=%" PRId64, diff, pcp);
		snprintf(have, sizeof(have), "diff=%" PRId64 " pcp=%" PRId64, got.diff, got.pcp);
		ret = bs_log_differ(v, BS_DIFF_CHECK, what, expected, have);
		if (ret)
			return ret;
	}
	return BS_LOG_GO_ON;
}

static bool read_check(const char *line, struct bs_mm_counts *want, uint64_t *nr)
{
	char *list = (char *)key(line, " nr=");

	want->vm_free = strtoll(key(line, " vm_free="), NULL, 10);
	want->diff = strtoll(key(line, " diff="), NULL, 10);
	want->pcp = strtoll(key(line, " pcp="), NULL, 10);
	want->boost = strtoll(key(line, " boost="), NULL, 10);
	want->highatomic = strtoll(key(line, " ha="), NULL, 10);
	want->flags = (uint32_t)strtoul(key(line, " flags="), NULL, 16);
	for (unsigned int o = 0; o < BS_LOG_ORDERS; o++) {
		if (!bs_scan_digits(&list, &nr[o]) ||
		    (o < BS_LOG_MAX_ORDER ? *list != ',' : !bs_scan_at_end(list)))
			return false;
		list++;
	}
	return true;
}

int bs_verify_check(struct bs_logrun *v, const char *line)
{
	uint64_t op, zone, nr[BS_LOG_ORDERS];
	struct bs_mm_counts want = {.nr_free = nr}, got;
	char *p = (char *)line + 3, what[64], expected[320], have[320];
	char *end;
	int ret;

	/* OP is 2^64-1 after the final drain. */
	op = strtoull(p, &end, 10);
	p = end;
	if (!v->m || !bs_log_number(&p, BS_LOG_ZONES - 1, &zone) || v->zone_of[zone] < 0 ||
	    !read_check(line, &want, nr))
		return bs_log_bad(v, "malformed check line \"%.60s\"", line);
	v->r->checks++;
	bs_mm_counts(v->m, (unsigned int)v->zone_of[zone], 0, &got);
	if (want.vm_free != got.vm_free || want.diff != got.diff || want.pcp != got.pcp ||
	    want.boost != got.boost || want.highatomic != got.highatomic ||
	    want.flags != got.flags || memcmp(nr, got.nr_free, sizeof(nr))) {
		snprintf(what, sizeof(what), "check line %" PRIu64 " of zone %" PRIu64, op, zone);
		print_counts(expected, sizeof(expected), &want);
		print_counts(have, sizeof(have), &got);
		ret = bs_log_differ(v, BS_DIFF_CHECK, what, expected, have);
		if (ret)
			return ret;
	}
	return check_cpus(v, line, (unsigned int)v->zone_of[zone]);
}
