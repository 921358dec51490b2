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

#define FIRST_CAP 4096

static int open_beside(const char *near)
{
	char *copy = strdup(near);
	int fd = -1;

	if (copy)
		fd = open(dirname(copy), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
	free(copy);
	return fd;
}

int bs_spool_open(struct bs_spool *s, const char *near, struct bs_error *err)
{
	memset(s, 0, sizeof(*s));
	s->fd = open_beside(near);
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
	return 0;
}

void bs_spool_close(struct bs_spool *s)
{
	if (s->ev)
		munmap(s->ev, s->cap * sizeof(*s->ev));
	if (s->fd >= 0)
		close(s->fd);
	*s = (struct bs_spool){.fd = -1};
}

static int grow(struct bs_spool *s, struct bs_error *err)
{
	uint64_t cap = s->cap ? s->cap * 2 : FIRST_CAP;
	/* Allocated, not only sized: a full disk is an error here, not a fault at some store. */
	int e = posix_fallocate(s->fd, 0, (off_t)(cap * sizeof(*s->ev)));
	void *p;

	if (e)
		return bs_error_set(err, BS_RESOURCE, e, "temporary file", "free some space",
				    "cannot hold the imported events");
	if (s->ev)
		munmap(s->ev, s->cap * sizeof(*s->ev));
	s->ev = NULL;
	p = mmap(NULL, cap * sizeof(*s->ev), PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
	if (p == MAP_FAILED)
		return bs_error_set(err, BS_RESOURCE, errno, "temporary file", NULL,
				    "cannot map the imported events");
	s->ev = p;
	s->cap = cap;
	return 0;
}

int bs_spool_add(struct bs_spool *s, const struct bs_spooled *ev, struct bs_error *err)
{
	struct bs_spooled copy = *ev; /* @ev may lie in the map that is about to move */

	if (s->nr == s->cap) {
		int ret = grow(s, err);

		if (ret)
			return ret;
	}
	s->ev[s->nr++] = copy;
	return 0;
}
