// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * violation.c: what a broken law leaves behind is the guest of that very moment, can be loaded, and
 * says when and at what it broke.
 */
#include "bs_test.h"

#include <buddysim/state.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bs_trace_test.h"
#include "again.h"
#include "cell.h"

#define SEC BS_NS_PER_S
#define M BS_MIGRATE_MOVABLE

/* A strategy with a bug; what it saw of the world right before it shows. */
static struct witness {
	struct bs_cell *cell;
	struct bs_state *state;
	bs_ns now;
	uint64_t events;
	struct bs_range r[2];
} seen;

static void wake_up(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		    bool merged)
{
	(void)merged;
	if (why == BS_FREE && b->order == 10)
		bs_wake(rc, SEC);
}

/*
 *   before   o10 M: [a] [b] [c] ...
 *   pass     a and b are taken, a comes back with a mark; b and c go to the device: c is still free
 *   then     o10 M: [c] ... [ar]       b is nowhere
 */
static int buggy_pass(struct bs_report_ctx *rc, int cpu)
{
	struct bs_error err;
	bs_pfn a, b, c;

	(void)cpu;
	bs_zone_lock(rc, 0);
	a = bs_first(rc, 0, 10, M);
	b = bs_next(rc, 10, a);
	c = bs_next(rc, 10, b);
	assert_true(bs_isolate(rc, a, 10) && bs_isolate(rc, b, 10));
	bs_put_back(rc, a, 10, BS_MT_NOW, BS_PUT_TAIL);
	bs_mark(rc, a, 10);
	bs_zone_unlock(rc, 0);
	assert_ok(bs_state_of_machine(seen.cell->g->m, &seen.state, &err), &err);
	seen.now = bs_now(rc);
	seen.events = seen.cell->stream.f.events;
	seen.r[0] = (struct bs_range){b, 10};
	seen.r[1] = (struct bs_range){c, 10};
	return bs_submit(rc, seen.r, 2);
}

static const struct bs_strategy buggy = {
	.name = "buggy",
	.summary = "hands over what it did not take",
	.origin = "tests",
	.abi = BS_STRATEGY_ABI,
	.block_in = wake_up,
	.pass = buggy_pass,
};

static struct bs_sim_config config_of(const char *trace, const char *dir)
{
	struct bs_sim_config cfg;

	bs_sim_defaults(&cfg);
	cfg.trace_path = trace;
	cfg.host.device.kind = "model";
	cfg.guest.machine.memory_bytes = UINT64_C(256) << 20;
	cfg.guest.machine.nr_cpus = 2;
	cfg.output.violation_dir = dir;
	return cfg;
}

/* A few blocks come and go on two CPUs: every order has blocks, per-cpu lists are not empty. The
 * fault is due at 4 s, after event 24. */
static const char *make_trace(void)
{
	const char *path = bs_test_path("violation.cborseq");
	struct bs_trace_event ev[26] = {{0}};
	struct bs_trace_info info = {
		.source = "test", .memory_bytes = UINT64_C(256) << 20, .nr_cpus = 2};

	for (unsigned int i = 0; i < 22; i++)
		ev[i] = (struct bs_trace_event){.time = SEC + i,
						.kind = BS_EV_ALLOC,
						.order = (uint8_t)(i % 11),
						.cpu = (uint8_t)(i & 1),
						.gfp = BS_GFP_HIGHUSER_MOVABLE,
						.pfn = BS_NO_PFN};
	for (unsigned int i = 0; i < 4; i++)
		ev[22 + i] = (struct bs_trace_event){
			.time = (i < 2 ? 3 : 10) * SEC,
			.kind = BS_EV_FREE,
			.cpu = (uint8_t)(i & 1),
			.order = (uint8_t)(i == 1 ? 10 : i),
			.arg = i == 1 ? 12u : 22u - i, /* age: 22 is the first one */
			.pfn = BS_NO_PFN};
	bs_test_write_trace(path, &info, ev, 26);
	return path;
}

static bool print_again(void *arg, FILE *f, const struct bs_outcome *o)
{
	(void)arg;
	return bs_again_print(f, o);
}

