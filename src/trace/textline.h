/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * textline.h - what the text forms share. They differ in what stands before the time and in how an
 * event is named; everything behind the name is the kernel's own print format:
 *
 *   COMM-PID     [CPU] FLAGS  SECONDS: NAME: page=.. pfn=.. order=.. ...     ftrace, trace-cmd
 *   COMM PID     [CPU]        SECONDS:  kmem:NAME: page=.. pfn=.. ...        perf script
 */
#ifndef BS_TRACE_TEXTLINE_H
#define BS_TRACE_TEXTLINE_H

#include "importer.h"

struct bs_token {
	const char *s;
	size_t n;
};

/* The next word, and *@at behind it; false at the end of the line. */
bool bs_token_next(const char **at, struct bs_token *t);
bool bs_token_is(const struct bs_token *t, const char *text);
/* Only digits, and at least one. */
bool bs_token_is_number(const struct bs_token *t);
/* At least six hex digits and nothing else: an address of a call chain. */
bool bs_token_is_address(const struct bs_token *t);

/* The event's name where a form has it, *@at behind it: its bytes without system and colon. */
typedef bool bs_name_fn(const char **at, struct bs_token *name);

/*
 * Where the time is, the event's name behind it and the CPU before it; the fields begin at the result,
 * NULL if it is no event of the form. *@ev gets time, CPU and who did it.
 */
const char *bs_text_find(const char *line, bs_name_fn *name_at, struct bs_text_event *ev,
			 struct bs_token *name);
/* The event of that name with its fields at @fields; an event that is none of ours is OTHER. */
enum bs_line bs_text_read(const struct bs_token *name, const char *fields, struct bs_text_event *ev,
			  const char **why);

/*
 * What makes a form of text out of the above.
 * @lost: how many events the line says were lost, 0 if it says nothing of the kind
 * @is_nothing: a line that the form is known to have and that holds no event: headers, call chains
 */
struct bs_text_form {
	bs_name_fn *name_at;
	uint64_t (*lost)(const char *line);
	bool (*is_nothing)(const char *line);
};
/* What struct bs_importer asks of such a form. */
bool bs_text_probe(const struct bs_text_form *form, const char *line);
enum bs_line bs_text_parse(const struct bs_text_form *form, const char *line,
			   struct bs_text_event *ev, const char **why);

/* The first number behind @at; 1 if there is none: what was lost is at least one event. */
uint64_t bs_text_count(const char *at);

#endif
