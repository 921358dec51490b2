// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every schedule up to a length, for every strategy, in a guest of 16 MiB of which half is in use:
 * all words over A F I T P C (bs_schedule.h: allocate, free, isolate, toggle, pass, completion),
 * with every law of the fault matrix checked at each letter. Letters between P and C happen while a
 * request is in flight, so that every interleaving of the guest with one or several requests is
 * among them; a word that ends in a call is completed by itself. Blocks are reported one by one, so
 * that a pass makes several requests.
 *
 * A letter that changes nothing (a pass that is not due, a completion of nothing, an allocation
 * that fails) makes its word equal to a shorter one, and all words that begin so are passed over.
 * BS_EXHAUSTIVE_LENGTH=N looks at words of N letters instead of 5 (6 where fewer things differ).
 */
#include "bs_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bs_exempt.h"
#include "bs_mutants.h"

#define MAX_LENGTH 12

static const char letters[] = "AFITPC";

static unsigned int length(void)
{
	const char *text = getenv("BS_EXHAUSTIVE_LENGTH");
	const int n = text ? atoi(text) : 0;

	return n > 0 && n < MAX_LENGTH ? (unsigned int)n : 5;
}

/* One by one, and the smallest mark. */
static void smallest_params(const struct bs_strategy *s, char *buf, size_t size)
{
	static const char *const names[][2] = {
		{"capacity", "1"}, {"hwm", "1"},     {"threshold", "1"},
		{"entries", "2"},  {"size", "4MiB"}, {"at", "0s"},
		{"page", "huge"},  {"batch", "1"},   {"limit", "4MiB"}};
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < bs_param_count(s->params); i++)
		for (unsigned int k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			if (!strcmp(s->params[i].name, names[k][0]))
				used += (size_t)snprintf(buf + used, size - used, "%s%s=%s",
							 used ? "," : "", names[k][0], names[k][1]);
}

/* The word that comes after all those that begin with the first @upto + 1 letters of this one;
 * false behind the last. */
static bool next_word(char *word, unsigned int n, unsigned int upto)
{
	unsigned int i = upto < n ? upto : n - 1;

	for (;; i--) {
		const char *at = strchr(letters, word[i]) + 1;

		if (*at) {
			word[i] = *at;
			memset(word + i + 1, letters[0], n - i - 1);
			return true;
		}
		if (!i)
			return false;
	}
}

/* Every word of @n letters that does something at each of them. Returns how many there were. */
static unsigned int explore(const struct bs_strategy *s, const char *params, uint64_t laws,
			    uint64_t seed, unsigned int n, struct bs_verdict *broken)
{
	char word[MAX_LENGTH + 1] = "";
	struct bs_schedule sc = {.s = s,
				 .params = params,
				 .kind = "model",
				 .fault = "",
				 .laws = laws,
				 .seed = seed,
				 .script = word};
	unsigned int words = 0;
	struct bs_verdict v;

	broken->law = BS_NO_LAW;
	memset(word, letters[0], n);
	do {
		bs_schedule_run(&sc, &v);
		if (v.law != BS_NO_LAW) {
			*broken = v;
			snprintf(broken->text, sizeof(broken->text), "%s: %.200s", word, v.text);
			break;
		}
		words += v.idle_at >= n;
	} while (next_word(word, n, v.idle_at));
	return words;
}

static unsigned int explore_and_print(const struct bs_strategy *s, unsigned int n, uint64_t seed)
{
	struct bs_verdict v;
	char params[128];
	unsigned int words;

	smallest_params(s, params, sizeof(params));
	words = explore(s, params, bs_laws_of(s), seed, n, &v);
	printf("%-13s %-36s %6u words%s%s\n", s->name, params, words, v.law == BS_NO_LAW ? "" : " ",
	       v.law == BS_NO_LAW ? "" : bs_law_name(v.law));
	if (v.law != BS_NO_LAW)
		printf("    %s\n", v.text);
	return v.law != BS_NO_LAW;
}

/* src/report/strategy_template.c, linked into this program. */
extern const struct bs_strategy bs_strategy;

/* Two kernel models in turn: seed 1 is linux-5.4 with per-cpu lists, 3 linux-6.1 with two zones. */
static void test_every_schedule(void **state)
{
	const struct bs_strategy *s;
	unsigned int broken = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed += 2) {
		const unsigned int n = length() + (seed == 1);

		printf("\nAll words of %u letters, seed %u:\n", n, (unsigned int)seed);
		for (unsigned int i = 0; (s = bs_strategy_at(i)) != NULL; i++)
			broken += explore_and_print(s, n, seed);
		broken += explore_and_print(&bs_strategy, n, seed);
	}
	assert_int_equal(broken, 0);
}

/* The exploration can see: ten of the spoilt strategies go wrong within four letters. The others
 * need a longer list, a guest that isolates in the middle of a cycle, or a foreign rotation. */
static void test_spoilt_strategies_are_caught(void **state)
{
	unsigned int caught = 0, n = 0;
	struct bs_mutant m;

	(void)state;
	printf("\nSpoilt strategies:\n");
	for (; bs_mutant_at(n, &m); n++) {
		struct bs_verdict v;
		char params[128];

		smallest_params(&m.s, params, sizeof(params));
		explore(&m.s, params, BS_LAW_BIT(m.law), 3, 4, &v);
		printf("%-13s %-42s %s\n", m.s.name, m.bug,
		       v.law == BS_NO_LAW ? "not in words of 4 letters" : v.text);
		caught += v.law != BS_NO_LAW;
	}
	assert_in_range(caught, 10, n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_schedule),
		cmocka_unit_test(test_spoilt_strategies_are_caught),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
