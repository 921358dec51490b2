// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verify.c - which kind of file it is, and the result of comparing it.
 *
 * The room replays what a real allocator or a real reporting series did (VECTORS.md) and compares
 * all that it left behind. It drives mm and report through their own calls; nobody calls it but the
 * program.
 *
 * What the lists looked like before the first difference is found by replaying the file once more
 * up to that operation: so a file without differences costs nothing for it.
 */
#include <buddysim/verify.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "notes.h"
#include "strategy_vectors.h"
#include "verify_dump.h"
#include "verify_ops.h"

static uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * BS_NS_PER_S + (uint64_t)t.tv_nsec;
}

/* ---- One comparison -------------------------------------------------------------------------- */

/* @out NULL: a file of dumps. @strategy: the vector drives a reporting strategy. */
struct job {
	const char *path, *out, *kernel;
	bool strategy;
	const struct bs_verify_config *cfg;
};

/* The replay of a strategy compares for itself and stops at the first difference. */
static int replay_strategy(const struct job *j, struct bs_verify_result *r, struct bs_error *err)
{
	struct bs_vector_result v;
	int ret = bs_strategy_vector_run(j->path, j->out, &v, err);

	if (!ret) {
		const struct bs_found f = {BS_DIFF_OUTPUT, v.at,       v.lines + 1,
					   v.command,	   v.expected, v.got};

		r->operations = v.commands;
		r->pfns = v.pfns;
		r->checks = v.lines;
		if (!v.equal)
			bs_verify_note(r, &f);
	}
	bs_vector_result_free(&v);
	return ret;
}

static int replay(const struct job *j, struct bs_verify_result *r, uint64_t stop_before,
		  FILE *drawn, struct bs_error *err)
{
	if (j->strategy)
		return drawn ? 0 : replay_strategy(j, r, err);
	if (j->out)
		return bs_verify_vector(j->path, j->out, j->kernel, j->cfg, r, stop_before, drawn,
					err);
	return bs_verify_dumps(j->path, j->cfg, r, stop_before, drawn, err);
}

