// SPDX-License-Identifier: GPL-2.0-or-later
/* options_combine.c, combinations.def: each entry has a configuration in which it is so, and one beside it
 * in which it is not. */
#include "bs_test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "options_combine.h"

/* "name value" each, of which the first is the entry's; the second list makes it right. */
struct combination_case {
	const char *so, *not_so;
};

static const struct combination_case cases[] = {
	{"memory 1GiB;state d.txt", "memory 1GiB"},
	{"machine flat;state d.txt", "machine flat"},
	{"cpus 2;state d.txt", "cpus 2"},
	{"shuffle;state d.txt", "shuffle"},
	{"repeat 2;load memhog", "repeat 2"},
	{"load idle;scenario @", "load idle"},
	{"guests 2;scenario @", "guests 2"},
	{"state d.txt;guests 2", "state d.txt;guests 1"},
	{"map;guests 2", "map"},
	{"dump-state x;guests 2", "dump-state x"},
	{"device madvise;guests 2", "device model;guests 2"},
	{"strategy none;scenario @named", "strategy none;scenario @"},
	{"allow-lossy;load memhog", "allow-lossy"},
	{"keep-whole-chunks;load memhog", "keep-whole-chunks"},
	{"contention model;state d.txt", "contention model"},
	{"reclaim model;state d.txt", "reclaim model"},
	{"guest-swap 1GiB;load memhog;reclaim off", "guest-swap 1GiB;load memhog"},
	{"verify each;device model", "verify each;device madvise"},
	{"advice free;device model", "advice free;device madvise;strategy rotation"},
	{"costs vm;device null", "costs vm;device model"},
	{"host-memory 1GiB;strategy none,rotation",
	 "host-memory 1GiB;strategy none,rotation:gate=1"},
	{"host-swap 1GiB;host-memory 1GiB;device madvise",
	 "host-swap 1GiB;host-memory 1GiB;device model"},
	{"host-event 1s:restore;device madvise", "host-event 1s:restore;device model"},
	{"touch none;host-event 1s:snapshot", "touch page;host-event 1s:snapshot"},
	{"host-event 1s:pressure=5;strategy rotation,balloon",
	 "host-event 1s:pressure=5;strategy rotation:gate=5,balloon"},
	{"host-event 1s:target=5MiB;strategy rotation:gate=5",
	 "host-event 1s:target=5MiB;strategy balloon"},
	{"host-event 1s:target=5MiB;strategy balloon,balloon:size=4MiB",
	 "host-event 1s:target=5MiB;strategy balloon,balloon:size=5MiB"},
	{"gap 5s", "gap 5s;repeat 2"},
	{"no-timeline;plots d", "no-timeline"},
	{"map;no-timeline", "map"},
	{"columns all;format json", "columns all;format csv"},
	{"sort calls;format json", "sort calls;format markdown"},
	{"strategy none,rotation,none", "strategy none,rotation,rotation:order=9"},
	{"capacity 8;strategy none", "capacity 8;strategy none,bitmap"},
	{"advice none;strategy none", "advice none;strategy hypercall"},
	{"wake-latency 1ms;strategy none,hypercall", "wake-latency 1ms;strategy none,bitmap"},
	{"thp never;touch none", "thp never;touch all"},
	{"jobs 2;strategy none", "jobs 2;strategy none,rotation"},
	{"jobs 2;watch", "jobs 2;strategy none,rotation"},
	{"quiet;watch", "quiet"},
	{"no-measured;format csv", "no-measured;plots d"},
	{"output x;print-config", "output x"},
	{"watch;print-config", "watch"},
	{"plots d;print-config", "plots d"},
	{"dump-state x;print-config", "dump-state x"},
	{"fail-if calls>0;print-config", "fail-if calls>0"},
	{"junit x;fail-if calls>0;print-config", "junit x;fail-if calls>0"},
};

