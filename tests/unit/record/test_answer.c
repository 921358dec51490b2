// SPDX-License-Identifier: GPL-2.0-or-later
/* answer.c: each kind of sentence, from records of a few rows, and the figures beside it. */
#include "bs_record_test.h"

#include "json.h"

#define MS BS_NS_PER_MS

/* What is told of a row; what is not said is 0. */
struct row {
	const char *label, *params;
	uint64_t held, cost_ms;
};

static void begin(struct bs_made_up *m, const char *kernel)
{
	bs_record_begin(m);
	m->cfg.guest.machine.kernel = kernel;
	m->f.used_mib_s = 10000;
	m->f.settle[0] = m->f.settle[1] = BS_NO_TIME;
	bs_record_start(m);
}

static void add(struct bs_made_up *m, struct row row)
{
	m->params = row.params ? row.params : "";
	m->f.cost_ns = row.cost_ms * MS;
	bs_record_add(m, row.label, row.held);
}

/* The answer's lines, one to a line of text; to be free()d. */
static char *answer(struct bs_made_up *m)
{
	const json_t *line;
	char *text = strdup(""), *more;
	size_t i;

	assert_int_equal(bs_answer_add(m->r), 0);
	json_array_foreach(bs_json_at(m->r->record, "answer.lines"), i, line)
	{
		assert_true(asprintf(&more, "%s%s\n", text, json_string_value(line)) > 0);
		free(text);
		text = more;
	}
	assert_true(i <= 4);
	return text;
}

/* It says exactly this; the result is gone behind it. */
static void assert_answer(struct bs_made_up *m, const char *want)
{
	char *text = answer(m);

	assert_string_equal(text, want);
	free(text);
	bs_result_free(m->r);
}

static void assert_number(const struct bs_made_up *m, const char *path, json_int_t want)
{
	const json_t *v = bs_json_at(m->r->record, path);

	if (!json_is_integer(v) || json_integer_value(v) != want)
		fail_msg("%s is %lld", path, (long long)json_integer_value(v));
}

static void assert_word(const struct bs_made_up *m, const char *path, const char *want)
{
	const char *text = json_string_value(bs_json_at(m->r->record, path));

	assert_non_null(text);
	assert_string_equal(text, want);
}

/* ---- What the kernel does by default ---------------------------------------------------------------- */

/* How much, for what stall, how soon; a better row that a user can have, and one that he cannot. */
static void test_all_of_it(void **state)
{
	struct bs_made_up m;

	(void)state;
	begin(&m, "linux-6.12");
	m.f.stall_per_minute = 110 * MS;
	add(&m, (struct row){"none", NULL, 48376, 4927});
	m.f.stall_per_minute = 569 * MS;
	m.f.settle[0] = 2248 * MS;
	m.f.settle[1] = 4248 * MS;
	add(&m, (struct row){"rotation", NULL, 11660, 1632});
	add(&m, (struct row){"rotation:order=5", "order=5", 9000, 1400});
	add(&m, (struct row){"hypercall", NULL, 405, 1144});
	add(&m, (struct row){"clairvoyant", NULL, 5046, 1089});
	assert_int_equal(bs_answer_add(m.r), 0);
	assert_number(&m, "answer.none.cell", 0);
	assert_number(&m, "answer.default.cell", 1);
	assert_number(&m, "answer.default.given_back_per_10000", 7590);
	assert_number(&m, "answer.default.stall_per_minute_over_none", 459 * (json_int_t)MS);
	assert_number(&m, "answer.stock.cell", 2);
	assert_number(&m, "answer.stock.cost_of_none_per_10000", 2841);
	assert_word(&m, "answer.stock.stock_setting.boot", "page_reporting.page_reporting_order=5");
	assert_number(&m, "answer.best.cell", 3);
	assert_word(&m, "answer.left_out.0.label", "clairvoyant");
	assert_true(json_is_true(bs_json_at(m.r->record, "answer.left_out.0.why.knows_future")));
	assert_true(json_is_null(bs_json_at(m.r->record, "answer.blocker")));
	assert_answer(
		&m,
		"rotation, linux-6.12's default, gives back 75.9 % of what none holds, for 459 ms "
		"more stall per minute of load; half of what is held at the load's end goes back "
		"in 2.25 s, 90 % in 4.25 s.\n"
		"Cheapest that a stock linux-6.12 offers: rotation:order=5, cost 1.40 s, 28.4 % of "
		"none's; kernel command line `page_reporting.page_reporting_order=5` or `echo 5 "
		">/sys/module/page_reporting/parameters/page_reporting_order`; QEMU `-device "
		"virtio-balloon,free-page-reporting=on`.\n"
		"Cheapest of those that do not know the trace: hypercall, cost 1.14 s, 23.2 % of "
		"none's, 18.3 % less than rotation:order=5; no stock linux-6.12 offers it.\n");
}

