// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verify_dump.c - replay the operations that a live kernel did between two dumps of its allocator.
 *
 * A guest is made from a "start" dump when the first operation comes; every later dump is compared
 * with the guest, as are every returned pfn, every failure and every check line on the way.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mm_verify.h"
#include "notes.h"
#include "state_fields.h"
#include "state_text.h"
#include "textfile.h"
#include "verify_draw.h"
#include "verify_dump.h"

#define PIECE (UINT32_C(1) << 14)
#define PIECES (UINT32_C(1) << 12)
#define MAX_ID (PIECE * PIECES - 1)

/* What an id stands for. @pfn: the kernel's; @own: ours, which is the same until they differ. */
struct block {
	bs_pfn pfn, own;
	uint32_t guest; /* allocated by that guest; before it: in use when it was made */
	uint8_t order;
	bool live;
};

struct replay {
	const char *path;
	const struct bs_verify_config *cfg;
	struct bs_verify_result *r;
	struct bs_error *err;
	struct bs_textfile *text;
	struct bs_state_reader reader;
	struct bs_state *pending; /* the next operation starts from it */
	struct bs_machine *m;
	const char *kernel;
	uint32_t guest; /* guests made so far */
	int zone_of[BS_NR_ZONE_TYPES]; /* zone number in the file -> in the guest */
	struct block *blocks[PIECES];
	bool random_missing;
	uint64_t op, stop_before;
	FILE *drawn; /* set: only look, note nothing */
};

enum { GO_ON = 0, STOP = 1 };

static const char *where(const struct replay *v, char *buf, size_t size)
{
	snprintf(buf, size, "%.280s:%" PRIu64, v->path, bs_textfile_number(v->text));
	return buf;
}

static int bad(struct replay *v, const char *text, const char *detail)
{
	char buf[320];

	return bs_error_set(v->err, BS_INPUT, 0, where(v, buf, sizeof(buf)),
			    "the format is described in src/verify/VECTORS.md", text, detail);
}

static int differ(struct replay *v, enum bs_difference kind, const char *what, const char *expected,
		  const char *got)
{
	const struct bs_found f = {kind, v->op, bs_textfile_number(v->text), what, expected, got};

	if (v->drawn)
		return GO_ON;
	bs_verify_note(v->r, &f);
	return v->cfg->keep_going ? GO_ON : STOP;
}

/* ---- The guest ------------------------------------------------------------------------------- */

static uint64_t no_random(void *arg)
{
	((struct replay *)arg)->random_missing = true;
	return 0;
}

static int make_guest(struct replay *v, const struct bs_state *s)
{
	struct bs_error why;
	char buf[320];
	int ret;

	bs_machine_destroy(v->m);
	v->m = NULL;
	ret = bs_machine_from_state(s, v->cfg->kernel, &v->m, &why);
	if (ret)
		return bs_error_set(v->err, why.status, 0, where(v, buf, sizeof(buf)), why.advice,
				    "dump %s: %s", s->name, why.text);
	v->kernel = bs_kernel_name(v->m);
	snprintf(v->r->kernel, sizeof(v->r->kernel), "%s", v->kernel);
	v->guest++;
	bs_machine_set_random(v->m, no_random, v);
	for (int i = 0; i < BS_NR_ZONE_TYPES; i++) {
		const struct bs_state_zone *z = bs_state_zone_at((struct bs_state *)s, i);

		v->zone_of[i] = z ? (int)(z - s->zone) : -1;
	}
	return 0;
}

/* Before the first operation after a start dump. */
static int need_guest(struct replay *v)
{
	int ret;

	if (!v->pending)
		return v->m ? 0 : bad(v, "an operation before any %s dump", "start");
	ret = make_guest(v, v->pending);
	bs_state_free(v->pending);
	v->pending = NULL;
	return ret;
}

/* ---- Words of an operation ------------------------------------------------------------------- */

static bool read_number(char **p, uint64_t max, uint64_t *v)
{
	uint64_t x = 0;
	char *s = *p;

	while (*s == ' ')
		s++;
	*p = s;
	while (*s >= '0' && *s <= '9' && s - *p < 19)
		x = x * 10 + (uint64_t)(*s++ - '0');
	if (s == *p || (*s && *s != ' ') || x > max)
		return false;
	*p = s;
	*v = x;
	return true;
}

/* " s0110": random bits in the order of use, 1 = tail. Nothing there means none were drawn. */
static bool read_bits(char *p, uint64_t *bits, unsigned int *n)
{
	*bits = 0;
	*n = 0;
	while (*p == ' ')
		p++;
	if (!*p)
		return true;
	if (*p++ != 's')
		return false;
	for (; *p == '0' || *p == '1'; p++) {
		if (*n == 64)
			return false;
		*bits |= (uint64_t)(*p == '1') << (*n)++;
	}
	return !*p;
}

