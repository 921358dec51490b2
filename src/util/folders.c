// SPDX-License-Identifier: GPL-2.0-or-later
/* folders.c - where outputs go may not be there yet. */
#include <buddysim/record.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int bs_make_folders(const char *dir)
{
	char *path = strdup(dir);
	int e = path ? 0 : ENOMEM;

	for (char *p = path, c = 1; c && !e; p++) {
		p += strcspn(p + (*p == '/'), "/") + (*p == '/');
		c = *p;
		*p = '\0';
		if (mkdir(path, 0777) && errno != EEXIST)
			e = errno;
		*p = c;
	}
	free(path);
	return -e;
}