/* The default is the best there is: no more is said than that, and the order is left alone. */
static void test_one_row_is_all_three(void **state)
{
	struct bs_made_up m;

	(void)state;
	begin(&m, "linux-6.1");
	add(&m, (struct row){"none", NULL, 2000, 1000});
	m.f.settle[0] = 0;
	add(&m, (struct row){"rotation", NULL, 500, 300});
	/* Cheaper, but by less than 1 %: not worth setting anything. */
	add(&m, (struct row){"rotation:order=5", "order=5", 490, 299});
	assert_answer(
		&m,
		"rotation, linux-6.1's default, gives back 75.0 % of what none holds, with no more "
		"stall than that; half of what is held at the load's end goes back at once, 90 % "
		"never.\n"
		"Cheapest that a stock linux-6.1 offers, and of all rows: rotation (tied with "
		"rotation:order=5), cost 300 ms, 30.0 % of none's; QEMU `-device "
		"virtio-balloon,free-page-reporting=on`.\n");
}

/* On linux-6.1 the driver overrides what the command line says. */
static void test_only_the_running_guest_takes_an_order(void **state)
{
	struct bs_made_up m;
	char *text;

	(void)state;
	begin(&m, "linux-6.1");
	add(&m, (struct row){"none", NULL, 2000, 1000});
	add(&m, (struct row){"rotation:order=5", "order=5", 490, 299});
	text = answer(&m);
	assert_says(text, "; in the running guest `echo 5 >/sys/module/page_reporting/parameters/"
			  "page_reporting_order`; QEMU `-device ");
	assert_null(strstr(text, "command line"));
	free(text);
	bs_result_free(m.r);
}

static void test_the_default_gives_nothing_back(void **state)
{
	struct bs_made_up m;

	(void)state;
	begin(&m, "linux-6.1");
	add(&m, (struct row){"none", NULL, 9001, 970});
	m.f.report.calls = 4;
	m.f.report.reported_bytes = m.f.device.redundant_bytes = UINT64_C(408) << 20;
	add(&m, (struct row){"rotation", NULL, 9000, 971});
	assert_answer(
		&m, "rotation, linux-6.1's default, gives nothing back: it ties with none, which "
		    "holds 9,001 MiB.s; it reported 408 MiB, of which the host had nothing.\n"
		    "Cheapest that a stock linux-6.1 offers, and of all rows: rotation (tied with "
		    "none), cost 971 ms, 100.1 % of none's: by cost it makes no difference.\n");
}

/* The host never answered: what is reported is lost to both. */
static void test_the_default_makes_it_worse(void **state)
{
	struct bs_made_up m;

	(void)state;
	begin(&m, "linux-6.1");
	m.f.stall_per_minute = 561 * MS;
	add(&m, (struct row){"none", NULL, 25480, 2637});
	m.f.stall_per_minute = 840 * MS;
	m.f.report.calls = 5;
	m.f.report.unanswered_calls = 1;
	add(&m, (struct row){"rotation", NULL, 29300, 3064});
	assert_answer(
		&m,
		"rotation, linux-6.1's default, makes it worse: with it the host holds 15.0 % more "
		"than with none, for 279 ms more stall per minute of load; the host never answered "
		"1 of its 5 requests.\n"
		"Cheapest that a stock linux-6.1 offers, and of all rows: none, cost 2.64 s: the "
		"others cost more than they give back, rotation (+16.2 %).\n");
}

static void test_nothing_to_give_back(void **state)
{
	struct bs_made_up m;
	char *text;

	(void)state;
	begin(&m, "linux-6.1");
	add(&m, (struct row){"none", NULL, 12, 5000});
	add(&m, (struct row){"rotation", NULL, 12, 5002});
	text = answer(&m);
	assert_says(text,
		    "There is nothing to give back: without reporting the host holds 12 MiB.s "
		    "beyond what the guest uses, 0.1 % of that.\n");
	assert_null(strstr(text, "default"));
	free(text);
	bs_result_free(m.r);
}

