/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bs_trace_test.h - scratch files and small traces for the tests of src/trace. */
#ifndef BS_TRACE_TEST_H
#define BS_TRACE_TEST_H

#include <buddysim/trace.h>

/* A path in a private scratch folder, valid until the next call with the same @name. */
const char *bs_test_path(const char *name);
void bs_test_write_file(const char *path, const void *data, size_t len);
/* malloc'd, and ended as a string is; *@len its length without that. */
unsigned char *bs_test_read_file(const char *path, size_t *len);
/* A trace of the given events; info may be NULL: one CPU, no pfns, no names. */
void bs_test_write_trace(const char *path, const struct bs_trace_info *info,
			 const struct bs_trace_event *ev, size_t n);
/* Events as text, one line each: "0 pre o0 GFP_KERNEL", "5us free age=1 o0+0 batched" ... */
char *bs_test_trace_text(const char *path);
/* They are these. */
void bs_assert_trace_text(const char *path, const char *expected);
/* A generated trace; its figures. */
struct bs_trace_info bs_test_generate(const char *generator, const char *params, uint64_t seed,
				      const char *path);

/* What an ear heard. @done never goes back, @of stays what it is; 0: nobody knew. */
struct bs_test_heard {
	uint64_t done, of;
	unsigned int calls;
};
/* Nothing yet. */
struct bs_ear bs_test_ear(struct bs_test_heard *h);

/* Every kind of event, every column in use, every counter its own; and its events as text. */
#define BS_NR_SMALL 10
extern const struct bs_trace_info bs_small_info;
extern const struct bs_trace_event bs_small[BS_NR_SMALL];
extern const char bs_small_text[];

/* Random events over three chunks, on two CPUs, all steps from 0 to hours, in two orders of tick; the
 * caller frees them. */
#define BS_NR_RANDOM 40000
struct bs_trace_event *bs_test_random_events(uint64_t seed);

#endif
