// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verify_ops.c - replay a vector: an .ops file, and the .out file with what the kernel's own
 * functions printed for it. Compared line by line.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "log_orders.h"
#include "notes.h"
#include "opsfile.h"
#include "textfile.h"
#include "verify_draw.h"
#include "verify_ops.h"

struct replay {
	const struct bs_verify_config *cfg;
	struct bs_verify_result *r;
	struct bs_error *err;
	struct bs_textfile *ops, *want;
	struct bs_ops_guest guest;
	const char *path;
	uint64_t stop_before;
	FILE *drawn;
};

/* From shortly before the first character that differs. */
static void excerpt(const char *s, size_t at, char *buf, size_t size)
{
	const size_t len = strlen(s), first = at > 60 ? at - 60 : 0;

	snprintf(buf, size, "%s%.*s%s", first ? ".." : "", 160, s + (first < len ? first : len),
		 len > first + 160 ? ".." : "");
}

/* 0: go on; 1: stop. */
static int differ(struct replay *v, const char *command, const char *expected, const char *got)
{
	char e[192], g[192];
	struct bs_found f = {BS_DIFF_OUTPUT,
			     bs_textfile_number(v->ops),
			     bs_textfile_number(v->want),
			     command,
			     e,
			     g};
	size_t at = 0;

	if (v->drawn)
		return 0;
	while (expected[at] && expected[at] == got[at])
		at++;
	excerpt(expected, at, e, sizeof(e));
	excerpt(got, at, g, sizeof(g));
	if (expected[0] == 'A' && got[0] == 'A')
		f.kind = strcmp(expected, "A -1") && strcmp(got, "A -1") ? BS_DIFF_PFN
									 : BS_DIFF_FAILURE;
	bs_verify_note(v->r, &f);
	return !v->cfg->keep_going;
}

static int compare(struct replay *v, const char *command, char *printed)
{
	char *save = NULL;
	int ret = 0;

	for (char *got = strtok_r(printed, "\n", &save); got && !ret;
	     got = strtok_r(NULL, "\n", &save)) {
		char *expected;
		const long len = bs_textfile_line(v->want, &expected, v->err);

		if (len < -1)
			return (int)len;
		v->r->checks++;
		if (len < 0)
			return differ(v, command, "(end of file)", got) | 1;
		if (strcmp(expected, got))
			ret = differ(v, command, expected, got);
	}
	return ret;
}

static void explain_line(void *arg, const char *text)
{
	const struct replay *v = arg;

	v->cfg->explain_line(v->cfg->arg, text);
}

/* Of an allocation or a free the lists concerned, before anything else their names and sizes. */
static void draw(const struct replay *v, const struct bs_ops_line *l, FILE *f)
{
	const bool alloc = !strcmp(l->word[0], "alloc");
	const uint64_t order = bs_ops_number(l, alloc ? 1 : 2);
	const uint64_t mt = alloc ? bs_ops_number(l, 2) : 0;

	if (v->guest.m)
		bs_verify_draw(v->guest.m, 0, order <= BS_LOG_MAX_ORDER ? (unsigned int)order : 0,
			       mt < BS_PCPTYPES ? (unsigned int)mt : 0, f);
}

static void explain(struct replay *v, const char *text, const struct bs_ops_line *l)
{
	char *drawn = NULL, *save = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&drawn, &size);

	if (!f || !v->guest.m) {
		if (f)
			fclose(f);
		free(drawn);
		return;
	}
	fprintf(f, "line %" PRIu64 ": %s\n", bs_textfile_number(v->ops), text);
	draw(v, l, f);
	fclose(f);
	for (char *p = strtok_r(drawn, "\n", &save); p; p = strtok_r(NULL, "\n", &save))
		v->cfg->explain_line(v->cfg->arg, p);
	free(drawn);
	bs_machine_explain(v->guest.m, explain_line, v);
}

static int bad_after_difference(struct replay *v, const char *command)
{
	const struct bs_found f = {
		BS_DIFF_OWNER, bs_textfile_number(v->ops), bs_textfile_number(v->want),
		command,       "a block in use",	   "none"};

	bs_verify_note(v->r, &f);
	return 0;
}

static int run_command(struct replay *v, const struct bs_ops_line *l, const char *text,
		       const char *where)
{
	char *printed = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&printed, &size);
	enum bs_ops_result done;
	int ret = 0;

	if (!out)
		return bs_error_set(v->err, BS_RESOURCE, 0, v->path, NULL, "out of memory");
	done = bs_ops_command(&v->guest, l, out, where, v->err);
	fclose(out);
	if (done == BS_OPS_UNKNOWN)
		ret = bs_error_set(v->err, BS_INPUT, 0, where,
				   "a vector is documented in src/verify/VECTORS.md",
				   "unknown command \"%.40s\"", l->word[0]);
	else if (done == BS_OPS_BAD && v->r->total_differences)
		/* After a first difference a block may well be elsewhere. */
		ret = bad_after_difference(v, text);
	else if (done == BS_OPS_BAD)
		ret = -EINVAL;
	else
		ret = compare(v, text, printed);
	free(printed);
	return ret;
}

static bool is_operation(const char *command)
{
	return strcmp(command, "dump") && strcmp(command, "stat") && strcmp(command, "pages") &&
	       strcmp(command, "zone");
}

/* Return: 0 go on; 1 stop; negative. */
static int one_line(struct replay *v, const char *text)
{
	struct bs_ops_line l;
	char where[320];
	bool explained;
	int ret;

	snprintf(where, sizeof(where), "%.280s:%" PRIu64, v->path, bs_textfile_number(v->ops));
	if (!bs_ops_split(text, &l))
		return bs_ops_malformed(v->err, where, NULL, "line too long");
	if (!l.n)
		return 0;
	if (v->drawn && bs_textfile_number(v->ops) == v->stop_before) {
		draw(v, &l, v->drawn);
		return 1;
	}
	explained =
		v->cfg->explain == bs_textfile_number(v->ops) && v->cfg->explain_line && !v->drawn;
	if (explained)
		explain(v, text, &l);
	ret = run_command(v, &l, text, where);
	if (explained && v->guest.m)
		bs_machine_explain(v->guest.m, NULL, NULL);
	v->r->operations += is_operation(l.word[0]);
	return ret;
}

static int run(struct replay *v)
{
	char *line;
	long len = 0;
	int ret = 0;

	while (!ret && (len = bs_textfile_line(v->ops, &line, v->err)) >= 0)
		ret = one_line(v, line);
	if (!ret && len < -1)
		return (int)len;
	if (ret || v->drawn)
		return ret < 0 ? ret : 0;
	len = bs_textfile_line(v->want, &line, v->err);
	if (len >= 0)
		differ(v, "(end)", line, "(end of output)");
	return len < -1 ? (int)len : 0;
}

int bs_verify_vector(const char *ops, const char *out, const char *kernel,
		     const struct bs_verify_config *cfg, struct bs_verify_result *r,
		     uint64_t stop_before, FILE *drawn, struct bs_error *err)
{
	struct replay v = {
		.cfg = cfg,
		.r = r,
		.err = err,
		.path = ops,
		.guest.kernel = kernel,
		.stop_before = stop_before,
		.drawn = drawn,
	};
	int ret = bs_textfile_open(ops, &v.ops, err);

	if (!ret)
		ret = bs_textfile_open(out, &v.want, err);
	if (!ret)
		ret = run(&v);
	r->pfns = v.guest.allocated;
	r->failures = v.guest.failed;
	bs_textfile_close(v.ops);
	bs_textfile_close(v.want);
	bs_ops_guest_free(&v.guest);
	return ret;
}
