// SPDX-License-Identifier: GPL-2.0-or-later
/* The forms of text: what each makes of a line, and whose line it is. */
#include "bs_test.h"

#include <string.h>

#include <buddysim/gfp.h>

#include "importers.h"

/* What the first form that knows the line makes of it. */
static enum bs_line parse(const char *line, struct bs_text_event *e, const char **why)
{
	const struct bs_importer *f;

	for (unsigned int i = 0; (f = bs_importer_at(i)); i++) {
		enum bs_line kind = f->parse(line, e, why);

		if (kind != BS_LINE_FOREIGN)
			return kind;
	}
	return BS_LINE_FOREIGN;
}

struct line_case {
	const char *line;
	enum bs_line kind;
	uint64_t time, pfn;
	unsigned int order, cpu;
	uint32_t gfp;
};

/* Every generation and tool; comms with spaces, brackets and what looks like a time. */
static const struct line_case lines[] = {
	/* ftrace, 6.1: five flag columns, hex pfn */
	{"          memhog-113     [000] .....     6.189772: mm_page_alloc: page=000000005ff3f870 "
	 "pfn=0xb800 order=9 migratetype=1 gfp_flags=GFP_TRANSHUGE|__GFP_NORETRY|__GFP_THISNODE",
	 BS_LINE_ALLOC, 6189772000, 0xb800, 9, 0,
	 BS_GFP_TRANSHUGE | BS_GFP_NORETRY | BS_GFP_THISNODE},
	/* ftrace, 4.x: four flag columns, struct page address, decimal pfn */
	{"   kworker/0:1-23    [003] d..1  1234.567890: mm_page_alloc: page=ffffea0001f1e240 "
	 "pfn=2042761 order=0 migratetype=0 gfp_flags=GFP_KERNEL|__GFP_ZERO",
	 BS_LINE_ALLOC, 1234567890000, 2042761, 0, 3, BS_GFP_KERNEL | BS_GFP_ZERO},
	/* ftrace, 3.x: names without "__", no flag columns */
	{"           <...>-2321  [001] 12.345678: mm_page_alloc: page=ffffea00 pfn=77 order=1 "
	 "migratetype=2 gfp_flags=GFP_KERNEL|GFP_RECLAIMABLE",
	 BS_LINE_ALLOC, 12345678000, 77, 1, 1, BS_GFP_KERNEL | BS_GFP_RECLAIMABLE},
	/* with the record-tgid column */
	{" <idle>-0     (-----) [002] d..4.     0.416343: mm_page_free: page=0 pfn=0x9f7b order=3",
	 BS_LINE_FREE, 416343000, 0x9f7b, 3, 2, 0},
	/* trace-cmd report */
	{"            bash-1234  [001]  5000.000001: mm_page_free:         page=0xffffea00 "
	 "pfn=0x1234 order=0",
	 BS_LINE_FREE, 5000000001000, 0x1234, 0, 1, 0},
	/* before 3.3 */
	{"  cc1-9 [000] 1.000000: mm_page_free_direct: page=ffffea00 pfn=5 order=2", BS_LINE_FREE,
	 1000000000, 5, 2, 0, 0},
	{"  cc1-9 [000] 1.000000: mm_pagevec_free: page=ffffea00 pfn=5 order=0 cold=0",
	 BS_LINE_BATCHED, 1000000000, 5, 0, 0, 0},
	/* perf script: comm with a space, padded name; nanoseconds; pid/tid; the period before it */
	{"  Web Content 24550 [000]  2781.801764: kmem:mm_page_alloc: page=0x1109f1 pfn=0x1109f1 "
	 "order=0 migratetype=1 gfp_flags=GFP_HIGHUSER_MOVABLE",
	 BS_LINE_ALLOC, 2781801764000, 0x1109f1, 0, 0, BS_GFP_HIGHUSER_MOVABLE},
	{"  perf-exec 1/2 [001]  2781.802472123:  kmem:mm_page_free: page=0x2ae3cb pfn=0x2ae3cb "
	 "order=0",
	 BS_LINE_FREE, 2781802472123, 0x2ae3cb, 0, 1, 0},
	{"  cc1 7 [001]  1.5:          1 kmem:mm_page_free_batched: page=0x1 pfn=16 order=0",
	 BS_LINE_BATCHED, 1500000000, 16, 0, 1, 0},
	/* perf script -F without the task */
	{"[003]  2781.802472: kmem:mm_page_free: page=0x1 pfn=0x10 order=0", BS_LINE_FREE,
	 2781802472000, 0x10, 0, 3, 0},
	/* comms made to confuse */
	{"  [1] 2.5: x: y-12 [004] .....     3.000000: mm_page_free: page=0 pfn=9 order=0",
	 BS_LINE_FREE, 3000000000, 9, 0, 4, 0},
	{"  a mm_page_alloc: 8 [000]  3.000000: kmem:mm_page_free: page=0 pfn=9 order=0",
	 BS_LINE_FREE, 3000000000, 9, 0, 0, 0},
	/* failed: a padded null pointer, all ones */
	{"  cc1-9 [000] ..... 1.000000: mm_page_alloc: page=          (null) "
	 "pfn=18446744073709551615 order=4 migratetype=0 gfp_flags=GFP_ATOMIC",
	 BS_LINE_ALLOC, 1000000000, UINT64_MAX, 4, 0, BS_GFP_ATOMIC},
	{"  cc1-9 [000] ..... 1.000000: mm_page_alloc: page=0 pfn=0xffffffffffffffff order=4 "
	 "migratetype=0 gfp_flags=GFP_ATOMIC",
	 BS_LINE_ALLOC, 1000000000, UINT64_MAX, 4, 0, BS_GFP_ATOMIC},
	/* a page freed: others pass */
	{"  cc1-9 [000] ..... 1.000000: mm_page_alloc_zone_locked: page=0 pfn=0x9 order=0 "
	 "migratetype=0 percpu_refill=1",
	 BS_LINE_OTHER, 1000000000, 0, 0, 0, 0},
	{"  cc1-9 [000] ..... 1.000000: sched_switch: prev_comm=x ==> next_comm=y", BS_LINE_OTHER,
	 1000000000, 0, 0, 0, 0},
};