/* "@": the scenario that is shipped; "@named": one in which each guest has a strategy. */
static const char *path_of(const char *value, char *path, size_t size)
{
	FILE *f;

	if (!value || value[0] != '@')
		return value;
	snprintf(path, size, "%s", BS_SOURCE_DIR "/sim/scenarios/three-guests.json");
	if (!value[1])
		return path;
	snprintf(path, size, "/tmp/bs-named-%d.json", (int)getpid());
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("{\"schema\": \"buddysim-scenario-1\", \"guests\": [{\"strategy\": \"rotation\", "
	      "\"load\": \"idle\", \"memory\": \"1GiB\"}]}",
	      f);
	fclose(f);
	return path;
}

static void read_options(struct bs_options *o, const char *text)
{
	char path[200];
	char *copy = strdup(text), *save = NULL;
	struct bs_error err;

	bs_options_init(o);
	for (char *word = strtok_r(copy, ";", &save); word; word = strtok_r(NULL, ";", &save)) {
		char *value = strchr(word, ' ');

		if (value)
			*value++ = '\0';
		assert_non_null(bs_option_find(word));
		assert_ok(bs_option_set(o, bs_option_find(word), path_of(value, path, sizeof(path)),
					&err),
			  &err);
	}
	free(copy);
}

static void test_each_is_so_and_not_so(void **state)
{
	const struct bs_combination *k;
	char path[200];
	unsigned int i;

	(void)state;
	for (i = 0; (k = bs_combination_at(i)); i++) {
		struct bs_options o;
		struct bs_error err;

		assert_true(i < sizeof(cases) / sizeof(cases[0]));
		assert_non_null(bs_option_find(k->option));
		assert_true(!strncmp(cases[i].so, k->option, strlen(k->option)));
		read_options(&o, cases[i].so);
		assert_true(bs_combination_is_there(&o, i));
		if (k->is_refused) {
			assert_int_equal(bs_options_check(&o, &err), -EINVAL);
			assert_int_equal(err.status, BS_USAGE);
			assert_string_equal(err.where + strlen("--"), k->option);
			assert_string_equal(err.text, k->why);
			assert_string_equal(err.advice, k->advice);
		} else {
			assert_ok(bs_options_check(&o, &err), &err);
		}
		bs_options_free(&o);
		read_options(&o, cases[i].not_so);
		assert_false(bs_combination_is_there(&o, i));
		assert_ok(bs_options_check(&o, &err), &err);
		bs_options_free(&o);
	}
	assert_int_equal(i, sizeof(cases) / sizeof(cases[0]));
	unlink(path_of("@named", path, sizeof(path)));
}

/* What was not said is nobody's mistake. */
static void test_defaults_are_right(void **state)
{
	struct bs_options o;
	struct bs_error err;

	(void)state;
	read_options(&o, "device null;strategy none");
	for (unsigned int i = 0; bs_combination_at(i); i++)
		assert_false(bs_combination_is_there(&o, i));
	assert_ok(bs_options_check(&o, &err), &err);
	/* ... and is left out where a configuration is written down. */
	assert_true(bs_option_is_idle(&o.config, bs_option_find("verify")));
	assert_true(bs_option_is_idle(&o.config, bs_option_find("gap")));
	assert_false(bs_option_is_idle(&o.config, bs_option_find("tail")));
	assert_false(bs_option_is_idle(&o.config, bs_option_find("output")));
	bs_options_free(&o);
}

/* One that cannot be read is told of where it is read, and is blamed for nothing else. */
static void test_unknown_strategies(void **state)
{
	struct bs_options o;
	struct bs_error err;

	(void)state;
	read_options(&o, "strategy rotaton;host-memory 1GiB;host-event 1s:target=1GiB");
	assert_ok(bs_options_check(&o, &err), &err);
	bs_options_free(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_is_so_and_not_so),
		cmocka_unit_test(test_defaults_are_right),
		cmocka_unit_test(test_unknown_strategies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
