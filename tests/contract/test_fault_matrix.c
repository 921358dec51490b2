// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every strategy against every way in which a device may misbehave: random schedules of a guest
 * that allocates, frees, splits, isolates pageblocks, switches reporting off and on and changes its
 * parameters, between requests and while they are in flight, with every law of bs_schedule.h
 * checked on the way. The same matrix is then shown strategies with a bug in them, one each.
 *
 * Each schedule runs twice, so that law 34 is seen. One of each cell runs on a real arena with
 * stamps in it, the others on the model, whose shadow map sees the same. Seeds decide the kernel
 * model, one zone or two, shuffling, per-cpu lists: 4 have met all. BS_MATRIX_SCHEDULES=N runs N.
 * Which law is checked where: tests/README.md.
 */
#include "bs_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bs_exempt.h"
#include "bs_mutants.h"
#include "bs_watch.h"
#include "bs_seeded.h"

#define STEPS 250
#define MAX_ROWS 48

/* ---- The faults ------------------------------------------------------------------------------ */

/* @errors: requests fail, so that what is left raw at the end is nobody's fault.
 * @keeps: they may complete and leave something as it was.
 * @arena: on a real arena whatever the seed. */
static const struct fault {
	const char *name, *params;
	bool errors, keeps, arena;
	enum bs_bad_host host;
} faults[] = {
	{.name = "none", .params = ""},
	{.name = "latency", .params = "latency=exponential,latency_mean=50ms"},
	{.name = "stall", .params = "stall_at=1s,stall_for=3s,stall_every=15s"},
	{.name = "error-3rd", .params = "error_every=3", .errors = true},
	{.name = "error-30%", .params = "error_ppm=300000", .errors = true},
	{.name = "partial", .params = "partial_every=2", .keeps = true},
	{.name = "assigned", .params = "inhibit=assigned", .keeps = true},
	{.name = "poison", .params = "inhibit=poison,inhibit_at=1s,inhibit_for=2s", .keeps = true},
	{.name = "init-on-free", .params = "poison=after,poison_byte=0", .keeps = true},
	{.name = "host-fills", .params = "poison=host", .keeps = true},
	{.name = "host-page", .params = "host_page=4MiB", .keeps = true},
	{.name = "madvise",
	 .params = "madvise_every=5,madvise_errno=",
	 .errors = true}, /* each errno in turn */
	{.name = "queue-1", .params = "queue_depth=1,latency=uniform,latency_mean=5ms"},
	{.name = "all",
	 .params =
		 "latency=uniform,latency_mean=20ms,stall_at=1s,stall_for=2s,stall_every=9s,"
		 "error_ppm=100000,partial_every=4,host_page=4MiB,madvise_every=11,madvise_errno=",
	 .errors = true},
};
#define NR_FAULTS (sizeof(faults) / sizeof(faults[0]))

static const char *const errnos[] = {"EACCES", "EAGAIN", "EBADF", "EBUSY",  "EFAULT",
				     "EINTR",  "EINVAL", "EIO",	  "ENOMEM", "EPERM"};

/* ---- The strategies -------------------------------------------------------------------------- */

struct row {
	const struct bs_strategy *s;
	char params[128];
	uint64_t out_of_reach; /* laws that need a larger guest */
	uint64_t cells[NR_FAULTS];
	uint64_t seen[BS_NR_LAWS]; /* how often it might have been broken */
	uint64_t toggles, settings, requests, failed, beside_isolate;
	uint64_t content_loss;
};

/* src/report/strategy_template.c, linked into this program. */
extern const struct bs_strategy bs_strategy;

struct matrix {
	struct row rows[MAX_ROWS];
	unsigned int nr;
};

