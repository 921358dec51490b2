// SPDX-License-Identifier: GPL-2.0-or-later
/* options.c: what is read from text, what it may be, and the way back. */
#include "bs_test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <buddysim/options.h>
#include <buddysim/report.h>

static int set(struct bs_options *o, const char *name, const char *text, struct bs_error *err)
{
	const struct bs_option *opt = bs_option_find(name);

	assert_non_null(opt);
	return bs_option_set(o, opt, text, err);
}

static void must(struct bs_options *o, const char *name, const char *text)
{
	struct bs_error err = {0};

	if (set(o, name, text, &err))
		fail_msg("--%s %s: %s; %s", name, text, err.text, err.advice);
}

static void refused(const char *name, const char *text, const char *advice)
{
	struct bs_options o;
	struct bs_error err = {0};

	bs_options_init(&o);
	assert_true(set(&o, name, text, &err) < 0);
	assert_int_equal(err.status, BS_USAGE);
	assert_says(err.advice, advice);
	bs_options_free(&o);
}

static void test_every_entry_is_whole(void **state)
{
	const struct bs_option *opt;

	(void)state;
	for (unsigned int i = 0; (opt = bs_option_at(i)); i++) {
		assert_ptr_equal(bs_option_find(opt->name), opt);
		assert_true(opt->doc[0] && opt->doc[strlen(opt->doc) - 1] != '.');
		assert_true((opt->kind == BS_OPTION_FLAG) == !opt->arg);
		assert_true(!opt->needs || bs_option_find(opt->needs));
		assert_true(opt->kind != BS_OPTION_WORD || opt->word((unsigned int)opt->value.def));
		assert_non_null(bs_option_heading(opt->group));
	}
	assert_null(bs_option_find("no-such"));
}

static void test_values(void **state)
{
	struct bs_options o;

	(void)state;
	bs_options_init(&o);
	assert_int_equal(o.config.window.tail, 30 * BS_NS_PER_S);
	assert_true(o.program.measured);
	must(&o, "tail", "5s");
	must(&o, "cpus", "7");
	must(&o, "seed", "18446744073709551615");
	must(&o, "touch", "all");
	must(&o, "shuffle", NULL);
	must(&o, "no-measured", NULL);
	must(&o, "kernel", "linux-6.1:boot_pos=head");
	must(&o, "device", "model:error_every=3");
	assert_int_equal(o.config.window.tail, 5 * BS_NS_PER_S);
	assert_int_equal(o.config.guest.machine.nr_cpus, 7);
	assert_true(o.config.seed == UINT64_MAX);
	assert_int_equal(o.config.host.device.touch, BS_TOUCH_ALL);
	assert_true(o.config.guest.machine.shuffle);
	assert_false(o.program.measured);
	assert_string_equal(o.config.guest.machine.kernel, "linux-6.1:boot_pos=head");
	assert_string_equal(o.config.host.device.kind, "model");
	assert_string_equal(o.config.host.device.params, "error_every=3");
	assert_true(bs_option_given(&o, "touch"));
	assert_false(bs_option_given(&o, "thp"));
	bs_options_free(&o);
}

/* Only one of two could count, and nobody knows which one was meant. */
static void test_given_twice(void **state)
{
	struct bs_options o;
	struct bs_error err;

	(void)state;
	bs_options_init(&o);
	must(&o, "tail", "5s");
	assert_int_equal(bs_option_set(&o, bs_option_find("tail"), "6s", &err), -EINVAL);
	assert_says(err.text, "6s");
	assert_says(err.advice, "only one can count");
	assert_int_equal(o.config.window.tail, 5 * BS_NS_PER_S);
	must(&o, "quiet", NULL);
	must(&o, "quiet", NULL);
	assert_true(o.program.quiet);
	for (unsigned int i = 0; i < 2; i++) {
		must(&o, "strategy", "none");
		must(&o, "host-event", "1s:pressure=5");
		must(&o, "guest-event", "1s:compact");
		must(&o, "fail-if", "calls>0");
	}
	assert_int_equal(o.config.nr_strategies, 2);
	assert_int_equal(o.config.host.nr_events, 2);
	assert_int_equal(o.config.guest.nr_events, 2);
	bs_options_free(&o);
}

