// SPDX-License-Identifier: GPL-2.0-or-later
/* watch_layout.c, watch_parts.c, watch_page.c: the page that somebody sees, as text. */
#include "bs_test.h"

#include <stdlib.h>

#include "watch_layout.h"
#include "watch_parts.h"

#define SEC BS_NS_PER_S
#define MIB (UINT64_C(1) << 20)

static struct watch_page page;
static struct watch_shown shown;

/* A guest of 64 MiB: 16 used, 24 raw, 1 below the order, 1 on a CPU's list, 2 in hands, 20 told. */
static void setup(void)
{
	static const struct bs_view v = {
		.cell = 1,
		.cells = 3,
		.label = "rotation:order=10",
		.strategy = "rotation",
		.params = "order=10,delay=2s",
		.kernel = "linux-6.1",
		.now = 10 * SEC,
		.until = 12 * SEC,
		.load_end = 30 * SEC,
		.end = 40 * SEC,
		.events = 1234,
		.memory = 64 * MIB,
		.used = 16 * MIB,
		.pcp = MIB,
		.below = MIB,
		.raw = 24 * MIB,
		.hands = 2 * MIB,
		.told = 20 * MIB,
		.unit = 10,
		.nr_orders = 11,
		.page_bytes = 4096,
		.free_blocks = {[0] = 3, [7] = 2, [10] = 11},
		.told_bytes = {[10] = 20 * MIB},
		.resident = 32 * MIB,
		.held = 16 * MIB,
		.held_mib_s = 321,
		.cost = 1500000,
		.why = {[BS_VIEW_HELD_RAW] = 12 * MIB,
			[BS_VIEW_HELD_KEPT] = 3 * MIB,
			[BS_VIEW_HELD_OTHER] = MIB},
		.does = BS_REPORTER_WAITING,
		.wake_at = 12 * SEC,
		.pass_at = 8 * SEC,
		.pass_ns = 1500000,
		.pass_bytes = 20 * MIB,
		.passes = 4,
		.requests = 5,
		.blocks = 77,
		.reported = 80 * MIB,
		.refault_bytes = 3 * MIB,
		.stall = {[BS_VIEW_REFAULT] = 2000000, [BS_VIEW_STALL] = 2000000},
	};

	shown = (struct watch_shown){.verb = "compare",
				     .trace = "dir/t.cborseq",
				     .seen = true,
				     .view = v,
				     .now = 11 * SEC,
				     .speed = 2};
}

static void draw(unsigned int rows, unsigned int cols)
{
	watch_page_clear(&page, rows, cols);
	watch_layout(&shown, &page);
}

static const char *line(unsigned int row)
{
	static char text[WATCH_MOST_COLS + 1];

	watch_row_text(&page, row, text);
	return text;
}

static bool is_there(const char *text)
{
	for (unsigned int r = 0; r < page.rows; r++)
		if (strstr(line(r), text))
			return true;
	return false;
}

#define assert_there(text)                         \
	do {                                       \
		if (!is_there(text))               \
			fail_msg("no '%s'", text); \
	} while (0)

/* Which cell, how far, how fast, how long. */
static void test_head(void **state)
{
	(void)state;
	setup();
	draw(24, 80);
	assert_says(line(0), "buddysim compare  t.cborseq");
	assert_says(line(0), "cell 2 of 3");
	assert_says(line(1), "rotation:order=10  order=10,delay=2s");
	assert_says(line(1), "linux-6.1");
	assert_says(line(2), "11.000 s of 40.000 s,  28 % [====");
	assert_says(line(3), "2 s per second  1234 events");
	/* 29 s at 2 per second; and 40 more of the third cell. */
	assert_says(line(3), "14 s to go, all cells 34 s");
	shown.view.guests = 3;
	draw(24, 80);
	assert_says(line(0), "cell 2 of 3, guest 1 of 3");
	shown.mode = WATCH_STANDS;
	draw(24, 80);
	assert_says(line(2), "11.000000000 s");
	assert_says(line(3), "PAUSED");
	assert_null(strstr(line(3), "to go"));
	assert_says(line(23), "space go on");
	shown.mode = WATCH_STEPS;
	draw(24, 80);
	assert_says(line(3), "a step");
	assert_null(strstr(line(3), "PAUSED"));
	assert_says(line(23), "space go on");
}

