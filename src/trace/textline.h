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
#include "reasons.h"

struct bs_token {
	const char *s;
	size_t n;
};

/* The next word, and *@at behind it; false at the end of the line. */
bool bs_token_next(const char **at, struct bs_token *t);
bool bs_token_is(const struct bs_token *t, const char *text);
bool bs_token_begins(const struct bs_token *t, const char *text);
/* Only digits, and at least one. */
bool bs_token_is_number(const struct bs_token *t);
/* Hex digits and nothing else: an address of a call chain, which may be relative to its object. */
bool bs_token_is_address(const struct bs_token *t);
/* "2781.802472" in ns; below 4e9 seconds. */
bool bs_token_is_seconds(const struct bs_token *t, uint64_t *ns);
/* "18:18:55.359015241" in ns since midnight. */
bool bs_token_is_time_of_day(const struct bs_token *t, uint64_t *ns);

/* How sure it is that a time is that of the line's event. */
enum bs_place {
	BS_PLACE_NONE,
	BS_PLACE_TIME, /* without a CPU */
	BS_PLACE_CPU, /* behind a CPU */
	BS_PLACE_TASK, /* behind a task and its CPU: a line of a trace, whatever comes next */
};

/* Of the words behind a time: may the event's name stand there? *@at is behind the name then, whose
 * bytes without system and colon are in *@name; none of ours: *@name may be anything. */
typedef bool bs_name_fn(const char **at, struct bs_token *name, enum bs_place found);

/*
 * Where the time is, the event's name behind it and the CPU before it; the fields begin at *@fields.
 * *@ev gets time, CPU, who did it, and the buffer.
 */
enum bs_place bs_text_find(const char *line, bs_name_fn *name_at, struct bs_text_event *ev,
			   struct bs_token *name, const char **fields);
/* The event of that name with its fields at @fields; an event that is none of ours is OTHER. */
enum bs_line bs_text_read(const struct bs_token *name, const char *fields, struct bs_text_event *ev,
			  const char **why);
/* What an event of that name is, OTHER if it is none of ours. */
enum bs_line bs_text_kind(const struct bs_token *name);
/* One field, "key" and its value; *@has collects what was there. False: no number where one belongs. */
bool bs_text_field(const struct bs_token *key, const struct bs_token *value,
		   struct bs_text_event *ev, unsigned int *has);
/* The event is whole, if @has holds what its kind needs. */
enum bs_line bs_text_whole(enum bs_line kind, unsigned int has, struct bs_text_event *ev,
			   const char **why);

/*
 * What makes a form of text out of the above.
 * @record: what a line is that has time and name of an event, and is none of ours: OTHER, NOTHING, LOST
 * @other: what any other line is: NOTHING for what the form is known to have (headers, call chains),
 *         LOST, OVERWRITTEN, KERNEL, or FOREIGN
 */
struct bs_text_form {
	bs_name_fn *name_at;
	enum bs_line (*record)(const struct bs_token *name, const char *fields,
			       struct bs_text_event *ev);
	enum bs_line (*other)(const char *line, struct bs_text_event *ev);
};
/* What struct bs_importer asks of such a form. */
bool bs_text_probe(const struct bs_text_form *form, const char *line);
enum bs_line bs_text_parse(const struct bs_text_form *form, const char *line,
			   struct bs_text_event *ev, const char **why);

/* "6.1.0-13-amd64" at @at: KERNEL; NOTHING if there is no version. */
enum bs_line bs_text_kernel(const char *at, struct bs_text_event *ev);
/* The first number behind @at; 1 if there is none: what was lost is at least one event. */
uint64_t bs_text_count(const char *at);

#endif
