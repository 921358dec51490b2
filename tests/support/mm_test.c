// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm_test.h"

#include <stdio.h>
#include <string.h>

#include <buddysim/state.h>

const char *const kernels[3] = {LINUX_5_4, LINUX_6_1, LINUX_6_12};

static struct bs_machine *create(const struct bs_machine_config *c)
{
	struct bs_machine *m = NULL;
	struct bs_error err;

	assert_ok(bs_machine_create(c, &m, &err), &err);
	return m;
}

struct bs_machine *machine_with_blocks(const char *kernel, bs_pfn pages, unsigned int pbo)
{
	const struct bs_zone_range zone = {.type = BS_ZONE_NORMAL, .spanned = pages};

	return create(&(struct bs_machine_config){.kernel = kernel,
						  .memory_bytes = pages * BS_UNIT_SIZE,
						  .zones = &zone,
						  .nr_zones = 1,
						  .pageblock_order = pbo,
						  .no_boot = true});
}

struct bs_machine *machine_with_pages(const char *kernel, bs_pfn pages)
{
	return machine_with_blocks(kernel, pages, 9);
}

struct bs_machine *machine_with_edge(const char *kernel, enum bs_zone_type low, bs_pfn edge,
				     bs_pfn pages)
{
	const struct bs_zone_range zones[] = {
		{.type = (uint8_t)low, .spanned = edge},
		{.type = BS_ZONE_NORMAL, .start = edge, .spanned = pages - edge}};

	return create(&(struct bs_machine_config){.kernel = kernel,
						  .memory_bytes = pages * BS_UNIT_SIZE,
						  .zones = zones,
						  .nr_zones = 2,
						  .no_boot = true});
}

void boot_range(struct bs_machine *m, bs_pfn start, bs_pfn end)
{
	struct bs_error err;

	assert_ok(bs_machine_boot_range(m, start, end, &err), &err);
}

int64_t alloc_gfp(struct bs_machine *m, unsigned int gfp, unsigned int order)
{
	const bs_pfn pfn = bs_alloc_pages(m, 0, gfp, order);

	return pfn == BS_NO_PFN ? -1 : (int64_t)pfn;
}

int64_t alloc(struct bs_machine *m, unsigned int mt, unsigned int order)
{
	return alloc_gfp(m, BS_GFP_KERNEL | mt << 3, order);
}

void release(struct bs_machine *m, bs_pfn pfn, unsigned int order)
{
	bs_free_pages(m, 0, pfn, order);
}

void release_pages(struct bs_machine *m, bs_pfn start, bs_pfn end)
{
	for (bs_pfn pfn = start; pfn < end; pfn++) {
		assert_int_equal(bs_split_allocated(m, pfn, 0), 0);
		bs_free_pages(m, 0, pfn, 0);
	}
}

void assert_lists_at(struct bs_machine *m, const char *text, const char *file, int line)
{
	static const size_t size = 1 << 16;
	char *drawn = test_malloc(size);
	struct bs_error err;

	assert_in_range(bs_machine_draw(m, drawn, size, 1000), 0, size - 1);
	if (strcmp(drawn, text)) {
		print_error("expected %s\ngot      %s\n", text, drawn);
		test_free(drawn);
		_fail(file, line);
	}
	test_free(drawn);
	if (bs_machine_check(m, &err)) {
		print_error("%s\n", err.text);
		_fail(file, line);
	}
}

void assert_types_at(struct bs_machine *m, const char *text, const char *file, int line)
{
	char types[256];
	size_t n = 0;

	for (bs_pfn pfn = 0; pfn < bs_max_pfn(m) && n < sizeof(types) - 1;
	     pfn += (bs_pfn)1 << bs_pageblock_order(m))
		types[n++] = "UMRHI"[bs_pageblock_type(m, pfn)];
	types[n] = '\0';
	_assert_string_equal(types, text, file, line);
}

uint64_t nr_free_pages(struct bs_machine *m, unsigned int zone)
{
	struct bs_zone_info info;

	bs_zone_info(m, zone, &info);
	return info.nr_free_pages;
}

struct bs_machine *machine_from_half_a_dump(void)
{
	const struct bs_zone_range zone = {.type = BS_ZONE_NORMAL, .spanned = 4096};
	const struct bs_machine_config cfg = {.kernel = LINUX_6_1,
					      .memory_bytes = 4096 * BS_UNIT_SIZE,
					      .zones = &zone,
					      .nr_zones = 1,
					      .nr_cpus = 2};
	struct bs_machine *m;
	struct bs_state *s;
	struct bs_error err;

	assert_ok(bs_machine_create(&cfg, &m, &err), &err);
	bs_zone_set_pcp(m, 0, 24, 4);
	assert_int_equal(bs_alloc_pages(m, 1, BS_GFP_KERNEL, 0), 0);
	assert_int_equal(bs_alloc_pages(m, 0, BS_GFP_KERNEL, 0), 4);
	for (bs_pfn pfn = 5; pfn < 8; pfn++)
		assert_int_equal(bs_alloc_pages(m, 0, BS_GFP_KERNEL, 0), pfn);
	assert_ok(bs_state_of_machine(m, &s, &err), &err);
	bs_machine_destroy(m);
	/* CPU 0's lists are empty, nothing is lost with them. */
	s->zone[0].pcp[0] = s->zone[0].pcp[1];
	s->zone[0].nr_pcp = 1;
	assert_ok(bs_machine_from_state(s, NULL, &m, &err), &err);
	bs_state_free(s);
	return m;
}
