// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_test.h"
#include "bs_trace_test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <buddysim/gfp.h>

#include "rng.h"

#define NR_PATHS 16

struct scratch {
	char folder[64];
	char path[NR_PATHS][128];
	unsigned int nr;
};

/* Tests are single-threaded programs; the folder goes when the program does. */
static struct scratch scratch;

static void remove_scratch(void)
{
	for (unsigned int i = 0; i < scratch.nr; i++)
		unlink(scratch.path[i]);
	rmdir(scratch.folder);
}

const char *bs_test_path(const char *name)
{
	char wanted[128];

	if (!scratch.folder[0]) {
		/* In memory if it can be: small files are written over and over. */
		strcpy(scratch.folder, access("/dev/shm", W_OK) ? "/tmp/bs-test-XXXXXX"
								: "/dev/shm/bs-test-XXXXXX");
		assert_non_null(mkdtemp(scratch.folder));
		atexit(remove_scratch);
	}
	snprintf(wanted, sizeof(wanted), "%s/%s", scratch.folder, name);
	for (unsigned int i = 0; i < scratch.nr; i++)
		if (!strcmp(scratch.path[i], wanted))
			return scratch.path[i];
	assert_true(scratch.nr < NR_PATHS);
	strcpy(scratch.path[scratch.nr], wanted);
	return scratch.path[scratch.nr++];
}

void bs_test_write_file(const char *path, const void *data, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

unsigned char *bs_test_read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "r");
	unsigned char *data;

	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	*len = (size_t)ftell(f);
	rewind(f);
	data = malloc(*len + 1);
	assert_non_null(data);
	assert_int_equal(fread(data, 1, *len, f), *len);
	fclose(f);
	data[*len] = '\0';
	return data;
}

void bs_test_write_trace(const char *path, const struct bs_trace_info *info,
			 const struct bs_trace_event *ev, size_t n)
{
	const struct bs_trace_info plain = {.nr_cpus = 1};
	struct bs_trace_writer *w;
	struct bs_error err;

	if (!info)
		info = &plain;
	assert_ok(bs_trace_create(path, info, &w, &err), &err);
	for (size_t i = 0; i < n; i++)
		assert_ok(bs_trace_write(w, &ev[i], &err), &err);
	assert_ok(bs_trace_finish(w, info, &err), &err);
}

static void print_event(FILE *f, const struct bs_trace *t, const struct bs_trace_chunk *c,
			unsigned int i)
{
	static const char *const kinds[BS_NR_EV] = {"alloc", "free",  "pre",   "failed",
						    "mark",  "pause", "resume"};
	const struct bs_trace_info *info = bs_trace_info(t);
	char gfp[256];

	fprintf(f, "%" PRIu64 " %s", c->time[i], kinds[c->kind[i]]);
	if (c->kind[i] == BS_EV_FREE)
		fprintf(f, " age=%u o%u+%u", c->arg[i], c->order[i], c->offset ? c->offset[i] : 0);
	if (c->kind[i] == BS_EV_ALLOC || c->kind[i] == BS_EV_PRE || c->kind[i] == BS_EV_FAILED) {
		bs_gfp_format(info->gfp[c->gfp[i]], gfp, sizeof(gfp));
		fprintf(f, " o%u %s", c->order[i], gfp);
	}
	if (c->kind[i] == BS_EV_MARK)
		fprintf(f, " %s", info->names[c->arg[i]]);
	if (c->pfn && c->pfn[i] != BS_NO_PFN)
		fprintf(f, " pfn=%u", c->pfn[i]);
	if (c->cpu[i])
		fprintf(f, " cpu%u", c->cpu[i]);
	if (c->flags[i] & BS_EVF_BATCHED)
		fputs(" batched", f);
	if (c->flags[i] & BS_EVF_BOOT)
		fputs(" boot", f);
	if (c->flags[i] >> BS_EVF_MT_SHIFT)
		fprintf(f, " mt%u", (c->flags[i] >> BS_EVF_MT_SHIFT) - 1u);
	fputc('\n', f);
}

char *bs_test_trace_text(const char *path)
{
	struct bs_trace_chunk c;
	struct bs_trace *t;
	struct bs_error err;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	int ret;

	assert_non_null(f);
	assert_ok(bs_trace_open(path, &t, &err), &err);
	while ((ret = bs_trace_next(t, &c, &err)) > 0)
		for (unsigned int i = 0; i < c.n; i++)
			print_event(f, t, &c, i);
	assert_ok(ret, &err);
	bs_trace_close(t);
	fclose(f);
	return text;
}

void bs_assert_trace_text(const char *path, const char *expected)
{
	char *text = bs_test_trace_text(path);

	assert_string_equal(text, expected);
	free(text);
}

struct bs_trace_info bs_test_generate(const char *generator, const char *params, uint64_t seed,
				      const char *path)
{
	struct bs_error err;
	const struct bs_generator *g = bs_generator_find(generator, &err);
	struct bs_trace_info info;

	assert_non_null(g);
	assert_ok(bs_trace_generate(g, params, seed, NULL, path, NULL, &info, &err), &err);
	return info;
}