/* ---- What is missing -------------------------------------------------------------------------------- */

static void test_without_none(void **state)
{
	struct bs_made_up m;

	(void)state;
	begin(&m, "linux-6.1");
	add(&m, (struct row){"rotation", NULL, 4492, 629});
	assert_answer(&m,
		      "rotation, linux-6.1's default, leaves 4,492 MiB.s with the host; add none "
		      "to see what it gives back.\n");

	begin(&m, "linux-6.1");
	add(&m, (struct row){"rotation", NULL, 4492, 629});
	add(&m, (struct row){"boundary", NULL, 1823, 528});
	assert_answer(&m,
		      "rotation, linux-6.1's default, leaves 4,492 MiB.s with the host; add none "
		      "to see what it gives back.\n"
		      "Cheapest that a stock linux-6.1 offers: rotation, cost 629 ms; QEMU "
		      "`-device virtio-balloon,free-page-reporting=on`.\n"
		      "Cheapest of all: boundary, cost 528 ms, 16.1 % less than rotation; no "
		      "stock linux-6.1 offers it.\n");
}

static void test_without_the_default(void **state)
{
	struct bs_made_up m;

	(void)state;
	begin(&m, "linux-6.12");
	add(&m, (struct row){"none", NULL, 4492, 629});
	assert_answer(&m, "Add rotation, linux-6.12's default, to see what that gives back.\n");

	begin(&m, "linux-6.12");
	add(&m, (struct row){"rotation:delay=250ms", "delay=250ms", 4492, 629});
	assert_answer(&m, "Add none and rotation, linux-6.12's default, to see what that gives "
			  "back.\n");
}

/* It was asked for: nobody needs to add it. */
static void test_the_default_did_not_run(void **state)
{
	static const char *const labels[] = {"rotation", "linux-6.12/rotation"};
	const struct bs_error why = {.text = "cannot start"};
	struct bs_made_up m;
	char *text;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		begin(&m, "linux-6.12");
		add(&m, (struct row){"none", NULL, 4492, 629});
		bs_result_fail(m.r, labels[i], &why);
		text = answer(&m);
		assert_says(text,
			    "What rotation, linux-6.12's default, gives back is not known: it did "
			    "not run.\n");
		free(text);
		bs_result_free(m.r);
	}
}

/* Before 5.7 there is nothing that could be switched on. */
static void test_a_kernel_without_reporting(void **state)
{
	struct bs_made_up m;

	(void)state;
	begin(&m, "linux-5.4");
	add(&m, (struct row){"none", NULL, 4492, 629});
	assert_answer(&m, "linux-5.4 does not report free memory by itself.\n");
	begin(&m, "linux-5.4");
	add(&m, (struct row){"bitmap", NULL, 4492, 629});
	assert_answer(&m, "linux-5.4 does not report free memory by itself; add none to see what "
			  "others give back.\n");
}

static void test_without_a_weight(void **state)
{
	struct bs_made_up m;

	(void)state;
	begin(&m, "linux-6.1");
	m.f.cost_ns = BS_NO_TIME;
	m.params = "";
	bs_record_add(&m, "none", 2000);
	bs_record_add(&m, "rotation", 1000);
	assert_int_equal(bs_answer_add(m.r), 0);
	assert_true(json_is_null(bs_json_at(m.r->record, "answer.best")));
	assert_answer(&m,
		      "rotation, linux-6.1's default, gives back 50.0 % of what none holds, with "
		      "no more stall than that; not even half of what is held at the load's end "
		      "goes back.\n"
		      "No row is the cheapest: with --weight 0 held memory has no price; compare "
		      "what is held with the stall.\n");
}

static void test_untouched(void **state)
{
	struct bs_made_up m;

	(void)state;
	bs_record_begin(&m);
	m.cfg.host.device.touch = BS_TOUCH_NONE;
	bs_record_start(&m);
	add(&m, (struct row){"none", NULL, 0, 0});
	add(&m, (struct row){"rotation", NULL, 0, 2});
	assert_answer(&m,
		      "What is held was not measured: with --touch none the guest touches no page, "
		      "and a host holds only what was touched.\n");
}

/* ---- Who is left out ------------------------------------------------------------------------------- */