/* Ids are small and dense as kernels give them, but a file may say what it likes: a table per piece
 * of the ids there can be. */
static struct block *block_at(struct replay *v, uint64_t id, bool make)
{
	struct block **piece = &v->blocks[id / PIECE];

	if (!*piece && make)
		*piece = calloc(PIECE, sizeof(**piece));
	return *piece ? &(*piece)[id % PIECE] : NULL;
}

static int check_random(struct replay *v, unsigned int given)
{
	char expected[32], got[48];
	const unsigned int left = bs_mm_shuffle_bits_left(v->m);

	if (!v->random_missing && !left)
		return GO_ON;
	snprintf(expected, sizeof(expected), "%u random bits", given);
	if (v->random_missing)
		snprintf(got, sizeof(got), "more than %u", given);
	else
		snprintf(got, sizeof(got), "%u", given - left);
	v->random_missing = false;
	bs_mm_set_shuffle_bits(v->m, 0, 0);
	return differ(v, BS_DIFF_RANDOM, "random bits drawn", expected, got);
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

static void print_answer(char *buf, size_t size, bs_pfn pfn)
{
	if (pfn == BS_NO_PFN)
		snprintf(buf, size, "failure");
	else
		snprintf(buf, size, "pfn %u", pfn);
}

static int compare_pfn(struct replay *v, const char *line, bs_pfn expected, bs_pfn got)
{
	char what[96], e[32], g[32];

	if (expected == BS_NO_PFN)
		v->r->failures++;
	else
		v->r->pfns++;
	if (expected == got)
		return GO_ON;
	snprintf(what, sizeof(what), "%.90s", line);
	print_answer(e, sizeof(e), expected);
	print_answer(g, sizeof(g), got);
	return differ(v, expected == BS_NO_PFN || got == BS_NO_PFN ? BS_DIFF_FAILURE : BS_DIFF_PFN,
		      what, e, g);
}

static void explain_line(void *arg, const char *text)
{
	const struct replay *v = arg;

	v->cfg->explain_line(v->cfg->arg, text);
}

/* Switched on for one operation; otherwise it costs nothing. */
static void explain(struct replay *v, const char *line, unsigned int order, unsigned int mt)
{
	char *text = NULL, *save = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return;
	fprintf(f, "operation %" PRIu64 ": %s\n", v->op, line);
	bs_verify_draw(v->m, 0, order, mt, f);
	fclose(f);
	for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save))
		v->cfg->explain_line(v->cfg->arg, l);
	free(text);
	bs_machine_explain(v->m, explain_line, v);
}

/* True: the operation is the one that is only to be looked at. */
static bool before_operation(struct replay *v, const char *line, unsigned int order,
			     unsigned int mt)
{
	v->op++;
	if (v->drawn && v->op == v->stop_before) {
		bs_verify_draw(v->m, 0, order, mt, v->drawn);
		return true;
	}
	if (v->cfg->explain == v->op && v->cfg->explain_line && !v->drawn)
		explain(v, line, order, mt);
	return false;
}

/* @order < 0: a free has no answer. */
static void after_operation(struct replay *v, bs_pfn pfn, int order)
{
	char text[64];

	if (v->cfg->explain != v->op || !v->cfg->explain_line || v->drawn)
		return;
	bs_machine_explain(v->m, NULL, NULL);
	if (order < 0)
		return;
	if (pfn != BS_NO_PFN)
		snprintf(text, sizeof(text), "answer: pfn %u", pfn);
	else
		snprintf(text, sizeof(text), "answer: none");
	v->cfg->explain_line(v->cfg->arg, text);
}

/* a ID ORDER KIND PFN|- [sBITS] */
static int allocate(struct replay *v, char *line)
{
	unsigned int gfp, n;
	uint64_t id, order, bits, pfn = BS_NO_PFN;
	struct block *b;
	char *p = line + 2;
	bs_pfn got;
	int ret = need_guest(v);

	if (ret)
		return ret;
	if (!read_number(&p, MAX_ID, &id) || !read_number(&p, BS_MAX_ORDER, &order) || *p != ' ' ||
	    !kind_of(p[1], &gfp) || p[2] != ' ')
		return bad(v, "malformed allocation \"%.60s\"", line);
	p += 3;
	if (p[0] == '-' && (!p[1] || p[1] == ' '))
		p++;
	else if (!read_number(&p, BS_MAX_PFN - 1, &pfn))
		return bad(v, "malformed allocation \"%.60s\"", line);
	if (!read_bits(p, &bits, &n))
		return bad(v, "malformed random bits \"%.60s\"", line);
	if (before_operation(v, line, (unsigned int)order, bs_gfp_migratetype(gfp)))
		return STOP;
	bs_mm_set_shuffle_bits(v->m, bits, n);
	got = bs_alloc_pages(v->m, 0, gfp, (unsigned int)order);
	after_operation(v, got, (int)order);
	ret = compare_pfn(v, line, (bs_pfn)pfn, got);
	if (!ret)
		ret = check_random(v, n);
	if (ret)
		return ret;
	/* The kernel has no such block, so that nothing will free it. */
	if (pfn == BS_NO_PFN && got != BS_NO_PFN)
		bs_free_pages(v->m, 0, got, (unsigned int)order);
	if (pfn == BS_NO_PFN)
		return GO_ON;
	b = block_at(v, id, true);
	if (!b)
		return bs_error_set(v->err, BS_RESOURCE, ENOMEM, v->path, NULL, "blocks");
	*b = (struct block){(bs_pfn)pfn, got, v->guest, (uint8_t)order, true};
	return GO_ON;
}