/* Beyond each strategy's defaults: the variants that its series had. */
static const struct {
	const char *name, *params;
	uint64_t out_of_reach;
} variants[] = {
	{.name = "hypercall", .params = "hint=final"},
	{.name = "bitmap", .params = "capacity=4,fixes=merge+watermark+cursor+unaligned"},
	{.name = "bubble", .params = "capacity=1,hwm=1"}, /* a boundary stands for many calls */
	{.name = "scatterlist", .params = "capacity=1,hwm=1"},
	{.name = "boundary", .params = "capacity=1,hwm=1"},
	{.name = "list-walk", .params = "capacity=4,hwm=4,from=head,restart=batch"},
	{.name = "rotation", .params = "capacity=4,rev=5.7,budget=4"},
	{.name = "rotation", .params = "capacity=4,rev=2026,order=7"},
	{.name = "rotation", .params = "capacity=4,depth=3"},
	/* 20 requests may hold more than there is: the live set of law 33 is below 0. */
	{.name = "rotation",
	 .params = "capacity=2,depth=20,budget=0,zero_once=on",
	 .out_of_reach = BS_LAW_BIT(BS_LAW_OOM)},
	{.name = "rotation", .params = "capacity=4,keep_raw=3,skip_if_busy=on"},
	{.name = "rotation", .params = "capacity=2,depth=2,gate=50,skip_if_busy=on"},
	{.name = "hint-once", .params = "at=1s"},
	{.name = "balloon", .params = "size=6MiB,at=0s"},
	{.name = "balloon", .params = "size=32MiB,at=0s,until=3s,page=huge"},
	{.name = "clairvoyant", .params = "order=7"},
};

static void add_row(struct matrix *m, const struct bs_strategy *s, const char *params)
{
	struct row *r = &m->rows[m->nr++];

	assert_true(m->nr <= MAX_ROWS);
	memset(r, 0, sizeof(*r));
	r->s = s;
	if (params)
		snprintf(r->params, sizeof(r->params), "%s", params);
	else
		bs_small_params(s, r->params, sizeof(r->params));
}

static void make_rows(struct matrix *m)
{
	const struct bs_strategy *s;
	struct bs_error err;

	m->nr = 0;
	for (unsigned int i = 0; (s = bs_strategy_at(i)) != NULL; i++)
		add_row(m, s, NULL);
	for (unsigned int i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
		add_row(m, bs_strategy_find(variants[i].name, &err), variants[i].params);
		m->rows[m->nr - 1].out_of_reach = variants[i].out_of_reach;
	}
	add_row(m, &bs_strategy, NULL);
	add_row(m, &bs_seeded, "bug=none");
}

/* ---- Running a cell -------------------------------------------------------------------------- */

static unsigned int schedules_per_cell(void)
{
	const char *text = getenv("BS_MATRIX_SCHEDULES");
	const int n = text ? atoi(text) : 0;

	return n > 0 ? (unsigned int)n : 4;
}

/* Twice if law 34 is one of @laws; the first verdict that is one. */
static void run_schedule(const struct row *r, const struct fault *f, uint64_t laws, uint64_t seed,
			 struct bs_verdict *v)
{
	char params[256];
	struct bs_schedule sc = {.s = r->s,
				 .params = r->params,
				 .kind = seed == 1 || f->arena ? "madvise" : "model",
				 .fault = params,
				 .laws = laws,
				 .errors = f->errors,
				 .keeps = f->keeps,
				 .host = f->host,
				 .seed = seed,
				 .steps = STEPS};
	struct bs_verdict again;
	const size_t len = strlen(f->params);

	snprintf(params, sizeof(params), "%s%s", f->params,
		 len && f->params[len - 1] == '=' ? errnos[seed % 10] : "");
	bs_schedule_run(&sc, v);
	if (!(laws >> BS_LAW_SAME & 1) || v->law != BS_NO_LAW)
		return;
	/* On the model: with or without memory behind it, the requests are the same. */
	sc.kind = "model";
	bs_schedule_run(&sc, &again);
	v->seen[BS_LAW_SAME] = v->requests != 0;
	if (again.hash == v->hash)
		return;
	v->law = BS_LAW_SAME;
	snprintf(v->text, sizeof(v->text), "two runs of one seed differ");
}

