// SPDX-License-Identifier: GPL-2.0-or-later
/* agents.c and the agents: what each asks for at a tick, by hand. */
#include "bs_test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"

#define MIB (UINT64_C(1) << 20)
#define S BS_NS_PER_S

/* A guest of 1 GiB with 64 MiB of page cache and 100 free huge pages. @asked: what it asked for since that was read. */
struct tried {
	const struct bs_agent *agent;
	uint64_t *values;
	void *state;
	struct bs_agent_look look;
	char asked[200];
};

static void note(struct tried *t, const char *what, uint64_t value)
{
	const size_t n = strlen(t->asked);

	snprintf(t->asked + n, sizeof(t->asked) - n, "%s%s", n ? " " : "", what);
	if (value)
		snprintf(t->asked + strlen(t->asked), sizeof(t->asked) - strlen(t->asked), "=%llu",
			 (unsigned long long)value);
}

static void ask(void *arg, enum bs_guest_ask what, uint64_t value)
{
	note(arg, bs_guest_ask_params()[what].name, value / MIB);
}

static void ask_host(void *arg, enum bs_host_ask what, uint64_t value)
{
	note(arg, bs_host_ask_names()[what], value / S);
}

static void begin(struct tried *t, const char *text)
{
	struct bs_error err;

	memset(t, 0, sizeof(*t));
	assert_ok(bs_agent_parse(text, &t->agent, &t->values, &err), &err);
	t->state = calloc(1, t->agent->state_size + 1);
	t->look = (struct bs_agent_look){.values = t->values,
					 .state = t->state,
					 .memory = 1024 * MIB,
					 .cache = 64 * MIB,
					 .big = 9,
					 .free_blocks = {[9] = 100},
					 .ask = ask,
					 .ask_host = ask_host,
					 .arg = t};
}

static void end(struct tried *t)
{
	free(t->values);
	free(t->state);
}

/* A tick later; what it asks for. */
static const char *tick(struct tried *t)
{
	t->asked[0] = '\0';
	t->look.now += t->values[BS_AGENT_TICK];
	t->look.age = t->look.now;
	t->agent->tick(&t->look);
	return t->asked;
}

static void test_they_are_found_by_name(void **state)
{
	const struct bs_agent *a;
	struct bs_error err;
	uint64_t *values;
	char *text;
	unsigned int nr = 0;

	(void)state;
	while ((a = bs_agent_at(nr))) {
		assert_int_equal(bs_agent_check(a->is.name, &err), 0);
		nr++;
	}
	assert_true(nr >= 5);
	assert_int_equal(bs_agent_parse("tymer", &a, &values, &err), -EINVAL);
	assert_non_null(strstr(err.advice, "timer"));
	assert_int_equal(bs_agent_check("timer:every=0", &err), -EINVAL);
	assert_int_equal(bs_agent_check("timer:often=1s", &err), -EINVAL);
	assert_true(bs_agent_is_idle("none"));
	assert_false(bs_agent_is_idle("timer:every=1s"));
	assert_true(bs_agent_saves("snapshot:at=1s"));
	assert_false(bs_agent_saves("psi"));
	text = bs_agent_text("timer:drop=off");
	assert_string_equal(text, "timer:every=1min,drop=off,compact=on");
	free(text);
}

/* Beside a strategy, and taken apart again: what is none of an agent's is a path's. */
static void test_beside_a_strategy(void **state)
{
	char *text = bs_agent_beside("rotation:order=9", "timer:every=5s,drop=off");

	(void)state;
	assert_string_equal(text, "rotation:order=9+timer:every=5s,drop=off");
	free(text);
	text = bs_agent_beside("rotation", "none");
	assert_string_equal(text, "rotation");
	free(text);
}

static void test_timer(void **state)
{
	struct tried t;

	(void)state;
	begin(&t, "timer:every=5s");
	assert_string_equal(tick(&t), "drop_caches compact");
	end(&t);
	begin(&t, "timer:drop=off");
	assert_string_equal(tick(&t), "compact");
	end(&t);
}

/*
 *   idle for less than 20 s     nothing
 *   from then on                60 % of 64 MiB a minute, in 10 s a tenth
 *   it allocates 5 MiB a second nothing, and it has to be idle anew
 *   no page cache any more      compact, once
 */
static void test_gradual(void **state)
{
	struct tried t;

	(void)state;
	begin(&t, "gradual:tick=10s,idle=20s,share=60,busy=4MiB");
	t.look.cache = 100 * MIB;
	assert_string_equal(tick(&t), "");
	assert_string_equal(tick(&t), "reclaim=10");
	t.look.cache = 90 * MIB;
	assert_string_equal(tick(&t), "reclaim=10");
	t.look.allocated = 50 * MIB;
	assert_string_equal(tick(&t), "");
	t.look.allocated = 40 * MIB;
	assert_string_equal(tick(&t), "");
	assert_string_equal(tick(&t), "reclaim=9");
	t.look.cache = 0;
	assert_string_equal(tick(&t), "compact");
	assert_string_equal(tick(&t), "");
	end(&t);
}

/*
 *   nobody waits                64 MiB of what is more than 32 MiB
 *   half of it in small pieces  compact, too; it did not help: not again for 60 s
 *   somebody waits              nothing for 60 s
 */
static void test_psi(void **state)
{
	struct tried t;

	(void)state;
	begin(&t, "psi:tick=10s,step=64MiB,keep=32MiB,fragmented=300,wait=60s");
	t.look.cache = 128 * MIB;
	assert_string_equal(tick(&t), "reclaim=64");
	t.look.cache = 32 * MIB;
	t.look.free_blocks[0] = 51200;
	assert_string_equal(tick(&t), "compact");
	for (unsigned int i = 0; i < 6; i++)
		assert_string_equal(tick(&t), "");
	assert_string_equal(tick(&t), "compact");
	/* It did: 10 % in small pieces. */
	t.look.free_blocks[0] = 5120;
	assert_string_equal(tick(&t), "");
	t.look.cache = 128 * MIB;
	t.look.some.avg10 = 101;
	assert_string_equal(tick(&t), "");
	t.look.some.avg10 = 0;
	for (unsigned int i = 0; i < 5; i++)
		assert_string_equal(tick(&t), "");
	assert_string_equal(tick(&t), "reclaim=64");
	end(&t);
}

static void test_snapshot(void **state)
{
	struct tried t;

	(void)state;
	begin(&t, "snapshot:tick=1s,at=3s,settle=2s,pause=5s");
	assert_string_equal(tick(&t), "");
	assert_string_equal(tick(&t), "");
	assert_string_equal(tick(&t), "drop_caches compact");
	assert_string_equal(tick(&t), "");
	assert_string_equal(tick(&t), "snapshot pause=5");
	assert_string_equal(tick(&t), "");
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_they_are_found_by_name),
		cmocka_unit_test(test_beside_a_strategy),
		cmocka_unit_test(test_timer),
		cmocka_unit_test(test_gradual),
		cmocka_unit_test(test_psi),
		cmocka_unit_test(test_snapshot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
