// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_form.c - libFuzzer: any bytes as text of one form, which BS_FUZZ_FORM names; there is a target for
 * each line of importers.def. What is imported must be a
 * valid trace, which the importer checks itself by reading it back: then only the text is at fault. The
 * seeds are tests/import/text/FORM.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <buddysim/trace.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The options that change how events are read take turns, by the input's length. */
	const struct bs_import_config config = {
		.form = size & 1 ? BS_FUZZ_FORM : NULL,
		.max_unknown_e4 = 10000,
		.coalesce = size & 2 ? BS_COALESCE_ON : BS_COALESCE_OFF,
		.kernel_version = size & 4 ? "4.19" : NULL,
		.keep_untraced = size & 8,
	};
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