static void account(struct row *r, unsigned int fault, const struct bs_verdict *v)
{
	r->cells[fault]++;
	for (unsigned int l = 0; l < BS_NR_LAWS; l++)
		r->seen[l] += v->seen[l];
	r->toggles += v->toggles;
	r->settings += v->settings;
	r->requests += v->requests;
	r->failed += v->failed;
	r->beside_isolate += v->beside_isolate;
	r->content_loss += v->content_loss;
}

/* ---- The table ------------------------------------------------------------------------------- */

static void print_label(const struct row *r)
{
	char label[64];

	snprintf(label, sizeof(label), "%s%s%s", r->s->name, r->params[0] ? ":" : "", r->params);
	printf("%-42.42s", label);
}

static void print_cells(const struct matrix *m)
{
	printf("\nSchedules per cell, none of which broke a law; beside I: requests made while large\n"
	       "blocks were on ISOLATE lists:\n%-42s",
	       "");
	for (unsigned int f = 0; f < NR_FAULTS; f++)
		printf(" %9s", faults[f].name);
	printf(" %9s %8s %7s %8s %7s %5s\n", "requests", "beside I", "failed", "switched", "set",
	       "lost");
	for (unsigned int i = 0; i < m->nr; i++) {
		const struct row *r = &m->rows[i];

		print_label(r);
		for (unsigned int f = 0; f < NR_FAULTS; f++)
			printf(" %9u", (unsigned int)r->cells[f]);
		printf(" %9u %8u %7u %8u %7u %5u\n", (unsigned int)r->requests,
		       (unsigned int)r->beside_isolate, (unsigned int)r->failed,
		       (unsigned int)r->toggles, (unsigned int)r->settings,
		       (unsigned int)r->content_loss);
	}
}

static bool is_about(const struct row *r, unsigned int law)
{
	return bs_is_about(r->s, law) && !(r->out_of_reach >> law & 1);
}

static bool claims(const struct row *r, unsigned int law)
{
	return bs_laws_of(r->s) >> law & 1 && is_about(r, law);
}

/* Laws that @r claims and that were never looked at. */
static unsigned int print_vacuous(const struct row *r)
{
	unsigned int n = 0;

	for (unsigned int l = 0; l < BS_NR_LAWS; l++) {
		if (!claims(r, l) || r->seen[l])
			continue;
		n++;
		print_label(r);
		printf(" law %s: never had a chance to break\n", bs_law_name(l));
	}
	return n;
}

/* Checked, whether it was bound to come up or not. */
static bool has_count(const struct row *r, unsigned int law)
{
	return claims(r, law) || (bs_laws_of(r->s) >> law & 1 && r->seen[law]);
}

static void print_laws(const struct matrix *m)
{
	printf("\nHow often each law of tests/README.md was looked at where it might have been\n"
	       "broken; - = exempt, . = not about it, and never came up:\n%-42s",
	       "");
	for (unsigned int l = 0; l < BS_NR_LAWS; l++)
		printf(" %11s", bs_law_name(l));
	putchar('\n');
	for (unsigned int i = 0; i < m->nr; i++) {
		print_label(&m->rows[i]);
		for (unsigned int l = 0; l < BS_NR_LAWS; l++)
			if (has_count(&m->rows[i], l))
				printf(" %11u", (unsigned int)m->rows[i].seen[l]);
			else
				printf(" %11s", is_about(&m->rows[i], l) ? "-" : ".");
		putchar('\n');
	}
	printf("\nExempt:\n");
	for (unsigned int k = 0; k < bs_nr_exemptions; k++)
		for (unsigned int i = 0; i < m->nr; i++)
			if (bs_is_exempt(m->rows[i].s, &bs_exemptions[k])) {
				print_label(&m->rows[i]);
				printf(" %-11s %s\n", bs_law_name(bs_exemptions[k].law),
				       bs_exemptions[k].why);
			}
}

/* ---- Every strategy, every fault ------------------------------------------------------------- */