/* As fast as it goes: by events; of a load, whose number nobody knows, by time. */
static void test_as_fast_as_it_goes(void **state)
{
	(void)state;
	setup();
	shown.speed = 0;
	shown.view.cells = 1;
	shown.view.cell = 0;
	for (unsigned int i = 0; i <= 4; i++) {
		shown.view.events = 400 * i;
		watch_rates_look(&shown.rates, &shown.view, i * SEC, i * SEC / 2);
	}
	shown.now = 4 * SEC;
	shown.progress = (struct bs_progress){.cells = 1, .events = 1600, .of_events = 9600};
	draw(24, 80);
	assert_says(line(3), "as fast as it goes  1600 events, 800/s");
	assert_says(line(3), " 10 s to go");
	shown.progress.of_events = 0;
	draw(24, 80);
	assert_says(line(3), " 18 s to go");
}

/* Each part is there by its sign, its length, and its figure: nothing is said by colour alone. */
static void test_memory(void **state)
{
	(void)state;
	setup();
	draw(24, 80);
	assert_string_equal(line(5), " guest |##################"
				     "==========================-:!!......................|");
	assert_string_equal(line(6), " host  |##################=============***?"
				     "                                   |");
	assert_string_equal(line(7),
			    " MiB        all  #used   =raw -below   :pcp !hands  .told  *kept  "
			    "+rest ?other");
	assert_string_equal(line(8), " guest     64.0   16.0   24.0    1.0    1.0    2.0   20.0"
				     "                    0");
	assert_string_equal(line(9), " host      32.0   16.0   12.0      0      0      0"
				     "           3.0      0    1.0");
}

/* What is there at all is seen, be it a page of a terabyte; and no bar is longer than its room. */
static void test_small_parts(void **state)
{
	unsigned int signs = 0;

	(void)state;
	setup();
	shown.view.memory = UINT64_C(1) << 40;
	shown.view.used = shown.view.memory - 5 * 4096;
	shown.view.pcp = shown.view.below = shown.view.raw = shown.view.hands = shown.view.told =
		4096;
	draw(24, 80);
	for (const char *s = "#=-:!."; *s; s++)
		signs += strchr(line(5), *s) != NULL;
	/* They stand behind what fills the bar already: the last sign is theirs, or none is left. */
	assert_true(signs >= 1);
	assert_int_equal(strlen(line(5)), 79);
	assert_says(line(8), "<0.1");
	shown.view.used = 4096;
	shown.view.told = shown.view.memory - 5 * 4096;
	draw(24, 80);
	assert_says(line(5), "|#=-:!...");
}

static void test_lists_and_reporter(void **state)
{
	(void)state;
	setup();
	draw(24, 80);
	assert_says(line(12), " 0      3 -");
	assert_says(line(13), " 1      0");
	assert_says(line(19), " 7      2 -");
	assert_says(line(22), "10     11 =====....");
	assert_says(line(11), "reporter");
	assert_there("passes             4");
	assert_there("requests           5");
	assert_there("blocks            77");
	assert_there("reported MiB    80.0");
	assert_there("refault MiB      3.0");
	assert_there("stall ms           2");
	assert_there("waits: pass in 1.00 s");
	assert_there("last pass at 8.000 s:");
	assert_there("  20.0 MiB in 1.50 ms");
}

static void test_what_the_reporter_does(void **state)
{
	static const struct {
		enum bs_reporter_does does;
		const char *text;
	} all[] = {
		{BS_REPORTER_NOTHING, "never reports"},
		{BS_REPORTER_NO_WORKER, "reports at each free"},
		{BS_REPORTER_IDLE, "idle"},
		{BS_REPORTER_IN_PASS, "in a pass"},
		{BS_REPORTER_AT_DEVICE, "at the device: 3 requests"},
		{BS_REPORTER_PAUSED, "stands still with its guest"},
		{BS_REPORTER_ENDED, "the window is closed"},
	};

	(void)state;
	setup();
	shown.view.in_flight = 3;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		shown.view.does = all[i].does;
		draw(24, 80);
		assert_there(all[i].text);
	}
	shown.view.does = BS_REPORTER_IDLE;
	shown.view.pass_at = BS_NO_TIME;
	draw(24, 80);
	assert_there("no pass yet");
}

/* The cells that are over with what they held and cost, and below them the one that runs. */
static void test_rows(void **state)
{
	static struct watch_row rows[30];

	(void)state;
	setup();
	rows[0] = (struct watch_row){.label = "none", .held_mib_s = 737, .cost = 79500000};
	rows[1] = (struct watch_row){.label = "balloon", .failed = true};
	shown.rows = rows;
	shown.nr_rows = 2;
	draw(24, 80);
	assert_says(line(11), "finished");
	assert_says(line(12), "none            737 79.5 ms");
	assert_says(line(13), "balloon");
	assert_says(line(13), "failed");
	assert_says(line(14), ">rotation:o..    321 1.50 ms");
	/* More than there is room for: the latest are seen. */
	for (unsigned int i = 0; i < 30; i++) {
		rows[i] = (struct watch_row){.held_mib_s = i, .cost = BS_NO_TIME};
		snprintf(rows[i].label, sizeof(rows[i].label), "row%u", i);
	}
	shown.nr_rows = 30;
	draw(24, 80);
	assert_says(line(11), "finished +20");
	assert_says(line(12), "row20");
	assert_says(line(21), "row29");
	assert_says(line(22), ">rotation");
	/* There is more room in a larger terminal. */
	draw(60, 120);
	assert_says(line(12), "row0");
	assert_there(">rotation:order=10");
}

