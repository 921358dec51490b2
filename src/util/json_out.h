/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json_out.h - JSON as it is printed, value by value, with nothing built before: byte for byte what
 * json_dumpf(JSON_INDENT(1) | JSON_ENSURE_ASCII) prints, at a tenth of the price.
 */
#ifndef BS_JSON_OUT_H
#define BS_JSON_OUT_H

#include <stdio.h>

#include <jansson.h>

#include <buddysim/types.h>

/**
 * struct bs_json_out - where it goes
 * @f: a file; NULL: into memory, @buf and @len at the end
 * @depth: of objects and arrays around the next value
 * @failed: a write failed, or there was no memory: looked at once, at the end
 */
struct bs_json_out {
	FILE *f;
	char *buf;
	size_t len, cap;
	unsigned int depth;
	bool failed;
	bool full; /* the object or array that is open has a value already */
	bool named; /* a key was written: its value follows */
};

/* @depth: as if within so many objects and arrays, where a value is expected. */
void bs_json_out_begin(struct bs_json_out *o, FILE *f, unsigned int depth);
/* What is left goes into the file: 0, or -EIO, or -ENOMEM. Memory ends as a string does, and is the caller's to
 * free(). */
int bs_json_out_end(struct bs_json_out *o);

void bs_json_out_open(struct bs_json_out *o, char bracket);
void bs_json_out_close(struct bs_json_out *o, char bracket);
void bs_json_out_key(struct bs_json_out *o, const char *key);
/* As bs_json_uint() has it. */
void bs_json_out_uint(struct bs_json_out *o, uint64_t v);
void bs_json_out_uints(struct bs_json_out *o, const uint64_t *v, size_t n);
void bs_json_out_null(struct bs_json_out *o);
void bs_json_out_bool(struct bs_json_out *o, bool v);
/* As bs_json_text() has it. */
void bs_json_out_text(struct bs_json_out *o, const char *text);
/* Text that is a value already, made at this depth. */
void bs_json_out_made(struct bs_json_out *o, const char *text, size_t len);
/* @instead: of a value, the text to be printed for it, made at its depth; or NULL: it is printed itself. May be
 * NULL itself. */
void bs_json_out_value(struct bs_json_out *o, const json_t *v,
		       const char *(*instead)(const void *arg, const json_t *v), const void *arg);

#endif