static void test_what_cannot_be(void **state)
{
	(void)state;
	refused("cpus", "257", "1 to 256");
	refused("touch", "some", "none, page, all");
	refused("kernel", "linux-2.4", "linux-6.1");
	refused("kernel", "linux-6.1:boot_pos=top", "head");
	refused("device", "floppy", "model");
	refused("strategy", "order=9", "before its parameters");
	refused("strategy", "none,,none", "empty names");
	refused("strategy", "", "empty names");
	refused("host-event", "5s", "pressure=PERCENT");
	refused("host-event", "5s:pause", "pause=TIME");
	refused("host-event", "5s:snapshot=1", "snapshot or");
	refused("host-event", "5s:restore,guests=1", ",guest=N");
	refused("host-event", "5s:restore,guest=0", "from 1");
	refused("guest-event", "5s", "TIME:compact");
	refused("guest-event", "5s:compact=1", "TIME:compact");
	refused("guest-event", "5s:reclaim", "reclaim=SIZE");
	refused("guest-event", "5s:defrag_mode=2", "0 to 1");
	refused("guest-event", "5s:defrag,guest=1", "defrag_mode");
	refused("state", "", "must not be empty");
}

static void test_strategies(void **state)
{
	struct bs_options o;

	(void)state;
	bs_options_init(&o);
	must(&o, "strategy", "none,rotation:order=9,delay=2s,./x.so:a=1");
	must(&o, "strategy", "bitmap");
	assert_int_equal(o.config.nr_strategies, 4);
	assert_string_equal(o.config.strategies[1], "rotation:order=9,delay=2s");
	assert_string_equal(o.config.strategies[2], "./x.so:a=1");
	assert_string_equal(o.config.strategies[3], "bitmap");
	bs_options_free(&o);
	bs_options_init(&o);
	must(&o, "strategy", "all");
	assert_null(bs_strategy_at(o.config.nr_strategies));
	assert_non_null(bs_strategy_at(o.config.nr_strategies - 1));
	bs_options_free(&o);
}

static void test_one_that_needs_another(void **state)
{
	struct bs_options o;
	struct bs_error err;

	(void)state;
	bs_options_init(&o);
	must(&o, "host-poll", "2s");
	assert_true(bs_options_check(&o, &err) < 0);
	assert_says(err.advice, "--host-memory SIZE");
	assert_false(bs_option_in_force(&o.config, bs_option_find("host-poll")));
	must(&o, "host-memory", "1GiB");
	must(&o, "strategy", "rotation:gate=80");
	assert_int_equal(bs_options_check(&o, &err), 0);
	assert_true(bs_option_in_force(&o.config, bs_option_find("host-poll")));
	bs_options_free(&o);
}

/* All that a cell is printed as, read again, is printed the same. */
static void print_all(const struct bs_sim_config *c, char **text)
{
	const struct bs_option *opt;
	size_t size;
	FILE *f = open_memstream(text, &size);

	for (unsigned int i = 0; (opt = bs_option_at(i)); i++)
		if (opt->group < BS_OPTIONS_OUTPUT)
			bs_option_print(c, opt, f);
	assert_int_equal(fclose(f), 0);
}

static void read_all(struct bs_options *o, const char *text)
{
	char *copy = strdup(text), *save = NULL;
	const char *word = strtok_r(copy, " ", &save);

	while (word) {
		const struct bs_option *opt = bs_option_find(word + strlen("--"));
		struct bs_error err;

		assert_non_null(opt);
		assert_int_equal(
			bs_option_set(o, opt, opt->arg ? strtok_r(NULL, " ", &save) : NULL, &err),
			0);
		word = strtok_r(NULL, " ", &save);
	}
	free(copy);
}

static void test_there_and_back(void **state)
{
	static const char *const set_to[][2] = {
		{"kernel", "linux-5.4"},
		{"memory", "3GiB"},
		{"machine", "flat"},
		{"cpus", "3"},
		{"shuffle", NULL},
		{"lru", "none"},
		{"seed", "42"},
		{"device", "model:trust=on"},
		{"costs", "null"},
		{"thp", "never"},
		{"host-memory", "4GiB"},
		{"host-poll", "3s"},
		{"host-swap", "1GiB"},
		{"host-threads", "2"},
		{"repeat", "9"},
		{"host-event", "5s:pressure=80"},
		{"check", "77"},
		{"gap", "1ms"},
		{"allow-lossy", NULL},
		{"weight", "7us"},
		{"guest-event", "1s:reclaim=5MiB,guest=2"},
	};
	struct bs_options a, b;
	char *first, *second;

	(void)state;
	bs_options_init(&a);
	bs_options_init(&b);
	for (size_t i = 0; i < sizeof(set_to) / sizeof(set_to[0]); i++)
		must(&a, set_to[i][0], set_to[i][1]);
	print_all(&a.config, &first);
	for (size_t i = 0; i < sizeof(set_to) / sizeof(set_to[0]); i++)
		assert_says(first, set_to[i][0]);
	read_all(&b, first);
	print_all(&b.config, &second);
	assert_string_equal(first, second);
	free(first);
	free(second);
	bs_options_free(&a);
	bs_options_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_entry_is_whole),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_given_twice),
		cmocka_unit_test(test_what_cannot_be),
		cmocka_unit_test(test_strategies),
		cmocka_unit_test(test_one_that_needs_another),
		cmocka_unit_test(test_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