static void test_who_did_not_do_it_all(void **state)
{
	struct bs_error err = {0};
	struct bs_made_up m;

	(void)state;
	begin(&m, "linux-6.1");
	m.f.allocations = 450;
	m.f.report.calls = 14;
	add(&m, (struct row){"none", NULL, 2000, 1000});
	add(&m, (struct row){"rotation", NULL, 500, 300});
	m.f.unfinished_events = 6244;
	add(&m, (struct row){"hypercall", NULL, 1, 1});
	m.f.unfinished_events = 0;
	m.f.alloc_failed = 189;
	add(&m, (struct row){"hint-once", NULL, 1, 1});
	m.f.alloc_failed = 0;
	m.f.report.failed_calls = m.f.host_errors = 2;
	add(&m, (struct row){"bubble", NULL, 1, 1});
	m.f.report.failed_calls = m.f.host_errors = 0;
	m.f.rescued = 469;
	add(&m, (struct row){"balloon", NULL, 1, 1});
	bs_error_set(&err, BS_RESOURCE, ENOSPC, "rotation", NULL, "needs 32 ranges");
	bs_result_fail(m.r, "bitmap", &err);
	assert_int_equal(bs_answer_add(m.r), 0);
	assert_number(&m, "answer.left_out.0.why.unfinished_events", 6244);
	assert_number(&m, "answer.left_out.1.why.alloc_failed", 189);
	assert_number(&m, "answer.left_out.2.why.failed_calls", 2);
	assert_number(&m, "answer.left_out.3.cell", 5);
	assert_true(json_is_true(bs_json_at(m.r->record, "answer.left_out.4.why.did_not_run")));
	assert_number(&m, "answer.best.cell", 1);
	{
		char *text = answer(&m);

		assert_says(text,
			    "\nLeft out: hypercall (6,244 events left when the window "
			    "closed), hint-once (189 of 450 allocations failed), bubble (2 of "
			    "14 requests failed), balloon (469 allocations found nothing left "
			    "until it gave pages back), bitmap (did not run).\n");
		free(text);
	}
	bs_result_free(m.r);
}

static void test_nobody_did_it_all(void **state)
{
	struct bs_made_up m;

	(void)state;
	begin(&m, "linux-6.1");
	m.f.unfinished_events = 3;
	add(&m, (struct row){"none", NULL, 2000, 1000});
	add(&m, (struct row){"rotation", NULL, 30, 10});
	assert_answer(&m,
		      "No row is the answer: none did all that the trace asks for.\n"
		      "Left out: none (3 events left when the window closed), rotation (3 events "
		      "left when the window closed).\n");

	begin(&m, "linux-6.1");
	assert_answer(&m, "No row was finished.\n");
}

/* The default is what is asked about, and it is the one that failed. */
static void test_the_default_is_left_out(void **state)
{
	struct bs_made_up m;

	(void)state;
	begin(&m, "linux-6.1");
	add(&m, (struct row){"none", NULL, 2000, 1000});
	m.f.report.calls = 14;
	m.f.report.failed_calls = 2;
	add(&m, (struct row){"rotation", NULL, 30, 10});
	assert_answer(&m, "What rotation, linux-6.1's default, gives back is not known: it is left "
			  "out.\n"
			  "Left out: rotation (2 of 14 requests failed).\n");
}

static void test_who_knows_the_trace_alone(void **state)
{
	struct bs_made_up m;

	(void)state;
	begin(&m, "linux-6.1");
	add(&m, (struct row){"clairvoyant", NULL, 2000, 1000});
	assert_answer(&m,
		      "clairvoyant knows the trace and leaves 2,000 MiB.s with the host; add none "
		      "to see what it gives back.\n");
}

/* ---- What is worse, and what keeps the rest ----------------------------------------------------------- */

static void test_a_trap_of_huge_pages(void **state)
{
	struct bs_made_up m;
	char *text;

	(void)state;
	begin(&m, "linux-6.1");
	m.huge = true;
	add(&m, (struct row){"none", NULL, 9001, 970});
	m.f.device.discarded_bytes = UINT64_C(300) << 20;
	add(&m, (struct row){"rotation:order=8", "order=8", 9001, 1500});
	text = answer(&m);
	assert_says(text,
		    "A trap: the host drops what is reported by rotation:order=8 (300 MiB) and "
		    "gets nothing for it: parts of 2 MiB huge pages come back only when the "
		    "whole page is dropped.");
	free(text);
	bs_result_free(m.r);

	/* On base pages the same figures are bad luck, and no trap. */
	begin(&m, "linux-6.1");
	add(&m, (struct row){"none", NULL, 9001, 970});
	m.f.device.discarded_bytes = UINT64_C(300) << 20;
	add(&m, (struct row){"rotation:order=8", "order=8", 9001, 1500});
	text = answer(&m);
	assert_null(strstr(text, "trap"));
	free(text);
	bs_result_free(m.r);
}

