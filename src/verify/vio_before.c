// SPDX-License-Identifier: GPL-2.0-or-later
/* vio_before.c - the logs of a boot, put in their order by what the kernel counted. */
#include "vio_before.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log_folder.h"
#include "textfile.h"

/* Another log of the folder. */
struct log {
	char header[256];
	struct bs_vio vio;
	bool used;
};

struct logs {
	struct log *log;
	size_t n, room;
	const char *header; /* of the log that asks */
};

static void free_logs(struct logs *all)
{
	for (size_t i = 0; i < all->n; i++)
		bs_vio_free(&all->log[i].vio);
	free(all->log);
}

static bool is_event(const char *line)
{
	return !strncmp(line, "pa ", 3) || !strncmp(line, "pf ", 3) || !strncmp(line, "e ", 2) ||
	       !strncmp(line, "x ", 2) || !strncmp(line, "w ", 2) || !strncmp(line, "vm ", 3);
}

/* Only if it begins with @header; NULL: whatever it begins with. 1: it is a log of devices; 0: it is none, or
 * of another boot; negative with @err. */
static int read_log(const char *path, const char *header, struct log *log, struct bs_error *err)
{
	struct bs_textfile *t;
	bool devices = false;
	char *line;
	int ret = bs_textfile_open(path, &t, err);

	if (ret)
		return ret;
	bs_vio_init(&log->vio);
	while (!ret && bs_textfile_line(t, &line, err) >= 0) {
		if (!strncmp(line, "pa_oracle ", 10)) {
			snprintf(log->header, sizeof(log->header), "%s", line);
			if (header && strcmp(log->header, header))
				break;
		} else if (!strncmp(line, "begin ", 6))
			devices = strstr(line, " op=vio") != NULL;
		else if (!devices && bs_textfile_number(t) > 2)
			break;
		else if (is_event(line))
			ret = bs_vio_event(&log->vio, line);
	}
	bs_textfile_close(t);
	if (ret)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "pages");
	return devices && log->vio.end.read;
}

static int add_log(void *arg, const char *path, struct bs_error *err)
{
	struct logs *all = arg;
	struct log log = {0};
	/* What cannot be read, or is gone by now, is no log of this boot. */
	int ret = read_log(path, all->header, &log, NULL);

	if (ret < 0)
		ret = 0;
	if (ret > 0 && all->n == all->room) {
		const size_t room = all->room * 2 + 16;
		struct log *more = realloc(all->log, room * sizeof(*more));

		if (!more)
			ret = bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "logs");
		else {
			all->log = more;
			all->room = room;
		}
	}
	if (ret > 0)
		all->log[all->n++] = log;
	else
		bs_vio_free(&log.vio);
	return ret < 0 ? ret : 0;
}

static bool follows(const struct bs_vio_counters *before, const struct bs_vio_counters *after)
{
	return before->inflate == after->inflate && before->deflate == after->deflate &&
	       before->migrate == after->migrate && before->ram == after->ram;
}

/* The log that ended where @start begins; NULL: none does, or several do that cannot be told apart. */
static struct log *log_before(struct logs *all, const struct bs_vio_counters *start,
			      bool (*fits)(const struct log *log, const void *arg), const void *arg)
{
	struct log *found = NULL;

	for (size_t i = 0; i < all->n; i++) {
		struct log *log = &all->log[i];

		if (log->used || !follows(&log->vio.end, start) || !fits(log, arg))
			continue;
		if (found)
			return NULL;
		found = log;
	}
	return found;
}

/* ---- The balloon ----------------------------------------------------------------------------- */

static bool changes_balloon(const struct log *log, const void *header)
{
	return !strcmp(log->header, header) &&
	       (log->vio.entered || log->vio.left || log->vio.migrated);
}

static bool is_empty(const struct bs_vio_counters *c)
{
	return c->inflate == c->deflate;
}

/* Below @s lies what the logs before @start left. */
static int complete(struct logs *all, struct bs_vio_stack *s, const struct bs_vio_counters *start,
		    const char *header)
{
	const struct bs_vio_stack nothing = {0};
	struct log *log;
	int ret;

	if (is_empty(start))
		return bs_vio_put_below(s, &nothing);
	log = log_before(all, start, changes_balloon, header);
	if (!log)
		return 0;
	log->used = true;
	ret = complete(all, &log->vio.balloon, &log->vio.start, header);
	if (ret || !log->vio.balloon.known)
		return ret;
	return bs_vio_put_below(s, &log->vio.balloon);
}

/* ---- Hinted blocks --------------------------------------------------------------------------- */

struct held {
	const char *header;
	bool (*in_use)(const void *arg, bs_pfn pfn);
	const void *arg;
};

static bool holds_blocks(const struct log *log, const void *arg)
{
	const struct held *h = arg;

	if (strcmp(log->header, h->header) || !log->vio.hinted.n)
		return false;
	for (size_t i = 0; i < log->vio.hinted.n; i++)
		if (!h->in_use(h->arg, log->vio.hinted.pfn[i]))
			return false;
	return true;
}

int bs_vio_before(struct bs_vio *vio, const char *path, bool (*in_use)(const void *arg, bs_pfn pfn),
		  const void *arg, struct bs_error *err)
{
	struct held held = {NULL, in_use, arg};
	struct logs all = {0};
	struct log own = {0}, *log;
	int ret;

	ret = strcmp(path, "-") ? read_log(path, NULL, &own, err) : 0;
	held.header = all.header = own.header;
	if (ret >= 0)
		ret = bs_log_siblings(path, add_log, &all, err);
	if (!ret && !vio->balloon.known)
		ret = complete(&all, &vio->balloon, &vio->start, own.header);
	log = !ret && !vio->hinted.known ? log_before(&all, &vio->start, holds_blocks, &held)
					 : NULL;
	if (log)
		ret = bs_vio_put_below(&vio->hinted, &log->vio.hinted);
	if (ret == -ENOMEM)
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "pages");
	bs_vio_free(&own.vio);
	free_logs(&all);
	return ret;
}
