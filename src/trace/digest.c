// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * digest.c - what a trace is known by. nettle takes the CPU's own instructions for it where there
 * are any; without them the hash of a trace is half of what a short comparison of it takes.
 */
#include "digest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <nettle/sha2.h>

int bs_file_sha256(const char *path, char hex[BS_SHA256_HEX])
{
	uint8_t buf[1 << 16], digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx ctx;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	sha256_init(&ctx);
	while ((n = read(fd, buf, sizeof(buf))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			sha256_update(&ctx, (size_t)n, buf);
	err = n < 0 ? -errno : 0;
	close(fd);
	if (err)
		return err;
	sha256_digest(&ctx, sizeof(digest), digest);
	for (unsigned int i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * (size_t)i, 3, "%02x", digest[i]);
	return 0;
}