static void test_what_costs_more_than_nothing(void **state)
{
	struct bs_made_up m;
	char *text;

	(void)state;
	begin(&m, "linux-6.1");
	add(&m, (struct row){"none", NULL, 2000, 1000});
	add(&m, (struct row){"rotation", NULL, 500, 300});
	add(&m, (struct row){"bubble", NULL, 500, 1009}); /* a tie */
	add(&m, (struct row){"balloon", NULL, 2000, 1100});
	text = answer(&m);
	assert_says(text, "\nMore cost than none: balloon (+10.0 %).\n");
	free(text);
	add(&m, (struct row){"bitmap", NULL, 2000, 1200});
	add(&m, (struct row){"list-walk", NULL, 2000, 1300});
	add(&m, (struct row){"boundary", NULL, 2000, 1250});
	text = answer(&m);
	assert_says(text, "\n4 of 7 rows cost more than none, most of all list-walk (+30.0 %).\n");
	free(text);
	bs_result_free(m.r);
}

/* A cell's split of what it holds, as the replay tells it. */
static void split(struct bs_made_up *m, size_t cell, const char *part, uint64_t mib_s)
{
	json_t *o = json_array_get(json_object_get(m->r->record, "cells"), cell);
	json_t *held = json_object_get(o, "held_split");

	if (!held) {
		held = json_object();
		json_object_set_new(o, "held_split", held);
	}
	bs_json_put_uint(held, part, mib_s);
}

static void test_what_keeps_the_rest(void **state)
{
	struct bs_made_up m;
	char *text;

	(void)state;
	begin(&m, "linux-6.1");
	add(&m, (struct row){"none", NULL, 2000, 1000});
	add(&m, (struct row){"rotation", NULL, 1000, 300});
	split(&m, 1, "pcp_mib_s", 610);
	split(&m, 1, "raw_mib_s", 390);
	text = answer(&m);
	assert_says(text, "\n61.0 % of what rotation leaves held is on per-cpu lists.\n");
	free(text);
	assert_number(&m, "answer.blocker.cell", 1);
	assert_number(&m, "answer.blocker.mib_s", 610);
	assert_number(&m, "answer.blocker.per_10000", 6100);
	assert_word(&m, "answer.blocker.part", "held_split.pcp_mib_s");
	split(&m, 1, "pcp_mib_s", 995);
	split(&m, 1, "raw_mib_s", 5);
	text = answer(&m);
	assert_says(text, "\nAll that rotation leaves held is on per-cpu lists.\n");
	free(text);
	bs_result_free(m.r);
}

static void test_a_trace_that_cannot_be_trusted(void **state)
{
	struct bs_made_up m;
	char *text;

	(void)state;
	bs_record_begin(&m);
	m.info.allocs = m.info.frees = 350;
	m.info.events = 700;
	m.info.lost_events = 300;
	bs_record_start(&m);
	add(&m, (struct row){"none", NULL, 2000, 1000});
	text = answer(&m);
	assert_says(text, "Only 70.0 % of the trace's events could be used (its trust)");
	free(text);
	bs_result_free(m.r);
}

/* ---- Several kernels --------------------------------------------------------------------------------- */

static void add_on(struct bs_made_up *m, const char *kernel, struct row row)
{
	char label[64];

	snprintf(label, sizeof(label), "%s/%s", kernel, row.label);
	m->cfg.guest.machine.kernel = kernel;
	row.label = label;
	add(m, row);
}

/*
 * Each is compared with its own kernel's idle row: 6.1 gives back 200 of 1000, 6.12 and 7.3 750 of 1500, and
 * what is left changes from 6.1 to 6.12 only, on per-cpu lists.
 */
