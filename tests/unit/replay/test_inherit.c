// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs that start from a made state: what the trace frees without having allocated it is taken from the
 * memory in use; that is used and resident, and no part of what is held. */
#include "bs_test.h"

#include <stdlib.h>
#include <unistd.h>

#include "bs_dump_test.h"

/* Blocks [1024, 2048) are free; the upper half of the zone is unmovable. */
#define MADE                                                                                   \
	"pa_oracle 1 kernel=linux-6.1 max_order=10 pageblock_order=9 nr_pcp_lists=14 "         \
	"migratetypes=5 nr_zones=5 cpus=1 shuffle=0 origin=%s,seed=1\n"                        \
	"dump start\n"                                                                         \
	"zone 2 Normal node=0 start_pfn=0 spanned=8192 present=8192 managed=8192 min=4 low=5 " \
	"high=6 boost=0 highatomic=0 flags=0x0 vm_free=1024 vm_free_diff=0 stat_threshold=4\n" \
	"lowmem 2 0 0 0 0 0\n"                                                                 \
	"area 2 10 nr_free=1\n"                                                                \
	"free 2 10 1 1024\n"                                                                   \
	"blk 2 0 8 1\nblk 2 4096 8 0\n"                                                        \
	"lru 2\n"                                                                              \
	"enddump start\n"

/* Two pages from before the trace are freed; two are allocated and stay; then nothing for 10 s. */
static const char trace_text[] =
	"a-1 [000] .... 1.000000: mm_page_free: page=0 pfn=0x1810 order=0\n"
	"a-1 [000] .... 1.000001: mm_page_free: page=0 pfn=0x1811 order=0\n"
	"a-1 [000] .... 1.000002: mm_page_alloc: page=0 pfn=0x400 order=3 migratetype=1 "
	"gfp_flags=GFP_HIGHUSER_MOVABLE\n"
	"a-1 [000] .... 11.000002: mm_page_alloc: page=0 pfn=0x480 order=3 migratetype=1 "
	"gfp_flags=GFP_HIGHUSER_MOVABLE\n";

struct ran {
	struct bs_state *end;
	uint64_t used_mib_s, held_mib_s;
};

static void run(const char *origin, enum bs_resident resident, struct ran *out)
{
	char text[1024], *state_file, *text_file, *end_file, *native;
	const char *const strategies[] = {"none"};
	struct bs_import_config import = {0};
	struct bs_trace_info info;
	struct bs_sim_config cfg;
	struct bs_result *r = NULL;
	uint64_t dummy;
	struct bs_error err = {0};

	snprintf(text, sizeof(text), MADE, origin);
	state_file = bs_test_file(text, ".state");
	text_file = bs_test_file(trace_text, ".txt");
	end_file = bs_test_file("", ".state");
	native = bs_test_file("", ".cborseq");
	assert_ok(bs_trace_import(text_file, native, &import, &info, &err), &err);
	assert_int_equal(info.pres, 2);
	bs_sim_defaults(&cfg);
	cfg.trace_path = native;
	cfg.strategies = strategies;
	cfg.nr_strategies = 1;
	cfg.guest.state_path = state_file;
	cfg.guest.resident = resident;
	cfg.host.device.kind = "model";
	cfg.host.device.thp = BS_THP_ALWAYS;
	cfg.output.dump_path = end_file;
	cfg.window.allow_lossy = true;
	cfg.window.tail = 0;
	assert_ok(bs_compare(&cfg, &r, &err), &err);
	assert_int_equal(bs_result_metric(r, 0, "used_mib_s", &out->used_mib_s), 0);
	assert_int_equal(bs_result_metric(r, 0, "held_mib_s", &out->held_mib_s), 0);
	assert_true(bs_result_metric(r, 0, "agreement.total", &dummy) < 0);
	bs_result_free(r);
	assert_ok(bs_state_load(end_file, NULL, &out->end, &err), &err);
	assert_string_equal(out->end->origin, "");
	unlink(state_file);
	unlink(text_file);
	unlink(end_file);
	unlink(native);
	free(state_file);
	free(text_file);
	free(end_file);
	free(native);
}

/* The state has no per-cpu lists: the two pages went back at once, and merged. */
static bs_pfn freed(const struct ran *r)
{
	const struct bs_state_list *l = &r->end->zone[0].area[1][BS_MIGRATE_UNMOVABLE];

	assert_int_equal(l->n, 1);
	return l->pfn[0];
}

/* kpageflags placed the memory: the pages are those that were recorded. */
static void test_where_it_was(void **state)
{
	struct ran r;

	(void)state;
	run("pages", BS_RESIDENT_USED, &r);
	assert_int_equal(freed(&r), 0x1810);
	bs_state_free(r.end);
}

/* Its place was drawn: two pages in use in an unmovable pageblock, side by side. */
static void test_anywhere_of_its_kind(void **state)
{
	struct ran r;

	(void)state;
	run("counts", BS_RESIDENT_USED, &r);
	assert_true(freed(&r) >= 4096);
	assert_int_not_equal(freed(&r), 0x1810);
	bs_state_free(r.end);
}

/*
 * 7168 pages are in use at the start, 28 MiB: used for all of the 10 s, and no part of what is held,
 * whatever a huge page's fault brings in of them.
 */
static void test_memory_in_use(void **state)
{
	struct ran used, none;

	(void)state;
	run("counts", BS_RESIDENT_USED, &used);
	run("counts", BS_RESIDENT_NONE, &none);
	assert_in_range(used.used_mib_s, 279, 281);
	assert_true(used.held_mib_s <= 20);
	assert_int_equal(none.used_mib_s, 0);
	bs_state_free(used.end);
	bs_state_free(none.end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where_it_was),
		cmocka_unit_test(test_anywhere_of_its_kind),
		cmocka_unit_test(test_memory_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
