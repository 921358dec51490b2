// SPDX-License-Identifier: GPL-2.0-or-later
#include "json_out.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

#define PORTION (64u << 10) /* that goes into a file at once */

void bs_json_out_begin(struct bs_json_out *o, FILE *f, unsigned int depth)
{
	/* The first value stands where it is told to: nothing comes before it. */
	*o = (struct bs_json_out){.f = f, .depth = depth, .named = true};
}

static void flush(struct bs_json_out *o)
{
	if (o->len && fwrite(o->buf, 1, o->len, o->f) != o->len)
		o->failed = true;
	o->len = 0;
}

/* Room for @n more bytes, or NULL. */
static char *room(struct bs_json_out *o, size_t n)
{
	size_t cap = o->cap ? o->cap : PORTION;
	char *more;

	if (o->f && o->len + n > PORTION)
		flush(o);
	while (cap - o->len < n)
		cap *= 2;
	if (cap == o->cap)
		return o->buf + o->len;
	more = realloc(o->buf, cap);
	if (!more) {
		o->failed = true;
		return NULL;
	}
	o->buf = more;
	o->cap = cap;
	return more + o->len;
}

static void put(struct bs_json_out *o, const char *s, size_t n)
{
	char *to = room(o, n);

	if (!to)
		return;
	memcpy(to, s, n);
	o->len += n;
}

int bs_json_out_end(struct bs_json_out *o)
{
	if (!o->f) {
		put(o, "", 1);
		return o->failed ? -ENOMEM : 0;
	}
	flush(o);
	free(o->buf);
	o->buf = NULL;
	return o->failed ? -EIO : 0;
}

static void line(struct bs_json_out *o)
{
	char *to = room(o, o->depth + 1u);

	if (!to)
		return;
	*to = '\n';
	memset(to + 1, ' ', o->depth);
	o->len += o->depth + 1u;
}

/* Before a value, or the key of one. */
static void next(struct bs_json_out *o)
{
	if (o->named) {
		o->named = false;
		return;
	}
	if (o->full)
		put(o, ",", 1);
	line(o);
	o->full = true;
}

void bs_json_out_open(struct bs_json_out *o, char bracket)
{
	next(o);
	put(o, &bracket, 1);
	o->depth++;
	o->full = false;
}

void bs_json_out_close(struct bs_json_out *o, char bracket)
{
	o->depth--;
	if (o->full)
		line(o);
	put(o, &bracket, 1);
	o->full = true;
}

/* ---- Values ---------------------------------------------------------------------------------- */

static void digits(struct bs_json_out *o, uint64_t v)
{
	char text[20];
	unsigned int at = sizeof(text);

	do
		text[--at] = (char)('0' + v % 10);
	while (v /= 10);
	put(o, text + at, sizeof(text) - at);
}

void bs_json_out_uint(struct bs_json_out *o, uint64_t v)
{
	next(o);
	if (v > INT64_MAX)
		put(o, "\"", 1);
	digits(o, v);
	if (v > INT64_MAX)
		put(o, "\"", 1);
}

void bs_json_out_uints(struct bs_json_out *o, const uint64_t *v, size_t n)
{
	bs_json_out_open(o, '[');
	for (size_t i = 0; i < n; i++)
		bs_json_out_uint(o, v[i]);
	bs_json_out_close(o, ']');
}

void bs_json_out_null(struct bs_json_out *o)
{
	next(o);
	put(o, "null", 4);
}

void bs_json_out_bool(struct bs_json_out *o, bool v)
{
	next(o);
	put(o, v ? "true" : "false", v ? 4 : 5);
}

static int take(const char *s, size_t n, void *out)
{
	put(out, s, n);
	return 0;
}

/* What the library knows better: characters that are escaped, reals. */
static void as_library(struct bs_json_out *o, const json_t *v)
{
	if (json_dump_callback(v, take, o, JSON_ENCODE_ANY | JSON_ENSURE_ASCII))
		o->failed = true;
}

static void string(struct bs_json_out *o, const char *s, size_t n)
{
	json_t *v;

	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)s[i] >= 0x20 && (unsigned char)s[i] < 0x80 && s[i] != '"' &&
		    s[i] != '\\')
			continue;
		v = json_stringn(s, n);
		if (v)
			as_library(o, v);
		else
			o->failed = true;
		json_decref(v);
		return;
	}
	put(o, "\"", 1);
	put(o, s, n);
	put(o, "\"", 1);
}

void bs_json_out_key(struct bs_json_out *o, const char *key)
{
	next(o);
	string(o, key, strlen(key));
	put(o, ": ", 2);
	o->named = true;
}

void bs_json_out_text(struct bs_json_out *o, const char *text)
{
	json_t *v = bs_json_text(text);

	next(o);
	if (v)
		string(o, json_string_value(v), json_string_length(v));
	else
		o->failed = true;
	json_decref(v);
}

void bs_json_out_made(struct bs_json_out *o, const char *text, size_t len)
{
	next(o);
	put(o, text, len);
}

/* ---- What has been built --------------------------------------------------------------------- */

struct walk {
	struct bs_json_out *o;
	const char *(*instead)(const void *arg, const json_t *v);
	const void *arg;
};

static void value(const struct walk *w, const json_t *v);

static void members(const struct walk *w, const json_t *v)
{
	json_t *object = (json_t *)(uintptr_t)v;

	bs_json_out_open(w->o, '{');
	for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i)) {
		bs_json_out_key(w->o, json_object_iter_key(i));
		value(w, json_object_iter_value(i));
	}
	bs_json_out_close(w->o, '}');
}

static void elements(const struct walk *w, const json_t *v)
{
	bs_json_out_open(w->o, '[');
	for (size_t i = 0; i < json_array_size(v); i++)
		value(w, json_array_get(v, i));
	bs_json_out_close(w->o, ']');
}

static void value(const struct walk *w, const json_t *v)
{
	const char *text = w->instead ? w->instead(w->arg, v) : NULL;

	if (text) {
		bs_json_out_made(w->o, text, strlen(text));
	} else if (json_is_object(v)) {
		members(w, v);
	} else if (json_is_array(v)) {
		elements(w, v);
	} else if (json_is_integer(v) && json_integer_value(v) >= 0) {
		next(w->o);
		digits(w->o, (uint64_t)json_integer_value(v));
	} else if (json_is_string(v)) {
		next(w->o);
		string(w->o, json_string_value(v), json_string_length(v));
	} else {
		next(w->o);
		as_library(w->o, v);
	}
}

void bs_json_out_value(struct bs_json_out *o, const json_t *v,
		       const char *(*instead)(const void *arg, const json_t *v), const void *arg)
{
	const struct walk w = {.o = o, .instead = instead, .arg = arg};

	value(&w, v);
}
