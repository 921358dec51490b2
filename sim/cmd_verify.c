// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_verify.c - `buddysim verify`: a line per file, and what is behind it when something differs. */
#include <errno.h>
#include <fnmatch.h>
#include <fts.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "junit.h"
#include "progress.h"
#include "verify_mutate.h"

struct verify_args {
	struct bs_verify_config cfg;
	enum bs_format format;
	char **files;
	bool mutate;
	struct mutations mutations;
	const char *junit_path;
	struct junit junit;
	struct progress *progress;
	unsigned int seen, nr_files, jobs;
	const char **paths; /* of files that are still to be compared */
	unsigned int nr_paths;
	int status;
	/* while printing */
	unsigned int results, explained;
	uint64_t operations, pfns, failures, checks, dumps, ns, exact, differ, empty;
};

enum { OPT_JUNIT = 0x1000, OPT_POLICY };

static const struct argp_option options[] = {
	{"kernel", 'k', "NAME[:BEHAVIOUR=VALUE,...]", 0,
	 "use this kernel model, not the one the file names", 0},
	{"policy", OPT_POLICY, "NAME[:PARAM=VALUE,...]", 0,
	 "of dumps: and this change to its allocator (list policies, or ./FILE.so)", 0},
	{"keep-going", 'c', NULL, 0,
	 "count all differences by kind instead of stopping at the first", 0},
	{"explain", 'e', "N", 0,
	 "show what the allocator decided at operation N (of a vector: line N)", 0},
	{"rounds", 'r', NULL, 0,
	 "show what each round of a live series' vmstat work left, there and here", 0},
	{"mutate", 'm', NULL, 0,
	 "undo each behaviour of a file's kernel in turn, and say which files notice", 0},
	{"jobs", 'j', "N", 0, "files compared at a time (default: as many as there are CPUs)", 0},
	{"format", 'f', "text|json|csv", 0, "how results are printed", 0},
	{"junit", OPT_JUNIT, "FILE", 0,
	 "write what became of each file there, as JUnit's XML, for CI to show", 0},
	{0},
};

