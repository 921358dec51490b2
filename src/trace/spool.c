// SPDX-License-Identifier: GPL-2.0-or-later
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FIRST_CAP 32768
#define TAIL 8192 /* records that are written at once */
/* So much is kept mapped behind the end: a batched free is never further from its twin. */
#define WARM (UINT64_C(8) << 20)

static int open_beside(const char *near)
{
	char *copy = strdup(near);
	int fd = -1;

	if (copy)
		fd = open(dirname(copy), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
	free(copy);
	return fd;
}

int bs_spool_open(struct bs_spool *s, const char *near, size_t size, struct bs_error *err)
{
	*s = (struct bs_spool){.fd = open_beside(near), .size = size};
	if (s->fd < 0) {
		char name[] = "/tmp/buddysim-XXXXXX";

		s->fd = mkostemp(name, O_CLOEXEC);
		if (s->fd >= 0)
			unlink(name);
	}
	if (s->fd < 0)
		return bs_error_set(err, BS_RESOURCE, errno, near,
				    "make room beside the output or in /tmp",
				    "cannot create a temporary file");
	s->tail = malloc(TAIL * size);
	if (!s->tail)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, near, NULL, "importing");
	return 0;
}

void bs_spool_close(struct bs_spool *s)
{
	if (s->at)
		munmap(s->at, s->cap * s->size);
	if (s->fd >= 0)
		close(s->fd);
	free(s->tail);
	*s = (struct bs_spool){.fd = -1};
}

static int grow(struct bs_spool *s, struct bs_error *err)
{
	const uint64_t cap = s->cap ? s->cap * 2 : FIRST_CAP;
	void *p;

	if (s->at)
		munmap(s->at, s->cap * s->size);
	s->at = NULL;
	/* Behind the end of the file is nothing yet, and nobody looks there. */
	p = mmap(NULL, cap * s->size, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
	if (p == MAP_FAILED)
		return bs_error_set(err, BS_RESOURCE, errno, "temporary file", NULL,
				    "cannot map the imported events");
	s->at = p;
	s->cap = cap;
	s->cold = s->written * s->size & ~(WARM - 1);
	return 0;
}

int bs_spool_join(struct bs_spool *s, struct bs_error *err)
{
	const unsigned char *from = s->tail;
	size_t left = (s->nr - s->written) * s->size;
	off_t to = (off_t)(s->written * s->size);

	while (s->nr > s->cap) {
		int ret = grow(s, err);

		if (ret)
			return ret;
	}
	while (left) {
		const ssize_t n = pwrite(s->fd, from, left, to);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return bs_error_set(err, BS_RESOURCE, n ? errno : ENOSPC, "temporary file",
					    "free some space", "cannot hold the imported events");
		from += n;
		left -= (size_t)n;
		to += n;
	}
	s->written = s->nr;
	return 0;
}

/* Is there something new to be given back, below @s->cold? */
static bool is_warm(struct bs_spool *s, uint64_t index)
{
	const uint64_t bytes = index * s->size;

	if (bytes < s->cold + 2 * WARM)
		return false;
	s->cold = (bytes - WARM) & ~(WARM - 1);
	return true;
}

void bs_spool_cool(struct bs_spool *s, uint64_t index)
{
	/* From the beginning: who looked back warmed it again. The data are the file's, and stay. */
	if (is_warm(s, index))
		madvise(s->at, s->cold, MADV_DONTNEED);
}

void bs_spool_drop(struct bs_spool *s, uint64_t index)
{
	const uint64_t from = s->cold;

	/* Where a file cannot have holes, it is given back when the spool is closed. */
	if (is_warm(s, index) && fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
					   (off_t)from, (off_t)(s->cold - from)))
		madvise(s->at, s->cold, MADV_DONTNEED);
}

int bs_spool_add(struct bs_spool *s, const void *record, struct bs_error *err)
{
	unsigned char copy[64]; /* @record may lie in what is about to move */

	if (s->nr - s->written == TAIL) {
		int ret;

		memcpy(copy, record, s->size);
		record = copy;
		ret = bs_spool_join(s, err);
		if (ret)
			return ret;
		bs_spool_cool(s, s->nr);
	}
	memcpy(s->tail + (s->nr++ - s->written) * s->size, record, s->size);
	return 0;
}
