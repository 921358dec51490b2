// SPDX-License-Identifier: GPL-2.0-or-later
/* libFuzzer: any bytes as a chunk whose checksum was right, which no mutation of a file reaches. */
#include <stddef.h>
#include <stdint.h>

#include "chunk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bs_chunk_decoder d = {.nr_cpus = 2, .nr_names = 4};
	struct bs_trace_chunk c;
	const char *why;

	bs_chunk_decode(&d, data, size, &c, &why);
	bs_chunk_decoder_free(&d);
	return 0;
}
