// SPDX-License-Identifier: GPL-2.0-or-later
#include "hostmem.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/* Sum of the numbers that follow @key at the beginning of a line of @path. */
static uint64_t sum_of(const char *path, const char *key)
{
	char line[256], format[64];
	uint64_t total = 0, v;
	FILE *f = fopen(path, "re");

	if (!f)
		return 0;
	snprintf(format, sizeof(format), " %s %%" SCNu64, key);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, format, &v) == 1)
			total += v;
	fclose(f);
	return total;
}

uint64_t bs_host_free_bytes(void)
{
	const uint64_t free_kib = sum_of("/proc/meminfo", "MemFree:");
	const uint64_t pcp_pages = sum_of("/proc/zoneinfo", "count:");

	return free_kib * 1024 + pcp_pages * (uint64_t)sysconf(_SC_PAGESIZE);
}
