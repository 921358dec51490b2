// SPDX-License-Identifier: GPL-2.0-or-later
/* print.c - a result in the form that was asked for, onto a stream or into a file. */
#include <errno.h>

#include "json_out.h"
#include "outfile.h"
#include "record_csv.h"
#include "table.h"

static int print_json(const struct bs_result *r, bool measured, FILE *f)
{
	json_t *o = json_copy(r->record);
	struct bs_json_out to;
	int ret;

	if (!o)
		return -ENOMEM;
	if (measured)
		json_object_set(o, "measured", r->measured);
	bs_json_out_begin(&to, f, 0);
	bs_json_out_value(&to, o, bs_result_instead, r);
	ret = bs_json_out_end(&to);
	json_decref(o);
	return ret || fputc('\n', f) == EOF ? -EIO : 0;
}

int bs_result_print(const struct bs_result *r, enum bs_format format, bool measured, void *file)
{
	switch (format) {
	case BS_FORMAT_CSV:
		return bs_result_csv(r, file);
	case BS_FORMAT_TSV:
		return bs_result_tsv(r, file);
	case BS_FORMAT_MARKDOWN:
		return bs_result_markdown(r, file);
	case BS_FORMAT_JSON:
		return print_json(r, measured, file);
	default:
		return bs_result_text(r, file);
	}
}

int bs_result_write(const struct bs_result *r, enum bs_format format, bool measured,
		    const char *path, struct bs_error *err)
{
	struct bs_outfile o;
	int ret = bs_outfile_open(&o, path, err);

	if (ret)
		return ret;
	/* A failed write shows up in commit(), which knows the errno. */
	bs_result_print(r, format, measured, o.f);
	return bs_outfile_commit(&o, err);
}