static void test_several_kernels(void **state)
{
	struct bs_made_up m;

	(void)state;
	begin(&m, "linux-6.1,linux-6.12,linux-7.3");
	add_on(&m, "linux-6.1", (struct row){"none", NULL, 1000, 1000});
	add_on(&m, "linux-6.1", (struct row){"rotation", NULL, 800, 900});
	add_on(&m, "linux-6.12", (struct row){"none", NULL, 1500, 1500});
	add_on(&m, "linux-6.12", (struct row){"rotation", NULL, 750, 1200});
	add_on(&m, "linux-7.3", (struct row){"none", NULL, 1500, 1500});
	add_on(&m, "linux-7.3", (struct row){"rotation", NULL, 750, 1200});
	add_on(&m, "linux-7.3", (struct row){"hypercall", NULL, 10, 2000});
	split(&m, 1, "pcp_mib_s", 700);
	split(&m, 3, "pcp_mib_s", 660);
	split(&m, 5, "pcp_mib_s", 660);
	assert_int_equal(bs_answer_add(m.r), 0);
	assert_word(&m, "answer.none.label", "linux-6.1/none");
	assert_number(&m, "answer.default.given_back_per_10000", 2000);
	assert_int_equal(json_array_size(bs_json_at(m.r->record, "answer.kernels")), 3);
	assert_int_equal(json_integer_value(bs_json_at(
				 json_array_get(bs_json_at(m.r->record, "answer.kernels"), 2),
				 "default.given_back_per_10000")),
			 5000);
	assert_answer(
		&m,
		"What each kernel's default gives back of what none holds there: linux-6.1 20.0 %; "
		"linux-6.12, linux-7.3 50.0 %. linux-6.12 against linux-6.1: with rotation the host "
		"holds 6.3 % less, most of it on per-cpu lists; with none 50.0 % more.\n"
		"Cheapest that a stock kernel offers: linux-6.1/rotation, cost 900 ms, 90.0 % of "
		"linux-6.1/none's; linux-6.12/rotation, cost 1.20 s, 80.0 % of linux-6.12/none's "
		"(linux-7.3 alike); QEMU `-device virtio-balloon,free-page-reporting=on`.\n"
		"More cost than none: linux-7.3/hypercall (+33.3 %). 87.5 % of what "
		"linux-6.1/rotation leaves held is on per-cpu lists.\n");
}

static void test_kernels_of_which_one_is_unlike(void **state)
{
	struct bs_made_up m;

	(void)state;
	begin(&m, "linux-5.4,linux-6.1,linux-6.12");
	add_on(&m, "linux-5.4", (struct row){"none", NULL, 1000, 1000});
	add_on(&m, "linux-6.1", (struct row){"none", NULL, 1000, 1000});
	add_on(&m, "linux-6.1", (struct row){"rotation", NULL, 1100, 900});
	add_on(&m, "linux-6.12", (struct row){"rotation", NULL, 1100, 900});
	assert_answer(
		&m,
		"What each kernel's default gives back of what none holds there: linux-5.4 nothing, for it "
		"does not report; linux-6.1 -10.0 %; linux-6.12 is not known. Between them nothing "
		"changes for it: less than 1 % of what is held.\n"
		"Cheapest that a stock kernel offers: linux-5.4/none, cost 1.00 s; "
		"linux-6.1/rotation, cost 900 ms, 90.0 % of linux-6.1/none's; "
		"linux-6.12/rotation, cost 900 ms; QEMU "
		"`-device virtio-balloon,free-page-reporting=on`.\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_of_it),
		cmocka_unit_test(test_one_row_is_all_three),
		cmocka_unit_test(test_only_the_running_guest_takes_an_order),
		cmocka_unit_test(test_the_default_gives_nothing_back),
		cmocka_unit_test(test_the_default_makes_it_worse),
		cmocka_unit_test(test_nothing_to_give_back),
		cmocka_unit_test(test_without_none),
		cmocka_unit_test(test_without_the_default),
		cmocka_unit_test(test_the_default_did_not_run),
		cmocka_unit_test(test_a_kernel_without_reporting),
		cmocka_unit_test(test_without_a_weight),
		cmocka_unit_test(test_untouched),
		cmocka_unit_test(test_who_did_not_do_it_all),
		cmocka_unit_test(test_nobody_did_it_all),
		cmocka_unit_test(test_the_default_is_left_out),
		cmocka_unit_test(test_who_knows_the_trace_alone),
		cmocka_unit_test(test_a_trap_of_huge_pages),
		cmocka_unit_test(test_what_costs_more_than_nothing),
		cmocka_unit_test(test_what_keeps_the_rest),
		cmocka_unit_test(test_a_trace_that_cannot_be_trusted),
		cmocka_unit_test(test_several_kernels),
		cmocka_unit_test(test_kernels_of_which_one_is_unlike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
