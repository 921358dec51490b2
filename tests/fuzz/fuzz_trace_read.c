// SPDX-License-Identifier: GPL-2.0-or-later
/* libFuzzer: any bytes as a native trace. Open, scan and read must give an answer or an error. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/mman.h>

#include <buddysim/trace.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", 0);
	struct bs_trace_chunk c;
	struct bs_trace *t;
	struct bs_error err;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd >= 0 && write(fd, data, size) == (ssize_t)size && !bs_trace_open(path, &t, &err)) {
		if (bs_trace_scan(t, true, &err) >= 0)
			while (bs_trace_next(t, &c, &err) == 1)
				;
		bs_trace_close(t);
	}
	close(fd);
	return 0;
}