/* ---- Freeing --------------------------------------------------------------------------------- */

/* The block in this guest that stands for the kernel's. BS_NO_PFN: there is none. */
static bs_pfn own_block(struct replay *v, struct block *b, int *ret)
{
	char what[64], got[64];

	*ret = GO_ON;
	if (b->guest == v->guest)
		return b->own;
	if (!bs_machine_adopt(v->m, b->pfn, b->order))
		return b->pfn;
	snprintf(what, sizeof(what), "free of pfn %u order %u", b->pfn, b->order);
	snprintf(got, sizeof(got), "not wholly in use in the dump");
	*ret = differ(v, BS_DIFF_OWNER, what, "in use", got);
	return BS_NO_PFN;
}

/* f ID [sBITS] */
static int release(struct replay *v, char *line)
{
	uint64_t id, bits;
	struct block *b;
	unsigned int n;
	char *p = line + 2;
	bs_pfn pfn;
	int ret = need_guest(v);

	if (ret)
		return ret;
	if (!read_number(&p, MAX_ID, &id) || !read_bits(p, &bits, &n))
		return bad(v, "malformed free \"%.60s\"", line);
	b = block_at(v, id, false);
	if (!b || !b->live)
		return bad(v, "free of an id that is not allocated: \"%.60s\"", line);
	if (before_operation(v, line, b->order, bs_pageblock_type(v->m, b->pfn) % BS_PCPTYPES))
		return STOP;
	b->live = false;
	pfn = own_block(v, b, &ret);
	if (ret || pfn == BS_NO_PFN)
		return ret;
	bs_mm_set_shuffle_bits(v->m, bits, n);
	bs_free_pages(v->m, 0, pfn, b->order);
	after_operation(v, pfn, -1);
	return check_random(v, n);
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

	for (unsigned int o = 0; o < BS_NR_ORDERS && used < size; o++)
		used += (size_t)snprintf(buf + used, size - used, "%s%" PRIu64, o ? "," : "",
					 c->nr_free[o]);
}

/* ck OP Z vm_free= diff= pcp= boost= ha= flags= nr=n0,..,n10 */
static int check(struct replay *v, const char *line)
{
	uint64_t op, zone, nr[BS_NR_ORDERS];
	struct bs_mm_counts want = {.nr_free = nr}, got;
	char *p = (char *)line + 3, what[64], expected[320], have[320];
	const char *list = key(line, " nr=");
	char *end;

	/* OP is 2^64-1 after the final drain. */
	op = strtoull(p, &end, 10);
	p = end;
	if (!v->m || !read_number(&p, BS_NR_ZONE_TYPES - 1, &zone) || v->zone_of[zone] < 0)
		return bad(v, "malformed check line \"%.60s\"", line);
	want.vm_free = strtoll(key(line, " vm_free="), NULL, 10);
	want.diff = strtoll(key(line, " diff="), NULL, 10);
	want.pcp = strtoll(key(line, " pcp="), NULL, 10);
	want.boost = strtoll(key(line, " boost="), NULL, 10);
	want.highatomic = strtoll(key(line, " ha="), NULL, 10);
	want.flags = (uint32_t)strtoul(key(line, " flags="), NULL, 16);
	for (unsigned int o = 0; o < BS_NR_ORDERS; o++) {
		nr[o] = strtoull(list, &end, 10);
		if (end == list || *end != (o < BS_MAX_ORDER ? ',' : '\0'))
			return bad(v, "malformed check line \"%.60s\"", line);
		list = end + 1;
	}
	v->r->checks++;
	bs_mm_counts(v->m, (unsigned int)v->zone_of[zone], 0, &got);
	if (want.vm_free == got.vm_free && want.diff == got.diff && want.pcp == got.pcp &&
	    want.boost == got.boost && want.highatomic == got.highatomic &&
	    want.flags == got.flags && !memcmp(nr, got.nr_free, sizeof(nr)))
		return GO_ON;
	snprintf(what, sizeof(what), "check line %" PRIu64 " of zone %" PRIu64, op, zone);
	print_counts(expected, sizeof(expected), &want);
	print_counts(have, sizeof(have), &got);
	return differ(v, BS_DIFF_CHECK, what, expected, have);
}

