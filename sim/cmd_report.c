// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_report.c - `buddysim report`: a record's figures as TSV, the pictures drawn from them, and records as
 * one page. */
#include "report.h"

#include <errno.h>
#include <stdlib.h>

#include <buddysim/picture.h>

#include "cli.h"
#include "gnuplot.h"
#include "progress.h"
#include "report_html.h"

int report_picture(const char *name, const struct folder *f, const struct report_form *form,
		   struct bs_error *err)
{
	char *scripts = gnuplot_scripts(err);
	int ret = scripts ? gnuplot_draw(scripts, name, f->path, form->formats, err) : -ENOENT;

	free(scripts);
	return ret;
}

/* How many of the pictures were drawn, or negative with @err, which else says why the last one of those left
 * out was. */
static int draw_pictures(const struct bs_pictures *p, const char *scripts, const struct folder *f,
			 const struct report_form *form, struct progress *progress,
			 struct bs_error *err)
{
	const char *name;
	unsigned int of = 0;
	int drawn = 0;

	while (bs_picture_at(of))
		of++;
	for (unsigned int i = 0; (name = bs_picture_at(i)); i++) {
		int ret = bs_pictures_write(p, i, f->path, err);

		progress_tell(progress, "drawing", i, of, "pictures");
		if (!ret)
			ret = gnuplot_draw(scripts, name, f->path, form->formats, err);
		if (ret < 0)
			return ret;
		drawn += !ret;
	}
	return drawn;
}

/* Those that could not be drawn, once it is clear that others were. */
static void tell_missing(const struct bs_pictures *p, const struct folder *f)
{
	struct bs_error why;
	const char *name;

	for (unsigned int i = 0; (name = bs_picture_at(i)); i++)
		if (bs_pictures_write(p, i, f->path, &why) == 1)
			cli_warn("%s is not drawn: %s", name, why.text);
}

static int draw_record(const struct bs_stored *in, const struct folder *f,
		       const struct report_form *form, struct bs_error *err)
{
	char *scripts = gnuplot_scripts(err);
	struct progress *progress = progress_begin(false);
	struct bs_pictures *p = NULL;
	int ret = scripts ? bs_pictures_open(in, form->highlight, &p, err) : -ENOENT;

	if (!ret) {
		ret = draw_pictures(p, scripts, f, form, progress, err);
		progress_end(progress);
		progress = NULL;
		if (ret > 0)
			tell_missing(p, f);
		if (ret >= 0)
			ret = ret ? 0 : -ENODATA;
	}
	progress_end(progress);
	bs_pictures_close(p);
	free(scripts);
	return ret;
}

/* The files of a record, with pictures where @form says how; *lacks as bs_record_data() has it. */
static int write_files(const struct bs_stored *in, const struct folder *f,
		       const struct report_form *form, char **lacks, struct bs_error *err)
{
	const int ret = bs_record_data(in, f->path, lacks, err);

	return ret >= 0 && form ? draw_record(in, f, form, err) : ret;
}

int report_plots(const char *record_path, const struct folder *f, const struct report_form *form,
		 struct bs_error *err)
{
	struct bs_stored *in;
	int ret = bs_record_read(record_path, &in, err);

	if (!ret)
		ret = write_files(in, f, form, NULL, err);
	bs_record_release(in);
	return ret;
}

/* ---- The verb ------------------------------------------------------------------------------- */

struct options {
	char **records; /* argv's */
	unsigned int nr;
	const char *data, *plots, *page;
	struct report_form form;
};

enum { OPT_HIGHLIGHT = 256, OPT_FORMAT };