/* Not part of a machine-readable answer, like explanations. */
static void round_line(void *arg, const struct bs_verify_round *r)
{
	const struct verify_args *a = arg;

	fprintf(a->format == BS_FORMAT_TEXT ? stdout : stderr,
		"  %6.1f s cpu %u zone %u: high %" PRId64 "/%" PRId64 " count %" PRId64 "/%" PRId64
		" free %" PRId64 "/%" PRId64 " expire %" PRId64 "/%" PRId64 "\n",
		(double)r->at / 1e9, r->cpu, r->zone, r->high[0], r->high[1], r->count[0],
		r->count[1], r->vm_free[0], r->vm_free[1], r->expire[0], r->expire[1]);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct verify_args *a = state->input;
	struct bs_error err;

	switch (key) {
	case 'k':
		a->cfg.kernel = cli_kernel(arg);
		return 0;
	case OPT_POLICY:
		if (!bs_policy_find(arg, &err))
			exit(cli_error(&err));
		a->cfg.policy = arg;
		return 0;
	case 'c':
		a->cfg.keep_going = true;
		return 0;
	case 'e':
		a->cfg.explain = cli_uint("--explain", arg, 1, UINT64_MAX);
		return 0;
	case 'r':
		a->cfg.round = round_line;
		return 0;
	case 'm':
		a->mutate = true;
		return 0;
	case 'j':
		a->jobs = (unsigned int)cli_uint("--jobs", arg, 1, 1024);
		return 0;
	case 'f':
		a->format = cli_format(arg);
		return 0;
	case OPT_JUNIT:
		a->junit_path = arg;
		return 0;
	case ARGP_KEY_ARGS:
		a->files = state->argv + state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* ---- Results --------------------------------------------------------------------------------- */

static const char *verdict(const struct bs_verify_result *r)
{
	if (r->total_differences)
		return "differs";
	return r->operations ? "exact" : "no operations";
}

static void print_text(const struct bs_verify_result *r)
{
	printf("%-40s %-10s %8" PRIu64 " operations %8" PRIu64 " pfns  %s\n", r->name, r->kernel,
	       r->operations, r->pfns, verdict(r));
	if (*r->left)
		printf("  left out %s\n", r->left);
	if (!r->total_differences)
		return;
	printf("  operation %" PRIu64 ", line %" PRIu64 ": %s\n    expected %s\n    got      %s\n",
	       r->at, r->line, r->what, r->expected, r->got);
	if (r->drawn)
		printf("  the lists before it:\n%s", r->drawn);
	if (r->total_differences == 1)
		return;
	printf("  %" PRIu64 " differences:", r->total_differences);
	for (unsigned int i = 0; i < BS_NR_DIFFS; i++)
		if (r->differences[i])
			printf(" %s %" PRIu64, bs_difference_name(i), r->differences[i]);
	putchar('\n');
}

static void print_csv(const struct verify_args *a, const struct bs_verify_result *r)
{
	if (a->results == 1)
		puts("file,kernel,verdict,operations,pfns,failures,checks,dumps,differences,at");
	bs_text_csv(stdout, r->name);
	putchar(',');
	bs_text_csv(stdout, r->kernel);
	printf(",%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
	       ",%" PRIu64 "\n",
	       verdict(r), r->operations, r->pfns, r->failures, r->checks, r->dumps,
	       r->total_differences, r->at);
}

static void print_json(const struct verify_args *a, const struct bs_verify_result *r)
{
	printf("%s\n  {\"file\": ", a->results == 1 ? "[" : ",");
	bs_text_json(stdout, r->name);
	printf(", \"kernel\": \"%s\", \"verdict\": \"%s\", \"operations\": %" PRIu64
	       ", \"pfns\": %" PRIu64 ", \"failures\": %" PRIu64 ", \"checks\": %" PRIu64
	       ", \"dumps\": %" PRIu64 ", \"differences\": {",
	       r->kernel, verdict(r), r->operations, r->pfns, r->failures, r->checks, r->dumps);
	for (unsigned int i = 0, n = 0; i < BS_NR_DIFFS; i++)
		if (r->differences[i])
			printf("%s\"%s\": %" PRIu64, n++ ? ", " : "", bs_difference_name(i),
			       r->differences[i]);
	putchar('}');
	if (*r->left)
		printf(", \"left_out\": \"%s\"", r->left);
	if (r->total_differences) {
		printf(", \"first\": {\"operation\": %" PRIu64 ", \"line\": %" PRIu64
		       ", \"what\": ",
		       r->at, r->line);
		bs_text_json(stdout, r->what);
		fputs(", \"expected\": ", stdout);
		bs_text_json(stdout, r->expected);
		fputs(", \"got\": ", stdout);
		bs_text_json(stdout, r->got);
		if (r->drawn) {
			fputs(", \"lists_before\": ", stdout);
			bs_text_json(stdout, r->drawn);
		}
		putchar('}');
	}
	putchar('}');
}

static void add_case(struct verify_args *a, const struct bs_verify_result *r)
{
	char *why = NULL;

	if (!a->junit_path)
		return;
	if (r->total_differences &&
	    asprintf(&why, "operation %" PRIu64 ", line %" PRIu64 ": %s: expected %s, got %s",
		     r->at, r->line, r->what, r->expected, r->got) < 0)
		why = NULL;
	if (r->total_differences)
		junit_case(&a->junit, JUNIT_FAILED, r->kernel, r->name, cli_memory(why));
	else
		junit_case(&a->junit, r->operations ? JUNIT_PASSED : JUNIT_SKIPPED, r->kernel,
			   r->name, "no operations");
	free(why);
}

static void result(void *arg, const struct bs_verify_result *r)
{
	struct verify_args *a = arg;

	a->results++;
	a->operations += r->operations;
	a->pfns += r->pfns;
	a->failures += r->failures;
	a->checks += r->checks;
	a->dumps += r->dumps;
	a->ns += r->replay_ns;
	if (r->total_differences)
		a->differ++;
	else if (r->operations)
		a->exact++;
	else
		a->empty++;
	add_case(a, r);
	/* Where the results are seen on the same terminal they are progress enough, and come line by line. */
	progress_wipe(a->progress);
	if (a->format == BS_FORMAT_JSON)
		print_json(a, r);
	else if (a->format == BS_FORMAT_CSV)
		print_csv(a, r);
	else
		print_text(r);
}

/* The decisions are part of the answer, but must not break a machine-readable one. */
static void explain_line(void *arg, const char *text)
{
	struct verify_args *a = arg;

	a->explained++;
	fprintf(a->format == BS_FORMAT_TEXT ? stdout : stderr, "  %s\n", text);
}

static void print_end(const struct verify_args *a)
{
	if (a->format == BS_FORMAT_JSON)
		puts(a->results ? "\n]" : "[]");
	if (a->format != BS_FORMAT_TEXT || a->results < 2)
		return;
	printf("%u files: %" PRIu64 " exact, %" PRIu64 " differ, %" PRIu64
	       " without operations; %" PRIu64 " operations, %" PRIu64 " pfns and %" PRIu64
	       " failures compared, %" PRIu64 " check lines, %" PRIu64 " dumps\n",
	       a->results, a->exact, a->differ, a->empty, a->operations, a->pfns, a->failures,
	       a->checks, a->dumps);
	fprintf(stderr, "%.2f million operations/s, reading and every check included\n",
		a->ns ? (double)a->operations * 1e3 / (double)a->ns : 0.0);
}

/* ---- Files and directories ------------------------------------------------------------------- */

static void seen_one(struct verify_args *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	progress_tell(a->progress, "comparing", ++a->seen, a->nr_files, "files");
	if (a->operations)
		progress_note(a->progress, "%" PRIu64 " operations; %.40s", a->operations,
			      slash ? slash + 1 : path);
}

static int failed(struct verify_args *a, const char *path, struct bs_error *err)
{
	progress_wipe(a->progress);
	fflush(stdout);
	junit_case(&a->junit, JUNIT_ERROR, "verify", path, err->text);
	return cli_error(err);
}

/* A file, and all before it. */
static bool done(void *arg, unsigned int i, int ret, const struct bs_error *err)
{
	struct verify_args *a = arg;
	struct bs_error e = *err;

	seen_one(a, a->paths[i]);
	if (ret < 0)
		a->status = failed(a, a->paths[i], &e);
	else if (ret)
		a->status = BS_UNEQUAL;
	return a->status <= BS_UNEQUAL;
}

static int mutate_files(struct verify_args *a)
{
	for (unsigned int i = 0; i < a->nr_paths; i++) {
		struct bs_error err = {0};
		const int ret = mutate_file(&a->mutations, a->paths[i], &a->cfg, &err);

		a->results++;
		if (!done(a, i, ret, &err))
			break;
	}
	return a->status;
}

/* Those that have been found. The exit status. */
static int verify_files(struct verify_args *a)
{
	struct bs_error err;

	a->status = 0;
	if (a->mutate)
		mutate_files(a);
	else if (bs_verify_files(a->paths, a->nr_paths, a->jobs, &a->cfg, done, &err))
		a->status = failed(a, "verify", &err);
	while (a->nr_paths)
		free((char *)a->paths[--a->nr_paths]);
	return a->status;
}

static void add_path(struct verify_args *a, const char *path)
{
	const char **more = realloc(a->paths, (a->nr_paths + 1) * sizeof(*more));

	a->paths = cli_memory(more);
	a->paths[a->nr_paths++] = cli_memory(strdup(path));
}

/* What stands in a directory beside dumps and vectors (a README, what a vector gave) is no input. */
static bool has_input_name(const char *name)
{
	return !fnmatch("*.@(ops|txt)?(.gz|.zst)", name, FNM_EXTMATCH);
}

static int by_name(const FTSENT **x, const FTSENT **y)
{
	return strcmp((*x)->fts_name, (*y)->fts_name);
}

static int cannot_read(struct verify_args *a, const char *path, int error)
{
	struct bs_error err;

	bs_error_set(&err, BS_INPUT, error, path, NULL, "cannot open");
	fflush(stdout);
	junit_case(&a->junit, JUNIT_ERROR, "verify", path, err.text);
	return cli_error(&err);
}

static bool is_input(const FTSENT *e)
{
	return e->fts_info != FTS_D && e->fts_info != FTS_DP && e->fts_info != FTS_DNR &&
	       e->fts_info != FTS_ERR && e->fts_info != FTS_NS &&
	       (!e->fts_level || has_input_name(e->fts_name));
}

/* So that it is known how long it will take. */
static unsigned int count_files(char **paths)
{
	FTS *tree = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, by_name);
	unsigned int n = 0;
	FTSENT *e;

	while (tree && (e = fts_read(tree)) != NULL)
		n += is_input(e);
	if (tree)
		fts_close(tree);
	return n;
}

/* @path itself, or all that lies under it, in the order of names. The exit status. */
static int verify_path(struct verify_args *a, char *path)
{
	const unsigned int before = a->results;
	FTS *tree = fts_open((char *[]){path, NULL}, FTS_LOGICAL | FTS_NOCHDIR, by_name);
	int status = 0;
	FTSENT *e;

	if (!tree)
		return cannot_read(a, path, errno);
	while (status <= BS_UNEQUAL && (e = fts_read(tree)) != NULL) {
		if (e->fts_info == FTS_DNR || e->fts_info == FTS_ERR || e->fts_info == FTS_NS) {
			const int ret = verify_files(a);

			status = ret > BS_UNEQUAL ? ret : cannot_read(a, e->fts_path, e->fts_errno);
		} else if (is_input(e)) {
			add_path(a, e->fts_path);
		}
	}
	if (status <= BS_UNEQUAL)
		status = verify_files(a);
	fts_close(tree);
	if (!status && a->results == before) {
		struct bs_error err;

		bs_error_set(&err, BS_INPUT, 0, path,
			     "their names end in .ops or .txt, .gz or .zst behind it",
			     "no dump and no vector in this directory");
		status = cli_error(&err);
	}
	return status;
}

int cmd_verify(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "FILE|DIR...",
		.doc = "Replay what a real kernel's page allocator did, and compare every page it "
		       "returned, every failure, every list, counter and pageblock type.\v"
		       "FILE is a dump of a live kernel with operations (plain, .gz or .zst), or a "
		       "vector: NAME.ops with NAME.out or NAME.54.out, NAME.61.out, NAME.612.out "
		       "beside it; of a DIR, all that lies under it. Exit status 0: nothing differs; 1: something does; 3: a file "
		       "cannot be read.",
	};
	struct verify_args a = {0};
	int status, written;

	a.cfg.result = result;
	a.cfg.explain_line = explain_line;
	a.cfg.arg = &a;
	cli_parse(&argp, "verify", argc, argv, &a);
	if (!a.files)
		cli_usage("verify", "name at least one file; `buddysim verify --help`");
	status = junit_begin(&a.junit, a.junit_path);
	if (status)
		return status;
	a.progress = progress_begin(false);
	if (a.progress)
		a.nr_files = count_files(a.files);
	for (char **f = a.files; *f && status <= BS_UNEQUAL; f++) {
		const int ret = verify_path(&a, *f);

		status = ret ? ret : status;
	}
	progress_end(a.progress);
	if (a.mutate)
		mutations_print(&a.mutations, a.format);
	else
		print_end(&a);
	mutations_free(&a.mutations);
	free(a.paths);
	written = junit_end(&a.junit, "buddysim verify");
	status = written > status ? written : status;
	if (a.cfg.explain && !a.explained && status <= BS_UNEQUAL)
		cli_warn("no operation %" PRIu64 " to explain", a.cfg.explain);
	return status;
}
