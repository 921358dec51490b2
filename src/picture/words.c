// SPDX-License-Identifier: GPL-2.0-or-later
#include "words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "labels.h"

#define NAME_SIZE 18
#define ROLE_SIZE 14
#define NAME_WIDTH 300

const char *bs_picture_number(double v, char *buf)
{
	char digits[BS_WORD];
	size_t n, k = 0;

	if (v != 0 && fabs(v) < 10) {
		snprintf(buf, BS_WORD, fabs(v) < 1 ? "%.2g" : "%.3g", v);
		return buf;
	}
	n = (size_t)snprintf(digits, sizeof(digits), "%.0f", v);
	for (size_t i = 0; i < n && k + 2 < BS_WORD; i++) {
		if (i && (n - i) % 3 == 0 && digits[i - 1] != '-')
			buf[k++] = ',';
		buf[k++] = digits[i];
	}
	buf[k] = '\0';
	return buf;
}

const char *bs_picture_time(double ns, char *buf)
{
	static const struct {
		double ns;
		const char *name;
	} units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}};
	unsigned int i = 0;

	if (ns == 0)
		return strcpy(buf, "0");
	while (i < 3 && ns < 0.9995 * units[i].ns)
		i++;
	snprintf(buf, BS_WORD, "%.*f %s",
		 ns / units[i].ns < 9.995 && fabs(ns / units[i].ns - round(ns / units[i].ns)) > 0.04
			 ? 1
			 : 0,
		 ns / units[i].ns, units[i].name);
	return buf;
}

/* ---- What it is about ------------------------------------------------------------------------ */

static void put_rounds(FILE *out, const struct bs_cast *f)
{
	const json_t *config = json_object_get(f->in->root, "config");
	uint64_t rounds, gap, tail;
	char a[BS_WORD], b[BS_WORD];

	if (bs_json_uint_at(config, "repeat", &rounds) || bs_json_uint_at(config, "gap_ns", &gap) ||
	    bs_json_uint_at(config, "tail_ns", &tail))
		return;
	if (rounds > 1)
		fprintf(out, "  ·  %d rounds with %s between, then %s idle", (int)rounds,
			bs_picture_time((double)gap, a), bs_picture_time((double)tail, b));
	else
		fprintf(out, "  ·  once, then %s idle", bs_picture_time((double)tail, b));
}

/* Each that a row runs on, once. */
static void put_kernels(const struct bs_cast *f, FILE *out)
{
	const char *begin = "  ·  ";

	for (size_t i = 0; i < f->nr_rows; i++) {
		const json_t *kernel = json_object_get(f->rows[i].cell, "kernel");
		size_t k = 0;

		while (k < i && !json_equal(json_object_get(f->rows[k].cell, "kernel"), kernel))
			k++;
		if (k < i || !json_is_string(kernel))
			continue;
		fprintf(out, "%s%s", begin, json_string_value(kernel));
		begin = ", ";
	}
}

/* Several guests, which need not be alike. */
static void put_host(const struct bs_cast *f, FILE *out)
{
	const json_t *config = json_object_get(f->in->root, "config");
	const char *policy = json_string_value(json_object_get(config, "host_policy"));
	char number[BS_WORD];
	uint64_t bytes;

	fprintf(out, "  ·  %zu guests",
		json_array_size(json_object_get(f->rows[0].cell, "guests")));
	if (!bs_json_uint_at(config, "host_memory_bytes", &bytes) && bytes)
		fprintf(out, " on a host of %s MiB",
			bs_picture_number((double)bytes / (1 << 20), number));
	if (!bs_json_uint_at(config, "host_swap_bytes", &bytes) && bytes)
		fprintf(out, ", %s MiB of swap",
			bs_picture_number((double)bytes / (1 << 20), number));
	if (policy)
		fprintf(out, "  ·  policy %s", policy);
}