/* Bind the buggy strategy in place of the registered one that the cell was made with. */
static void break_a_law(const struct bs_sim_config *cfg, struct bs_error *broken)
{
	const struct bs_sink sink = {.again = print_again};
	const struct bs_plan plan = {.cfg = *cfg, .sink = &sink};
	struct bs_cell_setup setup = {.label = "none"};
	struct bs_spec spec, bug;
	struct bs_trace *t;
	struct bs_error err;

	assert_ok(bs_spec_parse("none", NULL, &spec, &err), &err);
	assert_ok(bs_spec_of(&buggy, NULL, NULL, &bug, &err), &err);
	setup.spec = &spec;
	assert_ok(bs_trace_open(cfg->trace_path, &t, &err), &err);
	assert_ok(bs_trace_scan(t, false, &err), &err);
	assert_ok(bs_cell_create(&plan, &setup, t, &seen.cell, &err), &err);
	assert_ok(bs_guest_bind(seen.cell->g, &bug, &err), &err);
	assert_true(bs_cell_run(seen.cell, broken) < 0);
	assert_int_equal(broken->status, BS_INVARIANT);
	assert_non_null(strstr(broken->text, "not taken"));
	bs_cell_destroy(seen.cell);
	bs_spec_free(&spec);
	bs_spec_free(&bug);
	bs_trace_close(t);
}

static void assert_fact(const unsigned char *text, const char *fmt, ...)
{
	char line[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (!strstr((const char *)text, line))
		fail_msg("no \"%s\" in the file", line);
}

static void differs(void *arg, const struct bs_state_diff *d)
{
	(void)arg;
	print_error("%s: at the violation %s, in the file %s\n", d->what, d->expected, d->got);
}

/* The file is made into a guest, and that guest is the one of the violation. */
static void assert_same_guest(const char *path)
{
	struct bs_state *loaded, *again;
	struct bs_state_diff d;
	struct bs_machine *m;
	struct bs_error err;

	assert_ok(bs_state_load(path, NULL, &loaded, &err), &err);
	assert_int_equal(bs_state_check(loaded, &err), 0);
	assert_string_equal(bs_state_model(loaded), "linux-6.1");
	assert_int_equal(bs_state_compare(seen.state, loaded, "linux-6.1", differs, NULL), 0);
	assert_true(bs_state_lru_equal(seen.state, loaded, &d));
	assert_ok(bs_machine_from_state(loaded, NULL, &m, &err), &err);
	assert_ok(bs_machine_check(m, &err), &err);
	assert_ok(bs_state_of_machine(m, &again, &err), &err);
	assert_int_equal(bs_state_compare(seen.state, again, "linux-6.1", differs, NULL), 0);
	bs_state_free(again);
	bs_state_free(loaded);
	bs_machine_destroy(m);
}

static void assert_run_goes_on(const char *path, const char *trace)
{
	static const char *const strategies[] = {"none", "boundary", "rotation:delay=100ms"};
	struct bs_sim_config cfg = config_of(trace, NULL);
	struct bs_result *r;
	struct bs_error err;
	uint64_t calls;

	cfg.guest.state_path = path;
	cfg.strategies = strategies;
	cfg.nr_strategies = 3;
	cfg.window.check_every = 1;
	assert_ok(bs_compare(&cfg, &r, &err), &err);
	for (unsigned int i = 1; i < 3; i++) {
		assert_int_equal(bs_result_metric(r, i, "calls", &calls), 0);
		assert_true(calls > 0);
	}
	bs_result_free(r);
}

static void test_the_guest_of_the_violation_can_be_loaded(void **state)
{
	char dir[] = "/tmp/bs-violation-XXXXXX", path[192];
	const char *trace = make_trace(), *base;
	struct bs_sim_config cfg;
	struct bs_error broken;
	unsigned char *text;
	size_t len;

	(void)state;
	assert_non_null(mkdtemp(dir));
	cfg = config_of(trace, dir);
	break_a_law(&cfg, &broken);
	base = strrchr(trace, '/') + 1;
	snprintf(path, sizeof(path), "%s/buddysim-violation-%.*s-none.txt", dir,
		 (int)strcspn(base, "."), base);
	assert_non_null(strstr(broken.advice, path));
	text = bs_test_read_file(path, &len);
	text = realloc(text, len + 1);
	assert_non_null(text);
	text[len] = '\0';
	assert_int_equal(seen.now, 4 * SEC);
	assert_int_equal(seen.events, 24);
	assert_fact(text, "\n# seed 1\n");
	assert_fact(text, "\n# time_ns %" PRIu64 "\n", seen.now);
	assert_fact(text, "\n# event %" PRIu64 "\n", seen.events);
	assert_fact(text, "\n# isolated_bytes %u\n", 4u << 20);
	assert_fact(text, "\n# request %u:10 %u:10\n", seen.r[0].pfn, seen.r[1].pfn);
	assert_fact(text, "\n# again: buddysim run %s -s none ", trace);
	free(text);
	assert_same_guest(path);
	assert_run_goes_on(path, trace);
	bs_state_free(seen.state);
	unlink(path);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_guest_of_the_violation_can_be_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
