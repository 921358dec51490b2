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

void bs_digest_begin(struct bs_digest *d)
{
	sha256_init(&d->ctx);
}

void bs_digest_add(struct bs_digest *d, const void *data, size_t n)
{
	sha256_update(&d->ctx, n, data);
}

void bs_digest_end(struct bs_digest *d, char hex[BS_SHA256_HEX])
{
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_digest(&d->ctx, sizeof(digest), digest);
	for (unsigned int i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * (size_t)i, 3, "%02x", digest[i]);
}

int bs_file_sha256(const char *path, char hex[BS_SHA256_HEX])
{
	uint8_t buf[1 << 16];
	struct bs_digest d;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	bs_digest_begin(&d);
	while ((n = read(fd, buf, sizeof(buf))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			bs_digest_add(&d, buf, (size_t)n);
	err = n < 0 ? -errno : 0;
	close(fd);
	if (err)
		return err;
	bs_digest_end(&d, hex);
	return 0;
}