/* Of one cell there are no others to show: what it costs, by cause. */
static void test_one_cell(void **state)
{
	(void)state;
	setup();
	shown.view.cell = 0;
	shown.view.cells = 1;
	draw(24, 80);
	assert_says(line(11), "CPUs stood still");
	assert_there("refault             2.00 ms");
	assert_there("first touch            0 ns");
	assert_null(strstr(line(3), "all cells"));
}

/* At any size it is a page of that size, or says that it is too small; and what is typed is in sight. */
static void test_sizes(void **state)
{
	(void)state;
	setup();
	for (unsigned int rows = 1; rows < 140; rows += 3)
		for (unsigned int cols = 1; cols < 300; cols += 7) {
			draw(rows, cols);
			assert_true(page.rows <= rows && page.cols <= cols);
			if (rows >= 24 && cols >= 80)
				assert_says(line(page.rows - 1), "q quit");
		}
	draw(20, 70);
	assert_says(line(0), "70 x 20 is too small");
	assert_says(line(1), "80 x 24");
}

static void test_other_pages(void **state)
{
	(void)state;
	setup();
	shown.help = true;
	draw(24, 80);
	assert_there("s   step: until something happens");
	assert_there("status 130");
	setup();
	shown.seen = false;
	draw(24, 80);
	assert_there("getting ready ...");
	shown.progress = (struct bs_progress){.cells = 3, .read = 12000000, .of_read = 60000000};
	draw(24, 80);
	assert_there("reading the trace: 12 of 60 MB");
	shown.progress =
		(struct bs_progress){.cells = 3, .cell = 1, .events = 30, .of_events = 120};
	draw(24, 80);
	assert_there("getting ready: 25 % of all events");
	assert_says(line(0), "cell 2 of 3");
}

static void test_numbers(void **state)
{
	static const struct {
		void (*text)(char *, size_t, double);
		double n;
		const char *want;
	} all[] = {
		{watch_count_text, 0, "0"},
		{watch_count_text, 0.25, "0.2"},
		{watch_count_text, 99999, "99999"},
		{watch_count_text, 123456, "123k"},
		{watch_count_text, 12345678, "12.3M"},
		{watch_count_text, 5e9, "5000M"},
		{watch_count_text, -1, "-"},
		{watch_mib_text, 0, "0"},
		{watch_mib_text, 4096, "<0.1"},
		{watch_mib_text, 10.25 * 1048576, "10.2"},
		{watch_mib_text, 8.0 * 1048576 * 1048576, "8388608"},
		{watch_ns_text, 0, "0 ns"},
		{watch_ns_text, 999, "999 ns"},
		{watch_ns_text, 999.9, "1.00 us"},
		{watch_ns_text, 2.5e6, "2.50 ms"},
		{watch_ns_text, 42e6, "42.0 ms"},
		{watch_ns_text, 4.2e11, "420 s"},
		{watch_duration_text, 0.4, "0 s"},
		{watch_duration_text, 99, "99 s"},
		{watch_duration_text, 150, "2 min"},
		{watch_duration_text, 7200, "2.0 h"},
	};
	char text[24];

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		all[i].text(text, sizeof(text), all[i].n);
		assert_string_equal(text, all[i].want);
	}
}

/* A label from outside is text, and stays where it is put. */
static void test_page(void **state)
{
	(void)state;
	watch_page_clear(&page, 3, 10);
	watch_put(&page, 0, 7, WATCH_PLAIN, "abcdef");
	assert_string_equal(line(0), "       abc");
	watch_put(&page, 1, 0, WATCH_PLAIN, "a\033[2J\xc3\xa4");
	assert_string_equal(line(1), "a?[2J??");
	watch_put_cut(&page, 2, 0, 6, WATCH_PLAIN, "abcdefgh");
	assert_string_equal(line(2), "abcd..");
	watch_put(&page, 3, 0, WATCH_PLAIN, "outside");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_as_fast_as_it_goes),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_small_parts),
		cmocka_unit_test(test_lists_and_reporter),
		cmocka_unit_test(test_what_the_reporter_does),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_one_cell),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_other_pages),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
