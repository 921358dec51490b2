// SPDX-License-Identifier: GPL-2.0-or-later
#include "kind.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "json.h"

json_t *bs_experiment_row(struct bs_experiment *x, const char *strategy)
{
	json_t *row = json_object();

	bs_json_put_text(row, "strategy", strategy);
	json_array_append_new(x->rows, row);
	if (x->cfg.ear)
		x->cfg.ear->tell(x->cfg.ear->arg, json_array_size(x->rows),
				 (uint64_t)x->nr_specs * x->nr_settings);
	return row;
}

uint64_t bs_row_get(const json_t *row, const char *key)
{
	uint64_t v = 0;

	bs_json_get_uint(json_object_get(row, key), &v);
	return v;
}

const char *bs_row_word(const json_t *row, const char *key)
{
	const char *word = json_string_value(json_object_get(row, key));

	return word ? word : "";
}

/* In place of what was there; without memory nothing. */
static void set_text(char **to, const char *fmt, va_list ap)
{
	free(*to);
	if (vasprintf(to, fmt, ap) < 0)
		*to = NULL;
}

void bs_experiment_answers(struct bs_experiment *x, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set_text(&x->answer, fmt, ap);
	va_end(ap);
	bs_json_put_text(x->record, "answer", x->answer);
}

void bs_experiment_measured_answer(struct bs_experiment *x, const char *text)
{
	free(x->measured_answer);
	if (asprintf(&x->measured_answer, "%s; %s", x->answer, text) < 0)
		x->measured_answer = NULL;
	bs_json_put_text(x->measured, "answer", x->measured_answer);
}

void bs_experiment_kernels(struct bs_experiment *x, const char *words)
{
	x->cfg.kernel = words;
	bs_json_put_text(x->setting, "kernel", words);
}

void bs_experiment_setting(struct bs_experiment *x, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set_text(&x->text, fmt, ap);
	va_end(ap);
}
