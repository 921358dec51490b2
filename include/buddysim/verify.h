/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify.h - replay what a real allocator did and compare everything it left behind: `buddysim
 * verify`.
 *
 * Two kinds of files: dumps of a live kernel with the operations between them (format: state.h and
 * traces/capture), and vectors, NAME.ops with what the kernel's own functions answered in NAME.out
 * or NAME.54.out, NAME.61.out, NAME.612.out (src/verify/VECTORS.md).
 */
#ifndef BUDDYSIM_VERIFY_H
#define BUDDYSIM_VERIFY_H

#include <buddysim/state.h>
#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** What can differ. The parts of a dump (enum bs_state_part) follow behind the last. */
enum bs_difference {
	BS_DIFF_PFN, /* another page than the kernel's */
	BS_DIFF_FAILURE, /* it failed and the kernel did not, or the other way round */
	BS_DIFF_RANDOM, /* more or fewer random bits drawn */
	BS_DIFF_OWNER, /* a page that is freed is not in use here */
	BS_DIFF_CHECK, /* a check line */
	BS_DIFF_DRIVER, /* a device's driver does something else, or in another order */
	BS_DIFF_USER, /* a process asks for something else, or gives it back in another order */
	BS_DIFF_STEP, /* compaction or reclaim does something else, or in another order */
	BS_DIFF_REMEMBERED, /* what compaction remembers: positions, skip bits, deferral, the LRU */
	BS_DIFF_CONSISTENCY, /* a dump contradicts itself */
	BS_DIFF_OUTPUT, /* a line of a vector's .out file */
	BS_DIFF_DUMP, /* + enum bs_state_part */
	BS_NR_DIFFS = BS_DIFF_DUMP + BS_NR_PARTS,
};
const char *bs_difference_name(unsigned int diff);

/**
 * struct bs_verify_result - one file (or vector and kernel) compared
 * @name: as given; of a vector the .out file
 * @operations: replayed; 0: only the dumps' own consistency was looked at
 * @pfns, @failures: allocations whose answer was compared
 * @checks: check lines, or lines of output; @dumps: dumps compared with the replayed state
 * @waits: runs in which requests waited, or memory was compacted or reclaimed
 * @replay_ns: time spent, reading and every check included
 * @differences: by enum bs_difference; all 0: exact
 * @at: operation number of the first difference, from 1 (vector: command's line number)
 * @line: line of the file it was found at
 * @what, @expected, @got: the first difference
 * @left: what was left out, and why; empty: nothing
 * @drawn: the lists concerned as they were before that operation; NULL if there was none
 */
struct bs_verify_result {
	char name[256], kernel[512];
	uint64_t operations, pfns, failures, checks, dumps, waits;
	uint64_t replay_ns;
	uint64_t differences[BS_NR_DIFFS];
	uint64_t total_differences;
	uint64_t at, line;
	char what[128], expected[512], got[512], left[128];
	const char *drawn;
};

/**
 * struct bs_verify_round - a zone after a round of a live kernel's vmstat work, [0] there and [1] here
 * @at: since the first round; @zone: its number in the file
 */
struct bs_verify_round {
	bs_ns at;
	unsigned int cpu, zone;
	int64_t high[2], count[2], vm_free[2], expire[2];
};

/**
 * struct bs_verify_config - how
 * @kernel: model to use, or NULL for the one that the file names; of a vector with answers for
 *          several kernels, only this one's
 * @policy: what the log's kernel is said to have changed of its allocator (bs_policy_find()); NULL: nothing. Of a
 *          vector it is not asked for
 * @keep_going: count all differences; after a dump that differs, go on from the dump's state
 * @alone: do not look at the logs beside one for what a device's driver held before it; what comes
 *         back to it is then not judged
 * @explain: operation (vector: line) to explain, 0 = none
 * @explain_line: receives the explanation, line by line
 * @round: receives what each round of the vmstat work of a live series left; may be NULL
 * @result: receives each result; valid during the call
 */
struct bs_verify_config {
	const char *kernel, *policy;
	bool keep_going, alone;
	uint64_t explain;
	void (*explain_line)(void *arg, const char *text);
	void (*round)(void *arg, const struct bs_verify_round *r);
	void (*result)(void *arg, const struct bs_verify_result *r);
	void *arg;
};

/**
 * bs_verify_file - verify one file, plain or compressed
 *
 * Return: 0 exact (or nothing to compare); 1 something differs; negative with @err naming file and
 * line: unreadable, malformed, an unknown record, no model for its kernel.
 */
int bs_verify_file(const char *path, const struct bs_verify_config *config, struct bs_error *err);

/**
 * bs_verify_files - verify several, each as bs_verify_file() does
 * @jobs: so many at a time; 0: as there are CPUs. With @config's explain or round it is one
 * @done: told of each file in its order, by the calling thread, behind its results: what bs_verify_file()
 *        returned. False: that is enough. May be NULL; its @arg is that of @config
 *
 * Return: 0, whatever became of the files; negative with @err: it could not begin.
 */
int bs_verify_files(const char *const *paths, unsigned int nr, unsigned int jobs,
		    const struct bs_verify_config *config,
		    bool (*done)(void *arg, unsigned int i, int ret, const struct bs_error *err),
		    struct bs_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