static void test_lines_of_every_generation(void **state)
{
	(void)state;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct bs_text_event e;
		const char *why = "";
		uint32_t mask = 0;

		if (parse(lines[i].line, &e, &why) != lines[i].kind)
			fail_msg("%s: %s", lines[i].line, why);
		assert_int_equal(e.time, lines[i].time);
		assert_int_equal(e.pfn, lines[i].pfn);
		assert_int_equal(e.order, lines[i].order);
		assert_int_equal(e.cpu, lines[i].cpu);
		if (e.text)
			bs_gfp_parse(e.text, e.len, &mask);
		assert_int_equal(mask, lines[i].gfp);
	}
}

static void test_lines_that_are_no_events(void **state)
{
	(void)state;

	static const char *const nothing[] = {
		"# entries-in-buffer/entries-written: 21863/21863   #P:1",
		"# tracer: nop",
		"",
		"   ",
		"cpus=2",
		"version = 6",
		"CPU 1 is empty",
		"\tffffffff812b5a10 get_page_from_freelist+0x1a0 ([kernel.kallsyms])",
		" => __alloc_pages",
		"=> __alloc_pages (ffffffff812b5a10)",
		"    one.dat: cpus=2",
		"                2a main+0x1 (/usr/bin/x)",
		"  page_alloc.c:55",
		"PERF_RECORD_FINISHED_ROUND",
		"  x 0 [000] 0.000000: PERF_RECORD_COMM: x:1/1",
		"TRACE:",
		"[   60.200000] Dumping ftrace buffer:",
		"Subject: x",
		"<!DOCTYPE html>",
		" 1)   0.5 us    |  }",
		"Warning:",
		"Check IO/CPU overload!",
		"##### CPU 1 buffer started ####",
	};
	static const char *const bad[] = {
		"  cc1-9 [000] ..... 1.000000: mm_page_free: page=0 pfn=0x9",
		"  cc1-9 [000] ..... 1.000000: mm_page_free: page=0 pfn=0x order=0",
		"  cc1-9 [000] ..... 1.000000: mm_page_free: page=0 pfn=zz order=0",
		"  cc1-9 [000] ..... 1.000000: mm_page_free: page=0 order=0",
		"  cc1-9 [000] ..... 1.000000: mm_page_alloc: page=0 pfn=9 order=0 migratetype=0",
		/* no clock, no CPU */
		"  cc1-9 [000] ..... 1000000: mm_page_free: page=0 pfn=0x9 order=0",
		"  cc1 2781.802472: kmem:mm_page_free: page=0x1 pfn=0x10 order=0",
		" 1)               |  /* mm_page_free: pfn=1 order=0 */",
	};
	static const char *const foreign[] = {
		"hello",
		"  cc1-9 [000] ..... 1.000000:",
		"  cc1-9 [000] ..... mm_page_free: pfn=1",
	};
	struct bs_text_event e;
	const char *why;

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		assert_int_equal(parse(foreign[i], &e, &why), BS_LINE_FOREIGN);
	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
		assert_int_equal(parse(nothing[i], &e, &why), BS_LINE_NOTHING);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why = NULL;
		assert_int_equal(parse(bad[i], &e, &why), BS_LINE_MALFORMED);
		assert_non_null(why);
	}
}