static const char *const phases[] = {"start",
				     "\xc3\xbc"
				     "bung",
				     NULL};

const struct bs_trace_info bs_small_info = {
	.source = "test",
	.comment = "a small one",
	.kernel = "linux-6.1",
	.memory_bytes = UINT64_C(1) << 30,
	.nr_cpus = 2,
	.has_pfn = true,
	.names = phases,
	.nr_names = 2,
	.unusable = 1,
	.unknown_frees = 2,
	.boot_frees = 1,
	.realloc_live = 4,
	.lost_events = 5,
	.other_events = 6,
	.unused_batched_twins = 7,
	.clamped_times = 8,
};

/* Every kind of event, every column in use. */
const struct bs_trace_event bs_small[BS_NR_SMALL] = {
	{.kind = BS_EV_PRE, .order = 3, .gfp = BS_GFP_KERNEL, .pfn = 8},
	{.time = 1000, .kind = BS_EV_MARK, .arg = 1, .pfn = BS_NO_PFN},
	{.time = 2000,
	 .kind = BS_EV_ALLOC,
	 .order = 9,
	 .cpu = 1,
	 .gfp = BS_GFP_TRANSHUGE,
	 .pfn = 512},
	{.time = 2000,
	 .kind = BS_EV_FAILED,
	 .order = 10,
	 .gfp = BS_GFP_HIGHUSER_MOVABLE,
	 .pfn = BS_NO_PFN},
	{.time = 500000000, .kind = BS_EV_FREE, .order = 8, .arg = 2, .offset = 256, .pfn = 768},
	{.time = 500001000, .kind = BS_EV_PAUSE, .pfn = BS_NO_PFN},
	{.time = 500002000, .kind = BS_EV_RESUME, .pfn = BS_NO_PFN},
	{.time = 500003000,
	 .kind = BS_EV_ALLOC,
	 .gfp = BS_GFP_HIGHUSER_MOVABLE,
	 .pfn = 1,
	 .flags = (BS_MIGRATE_RECLAIMABLE + 1) << BS_EVF_MT_SHIFT},
	{.time = 500004000, .kind = BS_EV_FREE, .arg = 1, .pfn = 1, .flags = BS_EVF_BATCHED},
	{.time = 500004000,
	 .kind = BS_EV_FREE,
	 .order = 3,
	 .arg = 4,
	 .pfn = 8,
	 .flags = BS_EVF_BOOT},
};

const char bs_small_text[] = "0 pre o3 GFP_KERNEL pfn=8\n"
			     "1000 mark \xc3\xbc"
			     "bung\n"
			     "2000 alloc o9 GFP_TRANSHUGE pfn=512 cpu1\n"
			     "2000 failed o10 GFP_HIGHUSER_MOVABLE\n"
			     "500000000 free age=2 o8+256 pfn=768\n"
			     "500001000 pause\n"
			     "500002000 resume\n"
			     "500003000 alloc o0 GFP_HIGHUSER_MOVABLE pfn=1 mt2\n"
			     "500004000 free age=1 o0+0 pfn=1 batched\n"
			     "500004000 free age=4 o3+0 pfn=8 boot\n";

struct bs_trace_event *bs_test_random_events(uint64_t seed)
{
	struct bs_trace_event *ev = calloc(BS_NR_RANDOM, sizeof(*ev));
	struct bs_rng rng;
	bs_ns now = 0;

	assert_non_null(ev);
	bs_rng_seed(&rng, seed);
	for (unsigned int i = 0; i < BS_NR_RANDOM; i++) {
		uint64_t r = bs_rng_next(&rng);

		now += bs_rng_below(&rng, UINT64_C(1) << (r % 40)) * (i < 20000 ? 1000 : 1);
		ev[i] = (struct bs_trace_event){.time = now, .pfn = BS_NO_PFN};
		ev[i].kind = i % 2 ? BS_EV_FREE : BS_EV_ALLOC;
		ev[i].arg = i % 2;
		ev[i].order = (uint8_t)(bs_rng_below(&rng, 3));
		if (i % 2)
			ev[i].order = ev[i - 1].order;
		ev[i].gfp = (uint32_t)(r >> 32 & 0x3f);
		ev[i].cpu = (uint8_t)(r >> 50 & 1);
	}
	return ev;
}

static void hear(void *arg, uint64_t done, uint64_t of)
{
	struct bs_test_heard *h = arg;

	assert_true(done >= h->done && (!of || done <= of));
	assert_true(!h->calls || of == h->of);
	h->done = done;
	h->of = of;
	h->calls++;
}

struct bs_ear bs_test_ear(struct bs_test_heard *h)
{
	*h = (struct bs_test_heard){0};
	return (struct bs_ear){.tell = hear, .arg = h};
}