/* ---- Dumps ----------------------------------------------------------------------------------- */

struct dump_compare {
	struct replay *v;
	const char *name;
	bool stop;
};

static void dump_differs(void *arg, const struct bs_state_diff *d)
{
	struct dump_compare *c = arg;
	char what[128];

	if (c->stop)
		return;
	snprintf(what, sizeof(what), "dump %.30s: %s", c->name, d->what);
	c->stop = differ(c->v, BS_DIFF_DUMP + d->part, what, d->expected, d->got) == STOP;
}

static int compare_dump(struct replay *v, const struct bs_state *dump)
{
	struct dump_compare c = {v, dump->name, false};
	struct bs_state_diff lru;
	struct bs_state *own;
	unsigned int n;
	int ret = bs_state_of_machine(v->m, &own, v->err);

	if (ret)
		return ret;
	v->r->dumps++;
	n = bs_state_compare(dump, own, v->kernel, dump_differs, &c);
	/* Nobody but the operations ran: what was in use before is what it was. */
	if (!bs_state_lru_equal(dump, own, &lru)) {
		dump_differs(&c, &lru);
		n++;
	}
	bs_state_free(own);
	if (c.stop)
		return STOP;
	/* Every further difference would only repeat this one. */
	return n && v->cfg->keep_going ? make_guest(v, dump) : GO_ON;
}

static int take_dump(struct replay *v)
{
	struct bs_state *s = v->reader.state;
	struct bs_error e;
	int ret = bs_state_check(s, &e);

	v->reader.state = NULL;
	if (ret > 0)
		ret = differ(v, BS_DIFF_CONSISTENCY, s->name, "a consistent dump", e.text);
	else if (ret < 0 && v->err)
		*v->err = e;
	if (!v->kernel && !ret && bs_state_model(s))
		snprintf(v->r->kernel, sizeof(v->r->kernel), "%s",
			 v->cfg->kernel ? v->cfg->kernel : bs_state_model(s));
	if (!ret && (!v->m || !strcmp(s->name, "start") || !strcmp(s->name, "trace_start"))) {
		bs_state_free(v->pending);
		v->pending = s;
		return GO_ON;
	}
	if (!ret)
		ret = compare_dump(v, s);
	bs_state_free(s);
	return ret;
}

/* ---- The file -------------------------------------------------------------------------------- */

static int other_line(struct replay *v, char *line)
{
	const int ret = bs_state_reader_line(&v->reader, line, v->path, bs_textfile_number(v->text),
					     v->err);

	if (ret == BS_RECORD_COMPLETE)
		return take_dump(v);
	if (ret != BS_RECORD_NONE)
		return ret < 0 ? ret : GO_ON;
	if (!*line || !strncmp(line, "begin ", 6) || !strncmp(line, "finish ", 7))
		return GO_ON;
	return bad(v, "unknown record \"%.60s\"", line);
}

static int one_line(struct replay *v, char *line)
{
	if (v->reader.open)
		return other_line(v, line);
	if (line[0] == 'a' && line[1] == ' ')
		return allocate(v, line);
	if (line[0] == 'f' && line[1] == ' ')
		return release(v, line);
	if (line[0] == 'c' && line[1] == 'k' && line[2] == ' ')
		return check(v, line);
	return other_line(v, line);
}

int bs_verify_dumps(const char *path, const struct bs_verify_config *cfg,
		    struct bs_verify_result *r, uint64_t stop_before, FILE *drawn,
		    struct bs_error *err)
{
	struct replay v = {
		.path = path,
		.cfg = cfg,
		.r = r,
		.err = err,
		.stop_before = stop_before,
		.drawn = drawn,
	};
	char *line;
	long len = 0;
	int ret = bs_textfile_open(path, &v.text, err);

	if (ret)
		return ret;
	bs_state_reader_init(&v.reader);
	while (ret == GO_ON && (len = bs_textfile_line(v.text, &line, err)) >= 0)
		ret = one_line(&v, line);
	if (ret == GO_ON && len < -1)
		ret = (int)len;
	if (ret == GO_ON && v.reader.open)
		ret = bad(&v, "the file ends inside dump %s", v.reader.state->name);
	if (ret == GO_ON && !v.guest && !v.pending)
		ret = bad(&v, "no dump in this file%s", "");
	r->operations = v.op;
	bs_state_reader_free(&v.reader);
	bs_state_free(v.pending);
	bs_machine_destroy(v.m);
	bs_textfile_close(v.text);
	for (size_t i = 0; i < PIECES; i++)
		free(v.blocks[i]);
	return ret < 0 ? ret : 0;
}
