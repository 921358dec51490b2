// SPDX-License-Identifier: GPL-2.0-or-later
/* snapshot_print.c - what is free, and what reporting could give back of it, on one screen. */
#include "cli.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "snapshot_print.h"

#define CAPACITY 32 /* blocks of a request: what a reporter wants beyond the low watermark */
#define ROWS 20 /* of a table of many snapshots */

struct printing {
	uint64_t page_size;
	unsigned int orders;
	uint64_t nr_free[BS_SNAPSHOT_ORDERS];
	const struct bs_snapshot *s;
};

/* "1.4 GiB", in one of @buf's 24 bytes. */
static const char *size_text(uint64_t bytes, char buf[24])
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
	double v = (double)bytes;
	unsigned int u = 0;

	for (; v >= 1024 && u < 5; u++)
		v /= 1024;
	snprintf(buf, 24,
		 v < (u > 2 ? 100 : 10) && u && v != (double)(uint64_t)v ? "%.1f %s" : "%.0f %s", v,
		 units[u]);
	return buf;
}

/* "41 %", with a digit behind the point where it says more. */
static const char *share_text(unsigned int per_mille, char buf[16])
{
	if (per_mille && per_mille < 100)
		snprintf(buf, 16, "%u.%u %%", per_mille / 10, per_mille % 10);
	else
		snprintf(buf, 16, "%u %%", per_mille / 10);
	return buf;
}

static void take(struct printing *p, const struct bs_snapshot *s)
{
	p->s = s;
	p->orders = bs_snapshot_nr_free(s, p->nr_free);
}

/* Marks of all zones together, in bytes. */
struct marks {
	uint64_t min, low, high, managed;
	bool known;
};

static struct marks marks_of(const struct bs_snapshot *s, uint64_t page_size)
{
	struct marks m = {0};

	for (unsigned int i = 0; i < s->nr_zones; i++) {
		const struct bs_snapshot_sizes *z = s->zone[i].sizes;

		if (!z)
			continue;
		m.known = true;
		m.min += z->min * page_size;
		m.low += z->low * page_size;
		m.high += z->high * page_size;
		m.managed += z->managed * page_size;
	}
	return m;
}

/* ---- The answer ------------------------------------------------------------------------------ */

/* The order that Linux reports by default, one in between that shows what smaller ones bring, all. */
static void print_answer(const struct printing *p)
{
	const uint64_t all = bs_free_from_order(p->nr_free, 0) * p->page_size;
	const struct marks m = marks_of(p->s, p->page_size);
	static const unsigned int orders[] = {9, 6};
	char a[24], b[16];

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		const unsigned int o = orders[i];
		const uint64_t bytes = bs_free_from_order(p->nr_free, o) * p->page_size;

		printf("order %u: %s", o,
		       bytes ? share_text(bs_usable_index(p->nr_free, o), b) : "0");
		if (!i)
			printf(" of %s free", size_text(all, a));
		printf(", ");
	}
	printf("order 0: %s", size_text(all, a));
	if (m.known)
		printf("; watermarks keep %s", size_text(m.low, a));
	putchar('\n');
}

/* ---- The tables ------------------------------------------------------------------------------ */

static unsigned int width_of(const struct bs_snapshot *s, unsigned int order)
{
	unsigned int width = 2;
	char digits[24];

	for (unsigned int i = 0; i < s->nr_zones; i++) {
		const int n =
			snprintf(digits, sizeof(digits), "%" PRIu64, s->zone[i].nr_free[order]);

		width = (unsigned int)n > width ? (unsigned int)n : width;
	}
	return width + 1;
}

static void print_zones(const struct printing *p)
{
	const struct bs_snapshot *s = p->s;
	char a[24];

	printf("\nfree blocks   by order");
	for (unsigned int o = 0; o < p->orders; o++)
		printf("%*u", (int)width_of(s, o), o);
	putchar('\n');
	for (unsigned int i = 0; i < s->nr_zones; i++) {
		const struct bs_snapshot_zone *z = &s->zone[i];

		if (!z->nr_orders)
			continue;
		printf("%u %-9s %10s", z->node, z->name,
		       size_text(bs_free_from_order(z->nr_free, 0) * p->page_size, a));
		for (unsigned int o = 0; o < p->orders; o++)
			printf("%*" PRIu64, (int)width_of(s, o), z->nr_free[o]);
		putchar('\n');
	}
}

