// SPDX-License-Identifier: GPL-2.0-or-later
#include "strategy_vectors.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "opsline.h"
#include "strategy_run.h"
#include "textfile.h"

/* ---- Comparing ------------------------------------------------------------------------------- */

/* What the format says not to compare: counters of a strategy that is off, and kswapd's wakes. */
static bool line_equal(const char *expected, const char *got)
{
	const char *cnt, *kswapd = strstr(expected, " kswapd ");

	if (!strcmp(expected, got))
		return true;
	if (!strncmp(expected, "pgalloc ", 8) && kswapd)
		return !strncmp(expected, got, (size_t)(kswapd - expected));
	cnt = strstr(expected, " cnt ");
	if (*expected != 'S' || !cnt || !strstr(expected, " on=0 ") || !strstr(got, " on=0 "))
		return false;
	return strstr(got, " cnt ") && !strcmp(cnt, strstr(got, " cnt "));
}

static int differ(struct bs_vector_result *r, const char *expected, const char *got)
{
	r->equal = false;
	r->expected = strdup(expected);
	r->got = strdup(got);
	return r->expected && r->got ? 0 : -ENOMEM;
}

static int compare(struct bs_textfile *want, char *text, struct bs_vector_result *r,
		   struct bs_error *err)
{
	char *save = NULL;

	for (char *got = strtok_r(text, "\n", &save); got; got = strtok_r(NULL, "\n", &save)) {
		char *expected;
		long len = bs_textfile_line(want, &expected, err);

		if (len < -1)
			return (int)len;
		if (len < 0)
			return differ(r, "(end of file)", got);
		if (!line_equal(expected, got))
			return differ(r, expected, got);
		r->lines++;
	}
	return 0;
}

/* All that was printed is equal; the expected file must end here too. */
static int expect_end(struct bs_textfile *want, struct bs_vector_result *r, struct bs_error *err)
{
	char *line;
	long len = bs_textfile_line(want, &line, err);

	if (len >= 0)
		return differ(r, line, "(end)");
	return len == -1 ? 0 : (int)len;
}

/* ---- The file -------------------------------------------------------------------------------- */

/* One line: run it, compare what it printed. */
static int run_line(struct bs_strategy_run *run, const char *path, const char *text,
		    struct bs_textfile *want, struct bs_vector_result *r, struct bs_error *err)
{
	char *printed = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&printed, &size);
	int ret;

	if (!out)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "replay");
	ret = bs_strategy_run_line(run, path, r->at, text, out);
	fclose(out);
	if (!ret)
		ret = compare(want, printed, r, err);
	free(printed);
	r->commands++;
	if (!r->equal)
		snprintf(r->command, sizeof(r->command), "%s", text);
	return ret;
}

static int run_file(struct bs_strategy_run *run, const char *path, struct bs_textfile *ops,
		    struct bs_textfile *want, struct bs_vector_result *r, struct bs_error *err)
{
	char *line;
	long len = 0;
	int ret = 0;

	r->equal = true;
	while (!ret && r->equal && (len = bs_textfile_line(ops, &line, err)) >= 0) {
		r->at = bs_textfile_number(ops);
		ret = run_line(run, path, line, want, r, err);
	}
	if (!ret && r->equal)
		ret = len < -1 ? (int)len : expect_end(want, r, err);
	r->pfns = bs_strategy_run_pfns(run);
	r->requests = bs_strategy_run_requests(run);
	return ret;
}

/* The strategy line of a file, cut into words: which kernel the guest has, and which parameters the
 * strategy, is needed before that line is reached. */
static int find_strategy(const char *ops, struct bs_ops_line *l, struct bs_error *err)
{
	struct bs_textfile *t;
	char *line;
	long len;
	int ret = bs_textfile_open(ops, &t, err);

	l->n = 0;
	if (ret)
		return ret;
	while ((len = bs_textfile_line(t, &line, err)) >= 0)
		if (!strncmp(line, "strategy ", 9) && bs_ops_split(line, l))
			break;
	bs_textfile_close(t);
	return len < -1 ? (int)len : 0;
}

int bs_is_strategy_vector(const char *ops, struct bs_error *err)
{
	struct bs_ops_line l;
	int ret = find_strategy(ops, &l, err);

	return ret ? ret : l.n > 0;
}

int bs_strategy_vector_run(const char *ops, const char *out, struct bs_vector_result *r,
			   struct bs_error *err)
{
	struct bs_textfile *in = NULL, *want = NULL;
	struct bs_strategy_run *run = NULL;
	struct bs_ops_line strategy;
	int ret;

	*r = (struct bs_vector_result){0};
	ret = find_strategy(ops, &strategy, err);
	if (!ret)
		ret = bs_strategy_run_new(ops, &strategy, &run, err);
	if (!ret)
		ret = bs_textfile_open(ops, &in, err);
	if (!ret)
		ret = bs_textfile_open(out, &want, err);
	if (!ret)
		ret = run_file(run, ops, in, want, r, err);
	bs_textfile_close(in);
	bs_textfile_close(want);
	bs_strategy_run_free(run);
	return ret;
}

void bs_vector_result_free(struct bs_vector_result *r)
{
	free(r->expected);
	free(r->got);
	r->expected = r->got = NULL;
}
