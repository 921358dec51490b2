// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The strategies that are drivers, beside the drivers of live kernels: from the dump at a log's start, with nobody else
 * at work, they must take the very pages that the log has, in its order, and fail where it failed (README.md says
 * where the logs are from).
 */
#include "bs_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <buddysim/state.h>

#include "bs_report_world.h"
#include "textfile.h"

#define DATA BS_SOURCE_DIR "/tests/oracle/data/devices/"
#define MAX_PAGES 4096

/* As the log has it: what the driver told the host of, and how often it found nothing. */
struct log {
	bs_pfn told[MAX_PAGES];
	unsigned int n, refused;
};

/* @taken: the allocation of a page; @told: how it goes to the host, the pfn at the line's end or NULL: as it is taken. */
static void read_log(const char *path, const char *taken, const char *told, struct log *log)
{
	struct bs_textfile *t;
	struct bs_error err;
	char *line;

	assert_ok(bs_textfile_open(path, &t, &err), &err);
	while (bs_textfile_line(t, &line, &err) >= 0) {
		const bool takes = !strncmp(line, "pa ", 3) && strstr(line, taken);

		assert_true(log->n < MAX_PAGES);
		if (takes && line[3] == '-')
			log->refused++;
		else if (takes && !told)
			log->told[log->n++] = (bs_pfn)strtoul(line + 3, NULL, 10);
		else if (told && !strncmp(line, "e ", 2) && strstr(line, told))
			log->told[log->n++] = (bs_pfn)strtoul(strrchr(line, ' '), NULL, 10);
	}
	bs_textfile_close(t);
}

static struct bs_world *world_of(const char *path)
{
	struct bs_world *w = calloc(1, sizeof(*w));
	struct bs_state *s;
	struct bs_error err;

	assert_non_null(w);
	assert_ok(bs_state_load(path, "start", &s, &err), &err);
	assert_ok(bs_machine_from_state(s, NULL, &w->m, &err), &err);
	bs_state_free(s);
	return w;
}

/* How many of the log's pages were told in its order. */
static unsigned int agrees(struct bs_world *w, const struct log *log)
{
	char *p = w->log;
	unsigned int n = 0;

	bs_world_log(w);
	while (n < log->n && *p) {
		if (*p == '|' || *p == ' ') {
			p++;
			continue;
		}
		if ((bs_pfn)strtoul(p, &p, 10) != log->told[n])
			break;
		p += strcspn(p, " ");
		n++;
	}
	return n;
}

static unsigned int refused(struct bs_world *w)
{
	struct bs_report_stats st;

	bs_report_stats(w->rc, &st);
	return (unsigned int)st.client_refused;
}

/* 2297 pages in 8 whole portions and 10 that were cut short, with 200 ms between them. */
static void test_a_balloon_that_becomes_short(void **state)
{
	const char *path = DATA "linux-6.12-b_doom_short.txt.zst";
	struct log *log = calloc(1, sizeof(*log));
	struct bs_world *w = world_of(path);

	(void)state;
	assert_non_null(log);
	read_log(path, " 0 0x192cca ", " balloon_page_enqueue ", log);
	assert_int_equal(log->n, 2297);
	bs_world_start(w, "balloon:size=80MiB,at=0s,deflate_on_oom=off", 256);
	while (refused(w) < log->refused)
		assert_true(bs_world_work(w));
	bs_world_work(w);
	assert_int_equal(agrees(w, log), 2297);
	bs_world_destroy(w);
	free(log);
}

/* Seven whole portions; in the eighth, which is cut short, others free pages, so that it gets more than it would. */
static void test_a_balloon_among_others(void **state)
{
	const char *path = DATA "linux-6.1-b_doom_short.txt.zst";
	struct log *log = calloc(1, sizeof(*log));
	struct bs_world *w = world_of(path);

	(void)state;
	assert_non_null(log);
	read_log(path, " 0 0x192cca ", " balloon_page_enqueue ", log);
	assert_int_equal(log->n, 1978);
	bs_world_start(w, "balloon:size=80MiB,at=0s,deflate_on_oom=off", 256);
	for (unsigned int i = 0; i < 40; i++)
		bs_world_work(w);
	assert_int_equal(agrees(w, log), 7 * 256);
	bs_world_destroy(w);
	free(log);
}

/* 36 blocks, DMA's last, and the failure; they come back newest first and unmovable. */
static void test_hints(void **state)
{
	const char *path = DATA "linux-6.12-h_shr_hint.txt.zst";
	struct log *log = calloc(1, sizeof(*log));
	struct bs_world *w = world_of(path);
	struct bs_report_stats st;

	(void)state;
	assert_non_null(log);
	read_log(path, " 10 0x92000 ", NULL, log);
	assert_int_equal(log->n, 36);
	bs_world_start(w, "hint-once:at=0s,depth=4", 32);
	bs_world_work(w);
	assert_int_equal(agrees(w, log), 36);
	assert_int_equal(refused(w), log->refused);
	bs_report_stats(w->rc, &st);
	assert_int_equal(st.conversions, 72);
	/* h_shr_press: one block for a call of 128 pages, and then the next. */
	for (unsigned int i = 0; i < 5; i++) {
		static const bs_pfn newest[] = {3072, 2048, 1024, 61440, 60416};

		bs_report_event(w->rc, BS_EVENT_SHRINK, 128);
		assert_int_equal(bs_page_state(w->m, newest[i]), BS_PAGE_FREE);
		assert_int_equal(bs_pageblock_type(w->m, newest[i]), BS_MIGRATE_UNMOVABLE);
		bs_report_stats(w->rc, &st);
		assert_int_equal(st.client_bytes, (uint64_t)(35 - i) << 22);
	}
	bs_world_destroy(w);
	free(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_balloon_that_becomes_short),
		cmocka_unit_test(test_a_balloon_among_others),
		cmocka_unit_test(test_hints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