/* Pages of a type in all zones, of which @*capped says that there are more. */
static uint64_t of_type(const struct bs_snapshot *s, unsigned int type, unsigned int from_order,
			bool *capped)
{
	uint64_t pages = 0;

	for (unsigned int i = 0; i < s->nr_zones; i++) {
		const struct bs_snapshot_types *t = s->zone[i].types;

		if (!t)
			continue;
		pages += bs_free_from_order(t->nr_free[type], from_order);
		*capped |= t->capped[type] >> from_order;
	}
	return pages;
}

static void print_types(const struct printing *p)
{
	uint64_t pages[BS_NR_SNAPSHOT_TYPES], blocks;
	bool capped[BS_NR_SNAPSHOT_TYPES] = {false}, any = false;
	char a[24], b[24];

	for (unsigned int t = 0; t < BS_NR_SNAPSHOT_TYPES; t++)
		any |= (pages[t] = of_type(p->s, t, 0, &capped[t])) > 0;
	if (!any)
		return;
	printf("\ntype              free  of order >= 9   pageblocks\n");
	for (unsigned int t = 0; t < BS_NR_SNAPSHOT_TYPES; t++) {
		bool dummy = false;

		blocks = 0;
		for (unsigned int i = 0; i < p->s->nr_zones; i++)
			blocks += p->s->zone[i].types ? p->s->zone[i].types->blocks[t] : 0;
		if (pages[t] || blocks)
			printf("%-11s %s%9s %16s %12" PRIu64 "\n", bs_snapshot_type_name(t),
			       capped[t] ? ">" : " ", size_text(pages[t] * p->page_size, a),
			       size_text(of_type(p->s, t, 9, &dummy) * p->page_size, b), blocks);
	}
}

static void print_giveback(const struct printing *p)
{
	char a[24], b[24], c[24], share[16];
	bool held_back = false;

	printf("\nwhat reporting from an order on could give back right now\n"
	       "order      block       free     of all   unusable   reported\n");
	for (unsigned int o = p->orders; o-- > 0;) {
		const struct bs_giveback g = bs_snapshot_giveback(p->s, o, CAPACITY);
		const unsigned int usable = bs_usable_index(p->nr_free, o);

		held_back |= g.reported < g.pages;
		printf("%5u %10s %10s %10s      %u.%03u %10s%s\n", o,
		       size_text(p->page_size << o, a), size_text(g.pages * p->page_size, b),
		       share_text(usable, share), (1000 - usable) / 1000, (1000 - usable) % 1000,
		       size_text(g.reported * p->page_size, c), g.reported < g.pages ? " *" : "");
	}
	if (held_back)
		printf("* Linux reports a zone only while more is free in it than the low watermark and "
		       "%d blocks of that order\n",
		       CAPACITY);
}

static void print_marks(const struct printing *p)
{
	const struct marks m = marks_of(p->s, p->page_size);
	const uint64_t all = bs_free_from_order(p->nr_free, 0) * p->page_size;
	char a[24], b[24], c[24], share[16];

	if (!m.known) {
		puts("\nwith /proc/zoneinfo it also says what the watermarks keep, with "
		     "/proc/pagetypeinfo (root) the types");
		return;
	}
	printf("\nwatermarks: min %s, low %s, high %s", size_text(m.min, a), size_text(m.low, b),
	       size_text(m.high, c));
	if (m.managed)
		printf("; %s of %s are free (%s)", size_text(all, a), size_text(m.managed, b),
		       share_text((unsigned int)((unsigned __int128)all * 1000 / m.managed),
				  share));
	putchar('\n');
}

static void print_vmstat(const struct bs_snapshot *s)
{
	unsigned int printed = 0;

	if (!s->has_vmstat)
		return;
	printf("since boot: ");
	/* The first is a level. */
	for (unsigned int i = 3; i < BS_NR_VMSTAT; i++)
		if (s->vmstat[i])
			printf("%s%s %" PRIu64, printed++ ? ", " : "", bs_vmstat_name(i),
			       s->vmstat[i]);
	puts(printed ? "" : "no stall, no compaction, no huge page");
}

/* ---- Many snapshots -------------------------------------------------------------------------- */

static void print_row(const char *when, const uint64_t *nr_free, uint64_t page_size)
{
	static const unsigned int orders[] = {10, 9, 6, 3};
	char a[24], share[16];

	printf("%-28s %10s", when, size_text(bs_free_from_order(nr_free, 0) * page_size, a));
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		printf(" %10s", share_text(bs_usable_index(nr_free, orders[i]), share));
	putchar('\n');
}

