// SPDX-License-Identifier: GPL-2.0-or-later
/* log_folder.c - the logs that lie beside one. */
#include "log_folder.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

static bool is_log(const char *name)
{
	const char *txt = strstr(name, ".txt");

	return txt && (!txt[4] || !strcmp(txt + 4, ".gz") || !strcmp(txt + 4, ".zst"));
}

int bs_log_siblings(const char *path,
		    int (*each)(void *arg, const char *path, struct bs_error *err), void *arg,
		    struct bs_error *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char folder[1024], other[2048];
	struct dirent *d;
	int ret = 0;
	DIR *dir;

	if (!strcmp(path, "-"))
		return 0;
	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path + 1) : 2,
		 slash ? path : "./");
	dir = opendir(folder);
	if (!dir)
		return 0;
	while (!ret && (d = readdir(dir)) != NULL) {
		if (!is_log(d->d_name) || !strcmp(d->d_name, name))
			continue;
		snprintf(other, sizeof(other), "%s%s", folder, d->d_name);
		ret = each(arg, other, err);
	}
	closedir(dir);
	return ret;
}
