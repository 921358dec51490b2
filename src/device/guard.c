// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "units.h"

const struct bs_guard_files bs_guard_proc = {
	.meminfo = "/proc/meminfo",
	.cgroup = "/proc/self/cgroup",
	.mountinfo = "/proc/self/mountinfo",
};

/* The number behind @key at the start of a line, or at the start of the file if @key is "". */
static bool read_number(const char *path, const char *key, uint64_t *value)
{
	const size_t len = strlen(key);
	FILE *f = fopen(path, "re");
	bool found = false;
	char line[256];

	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = strncmp(line, key, len) == 0 && sscanf(line + len, "%" SCNu64, value) == 1;
	fclose(f);
	return found;
}

/* The file names differ between the two versions, the arithmetic does not. */
struct cgroup_files {
	bool v2;
	const char *limit, *usage, *reclaimable;
};

static const struct cgroup_files cgroup_files[] = {
	{false, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file "},
	{true, "memory.max", "memory.current", "inactive_file "},
};

struct tightest {
	uint64_t bytes;
	char *limit;
	size_t limit_size;
};

static void tighten(struct tightest *t, uint64_t bytes, const char *limit)
{
	if (bytes >= t->bytes)
		return;
	t->bytes = bytes;
	snprintf(t->limit, t->limit_size, "%s", limit);
}

/* A cgroup leaves its limit minus its usage; page cache it would drop first does not count. */
static void look_at_cgroup(const struct cgroup_files *names, const char *dir, struct tightest *t)
{
	char path[PATH_MAX + 64];
	uint64_t limit, usage, cache = 0;

	snprintf(path, sizeof(path), "%s/memory.stat", dir);
	read_number(path, names->reclaimable, &cache);
	snprintf(path, sizeof(path), "%s/%s", dir, names->usage);
	if (!read_number(path, "", &usage))
		return;
	snprintf(path, sizeof(path), "%s/%s", dir, names->limit);
	if (!read_number(path, "", &limit)) /* "max" */
		return;
	usage -= cache < usage ? cache : usage;
	tighten(t, limit > usage ? limit - usage : 0, path);
}

static bool has_memory_controller(char *list)
{
	char *save = NULL;

	for (char *c = strtok_r(list, ",", &save); c; c = strtok_r(NULL, ",", &save))
		if (strcmp(c, "memory") == 0)
			return true;
	return false;
}

/* The path of this process in the hierarchy: line "N:memory:/path", or "0::/path" for v2. */
static bool own_cgroup(const char *file, bool v2, char *path, size_t size)
{
	FILE *f = fopen(file, "re");
	bool found = false;
	char line[PATH_MAX + 128];

	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f)) {
		char *controllers = strchr(line, ':');
		char *where = controllers ? strchr(controllers + 1, ':') : NULL;

		if (!where)
			continue;
		controllers++;
		*where++ = '\0';
		where[strcspn(where, "\n")] = '\0';
		found = v2 ? !*controllers : has_memory_controller(controllers);
		if (found)
			snprintf(path, size, "%s", where);
	}
	fclose(f);
	return found;
}

/* Every cgroup from our own up to the mount's top limits us. Within a container our path may lie
 * outside of what is mounted: then the mount's top is all that can be seen. */
static void climb(const struct cgroup_files *names, const char *root, const char *mount,
		  const char *own, struct tightest *t)
{
	const size_t root_len = strcmp(root, "/") == 0 ? 0 : strlen(root);
	char dir[PATH_MAX];
	size_t top;
	int len;

	if (strncmp(own, root, root_len) == 0)
		own += root_len;
	len = snprintf(dir, sizeof(dir), "%s%s", mount, own);
	if (len < 0 || (size_t)len >= sizeof(dir))
		return;
	top = strlen(mount);
	for (;;) {
		char *slash;

		look_at_cgroup(names, dir, t);
		slash = strrchr(dir, '/');
		if (!slash || (size_t)(slash - dir) < top)
			return;
		*slash = '\0';
	}
}

/* mountinfo: "36 35 0:30 ROOT MOUNT options ... - TYPE source super-options". */
static void look_at_mount(const char *line, const struct bs_guard_files *files, struct tightest *t)
{
	char root[PATH_MAX], mount[PATH_MAX], type[64], super[512], own[PATH_MAX];
	const char *dash = strstr(line, " - ");

	if (!dash || sscanf(line, "%*s %*s %*s %4095s %4095s", root, mount) != 2 ||
	    sscanf(dash, " - %63s %*s %511s", type, super) != 2)
		return;
	for (size_t i = 0; i < sizeof(cgroup_files) / sizeof(cgroup_files[0]); i++) {
		const struct cgroup_files *names = &cgroup_files[i];

		if (strcmp(type, names->v2 ? "cgroup2" : "cgroup") != 0 ||
		    (!names->v2 && !strstr(super, "memory")))
			continue;
		if (own_cgroup(files->cgroup, names->v2, own, sizeof(own)))
			climb(names, root, mount, own, t);
	}
}

int bs_guard_available(const struct bs_guard_files *files, uint64_t *bytes, char *limit,
		       size_t limit_size)
{
	struct tightest t = {.bytes = UINT64_MAX, .limit = limit, .limit_size = limit_size};
	char line[2 * PATH_MAX + 1024];
	uint64_t kib;
	FILE *f;

	snprintf(limit, limit_size, "none");
	if (read_number(files->meminfo, "MemAvailable:", &kib))
		tighten(&t, kib << 10, "MemAvailable");
	f = fopen(files->mountinfo, "re");
	if (f) {
		while (fgets(line, sizeof(line), f))
			look_at_mount(line, files, &t);
		fclose(f);
	}
	*bytes = t.bytes;
	return t.bytes == UINT64_MAX ? -ENOENT : 0;
}

uint64_t bs_guard_need(uint64_t peak_pages)
{
	const uint64_t peak = peak_pages << BS_UNIT_SHIFT;

	return peak + (peak >> 9); /* 8 bytes of page table per page */
}

unsigned int bs_guard_fit(const struct bs_guard_files *files, uint64_t each, unsigned int nr,
			  uint64_t *available, char *limit, size_t limit_size)
{
	if (bs_guard_available(files, available, limit, limit_size) || !each ||
	    *available / each >= nr)
		return nr;
	return *available < each ? 1 : (unsigned int)(*available / each);
}

int bs_guard_check(const struct bs_guard_files *files, uint64_t peak_pages, struct bs_error *err)
{
	const uint64_t peak = peak_pages << BS_UNIT_SHIFT, need = bs_guard_need(peak_pages);
	char limit[PATH_MAX + 64];
	uint64_t available;

	if (bs_guard_available(files, &available, limit, sizeof(limit)) || need <= available)
		return 0;
	return bs_error_set(err, BS_RESOURCE, 0, "the arena",
			    "use a --device without an arena, or a smaller --memory",
			    "the arena's peak of %" PRIu64 " MiB does not fit: %" PRIu64
			    " MiB are available (%s)",
			    peak >> 20, available >> 20, limit);
}
