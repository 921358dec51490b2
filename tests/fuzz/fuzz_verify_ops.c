// SPDX-License-Identifier: GPL-2.0-or-later
/* libFuzzer: any bytes as a vector, .ops and .out in one: what stands behind a line "==" is the .out
 * file. Whatever is in it, the verifier compares it or says which line it cannot read; no page is
 * handed out twice. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <buddysim/verify.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void explain_line(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

static int write_file(const char *path, const uint8_t *data, size_t size)
{
	FILE *f = fopen(path, "w");
	size_t done;

	if (!f)
		return -1;
	done = fwrite(data, 1, size, f);
	return fclose(f) || done != size;
}

/* As each kernel, and, if it has a strategy line, as that strategy. */
static void verify(const char *ops)
{
	static const char *const kernels[] = {"linux-5.4", "linux-6.1", "linux-6.12"};

	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		const struct bs_verify_config config = {
			.kernel = kernels[i],
			.keep_going = i & 1,
			.explain = 9,
			.explain_line = explain_line,
		};
		struct bs_error err = {0};

		if (bs_verify_file(ops, &config, &err) < 0 &&
		    (!err.where[0] || !err.text[0] || err.status == BS_INVARIANT))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *mark = memmem(data, size, "\n==\n", 4);
	const size_t ops_size = mark ? (size_t)(mark - data) + 1 : size;
	const size_t out_at = mark ? ops_size + 3 : size;
	char ops[64], out[64];

	snprintf(ops, sizeof(ops), "/dev/shm/fuzz-%d.ops", (int)getpid());
	snprintf(out, sizeof(out), "/dev/shm/fuzz-%d.out", (int)getpid());
	if (!write_file(ops, data, ops_size) && !write_file(out, data + out_at, size - out_at))
		verify(ops);
	unlink(ops);
	unlink(out);
	return 0;
}
