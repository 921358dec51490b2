// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace_plots.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "folder.h"
#include "gnuplot.h"
#include "trace_verdict.h"

/* A file's name as a field of a table: gnuplot takes tabs, line ends and double quotes for its own. */
static void print_name(FILE *f, const char *name)
{
	for (; *name; name++)
		fputc((unsigned char)*name < ' ' || *name == '"' ? '?' : *name, f);
}

/* Title, subtitle and unit; then begin and end of each part of the trace, and the most that lived in it. */
static void print_sheet(FILE *f, const struct bs_trace_info *info, const char *path)
{
	const double seconds = (double)info->duration / 1e9 / BS_TRACE_SHAPE;
	const bool gib = info->peak_pages >= (UINT64_C(2) << 30) >> info->page_shift;
	const double unit = (double)(1U << info->page_shift) / (gib ? 1 << 30 : 1 << 20);
	struct trace_verdict v;

	trace_judge(info, path, &v);
	fprintf(f, "# about\n");
	print_name(f, path);
	fprintf(f, ": at most %.1f %s allocated\t", (double)info->peak_pages * unit,
		gib ? "GiB" : "MiB");
	fprintf(f, "%" PRIu64 " events in %.3f s  ·  trust %.4f  ·  can it be trusted? %s\t%s\n",
		info->events, (double)info->duration / 1e9, bs_trace_trust(info) / 10000.0,
		v.answer, gib ? "GiB" : "MiB");
	fprintf(f, "\n\n# live\n");
	for (unsigned int i = 0; i < BS_TRACE_SHAPE; i++)
		fprintf(f, "%.9f\t%.9f\t%.6f\n", i * seconds, (i + 1) * seconds,
			(double)info->shape[i] * unit);
}

static int write_sheet(const struct bs_trace_info *info, const char *path, const struct folder *f,
		       struct bs_error *err)
{
	char *name = folder_file(f, "trace_live.tsv");
	FILE *out = name ? fopen(name, "w") : NULL;
	bool bad = !out;

	if (out) {
		print_sheet(out, info, path);
		bad = ferror(out);
		bad |= fclose(out) != 0;
	}
	free(name);
	return bad ? bs_error_set(err, BS_RESOURCE, errno, f->dir, NULL, "trace_live.tsv") : 0;
}

int trace_plots(const struct bs_trace_info *info, const char *path, const char *dir,
		const char *formats, struct bs_error *err)
{
	char *scripts;
	struct folder f;
	int ret;

	if (!info->peak_pages || !info->duration)
		return bs_error_set(err, BS_INPUT, 0, path, "record longer",
				    "nothing to draw: no memory lives in it for any time");
	scripts = gnuplot_scripts(err);
	if (!scripts)
		return -ENOENT;
	ret = folder_open(&f, dir, err);
	if (!ret) {
		ret = write_sheet(info, path, &f, err);
		if (!ret)
			ret = gnuplot_draw(scripts, "trace_live", f.path, formats, err);
		if (ret)
			folder_abandon(&f);
		else
			ret = folder_commit(&f, err);
	}
	free(scripts);
	return ret;
}