static void test_every_law_holds_in_every_cell(void **state)
{
	const unsigned int per_cell = schedules_per_cell();
	struct matrix *m = calloc(1, sizeof(*m));
	unsigned int broken = 0, vacuous = 0;

	(void)state;
	assert_non_null(m);
	make_rows(m);
	for (unsigned int i = 0; i < m->nr; i++)
		for (unsigned int f = 0; f < NR_FAULTS; f++)
			for (uint64_t seed = 1; seed <= per_cell; seed++) {
				struct bs_verdict v;

				run_schedule(&m->rows[i], &faults[f], bs_laws_of(m->rows[i].s),
					     seed, &v);
				account(&m->rows[i], f, &v);
				if (v.law == BS_NO_LAW)
					continue;
				broken++;
				print_label(&m->rows[i]);
				printf(" %-10s seed %u: law %s: %s\n", faults[f].name,
				       (unsigned int)seed, bs_law_name(v.law), v.text);
			}
	print_cells(m);
	print_laws(m);
	for (unsigned int i = 0; i < m->nr; i++)
		vacuous += print_vacuous(&m->rows[i]);
	free(m);
	assert_int_equal(broken, 0);
	assert_int_equal(vacuous, 0);
}

/* ---- The suite can see ----------------------------------------------------------------------- */

/* The laws that @r breaks until one of @about is among them; counts the schedules up to the
 * first. */
static uint64_t laws_broken(const struct row *r, uint64_t about, unsigned int *first)
{
	uint64_t laws = 0;
	unsigned int n = 0;

	*first = 0;
	for (uint64_t seed = 2; seed <= 5; seed++)
		for (unsigned int f = 0; f < NR_FAULTS && !(laws & about); f++) {
			struct bs_verdict v;

			run_schedule(r, &faults[f], bs_laws_of(r->s), seed, &v);
			n++;
			if (v.law == BS_NO_LAW)
				continue;
			laws |= BS_LAW_BIT(v.law);
			if (!*first)
				*first = n;
		}
	return laws;
}

static void print_bug(const struct row *r, uint64_t laws, unsigned int first)
{
	print_label(r);
	printf(" after %2u schedules:", first);
	for (unsigned int l = 0; l < BS_NR_LAWS; l++)
		if (laws >> l & 1)
			printf(" [%s]", bs_law_name(l));
	putchar('\n');
}

/* Each bug is caught, and by the law that is about it. */
static void test_every_seeded_bug_is_caught(void **state)
{
	static const struct {
		const char *bug;
		uint64_t laws; /* one of these must be among those broken */
	} bugs[] = {
		{"forget-split", BS_LAW_BIT(BS_LAW_MARK)},
		{"behind-boundary", BS_LAW_BIT(BS_LAW_SETTLE)},
		{"wrong-type", BS_LAW_BIT(BS_LAW_TYPE)},
		{"double-submit", BS_LAW_BIT(BS_LAW_DEVICE)},
		{"stale", BS_LAW_BIT(BS_LAW_DEVICE)},
		{"in-use", BS_LAW_BIT(BS_LAW_DEVICE)},
		{"lose", BS_LAW_BIT(BS_LAW_PEAK) | BS_LAW_BIT(BS_LAW_OFF)},
		{"put-twice", BS_LAW_BIT(BS_LAW_DEVICE)},
		{"under-lock", BS_LAW_BIT(BS_LAW_LOCK)},
		{"mark-failed", BS_LAW_BIT(BS_LAW_ERROR)},
		{"early-return", BS_LAW_BIT(BS_LAW_DEVICE)},
		{"no-watermark", BS_LAW_BIT(BS_LAW_MIN)},
		{"again", BS_LAW_BIT(BS_LAW_ONCE)},
		{"lost-wake", BS_LAW_BIT(BS_LAW_SETTLE)},
		{"overfull", BS_LAW_BIT(BS_LAW_RANGE)},
		{"restless", BS_LAW_BIT(BS_LAW_SETTLE)},
		{"misaligned", BS_LAW_BIT(BS_LAW_DEVICE) | BS_LAW_BIT(BS_LAW_RANGE)},
		{"remembers", BS_LAW_BIT(BS_LAW_SAME)},
		{"leave-out", BS_LAW_BIT(BS_LAW_PEAK) | BS_LAW_BIT(BS_LAW_OFF)},
		{"isolate-lists", BS_LAW_BIT(BS_LAW_ISOLATE)},
	};
	struct matrix *m = calloc(1, sizeof(*m));
	unsigned int missed = 0;

	(void)state;
	assert_non_null(m);
	printf("\nSeeded bugs and the laws that saw them:\n");
	for (unsigned int i = 0; i < sizeof(bugs) / sizeof(bugs[0]); i++) {
		char params[64];
		unsigned int first;
		uint64_t laws;

		/* None is forgotten: the list is the strategy's own. */
		assert_string_equal(bugs[i].bug, bs_seeded_bugs[i + 1]);
		snprintf(params, sizeof(params), "bug=%s", bugs[i].bug);
		m->nr = 0;
		add_row(m, &bs_seeded, params);
		laws = laws_broken(&m->rows[0], bugs[i].laws, &first);
		print_bug(&m->rows[0], laws, first);
		missed += !(laws & bugs[i].laws);
	}
	assert_null(bs_seeded_bugs[sizeof(bugs) / sizeof(bugs[0]) + 1]);
	free(m);
	assert_int_equal(missed, 0);
}

