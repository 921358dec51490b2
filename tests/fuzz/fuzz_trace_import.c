// SPDX-License-Identifier: GPL-2.0-or-later
/* libFuzzer: any bytes as perf script or ftrace text. What is imported must be a valid trace, which
 * the importer checks itself by reading it back: then only malformed text is an error. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

#include <buddysim/trace.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bs_import_config config = {0};
	int fd = memfd_create("fuzz", 0);
	struct bs_trace_info info;
	struct bs_error err;
	char in[64], out[64];

	snprintf(in, sizeof(in), "/proc/self/fd/%d", fd);
	snprintf(out, sizeof(out), "/dev/shm/fuzz-%d.cborseq", (int)getpid());
	if (fd >= 0 && write(fd, data, size) == (ssize_t)size &&
	    bs_trace_import(in, out, &config, &info, &err) < 0 && strstr(err.where, out) &&
	    !strstr(err.text, "gfp masks"))
		abort();
	unlink(out);
	close(fd);
	return 0;
}
