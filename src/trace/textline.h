/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * textline.h - one line of ftrace, trace-cmd report or perf script text. The three differ in what
 * stands before the time; everything behind it is the kernel's own print format:
 *
 *   COMM-PID     [CPU] FLAGS  SECONDS: NAME: page=.. pfn=.. order=.. ...     ftrace, trace-cmd
 *   COMM PID     [CPU]        SECONDS:  kmem:NAME: page=.. pfn=.. ...        perf script
 */
#ifndef BS_TRACE_TEXTLINE_H
#define BS_TRACE_TEXTLINE_H

#include <buddysim/trace.h>

enum bs_line {
	BS_LINE_NOTHING, /* comment, header, call chain: no event */
	BS_LINE_ALLOC, /* mm_page_alloc */
	BS_LINE_FREE, /* mm_page_free, before 3.3 mm_page_free_direct */
	BS_LINE_BATCHED, /* mm_page_free_batched, before 3.3 mm_pagevec_free */
	BS_LINE_OTHER, /* an event of another kind */
	BS_LINE_LOST, /* events were lost here */
	BS_LINE_MALFORMED,
};

struct bs_text_event {
	uint64_t time; /* ns, as the line says */
	uint64_t pfn; /* all ones: none */
	uint64_t lost; /* LOST: how many, at least 1 */
	uint32_t gfp;
	unsigned int order, cpu;
	int migratetype; /* -1: not said */
	bool perf; /* the name has a "kmem:" before it */
	bool early; /* the idle task or pgdatinit did it */
};

/* @line is NUL-terminated. *@why: what is wrong with a malformed line. */
enum bs_line bs_text_parse(const char *line, struct bs_text_event *ev, const char **why);

#endif
