// SPDX-License-Identifier: GPL-2.0-or-later
/* libFuzzer: any bytes as dumps of a kernel with operations between them. Whatever is in it, the
 * verifier compares it or says which line it cannot read; no law may break. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/mman.h>

#include <buddysim/verify.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void explain_line(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bs_verify_config config = {
		.keep_going = size & 1,
		.explain = 2,
		.explain_line = explain_line,
	};
	int fd = memfd_create("fuzz", 0);
	struct bs_error err = {0};
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd >= 0 && write(fd, data, size) == (ssize_t)size &&
	    bs_verify_file(path, &config, &err) < 0 &&
	    (!err.where[0] || !err.text[0] || err.status == BS_INVARIANT))
		abort();
	close(fd);
	return 0;
}