static void check(const struct options *o, struct argp_state *state)
{
	if (!o->nr)
		argp_error(state, "no record given");
	if (!o->data && !o->plots && !o->page)
		argp_error(state, "nothing to do: give -o FILE.html, --data DIR or --plots DIR");
	if (o->nr > 1 && (o->data || o->plots))
		argp_error(state, "%s takes one record at a time: \"%s\" is a second one",
			   o->data ? "--data" : "--plots", o->records[1]);
	if (!o->plots && o->form.formats)
		argp_error(state, "--plots-format has no meaning without --plots DIR");
	if (!o->plots && !o->page && o->form.highlight)
		argp_error(state, "--highlight has no meaning without --plots DIR or -o FILE.html");
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	struct bs_error err;

	switch (key) {
	case 'd':
		o->data = arg;
		return 0;
	case 'p':
		o->plots = arg;
		return 0;
	case 'o':
		o->page = arg;
		return 0;
	case OPT_HIGHLIGHT:
		o->form.highlight = arg;
		return 0;
	case OPT_FORMAT:
		if (gnuplot_check_formats(arg, &err))
			exit(cli_error(&err));
		o->form.formats = arg;
		return 0;
	case ARGP_KEY_ARGS:
		o->records = state->argv + state->next;
		o->nr = (unsigned int)(state->argc - state->next);
		return 0;
	case ARGP_KEY_END:
		check(o, state);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* Data into @dir, and pictures where @form says how: all of it or nothing. 0 or the exit status. */
static int write_folder(const struct bs_stored *in, const char *record, const char *dir,
			const struct report_form *form)
{
	struct bs_error err = {0};
	char *lacks = NULL;
	struct folder f;
	int ret = folder_open(&f, dir, &err);

	if (ret)
		return cli_error(&err);
	ret = write_files(in, &f, form, &lacks, &err);
	if (ret < 0)
		folder_abandon(&f);
	else
		ret = folder_commit(&f, &err);
	if (ret >= 0 && lacks)
		cli_warn("%s: its schema does not know: %s", record, lacks);
	free(lacks);
	return ret < 0 ? cli_error(&err) : 0;
}

/* All records of all files on one page. 0 or the exit status. */
static int write_page(const struct options *o)
{
	struct progress *progress = progress_begin(false);
	struct bs_stored **list = NULL;
	struct bs_error err = {0};
	size_t nr = 0;
	int ret = 0;

	for (unsigned int i = 0; !ret && i < o->nr; i++) {
		progress_tell(progress, "reading", i, o->nr, "records");
		ret = bs_records_read(o->records[i], &list, &nr, &err);
	}
	progress_tell(progress, "writing the page", 0, 0, "");
	if (!ret)
		ret = report_html(list, nr, o->form.highlight, o->page, &err);
	progress_end(progress);
	bs_records_release(list, nr);
	return ret ? cli_error(&err) : 0;
}

/* What one record has, in folders. 0 or the exit status. */
static int write_folders(const struct options *o)
{
	const char *record = o->records[0];
	struct bs_pictures *p = NULL;
	struct bs_stored *in;
	struct bs_error err;
	int status = 0;

	if (bs_record_read(record, &in, &err))
		return cli_error(&err);
	/* Before a folder is made. */
	if (o->plots && bs_pictures_open(in, o->form.highlight, &p, &err))
		status = cli_error(&err);
	bs_pictures_close(p);
	if (o->data && !status)
		status = write_folder(in, record, o->data, NULL);
	if (o->plots && !status)
		status = write_folder(in, record, o->plots, &o->form);
	bs_record_release(in);
	return status;
}

int cmd_report(int argc, char **argv)
{
	static const struct argp_option list[] = {
		{"output", 'o', "FILE.html", 0,
		 "Write one page that needs no other file: answer, table, pictures, map of memory; of "
		 "several records, traces, or a merged sweep too",
		 0},
		{"data", 'd', "DIR", 0, "Write cells.tsv, timeline.tsv and orders-*.tsv into DIR",
		 0},
		{"plots", 'p', "DIR", 0,
		 "The same, and draw the pictures of plots/ there, as far as the record has what they show",
		 0},
		{"highlight", OPT_HIGHLIGHT, "NAME,...", 0,
		 "Rows in front of the pictures, at most five, \"bound\" among them (default: those in the "
		 "answer)",
		 0},
		{"plots-format", OPT_FORMAT, "LIST", 0,
		 "Formats of the pictures: svg, png, pdf, comma-separated (default svg)", 0},
		{0},
	};
	static const struct argp argp = {
		.options = list,
		.parser = parse_option,
		.args_doc = "RECORD...",
		.doc = "One page, or data files and pictures, from a record that `compare --format json` or "
		       "`sweep merge` wrote (- reads it from stdin).",
	};
	struct options o = {0};
	int status = 0;

	cli_parse(&argp, "report", argc, argv, &o);
	if (o.data || o.plots)
		status = write_folders(&o);
	if (o.page && !status)
		status = write_page(&o);
	return status;
}
