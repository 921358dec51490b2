/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * load.h - loads: programs of tasks that allocate, touch, work, free and sleep.
 *
 * A load is run in a closed loop (`--load`): a task's next step starts when its last one is done, so that
 * whatever makes a step take longer makes the task slower. The same program written down with nothing to
 * wait for is a trace (`trace gen`). src/MEANING.md, loads, says what is counted.
 */
#ifndef BUDDYSIM_LOAD_H
#define BUDDYSIM_LOAD_H

#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct bs_task;

/**
 * struct bs_load_kind - a load
 * @params: those that every load has come first (src/load/task.h)
 * @names: names of its phases, NULL-terminated, which bs_task_mark() tells of; NULL: it has none
 * @state_size: of what a task keeps, which is zeroed when it starts
 * @check: do the values, each in its range, go together? 0, or BS_USAGE; NULL: they always do
 * @peak_bytes: the most it has at a time, without the base
 * @gives_way: what it has is page cache, which a guest gives back where it has no memory for it
 * @length: how long it takes where nothing makes it wait
 * @nr_tasks: how many there are; NULL: one
 * @begin: before a task's first step; 0, or negative with @err. NULL: there is nothing to do
 * @step: what the task does next, at this instant, and how long that takes
 * @end: the task is gone; frees what @begin allocated. NULL: nothing
 */
struct bs_load_kind {
	const char *name, *summary;
	const struct bs_param *params;
	const char *const *names;
	size_t state_size;
	bool gives_way;
	int (*check)(const uint64_t *values, struct bs_error *err);
	uint64_t (*peak_bytes)(const uint64_t *values);
	bs_ns (*length)(const uint64_t *values);
	unsigned int (*nr_tasks)(const uint64_t *values);
	int (*begin)(struct bs_task *t, struct bs_error *err);
	void (*step)(struct bs_task *t);
	void (*end)(struct bs_task *t);
};

/** Load number @index, NULL behind the last. */
const struct bs_load_kind *bs_load_at(unsigned int index);
/** By its name; NULL with @err, which names the nearest one. */
const struct bs_load_kind *bs_load_find(const char *name, struct bs_error *err);
/** Can "name:parameter=value,..." be run? 0, or negative with @err. */
int bs_load_check(const char *text, struct bs_error *err);

struct bs_trace_info;
/**
 * bs_load_to_trace - a load as a trace, each step when it would happen if nothing made it wait
 * @text: "name:parameter=value,..."; @seed: of its random choices, unless it says one itself
 * @stop: non-zero ends it with status BS_INTERRUPTED; may be NULL
 * @result: receives the trace's figures, without the pointers
 */
int bs_load_to_trace(const char *text, uint64_t seed, const char *out_path,
		     const volatile int *stop, struct bs_trace_info *result, struct bs_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