/* The lists as they were before the first difference. Standard input cannot be read twice. */
static char *draw_before(const struct job *j, uint64_t at)
{
	struct bs_verify_result scratch = {0};
	char *text = NULL;
	size_t size = 0;
	FILE *f;

	if (!at || !strcmp(j->path, "-"))
		return NULL;
	f = open_memstream(&text, &size);
	if (!f)
		return NULL;
	replay(j, &scratch, at, f, NULL);
	fclose(f);
	if (!size) {
		free(text);
		return NULL;
	}
	return text;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int run(const struct job *j, struct bs_error *err)
{
	struct bs_verify_result *r = calloc(1, sizeof(*r));
	const uint64_t start = clock_ns();
	char *drawn = NULL;
	int ret;

	if (!r)
		return bs_error_set(err, BS_RESOURCE, 0, j->path, NULL, "out of memory");
	snprintf(r->name, sizeof(r->name), "%s", base_name(j->out ? j->out : j->path));
	if (j->kernel)
		snprintf(r->kernel, sizeof(r->kernel), "%s", j->kernel);
	ret = replay(j, r, 0, NULL, err);
	r->replay_ns = clock_ns() - start;
	if (!ret) {
		if (r->total_differences)
			drawn = draw_before(j, r->at);
		r->drawn = drawn;
		if (j->cfg->result)
			j->cfg->result(j->cfg->arg, r);
		ret = r->total_differences != 0;
	}
	free(drawn);
	free(r);
	return ret;
}

/* ---- Vectors: which answers belong to which commands ----------------------------------------- */

static const struct {
	const char *suffix, *infix, *kernel;
} answers[] = {
	{".54", "-54-", "linux-5.4"},
	{".61", "-61-", "linux-6.1"},
	{".612", "-612-", "linux-6.12"},
};
#define NR_ANSWERS (sizeof(answers) / sizeof(answers[0]))

/* Cut ".gz" or ".zst", then @ending off @path into @stem; false if it does not end so. */
static bool cut_ending(const char *path, const char *ending, char *stem, size_t size,
		       const char **packed)
{
	const size_t len = strlen(path), end_len = strlen(ending);
	size_t n = len;

	*packed = "";
	if (n > 3 && !strcmp(path + n - 3, ".gz"))
		*packed = path + (n -= 3);
	else if (n > 4 && !strcmp(path + n - 4, ".zst"))
		*packed = path + (n -= 4);
	if (n <= end_len || strncmp(path + n - end_len, ending, end_len) || n >= size)
		return false;
	snprintf(stem, size, "%.*s", (int)(n - end_len), path);
	return true;
}

static bool exists(char *buf, size_t size, const char *stem, const char *model, const char *ending,
		   const char *packed)
{
	const int n = snprintf(buf, size, "%s%s%s%s", stem, model, ending, packed);

	return n > 0 && (size_t)n < size && !access(buf, R_OK);
}

static const char *kernel_of_name(const char *stem)
{
	const char *name = base_name(stem);
	const size_t len = strlen(name);

	for (size_t i = 0; i < NR_ANSWERS; i++) {
		const size_t n = strlen(answers[i].suffix);

		if (strstr(name, answers[i].infix) ||
		    (len > n && !strcmp(name + len - n, answers[i].suffix)))
			return answers[i].kernel;
	}
	return NULL;
}

static int no_answers(const char *path, struct bs_error *err)
{
	return bs_error_set(err, BS_INPUT, 0, path,
			    "NAME.ops needs NAME.54.out, NAME.61.out, NAME.612.out or NAME.out "
			    "beside it",
			    "no .out file for this vector and kernel");
}

/* Is @kernel the model @name, perhaps changed? */
static bool is_model(const char *kernel, const char *name)
{
	return strcspn(kernel, ":") == strlen(name) && !strncmp(kernel, name, strlen(name));
}

/* NAME.ops: with NAME.out, or with each of NAME.54.out ... that has no .ops file of its own. */
static int run_vector(const char *path, const char *stem, const char *packed,
		      const struct bs_verify_config *cfg, struct bs_error *err)
{
	const char *named = kernel_of_name(stem);
	char out[1024], other[1024];
	unsigned int found = 0;
	int worst = 0;

	if (exists(out, sizeof(out), stem, "", ".out", packed)) {
		const int strategy = bs_is_strategy_vector(path, err);
		const struct job j = {path, out, cfg->kernel ? cfg->kernel : named, strategy > 0,
				      cfg};

		if (strategy < 0)
			return strategy;
		if (!j.kernel && !strategy)
			return bs_error_set(err, BS_INPUT, 0, path, "say which: --kernel",
					    "the name does not say which kernel answered");
		return run(&j, err);
	}
	for (size_t i = 0; i < NR_ANSWERS; i++) {
		const struct job j = {path, out, cfg->kernel ? cfg->kernel : answers[i].kernel,
				      false, cfg};
		int ret;

		if ((cfg->kernel && !is_model(cfg->kernel, answers[i].kernel)) ||
		    exists(other, sizeof(other), stem, answers[i].suffix, ".ops", packed) ||
		    !exists(out, sizeof(out), stem, answers[i].suffix, ".out", packed))
			continue;
		found++;
		ret = run(&j, err);
		if (ret < 0)
			return ret;
		worst |= ret;
	}
	return found ? worst : no_answers(path, err);
}

/* NAME.54.out: with NAME.54.ops, else with NAME.ops. */
static int run_answers(const char *path, const char *stem, const char *packed,
		       const struct bs_verify_config *cfg, struct bs_error *err)
{
	const char *named = cfg->kernel ? cfg->kernel : kernel_of_name(stem);
	char ops[1024], bare[1024];
	struct job j = {ops, path, named, false, cfg};

	if (exists(ops, sizeof(ops), stem, "", ".ops", packed)) {
		const int strategy = bs_is_strategy_vector(ops, err);

		if (strategy < 0)
			return strategy;
		j.strategy = strategy;
		if (strategy || named)
			return run(&j, err);
	}
	if (!named)
		return bs_error_set(err, BS_INPUT, 0, path, "say which: --kernel",
				    "the name does not say which kernel answered");
	snprintf(bare, sizeof(bare), "%s", stem);
	if (strrchr(bare, '.'))
		*strrchr(bare, '.') = '\0';
	if (exists(ops, sizeof(ops), bare, "", ".ops", packed))
		return run(&j, err);
	return bs_error_set(err, BS_INPUT, 0, path, "an .out file needs its .ops file beside it",
			    "no .ops file for these answers");
}

int bs_verify_file(const char *path, const struct bs_verify_config *config, struct bs_error *err)
{
	const struct job j = {path, NULL, NULL, false, config};
	char stem[1000];
	const char *packed;

	if (cut_ending(path, ".ops", stem, sizeof(stem), &packed))
		return run_vector(path, stem, packed, config, err);
	if (cut_ending(path, ".out", stem, sizeof(stem), &packed))
		return run_answers(path, stem, packed, config, err);
	return run(&j, err);
}
