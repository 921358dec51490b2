/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exporter.h - what another program reads of a trace. One is one file, export_NAME.c, that defines
 * bs_export_NAME, and one line in exporters.def. The common part (exporters.c) walks the trace and knows
 * which allocation a free means.
 */
#ifndef BS_TRACE_EXPORTER_H
#define BS_TRACE_EXPORTER_H

#include <stdio.h>

#include <buddysim/trace.h>

/** What a trace's event is of: @number: of the allocation, from 0. */
struct bs_export_event {
	const struct bs_trace_event *event;
	uint64_t number;
	bool part; /* of a free: not all of the block */
};

/**
 * struct bs_exporter - a form
 * @counts: it has to know what comes: its events are told twice, the first time, before @begin, with no @out
 */
struct bs_exporter {
	struct bs_export_form form;
	bool needs_pfn, counts;
	size_t state_size; /* of what @begin, @event and @end keep, zeroed at first */
	int (*begin)(void *state, const struct bs_trace_info *info, FILE *out);
	int (*event)(void *state, const struct bs_export_event *e, FILE *out);
	void (*end)(void *state, FILE *out); /* however it ended; what is left to be written */
};

#endif