/* Each law about a series' own state is broken by that series with one hook spoilt: it can fail. */
static void test_every_mutant_is_caught(void **state)
{
	struct matrix *m = calloc(1, sizeof(*m));
	struct bs_mutant mutant;
	unsigned int missed = 0;

	(void)state;
	assert_non_null(m);
	printf("\nSpoilt strategies and the laws that saw them:\n");
	for (unsigned int i = 0; bs_mutant_at(i, &mutant); i++) {
		struct bs_verdict v = {.law = BS_NO_LAW};
		unsigned int n = 0;

		m->nr = 0;
		add_row(m, &mutant.s, mutant.params);
		for (; n < 8 * NR_FAULTS && v.law == BS_NO_LAW; n++)
			run_schedule(m->rows, &faults[n % NR_FAULTS], BS_LAW_BIT(mutant.law),
				     1 + n / NR_FAULTS, &v);
		print_label(m->rows);
		printf(" %-42s after %2u: [%s] %s\n", mutant.bug, n, bs_law_name(v.law),
		       v.law == BS_NO_LAW ? "missed" : v.text);
		missed += v.law == BS_NO_LAW;
	}
	free(m);
	assert_int_equal(missed, 0);
}

/* The laws of the host are broken by hosts that do behind the device's back what no parameter of it
 * can be set to: on a real arena, by the kernel's account. */
static void test_every_bad_host_is_caught(void **state)
{
	static const struct {
		const char *bug;
		struct fault f;
		unsigned int law;
	} hosts[] = {
		{"says it discarded, and keeps the page (8)",
		 {.params = "", .arena = true, .host = BS_HOST_KEEPS},
		 BS_LAW_RESIDENT},
		{"the same: it holds what was reported (36)",
		 {.params = "", .arena = true, .host = BS_HOST_KEEPS},
		 BS_LAW_HELD},
		{"backs memory that nobody touched (36)",
		 {.params = "", .arena = true, .host = BS_HOST_FILLS},
		 BS_LAW_HELD},
		{"drops pages though inhibited (9)",
		 {.params = "inhibit=assigned", .arena = true, .host = BS_HOST_DROPS},
		 BS_LAW_RESIDENT},
		{"drops poison that is to stay (9, 10)",
		 {.params = "poison=after", .arena = true, .host = BS_HOST_DROPS},
		 BS_LAW_DEVICE},
	};
	struct matrix *m = calloc(1, sizeof(*m));
	unsigned int missed = 0;

	(void)state;
	assert_non_null(m);
	add_row(m, &bs_seeded, "bug=none");
	printf("\nBad hosts and the laws that saw them:\n");
	for (unsigned int i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		struct bs_verdict v = {.law = BS_NO_LAW};
		unsigned int n = 0;

		while (n < 4 && v.law == BS_NO_LAW)
			run_schedule(m->rows, &hosts[i].f, BS_LAW_BIT(hosts[i].law), ++n, &v);
		printf("%-42s after %2u: [%s] %s\n", hosts[i].bug, n, bs_law_name(v.law),
		       v.law == BS_NO_LAW ? "missed" : v.text);
		missed += v.law == BS_NO_LAW;
	}
	free(m);
	assert_int_equal(missed, 0);
}

