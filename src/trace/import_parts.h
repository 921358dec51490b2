/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * import_parts.h - an import, in two passes. The first (import_read.c) reads all lines: what is an event of
 * ours waits as its line said it, what shows the kernel, the clock and the machine's memory is noted. Then
 * the events are put in order, and the second (import_meaning.c) makes events by age of them.
 */
#ifndef BS_TRACE_IMPORT_PARTS_H
#define BS_TRACE_IMPORT_PARTS_H

#include "gfp_texts.h"
#include "importers.h"
#include "import_notes.h"
#include "pfnspace.h"
#include "spool.h"

/** What all files of an import are. */
struct import {
	const struct bs_import_config *config;
	const char *out_path;
	struct bs_error *err;
	struct bs_trace_info info; /* the counters are filled in on the way */
	struct bs_import_notes notes;

	/* first pass */
	struct bs_spool raw; /* struct bs_raw_event */
	struct bs_gfp_texts texts;
	struct bs_pfnspace space;
	const char *source; /* title of the first event's form */
	char path[256]; /* of the first file, for messages */
	char kernel[48]; /* version that a header names, or empty */
	uint64_t max_time, first_time; /* of all events of ours */
	uint64_t latest_first; /* of all CPUs' first events */
	uint64_t window_from; /* earlier ones are before what the source still had whole */
	bool unsorted, bare_letters, may_hide_losses, overwritten;

	/* second pass */
	struct bs_spool out; /* struct bs_spooled */
};

/** A block that was allocated before the trace began. */
struct bs_import_pre {
	uint64_t final; /* its allocation number: by first free */
	bs_pfn pfn;
	uint8_t order;
	bool batched;
};
struct bs_import_pres {
	struct bs_import_pre *pre;
	uint64_t nr, cap;
};

/* Read the lines of a file. 0, or negative with @im->err. */
int bs_import_read(struct import *im, const char *path, unsigned int file);
/* The events in order, as a trace has them: into @im->out, and its PREs; to a file. */
int bs_import_write(struct import *im, struct bs_trace_info *result);
/* @im->out and its PREs to a file, which is read back before it has a name. */
int bs_import_put(struct import *im, struct bs_import_pres *pres, struct bs_trace_info *result);

/* BS_INTERRUPTED, if it was asked to stop. */
int bs_import_stopped(struct import *im, const char *path);

#endif
