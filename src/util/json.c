// SPDX-License-Identifier: GPL-2.0-or-later
#include "json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <buddysim/record.h>

/* ---- Writing --------------------------------------------------------------------------------- */

json_t *bs_json_uint(uint64_t v)
{
	char digits[24];

	if (v <= INT64_MAX)
		return json_integer((json_int_t)v);
	snprintf(digits, sizeof(digits), "%" PRIu64, v);
	return json_string(digits);
}

json_t *bs_json_time(bs_ns t)
{
	return t == BS_NO_TIME ? json_null() : bs_json_uint(t);
}

/* Bytes of the UTF-8 character that @text starts with, or 0 if it starts with none. */
static size_t character(const char *text)
{
	const size_t left = strnlen(text, 4);

	/* Who knows what is valid is the library that would refuse it. */
	for (size_t n = 1; n <= left; n++) {
		json_t *s = json_stringn(text, n);

		json_decref(s);
		if (s)
			return n;
	}
	return 0;
}

json_t *bs_json_text(const char *text)
{
	json_t *s = json_string(text ? text : "");
	char *escaped, *to;

	if (s)
		return s;
	escaped = to = malloc(4 * strlen(text) + 1);
	while (escaped && *text) {
		const size_t n = character(text);

		if (n)
			memcpy(to, text, n);
		else
			sprintf(to, "\\x%02x", (unsigned char)*text);
		to += n ? n : 4;
		text += n ? n : 1;
	}
	if (!escaped)
		return NULL;
	s = json_stringn(escaped, (size_t)(to - escaped));
	free(escaped);
	return s;
}

void bs_text_json(void *file, const char *text)
{
	json_t *s = bs_json_text(text);

	if (s)
		json_dumpf(s, file, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
	json_decref(s);
}

json_t *bs_json_uints(const uint64_t *v, size_t n)
{
	json_t *a = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(a, bs_json_uint(v[i]));
	return a;
}

void bs_json_put_uint(json_t *o, const char *key, uint64_t v)
{
	json_object_set_new(o, key, bs_json_uint(v));
}

void bs_json_put_time(json_t *o, const char *key, bs_ns t)
{
	json_object_set_new(o, key, bs_json_time(t));
}

void bs_json_put_text(json_t *o, const char *key, const char *text)
{
	json_object_set_new(o, key, bs_json_text(text));
}

void bs_json_put_bool(json_t *o, const char *key, bool v)
{
	json_object_set_new(o, key, json_boolean(v));
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* The first @len bytes of @key: in an array they are a number, and nothing but one. */
static json_t *member(const json_t *o, const char *key, size_t len)
{
	if (!json_is_array(o))
		return json_object_getn(o, key, len);
	if (!len || strspn(key, "0123456789") < len)
		return NULL;
	return json_array_get(o, strtoul(key, NULL, 10));
}

json_t *bs_json_at(const json_t *o, const char *path)
{
	json_t *v = NULL;

	while (*path) {
		const size_t len = strcspn(path, ".");

		v = member(o, path, len);
		if (!v)
			return NULL;
		o = v;
		path += len + (path[len] == '.');
	}
	return v;
}

bool bs_json_get_uint(const json_t *v, uint64_t *value)
{
	const char *digits = json_string_value(v);
	char *end;

	if (json_is_integer(v)) {
		*value = (uint64_t)json_integer_value(v);
	} else if (json_is_boolean(v)) {
		*value = json_is_true(v);
	} else if (digits && *digits >= '0' && *digits <= '9') {
		errno = 0;
		*value = strtoull(digits, &end, 10);
		return !*end && !errno;
	} else {
		return false;
	}
	return true;
}

int bs_json_uint_at(const json_t *o, const char *path, uint64_t *value)
{
	const json_t *v = bs_json_at(o, path);

	if (!v)
		return -ENOENT;
	return bs_json_get_uint(v, value) ? 0 : -ENODATA;
}

uint64_t bs_json_value(const json_t *o, const char *path)
{
	uint64_t v = 0;

	bs_json_uint_at(o, path, &v);
	return v;
}

const char *bs_json_words(const json_t *o, const char *path)
{
	const char *text = json_string_value(bs_json_at(o, path));

	return text ? text : "";
}