/*
 * bitmap's defect "stale" resends entries that were answered long ago. The services and the shadow
 * map see it before anything happens; with a host that trusts its guest, as real ones do, content
 * is lost.
 */
static void test_stale_entries_lose_content(void **state)
{
	static const struct fault trusting = {.name = "trust", .params = "trust=on", .arena = true};
	struct matrix *m = calloc(1, sizeof(*m));
	struct bs_verdict v;
	struct bs_error err;

	(void)state;
	assert_non_null(m);
	add_row(m, bs_strategy_find("bitmap", &err), "capacity=4,defects=stale");
	for (unsigned int f = 0; f < NR_FAULTS; f++) {
		v.law = BS_NO_LAW;
		for (uint64_t seed = 2; seed < 8 && v.law == BS_NO_LAW; seed++)
			run_schedule(m->rows, &faults[f], bs_laws_of(m->rows->s), seed, &v);
		assert_int_equal(v.law, BS_LAW_DEVICE);
	}
	v.law = BS_NO_LAW;
	for (uint64_t seed = 1; seed < 8 && v.law == BS_NO_LAW; seed++)
		run_schedule(m->rows, &trusting, BS_LAW_BIT(BS_LAW_CONTENT), seed, &v);
	assert_int_equal(v.law, BS_LAW_CONTENT);
	assert_int_not_equal(v.content_loss, 0);
	printf("bitmap:defects=stale on a trusting host: %s\n", v.text);
	free(m);
}

/*
 * No exemption is given away: with its law alone in force, the strategy that is exempt breaks it.
 * This is also what each series breaks by design, and no more than that.
 */
static void test_every_exemption_is_needed(void **state)
{
	struct matrix *m = calloc(1, sizeof(*m));
	unsigned int given_away = 0;

	(void)state;
	assert_non_null(m);
	make_rows(m);
	printf("\nExempt, and broken as the series is known to:\n");
	for (unsigned int k = 0; k < bs_nr_exemptions; k++) {
		struct bs_verdict v = {.law = BS_NO_LAW};
		const struct row *r = NULL;

		for (unsigned int n = 0; n < 16 * NR_FAULTS && v.law == BS_NO_LAW; n++)
			for (unsigned int i = 0; i < m->nr && v.law == BS_NO_LAW; i++)
				if (bs_is_exempt(m->rows[i].s, &bs_exemptions[k])) {
					r = &m->rows[i];
					run_schedule(r, &faults[n % NR_FAULTS],
						     BS_LAW_BIT(bs_exemptions[k].law),
						     1 + n / NR_FAULTS, &v);
				}
		assert_non_null(r);
		print_label(r);
		printf(" %-11s %s\n", bs_law_name(bs_exemptions[k].law),
		       v.law == BS_NO_LAW ? "never broken" : v.text);
		given_away += v.law == BS_NO_LAW;
	}
	free(m);
	assert_int_equal(given_away, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_law_holds_in_every_cell),
		cmocka_unit_test(test_every_seeded_bug_is_caught),
		cmocka_unit_test(test_every_mutant_is_caught),
		cmocka_unit_test(test_every_bad_host_is_caught),
		cmocka_unit_test(test_stale_entries_lose_content),
		cmocka_unit_test(test_every_exemption_is_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