/* The least and the most of order 9, and when. */
static void print_extremes(const struct bs_snapshots *all, uint64_t page_size)
{
	size_t least = 0, most = 0;
	uint64_t low = UINT64_MAX, high = 0, nr_free[BS_SNAPSHOT_ORDERS];
	char a[24], b[24];

	for (size_t i = 0; i < all->n; i++) {
		uint64_t pages;

		bs_snapshot_nr_free(&all->s[i], nr_free);
		pages = bs_free_from_order(nr_free, 9);
		if (pages < low) {
			low = pages;
			least = i;
		}
		if (pages > high || !i) {
			high = pages;
			most = i;
		}
	}
	printf("order 9 gives least at no. %zu: %s, most at no. %zu: %s\n", least + 1,
	       size_text(low * page_size, a), most + 1, size_text(high * page_size, b));
}

/* First, last, and what fits in between. */
static void print_series(const struct bs_snapshots *all, uint64_t page_size)
{
	const size_t rows = all->n < ROWS ? all->n : ROWS;
	uint64_t nr_free[BS_SNAPSHOT_ORDERS];
	char when[80];

	printf("\n%zu snapshots; of what is free, in blocks of at least order\n"
	       "no. time                           free         10          9          6          "
	       "3\n",
	       all->n);
	for (size_t r = 0; r < rows; r++) {
		const size_t i = rows > 1 ? r * (all->n - 1) / (rows - 1) : 0;

		bs_snapshot_nr_free(&all->s[i], nr_free);
		snprintf(when, sizeof(when), "%-3zu %.24s", i + 1, all->s[i].when);
		print_row(when, nr_free, page_size);
	}
	print_extremes(all, page_size);
}