static void test_lost_events_are_counted_in_every_spelling(void **state)
{
	(void)state;

	static const char *const lost[] = {
		"CPU:1 [LOST 17 EVENTS]",
		"   one.dat: CPU:1 [LOST 17 EVENTS]",
		"CPU:3 [17 EVENTS DROPPED]",
		"  swapper 0 [000]  12.345678: PERF_RECORD_LOST lost 17",
		"  swapper 0 [000]  12.345678: PERF_RECORD_LOST_SAMPLES lost 17",
		"LOST 17 events!",
		"Processed 12345 events and lost 17 chunks!",
		"Lost 17 events",
		"[warning] Tracer discarded 17 events between [1] and [2]",
	};
	struct bs_text_event e;
	const char *why;

	for (size_t i = 0; i < sizeof(lost) / sizeof(lost[0]); i++) {
		assert_int_equal(parse(lost[i], &e, &why), BS_LINE_LOST);
		assert_int_equal(e.lost, 17);
	}
	assert_int_equal(parse("CPU:1 [LOST EVENTS]", &e, &why), BS_LINE_LOST);
	assert_int_equal(e.lost, 1);
	assert_int_equal(e.cpu, 1);
	/* Older than the trace: not lost in it. */
	assert_int_equal(parse("# entries-in-buffer/entries-written: 100/117   #P:2", &e, &why),
			 BS_LINE_OVERWRITTEN);
	assert_int_equal(e.lost, 17);
	/* The words of somebody else's event. */
	assert_int_equal(parse("  x-1 [001] 1.5: print: CPU:1 [LOST 5 EVENTS]", &e, &why),
			 BS_LINE_OTHER);
}

static void test_headers_name_the_kernel(void **state)
{
	(void)state;

	const struct bs_importer *f[] = {
		bs_importer_find("perf", NULL), bs_importer_find("ftrace", NULL),
		bs_importer_find("dmesg", NULL), bs_importer_find("bpftrace", NULL)};
	static const char *const lines_of[] = {
		"# os release : 6.1.0-13-amd64", "# nop latency trace v1.1.5 on 6.1.0-13-amd64",
		"[    0.000000] Linux version 6.1.0-13-amd64 (x)", "kernel 6.1.0-13-amd64"};
	struct bs_text_event e;
	const char *why;

	for (size_t i = 0; i < sizeof(f) / sizeof(f[0]); i++) {
		assert_int_equal(f[i]->parse(lines_of[i], &e, &why), BS_LINE_KERNEL);
		assert_int_equal(e.len, strlen("6.1.0-13-amd64"));
		assert_memory_equal(e.text, "6.1.0-13-amd64", e.len);
	}
	assert_int_equal(f[0]->parse("# os release : unknown", &e, &why), BS_LINE_NOTHING);
}

/* A line that is an event is one form's, and only that form's. */
static void test_each_event_belongs_to_one_form(void **state)
{
	(void)state;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const bool perf = strstr(lines[i].line, "kmem:");
		const struct bs_importer *f;

		for (unsigned int k = 0; (f = bs_importer_at(k)); k++) {
			struct bs_text_event e;
			const char *why;
			const bool mine = !strcmp(f->form.name, perf ? "perf" : "ftrace");

			if (!f->probe)
				continue;
			assert_int_equal(f->probe(lines[i].line), mine);
			assert_int_equal(f->parse(lines[i].line, &e, &why),
					 mine ? lines[i].kind : BS_LINE_FOREIGN);
		}
	}
}

/* What one form says of itself is nothing to another: perf has no "cpus=2". */
static void test_comments_belong_to_their_form(void **state)
{
	(void)state;

	const struct bs_importer *ftrace = bs_importer_find("ftrace", NULL);
	const struct bs_importer *perf = bs_importer_find("perf", NULL);
	struct bs_text_event e;
	const char *why;

	assert_int_equal(ftrace->parse("cpus=2", &e, &why), BS_LINE_NOTHING);
	assert_int_equal(perf->parse("cpus=2", &e, &why), BS_LINE_FOREIGN);
	assert_int_equal(perf->parse("LOST 17 events!", &e, &why), BS_LINE_LOST);
	assert_int_equal(ftrace->parse("LOST 17 events!", &e, &why), BS_LINE_FOREIGN);
	assert_int_equal(perf->parse("# ", &e, &why), BS_LINE_NOTHING);
	assert_int_equal(ftrace->parse("# ", &e, &why), BS_LINE_NOTHING);
}

/* Each has what --source and the trace's header need, under a name of its own. */
static void test_registry_is_sound(void **state)
{
	(void)state;

	const struct bs_importer *f;
	struct bs_error err;
	unsigned int n = 0;

	for (; (f = bs_importer_at(n)); n++) {
		assert_ptr_equal(bs_import_form_at(n), &f->form);
		assert_ptr_equal(bs_importer_find(f->form.name, &err), f);
		assert_true(f->form.summary[0] && f->parse);
		/* What has no events wraps those of others, or stands between them. */
		assert_true(f->probe || f->unwrap || f->begins);
	}
	assert_true(n >= 2);
	assert_null(bs_import_form_at(n));
	assert_null(bs_importer_find("ftrac", &err));
	assert_int_equal(err.status, BS_USAGE);
	assert_non_null(strstr(err.advice, "did you mean \"ftrace\"?"));
	assert_non_null(strstr(err.advice, "perf"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_of_every_generation),
		cmocka_unit_test(test_lines_that_are_no_events),
		cmocka_unit_test(test_lost_events_are_counted_in_every_spelling),
		cmocka_unit_test(test_headers_name_the_kernel),
		cmocka_unit_test(test_each_event_belongs_to_one_form),
		cmocka_unit_test(test_comments_belong_to_their_form),
		cmocka_unit_test(test_registry_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