char *bs_words_subject(const struct bs_cast *f)
{
	const json_t *trace = json_object_get(f->in->root, "trace");
	const json_t *config = json_object_get(f->in->root, "config");
	const char *device = json_string_value(json_object_get(f->rows[0].cell, "device"));
	const char *name = json_string_value(json_object_get(trace, "name"));
	char *text = NULL, number[BS_WORD];
	uint64_t memory;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (!name)
		name = json_string_value(json_object_get(trace, "sha256"));
	fprintf(out, "%s %s",
		json_is_string(json_object_get(config, "scenario")) ? "scenario"
		: bs_json_at(config, "load")			    ? "load"
								    : "trace",
		name ? name : "without a name");
	if (json_is_array(json_object_get(f->rows[0].cell, "guests"))) {
		put_host(f, out);
	} else {
		if (!bs_json_uint_at(config, "memory_bytes", &memory) && memory)
			fprintf(out, "  ·  guest of %s MiB",
				bs_picture_number((double)memory / (1 << 20), number));
		put_kernels(f, out);
	}
	if (device)
		fprintf(out, "  ·  %s", device);
	put_rounds(out, f);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

int bs_words_lack(const struct bs_cast *f, const char *what, const char *advice,
		  struct bs_error *err)
{
	bs_error_set(err, BS_INPUT, 0, f->in->path, advice, "the record has no %s", what);
	return 1;
}

const char *bs_words_rest(const struct bs_cast *f, char *buf)
{
	const size_t n = f->nr_rows - f->nr;

	*buf = '\0';
	if (n)
		snprintf(buf, BS_WORD, "grey: %zu other%s", n, n > 1 ? "s" : "");
	return buf;
}

/* ---- Names at the ends of curves ------------------------------------------------------------- */

struct bs_end bs_end_of_bound(void)
{
	return (struct bs_end){.name = "bound", .role = "cheapest possible", .colour = 0};
}

struct bs_end bs_end_of(const struct bs_row *r)
{
	return (struct bs_end){.name = r->label, .role = r->role, .colour = r->colour};
}

static unsigned int lines_of(const char *text)
{
	unsigned int n = *text ? 1 : 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static double widest_line(const char *text, unsigned int size, bool bold)
{
	double most = 0;

	while (*text) {
		const size_t len = strcspn(text, "\n");
		char *line = strndup(text, len);

		if (line)
			most = fmax(most, bs_sheet_text_width(line, size, bold));
		free(line);
		text += len + !!text[len];
	}
	return most;
}

double bs_ends_width(const struct bs_end *e, size_t n)
{
	double most = 0;

	for (size_t i = 0; i < n; i++) {
		char *name = bs_sheet_wrap(e[i].name, NAME_WIDTH, NAME_SIZE, true);
		char *role = bs_sheet_wrap(e[i].role, NAME_WIDTH, ROLE_SIZE, false);

		if (name && role)
			most = fmax(most, fmax(widest_line(name, NAME_SIZE, true),
					       widest_line(role, ROLE_SIZE, false)));
		free(name);
		free(role);
	}
	return most + 50;
}

static void put_end(struct bs_sheet *s, const struct bs_end *e, double height, double middle)
{
	char *name = bs_sheet_wrap(e->name, NAME_WIDTH, NAME_SIZE, true);
	char *role = bs_sheet_wrap(e->role, NAME_WIDTH, ROLE_SIZE, false);
	const double x = s->right + 36;
	double y = middle + height / 2 - 0.75 * NAME_SIZE;

	if (name && role) {
		bs_sheet_text(s, x, y, BS_LEFT, NAME_SIZE, true, e->colour, "%s", name);
		y -= 1.25 * NAME_SIZE * lines_of(name) - 2;
		if (*role)
			bs_sheet_text(s, x, y, BS_LEFT, ROLE_SIZE, false, BS_PALE, "%s", role);
		bs_sheet_line(s, e->x, e->y, x - 4, middle, e->colour, 1);
	}
	free(name);
	free(role);
}

void bs_ends_put(struct bs_sheet *s, const struct bs_end *e, size_t n, const char *rest)
{
	double at[BS_HIGHLIGHTS + 1] = {0}, height[BS_HIGHLIGHTS + 1] = {0};

	for (size_t i = 0; i < n; i++) {
		char *name = bs_sheet_wrap(e[i].name, NAME_WIDTH, NAME_SIZE, true);
		char *role = bs_sheet_wrap(e[i].role, NAME_WIDTH, ROLE_SIZE, false);

		at[i] = e[i].y;
		height[i] = 1.25 * NAME_SIZE * (name ? lines_of(name) : 1) +
			    1.25 * ROLE_SIZE * (role ? lines_of(role) : 1) + 10;
		free(name);
		free(role);
	}
	bs_place_column(at, height, n, s->bottom - 36, s->top);
	for (size_t i = 0; i < n; i++)
		put_end(s, &e[i], height[i] - 10, at[i]);
	if (*rest)
		bs_sheet_text(s, s->right + 36, s->bottom - 50, BS_LEFT, ROLE_SIZE, false, BS_PALE,
			      "%s", rest);
}
