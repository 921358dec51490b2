// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The course of a decay beside a live kernel's: after each round of its vmstat work the free counter, the
 * length of the per-cpu lists and `high`, and at the end every list. One of them has huge pages on the
 * lists, of which each batch takes a whole one (README.md says where the logs are from).
 */
#include "bs_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm_verify.h"
#include "mm_vmstat.h"
#include "state_text.h"
#include "textfile.h"

#define DATA BS_SOURCE_DIR "/tests/oracle/data/decay/"

struct log {
	struct bs_machine *m;
	uint32_t changed; /* zones, as the round that begins finds them */
	bool through;
	unsigned int rounds, compared, dumps;
};

static int64_t number(const char *line, const char *key)
{
	const char *at = strstr(line, key);

	assert_non_null(at);
	return strtoll(at + strlen(key), NULL, 10);
}

/* vz Z vm_free= diff= zdiff= .. count= high= .. expire= */
static void zone_line(struct log *l, const char *line)
{
	const unsigned int z = (unsigned int)strtoul(line + 3, NULL, 10);
	struct bs_mm_counts counts;
	struct bs_mm_pcp pcp;

	if (!l->through && number(line, " zdiff="))
		l->changed |= 1u << z;
	bs_mm_counts(l->m, z, 0, &counts);
	bs_mm_pcp(l->m, z, 0, &pcp);
	assert_int_equal(counts.vm_free, number(line, " vm_free="));
	assert_int_equal(counts.diff, number(line, " diff="));
	assert_int_equal(pcp.count, number(line, " count="));
	assert_int_equal(pcp.high, number(line, " high="));
	assert_int_equal(bs_mm_pcp_expire(l->m, z, 0), number(line, " expire="));
	l->compared++;
}

static void take_dump(struct log *l, const struct bs_state *s)
{
	struct bs_state *own;
	struct bs_error err;

	if (!l->m) {
		assert_ok(bs_machine_from_state(s, NULL, &l->m, &err), &err);
		return;
	}
	assert_ok(bs_state_of_machine(l->m, &own, &err), &err);
	assert_int_equal(bs_state_compare(s, own, bs_state_model(s), NULL, NULL), 0);
	bs_state_free(own);
	l->dumps++;
}

static void event(struct log *l, const char *line)
{
	unsigned int pfn, order;

	if (sscanf(line, "pf %u %u", &pfn, &order) == 2) {
		assert_int_equal(bs_machine_adopt(l->m, pfn, order), 0);
		bs_free_pages(l->m, 0, pfn, order);
	} else if (!strncmp(line, "vs ", 3)) {
		l->changed = 0;
		l->through = false;
	} else if (!strncmp(line, "vz ", 3)) {
		zone_line(l, line);
	} else {
		/* ve JIFFIES NS PAGESETS RET */
		const bool pagesets = strtoul(strrchr(line, ' ') - 1, NULL, 10);

		assert_int_equal(strncmp(line, "ve ", 3), 0);
		bs_mm_vmstat(l->m, 0, l->changed, pagesets);
		l->through = true;
		l->rounds += pagesets;
	}
}

static void follow(const char *path, struct log *l)
{
	struct bs_state_reader r;
	struct bs_textfile *t;
	struct bs_error err;
	char *line;

	*l = (struct log){0};
	assert_ok(bs_textfile_open(path, &t, &err), &err);
	bs_state_reader_init(&r);
	while (bs_textfile_line(t, &line, &err) >= 0) {
		const int ret = bs_state_reader_line(&r, line, path, 0, &err);

		assert_true(ret >= 0);
		if (ret == BS_RECORD_COMPLETE)
			take_dump(l, r.state);
		else if (ret == BS_RECORD_NONE && *line)
			event(l, line);
	}
	bs_state_reader_free(&r);
	bs_textfile_close(t);
	bs_machine_destroy(l->m);
}

static void test_decay(void **state)
{
	struct log l;

	(void)state;
	follow(DATA "linux-6.12-x_decay_lists.log.zst", &l);
	assert_int_equal(l.rounds, 3);
	assert_true(l.compared >= 12 && l.dumps >= 1);
	follow(DATA "linux-7.3-x_decay_o0.log.zst", &l);
	assert_int_equal(l.rounds, 10);
	assert_true(l.compared >= 40 && l.dumps >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
