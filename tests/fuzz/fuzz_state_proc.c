// SPDX-License-Identifier: GPL-2.0-or-later
/* libFuzzer: any bytes as what /proc says of memory. Whatever is in it, it is read or refused with file
 * and reason; what is read, and not too large, becomes a start state that contradicts itself nowhere. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/mman.h>

#include <buddysim/snapshot.h>

#define SMALL (UINT64_C(1) << 16) /* pages */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(const struct bs_error *err)
{
	if (!err->text[0] || err->status == BS_INVARIANT || err->status == BS_OK)
		abort();
}

static bool is_small(const struct bs_snapshot *s)
{
	for (unsigned int i = 0; i < s->nr_zones; i++)
		if (s->zone[i].sizes &&
		    (s->zone[i].sizes->spanned > SMALL || s->zone[i].sizes->present > SMALL))
			return false;
	return true;
}

static void make(const char *path, const struct bs_snapshots *all, uint64_t seed)
{
	struct bs_state_import c = {.paths = &path,
				    .nr_paths = 1,
				    .memory_bytes = seed & 1 ? UINT64_C(64) << 20 : 0,
				    .seed = seed};
	struct bs_state_notes notes;
	struct bs_error err = {0};
	struct bs_snapshots *got;
	struct bs_state *s;

	if (bs_state_import(&c, &s, &notes, &err)) {
		check_error(&err);
		return;
	}
	got = calloc(1, sizeof(*got));
	if (bs_state_check(s, &err) || !got || bs_snapshots_add_state(got, s))
		abort();
	/* Node 0's zones have what was said of them. */
	for (unsigned int i = 0; i < got->s[0].nr_zones; i++) {
		const struct bs_snapshot_zone *z = &got->s[0].zone[i];
		const struct bs_snapshot_zone *from = bs_snapshot_zone(&all->s[0], 0, z->name);

		for (unsigned int o = 0; o < BS_NR_ORDERS; o++)
			if (z->nr_free[o] != (from ? from->nr_free[o] : 0))
				abort();
	}
	bs_snapshots_free(got);
	bs_state_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const int fd = memfd_create("fuzz", 0);
	struct bs_error err = {0};
	struct bs_snapshots *all;
	char name[64];
	const char *path = name;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size) {
		close(fd);
		return 0;
	}
	if (bs_snapshots_read(&path, 1, &all, &err)) {
		check_error(&err);
	} else {
		if (!all->n)
			abort();
		for (unsigned int o = 0; o < BS_SNAPSHOT_ORDERS; o++)
			bs_snapshot_giveback(&all->s[all->n - 1], o, 32);
		bs_snapshots_compare(&all->s[0], &all->s[all->n - 1], NULL, NULL);
		if (is_small(&all->s[0]))
			make(path, all, size);
		bs_snapshots_free(all);
	}
	close(fd);
	return 0;
}