static void print_text(const struct bs_snapshots *all, uint64_t page_size)
{
	struct printing p = {.page_size = page_size};

	/* Of several the last one: that is now. */
	take(&p, &all->s[all->n - 1]);
	print_answer(&p);
	if (all->n > 1)
		print_series(all, page_size);
	print_zones(&p);
	print_types(&p);
	print_giveback(&p);
	print_marks(&p);
	print_vmstat(p.s);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void put(json_t *o, const char *key, uint64_t v)
{
	json_object_set_new(o, key, json_integer((json_int_t)v));
}

static json_t *counts_json(const uint64_t *v, unsigned int n)
{
	json_t *a = json_array();

	for (unsigned int i = 0; i < n; i++)
		json_array_append_new(a, json_integer((json_int_t)v[i]));
	return a;
}

static json_t *types_json(const struct bs_snapshot_types *t, unsigned int orders)
{
	json_t *o = json_object();

	for (unsigned int i = 0; i < BS_NR_SNAPSHOT_TYPES; i++) {
		json_t *type = json_object();

		json_object_set_new(type, "nr_free", counts_json(t->nr_free[i], orders));
		json_object_set_new(type, "more_than_said", json_boolean(t->capped[i]));
		put(type, "pageblocks", t->blocks[i]);
		json_object_set_new(o, bs_snapshot_type_name(i), type);
	}
	return o;
}

static json_t *zone_json(const struct bs_snapshot_zone *z, uint64_t page_size)
{
	json_t *o = json_object();

	put(o, "node", z->node);
	json_object_set_new(o, "zone", json_string(z->name));
	put(o, "free_bytes", bs_free_from_order(z->nr_free, 0) * page_size);
	json_object_set_new(o, "nr_free", counts_json(z->nr_free, z->nr_orders));
	if (z->types)
		json_object_set_new(o, "types", types_json(z->types, z->nr_orders));
	if (z->sizes) {
		put(o, "min_bytes", z->sizes->min * page_size);
		put(o, "low_bytes", z->sizes->low * page_size);
		put(o, "high_bytes", z->sizes->high * page_size);
		put(o, "managed_bytes", z->sizes->managed * page_size);
		put(o, "lru_bytes", z->sizes->lru * page_size);
		put(o, "pcp_bytes", z->sizes->pcp_pages * page_size);
	}
	return o;
}

static json_t *orders_json(const struct printing *p)
{
	json_t *a = json_array();

	for (unsigned int o = 0; o < p->orders; o++) {
		const struct bs_giveback g = bs_snapshot_giveback(p->s, o, CAPACITY);
		json_t *order = json_object();

		put(order, "order", o);
		put(order, "free_bytes", g.pages * p->page_size);
		put(order, "reportable_bytes", g.reported * p->page_size);
		put(order, "usable_permille", bs_usable_index(p->nr_free, o));
		put(order, "unusable_permille", 1000 - bs_usable_index(p->nr_free, o));
		json_array_append_new(a, order);
	}
	return a;
}

static json_t *snapshot_json(const struct bs_snapshot *s, uint64_t page_size)
{
	struct printing p = {.page_size = page_size};
	const struct marks m = marks_of(s, page_size);
	json_t *o = json_object(), *zones = json_array(), *vmstat = json_object();

	take(&p, s);
	if (s->when[0])
		json_object_set_new(o, "when", json_string(s->when));
	if (s->time != BS_NO_TIME)
		put(o, "time_ns", s->time);
	put(o, "free_bytes", bs_free_from_order(p.nr_free, 0) * page_size);
	json_object_set_new(o, "watermark_low_bytes",
			    m.known ? json_integer((json_int_t)m.low) : json_null());
	json_object_set_new(o, "orders", orders_json(&p));
	for (unsigned int i = 0; i < s->nr_zones; i++)
		if (s->zone[i].nr_orders)
			json_array_append_new(zones, zone_json(&s->zone[i], page_size));
	json_object_set_new(o, "zones", zones);
	for (unsigned int i = 0; s->has_vmstat && i < BS_NR_VMSTAT; i++)
		put(vmstat, bs_vmstat_name(i), s->vmstat[i]);
	if (s->has_vmstat)
		json_object_set_new(o, "vmstat", vmstat);
	else
		json_decref(vmstat);
	return o;
}

static void print_json(json_t *root)
{
	json_dumpf(root, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(root);
}

void state_print(const struct bs_snapshots *all, uint64_t page_size, enum bs_format format)
{
	json_t *root, *list;

	if (format == BS_FORMAT_TEXT) {
		print_text(all, page_size);
		return;
	}
	root = json_object();
	list = json_array();
	put(root, "page_size", page_size);
	for (size_t i = 0; i < all->n; i++)
		json_array_append_new(list, snapshot_json(&all->s[i], page_size));
	json_object_set_new(root, "snapshots", list);
	print_json(root);
}

/* ---- A made state, and differences ------------------------------------------------------------ */

void state_print_made(const struct bs_state *s, const char *path,
		      const struct bs_state_notes *notes)
{
	static const char *const names[BS_NR_ZONE_TYPES] = {"DMA", "DMA32", "Normal", "Movable",
							    "Device"};
	const struct bs_platform *on = bs_state_platform(s);
	char a[24], b[24];

	printf("%s: a start state of %s, kernel %s, %" PRId64 " CPU%s\n", path, s->origin,
	       s->kernel, s->nr_cpus, s->nr_cpus == 1 ? "" : "s");
	for (unsigned int i = 0; i < s->nr_zones; i++) {
		const struct bs_state_zone *z = &s->zone[i];

		printf("  %-7s %9s of %9s free, blocks", names[z->type],
		       size_text((uint64_t)z->vm_free << on->page_shift, a),
		       size_text((uint64_t)z->managed << on->page_shift, b));
		for (unsigned int o = 0; o <= on->max_order; o++)
			printf(" %" PRId64, z->nr_free[o]);
		putchar('\n');
	}
	for (unsigned int i = 0; i < notes->n; i++)
		printf("  note: %s\n", notes->text[i]);
	printf("next: buddysim compare TRACE -s all --state %s\n", path);
}

struct differing {
	bool json;
	json_t *list;
};

static void print_count(void *arg, const struct bs_count_diff *d)
{
	struct differing *x = arg;
	const char *type = d->type == BS_NR_SNAPSHOT_TYPES ? "all" : bs_snapshot_type_name(d->type);
	json_t *o;

	if (!x->json) {
		printf("%4u %-8s %5u  %-11s %10" PRIu64 " %10" PRIu64 " %+11" PRId64 "\n", d->node,
		       d->zone, d->order, type, d->a, d->b, (int64_t)(d->b - d->a));
		return;
	}
	o = json_object();
	put(o, "node", d->node);
	json_object_set_new(o, "zone", json_string(d->zone));
	put(o, "order", d->order);
	json_object_set_new(o, "type", json_string(type));
	put(o, "a", d->a);
	put(o, "b", d->b);
	json_array_append_new(x->list, o);
}

unsigned int state_print_diff(const struct bs_snapshot *a, const struct bs_snapshot *b,
			      enum bs_format format)
{
	struct differing x = {.json = format == BS_FORMAT_JSON, .list = json_array()};
	const unsigned int n = bs_snapshots_compare(a, b, NULL, NULL);
	json_t *root;

	if (!x.json && !n)
		puts("the same number of free blocks of each zone, order and type");
	if (!x.json && n)
		printf("%u counts of free blocks differ\nnode zone     order  type                 A  "
		       "        B           +\n",
		       n);
	bs_snapshots_compare(a, b, print_count, &x);
	if (!x.json) {
		json_decref(x.list);
		return n;
	}
	root = json_object();
	put(root, "differences", n);
	json_object_set_new(root, "counts", x.list);
	print_json(root);
	return n;
}
