// SPDX-License-Identifier: GPL-2.0-or-later
/* Kernel models as data: the tables, changes that a user writes, and that they are obeyed. */
#include "mm_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel_model.h"

static const char *value_of(const char *kernel, const char *name)
{
	static struct bs_kernel_behaviour b;

	for (unsigned int i = 0; bs_kernel_behaviour(kernel, i, &b); i++)
		if (!strcmp(b.name, name))
			return b.value;
	return NULL;
}

/* Same questions, answers by model; a switch that is the same everywhere is none. */
static void test_behaviours_differ(void **state)
{
	struct bs_kernel_behaviour a, b;
	unsigned int i, differ = 0;

	(void)state;
	for (i = 0; bs_kernel_behaviour(bs_kernel_default(), i, &a); i++) {
		bool differs = false;

		assert_true(strlen(a.about) > 0);
		for (const char *const *k = bs_kernel_names(); *k; k++) {
			assert_true(bs_kernel_behaviour(*k, i, &b));
			assert_string_equal(a.name, b.name);
			differs |= strcmp(a.value, b.value) != 0;
		}
		differ += differs;
	}
	assert_true(i > 20);
	/* All but one, of a series that no kernel has. */
	assert_int_equal(differ + 1, i);
	assert_false(bs_kernel_behaviour("linux-9", 0, &b));
	assert_string_equal(value_of("linux-5.4", "boot_pos"), "head");
	assert_string_equal(value_of("linux-6.1", "boot_pos"), "tail");
	assert_string_equal(value_of("linux-5.4", "min_free_kb_max"), "65536");
	assert_string_equal(value_of("linux-6.12", "below_high"), "yes");
	/* A row says only what is new: the rest is that of the model it is like. */
	assert_string_equal(value_of("linux-7.3", "below_high"), "yes");
	assert_string_equal(value_of("linux-7.3", "free_high_min_half"), "yes");
	assert_string_equal(value_of("linux-7.3", "cma"), "yes");
	assert_string_equal(value_of("linux-6.18", "cma"), "no");
	assert_string_equal(value_of("linux-7.2", "highatomic_reserve"), "buddy");
	assert_string_equal(value_of("linux-7.3", "highatomic_reserve"), "buddy_at_min");
	assert_string_equal(value_of("linux-6.12", "highatomic_reserve"), "any");
}

/* Every word that is listed can be written, and is what is listed then. */
static void test_every_word_can_be_written(void **state)
{
	struct bs_kernel_behaviour b;
	struct bs_error err;
	char text[200];

	(void)state;
	for (unsigned int i = 0; bs_kernel_behaviour("linux-6.1", i, &b); i++)
		for (const char *const *w = b.words; w && *w; w++) {
			assert_null(strpbrk(*w, ",= "));
			snprintf(text, sizeof(text), "linux-5.4:%s=%s", b.name, *w);
			if (!bs_kernel_check(text, &err))
				assert_string_equal(value_of(text, b.name), *w);
			else
				assert_says(err.text, "only");
		}
	assert_string_equal(value_of("linux-6.1:below_high=yes,move_pos=head", "below_high"),
			    "yes");
	assert_string_equal(value_of("linux-6.1:below_high=yes,move_pos=head", "move_pos"), "head");
	assert_string_equal(value_of("linux-6.1:min_free_kb_max=4096", "min_free_kb_max"), "4096");
}

