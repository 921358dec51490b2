/* SPDX-License-Identifier: GPL-2.0-or-later */
/* digest.h - what a trace is known by. */
#ifndef BS_DIGEST_H
#define BS_DIGEST_H

#include <stddef.h>

#include <nettle/sha2.h>

#define BS_SHA256_HEX 65

/* SHA-256 of what it is told, bit by bit. */
struct bs_digest {
	struct sha256_ctx ctx;
};
void bs_digest_begin(struct bs_digest *d);
void bs_digest_add(struct bs_digest *d, const void *data, size_t n);
/* In hexadecimal. */
void bs_digest_end(struct bs_digest *d, char hex[BS_SHA256_HEX]);

/* SHA-256 of the file @path as it lies there, in hexadecimal. 0, or -errno. */
int bs_file_sha256(const char *path, char hex[BS_SHA256_HEX]);

#endif
