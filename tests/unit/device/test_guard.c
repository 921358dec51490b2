// SPDX-License-Identifier: GPL-2.0-or-later
/* The memory guard, on hosts made of a few files: no cgroup, version 1, version 2, nested. */
#include "bs_test.h"

#include <sys/stat.h>

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guard.h"

#define GIB_PAGES (UINT64_C(1) << 18)

struct host {
	char dir[64];
	char meminfo[96], cgroup[96], mountinfo[96];
	struct bs_guard_files files;
};

static void put(const struct host *h, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", h->dir, name);
	for (char *slash = path + strlen(h->dir) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* A host with 8 GiB available and one mount of a cgroup hierarchy at DIR/cg. */
static void host_init(struct host *h, const char *cgroup, const char *root, const char *fs)
{
	char line[256];

	strcpy(h->dir, "/tmp/bs_guard.XXXXXX");
	assert_non_null(mkdtemp(h->dir));
	snprintf(h->meminfo, sizeof(h->meminfo), "%s/meminfo", h->dir);
	snprintf(h->cgroup, sizeof(h->cgroup), "%s/cgroup", h->dir);
	snprintf(h->mountinfo, sizeof(h->mountinfo), "%s/mountinfo", h->dir);
	h->files = (struct bs_guard_files){h->meminfo, h->cgroup, h->mountinfo};
	put(h, "meminfo", "MemTotal: 16777216 kB\nMemFree: 100 kB\nMemAvailable: 8388608 kB\n");
	put(h, "cgroup", cgroup);
	snprintf(line, sizeof(line),
		 "20 1 0:5 / / rw - ext4 /dev/vda rw\n"
		 "30 20 0:26 %s %s/cg rw,relatime - %s\n",
		 root, h->dir, fs);
	put(h, "mountinfo", line);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void host_remove(const struct host *h)
{
	assert_int_equal(nftw(h->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void assert_available(const struct host *h, uint64_t mib, const char *limit)
{
	uint64_t bytes;
	char name[512];

	assert_int_equal(bs_guard_available(&h->files, &bytes, name, sizeof(name)), 0);
	assert_int_equal(bytes >> 20, mib);
	if (!strstr(name, limit))
		fail_msg("'%s' decided, not '%s'", name, limit);
}

static void test_no_cgroup(void **state)
{
	struct bs_error err;
	struct host h;

	(void)state;
	host_init(&h, "0::/\n", "/", "cgroup2 cgroup2 rw");
	assert_available(&h, 8192, "MemAvailable");
	/* 8 GiB of page tables and pages: 1/512 more than the pages alone. */
	assert_int_equal(bs_guard_check(&h.files, 8 * GIB_PAGES - 8 * GIB_PAGES / 256, &err), 0);
	assert_int_equal(bs_guard_check(&h.files, 8 * GIB_PAGES, &err), -ENOMEM);
	assert_int_equal(err.status, BS_RESOURCE);
	assert_string_equal(err.text, "the arena's peak of 8192 MiB does not fit: 8192 MiB are "
				      "available (MemAvailable)");
	assert_string_equal(err.advice, "use a --device without an arena, or a smaller --memory");
	host_remove(&h);
}

/* 3 GiB allowed, 2 used of which 1 is page cache that would be dropped: 2 GiB left. */
static void test_version_2(void **state)
{
	struct host h;

	(void)state;
	host_init(&h, "0::/a/b\n", "/", "cgroup2 cgroup2 rw");
	put(&h, "cg/a/b/memory.max", "3221225472\n");
	put(&h, "cg/a/b/memory.current", "2147483648\n");
	put(&h, "cg/a/b/memory.stat", "anon 5\ninactive_file 1073741824\nactive_file 9\n");
	assert_available(&h, 2048, "/cg/a/b/memory.max");
	/* The one above is tighter. */
	put(&h, "cg/a/memory.max", "1073741824\n");
	put(&h, "cg/a/memory.current", "536870912\n");
	assert_available(&h, 512, "/cg/a/memory.max");
	/* Nothing left is nothing, not a wrapped number. */
	put(&h, "cg/a/memory.current", "2147483648\n");
	assert_available(&h, 0, "/cg/a/memory.max");
	put(&h, "cg/a/memory.max", "max\n");
	put(&h, "cg/a/b/memory.max", "max\n");
	assert_available(&h, 8192, "MemAvailable");
	host_remove(&h);
}

static void test_version_1(void **state)
{
	struct host h;

	(void)state;
	host_init(&h, "9:name=systemd:/\n4:cpu,memory:/box\n0::/\n", "/",
		  "cgroup cgroup rw,cpu,memory");
	put(&h, "cg/box/memory.limit_in_bytes", "1073741824\n");
	put(&h, "cg/box/memory.usage_in_bytes", "268435456\n");
	put(&h, "cg/box/memory.stat", "inactive_file 3\ntotal_inactive_file 0\n");
	assert_available(&h, 768, "/cg/box/memory.limit_in_bytes");
	host_remove(&h);
}

/* In a container the mount begins at our own cgroup: DIR/cg is /docker/1 and we are in it. */
static void test_container(void **state)
{
	struct host h;

	(void)state;
	host_init(&h, "0::/docker/1\n", "/docker/1", "cgroup2 cgroup2 rw");
	put(&h, "cg/memory.max", "104857600\n");
	put(&h, "cg/memory.current", "0\n");
	assert_available(&h, 100, "/cg/memory.max");
	host_remove(&h);
}

/* Our path is not below what is mounted: the top of the mount is what can be seen. */
static void test_foreign_path(void **state)
{
	struct host h;

	(void)state;
	host_init(&h, "0::/elsewhere\n", "/docker/1", "cgroup2 cgroup2 rw");
	put(&h, "cg/memory.max", "104857600\n");
	put(&h, "cg/memory.current", "0\n");
	assert_available(&h, 100, "/cg/memory.max");
	host_remove(&h);
}

/* Nothing is known: nothing is refused. */
static void test_nothing_known(void **state)
{
	const struct bs_guard_files none = {"/nonexistent/a", "/nonexistent/b", "/nonexistent/c"};
	uint64_t bytes;
	char name[64];

	(void)state;
	assert_int_equal(bs_guard_available(&none, &bytes, name, sizeof(name)), -ENOENT);
	assert_int_equal(bs_guard_check(&none, BS_MAX_PFN, NULL), 0);
}

/* 8 GiB available: two times 3 GiB and no third; what does not fit once is somebody else's to refuse. */
static void test_how_many_fit(void **state)
{
	const uint64_t three = bs_guard_need(3 * GIB_PAGES);
	uint64_t available;
	char limit[512];
	struct host h;

	(void)state;
	host_init(&h, "0::/\n", "/", "cgroup2 cgroup2 rw");
	assert_int_equal(bs_guard_fit(&h.files, three, 5, &available, limit, sizeof(limit)), 2);
	assert_int_equal(available >> 30, 8);
	assert_string_equal(limit, "MemAvailable");
	assert_int_equal(bs_guard_fit(&h.files, three, 1, &available, limit, sizeof(limit)), 1);
	assert_int_equal(bs_guard_fit(&h.files, 3 * three, 5, &available, limit, sizeof(limit)), 1);
	assert_int_equal(bs_guard_fit(&h.files, 0, 5, &available, limit, sizeof(limit)), 5);
	put(&h, "cg/memory.max", "3758096384\n");
	put(&h, "cg/memory.current", "0\n");
	assert_int_equal(bs_guard_fit(&h.files, three, 5, &available, limit, sizeof(limit)), 1);
	put(&h, "meminfo", "MemFree: 100 kB\n");
	host_remove(&h);
	/* Nothing is known. */
	assert_int_equal(bs_guard_fit(&h.files, three, 5, &available, limit, sizeof(limit)), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_cgroup),    cmocka_unit_test(test_version_2),
		cmocka_unit_test(test_version_1),    cmocka_unit_test(test_container),
		cmocka_unit_test(test_foreign_path), cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_how_many_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