static void test_what_is_unknown_is_said(void **state)
{
	static const char *const bad[][3] = {
		{"linux-9", "unknown kernel model", "list kernels"},
		{"linux-6.1x:boot_pos=head", "unknown kernel model", "list kernels"},
		{"linux-6.1:boot=head", "boot", "boot_pos"},
		{"linux-6.1:boot_pos=middle", "boot_pos", "head, tail"},
		{"linux-6.1:pcp_flush=roundrobin", "pcp_orders=0 only", "both"},
		{"linux-6.1:fallback=claim_steal", "move_refuses_straddle=yes only", "both"},
		{"linux-6.1:highatomic_refills=no", "pcp_free_rule=auto only", "both"},
		{"linux-5.4:highatomic_fast=yes", "reserve_flags=minreserve only", "both"},
		{"linux-6.1:min_free_kb_max=1", "min_free_kb_max", "128"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct bs_error err = {0};

		assert_int_equal(bs_kernel_check(bad[i][0], &err), -EINVAL);
		assert_int_equal(err.status, BS_USAGE);
		assert_says(err.text, bad[i][1]);
		assert_says(err.advice, bad[i][2]);
	}
}

static void test_releases(void **state)
{
	(void)state;
	assert_string_equal(mm_kernel_of_release(5, 3), "linux-5.4");
	assert_string_equal(mm_kernel_of_release(5, 4), "linux-5.4");
	assert_string_equal(mm_kernel_of_release(6, 1), "linux-6.1");
	assert_string_equal(mm_kernel_of_release(6, 12), "linux-6.12");
	assert_string_equal(mm_kernel_of_release(6, 18), "linux-6.18");
	assert_string_equal(mm_kernel_of_release(7, 1), "linux-7.1");
	assert_string_equal(mm_kernel_of_release(7, 2), "linux-7.2");
	assert_string_equal(mm_kernel_of_release(7, 3), "linux-7.3");
	assert_null(mm_kernel_of_release(6, 11));
	assert_null(mm_kernel_of_release(5, 0));
}

/* Each value that a behaviour does not have: alone where that can be, with what goes only together with
 * it where not; always a kernel that there can be. */
static void test_each_behaviour_can_be_undone(void **state)
{
	struct bs_kernel_behaviour b;
	char change[1024], text[1200], was[40];
	unsigned int n, behaviours;

	(void)state;
	for (const char *const *k = bs_kernel_names(); *k; k++) {
		for (behaviours = 0; bs_kernel_behaviour(*k, behaviours, &b); behaviours++)
			;
		for (n = 0; bs_kernel_mutation(*k, n, change, sizeof(change)); n++) {
			if (!*change)
				continue;
			snprintf(text, sizeof(text), "%s:%s", *k, change);
			assert_int_equal(bs_kernel_check(text, NULL), 0);
			*strchr(change, '=') = '\0';
			snprintf(was, sizeof(was), "%s", value_of(*k, change));
			assert_string_not_equal(value_of(text, change), was);
		}
		assert_true(n >= behaviours);
	}
	assert_false(bs_kernel_mutation("linux-9", 0, change, sizeof(change)));
}

/* Where a list of kernels is parted: not in front of what changes the one before. */
static void test_lists_of_kernels(void **state)
{
	static const char list[] =
		"linux-6.1:boot_pos=head,below_high=yes,linux-7.3,linux-7.2:cma=no";

	(void)state;
	assert_int_equal(bs_kernel_span(list), strlen("linux-6.1:boot_pos=head,below_high=yes"));
	assert_int_equal(bs_kernel_span("linux-7.3,linux-7.2:cma=no"), strlen("linux-7.3"));
	assert_int_equal(bs_kernel_span("linux-7.3"), strlen("linux-7.3"));
	assert_int_equal(bs_kernel_count(list), 3);
	assert_int_equal(bs_kernels_check(list, NULL), 0);
	assert_int_equal(bs_kernels_check("linux-7.3,linux-9", NULL), -EINVAL);
	assert_int_equal(bs_kernels_check("linux-7.3,linux-6.1,linux-7.3", NULL), -EINVAL);
	assert_int_equal(bs_kernels_check("linux-7.3,", NULL), -EINVAL);
}

/* A guest of a changed kernel does what was changed, and says what it is. */
static void test_a_changed_kernel_is_obeyed(void **state)
{
	struct bs_machine *m = machine_with_pages("linux-6.1:boot_pos=head", 4096);

	(void)state;
	boot_range(m, 0, 4096);
	assert_lists(m, "o10 M:[3072,2048,1024,0]");
	assert_string_equal(bs_kernel_name(m), "linux-6.1:boot_pos=head");
	bs_machine_destroy(m);
	m = machine_with_pages("linux-6.1", 4096);
	boot_range(m, 0, 4096);
	assert_lists(m, "o10 M:[0,1024,2048,3072]");
	bs_machine_destroy(m);
}

/* Some work in a small guest: blocks of all types and orders, freed in another order, half of a
 * large free block isolated meanwhile, with a few marks so that fallbacks and reserves are met. */
static void work_a_little(struct bs_machine *m)
{
	static const unsigned int gfps[] = {BS_GFP_KERNEL, BS_GFP_HIGHUSER_MOVABLE, BS_GFP_ATOMIC,
					    BS_GFP_KERNEL | BS_GFP_RECLAIMABLE};
	static const unsigned int orders[] = {0, 0, 3, 0, 5, 9, 1, 0, 2, 10, 0};
	struct {
		bs_pfn pfn;
		unsigned int order;
	} held[400];
	bs_pfn start = 2560;
	unsigned int n = 0;
	struct bs_error err;

	/* Half of a free block, where that may be asked for. */
	if (bs_isolate_pageblock(m, start))
		start -= 512;
	assert_int_equal(start == 2560 ? 0 : bs_isolate_range(m, start, 3072), 0);
	assert_ok(bs_machine_check(m, &err), &err);
	for (unsigned int i = 0; i < 400; i++) {
		const unsigned int order = orders[i * 7 % 11];
		const bs_pfn pfn = bs_alloc_pages(m, 0, gfps[i / 3 % 4], order);

		if (pfn == BS_NO_PFN)
			continue;
		held[n].pfn = pfn;
		held[n++].order = order;
		if (i == 100)
			bs_unisolate_range(m, start, 3072, M);
		if (i % 3 == 2) {
			n--;
			bs_free_pages(m, 0, held[n].pfn, held[n].order);
		}
	}
	assert_ok(bs_machine_check(m, &err), &err);
	for (unsigned int i = 0; i < n; i++)
		bs_free_pages(m, 0, held[i].pfn, held[i].order);
	assert_ok(bs_machine_check(m, &err), &err);
	bs_drain_pages(m, BS_ALL_CPUS);
	assert_ok(bs_machine_check(m, &err), &err);
}

/* Whatever change is accepted makes a kernel that keeps its books. */
static void test_each_accepted_change_works(void **state)
{
	struct bs_machine_config cfg = {.memory_bytes = UINT64_C(16) << 20};
	struct bs_kernel_behaviour b;
	unsigned int accepted = 0;

	(void)state;
	for (const char *const *k = bs_kernel_names(); *k; k++)
		for (unsigned int i = 0; bs_kernel_behaviour(*k, i, &b); i++) {
			static const char *const no_yes[] = {"no", "yes", NULL};
			const char *const *w = b.words ? b.words : no_yes;

			for (; *w; w++) {
				struct bs_machine *m = NULL;
				struct bs_error err;
				char text[200];

				snprintf(text, sizeof(text), "%s:%s=%s", *k, b.name, *w);
				if (bs_kernel_check(text, &err))
					continue;
				accepted++;
				cfg.kernel = text;
				assert_ok(bs_machine_create(&cfg, &m, &err), &err);
				work_a_little(m);
				bs_machine_destroy(m);
			}
		}
	assert_true(accepted > 150);
}

/* Its dump says so too, and a guest made of the dump is of that kernel again. */
static void test_a_changed_kernel_survives_a_dump(void **state)
{
	const struct bs_machine_config cfg = {.kernel = "linux-6.12:boot_pos=head",
					      .memory_bytes = UINT64_C(16) << 20};
	struct bs_machine *m = NULL, *n = NULL;
	struct bs_state *s = NULL;
	struct bs_error err;

	(void)state;
	assert_ok(bs_machine_create(&cfg, &m, &err), &err);
	assert_ok(bs_state_of_machine(m, &s, &err), &err);
	assert_string_equal(bs_state_model(s), cfg.kernel);
	assert_ok(bs_machine_from_state(s, NULL, &n, &err), &err);
	assert_string_equal(bs_kernel_name(n), cfg.kernel);
	bs_state_free(s);
	bs_machine_destroy(m);
	bs_machine_destroy(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_behaviours_differ),
		cmocka_unit_test(test_every_word_can_be_written),
		cmocka_unit_test(test_what_is_unknown_is_said),
		cmocka_unit_test(test_releases),
		cmocka_unit_test(test_each_behaviour_can_be_undone),
		cmocka_unit_test(test_lists_of_kernels),
		cmocka_unit_test(test_a_changed_kernel_is_obeyed),
		cmocka_unit_test(test_each_accepted_change_works),
		cmocka_unit_test(test_a_changed_kernel_survives_a_dump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
