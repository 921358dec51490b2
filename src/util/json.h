/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json.h - how values are written into a record, and found in it again: whatever the program holds
 * has one form in JSON, and nothing that it holds is lost or left out on the way.
 *
 * JSON's integers, as jansson and most readers keep them, end at 2^63 - 1. A larger number is written
 * as a string of its decimal digits: exact, and nobody takes it for something else. (As a real it
 * would lose its last digits, as an integer it would come out negative.)
 */
#ifndef BS_JSON_H
#define BS_JSON_H

#include <jansson.h>

#include <buddysim/types.h>

/* An integer, or from 2^63 on a string of digits. */
json_t *bs_json_uint(uint64_t v);
/* The same, and null for BS_NO_TIME: it never came to pass. */
json_t *bs_json_time(bs_ns t);
/* Text that may not be UTF-8 (a path, a trace's own name): each byte that is none is written as
 * \xHH, so that the text is there and its reader sees which bytes they were. NULL is "". */
json_t *bs_json_text(const char *text);
json_t *bs_json_uints(const uint64_t *v, size_t n);

void bs_json_put_uint(json_t *o, const char *key, uint64_t v);
void bs_json_put_time(json_t *o, const char *key, bs_ns t);
void bs_json_put_text(json_t *o, const char *key, const char *text);
void bs_json_put_bool(json_t *o, const char *key, bool v);

/* The value at "settle_ns.t90" or "nr_free.9", a number being an index where the value above is an
 * array; NULL if there is none. */
json_t *bs_json_at(const json_t *o, const char *path);
/* The number in @v: an integer, a boolean, or one of bs_json_uint()'s strings. False for all else. */
bool bs_json_get_uint(const json_t *v, uint64_t *value);
/* Both: 0, -ENOENT no such value, -ENODATA it is no number ("not checked", null). */
int bs_json_uint_at(const json_t *o, const char *path, uint64_t *value);
/* The number there, 0 if there is none; the text there, "" if there is none. */
uint64_t bs_json_value(const json_t *o, const char *path);
const char *bs_json_words(const json_t *o, const char *path);

#endif
