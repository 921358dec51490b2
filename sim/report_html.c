// SPDX-License-Identifier: GPL-2.0-or-later
#include "report_html.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <buddysim/picture.h>

#include "cli.h"
#include "folder.h"
#include "gnuplot.h"

/* Of more records the page draws what it shows itself. */
#define DRAWN_RECORDS 8

struct drawing {
	struct bs_page *page;
	const char *scripts;
	const struct folder *f;
	bool full; /* there is no room for more */
};

static int draw_one(struct drawing *d, const struct bs_pictures *p, size_t record, unsigned int i,
		    struct bs_error *err)
{
	const char *name = bs_picture_at(i);
	int ret = bs_pictures_write(p, i, d->f->path, err);
	char *path;

	/* What the record does not have is no failure: the page says what it shows. */
	if (ret)
		return ret < 0 ? ret : 0;
	ret = gnuplot_draw(d->scripts, name, d->f->path, "svg", err);
	if (ret)
		return ret;
	if (asprintf(&path, "%s/%s.svg", d->f->path, name) < 0)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "pictures", NULL, "cannot be drawn");
	ret = bs_page_picture(d->page, record, name, path, err);
	free(path);
	d->full = d->full || ret > 0;
	return ret < 0 ? ret : 0;
}

static int draw_record(struct drawing *d, const struct bs_stored *in, size_t record,
		       const char *highlight, struct bs_error *err)
{
	struct bs_pictures *p;
	int ret = bs_pictures_open(in, highlight, &p, err);

	for (unsigned int i = 0; !ret && bs_picture_at(i); i++)
		ret = draw_one(d, p, record, i, err);
	bs_pictures_close(p);
	return ret;
}

/* In a folder for the time being, which goes away however the program is stopped. */
static int draw(struct bs_page *page, struct bs_stored *const *records, size_t nr,
		const char *scripts, const char *highlight, struct bs_error *err)
{
	const char *tmp = getenv("TMPDIR");
	struct drawing d = {.page = page, .scripts = scripts};
	struct folder f;
	int ret = folder_open(&f, tmp && *tmp ? tmp : "/tmp", err);

	if (ret)
		return ret;
	d.f = &f;
	for (size_t i = 0; !ret && i < nr && i < DRAWN_RECORDS; i++)
		ret = draw_record(&d, records[i], i, highlight, err);
	folder_abandon(&f);
	if (d.full)
		cli_warn("some pictures are left out: the page has no room for them");
	return ret;
}

int report_html(struct bs_stored *const *records, size_t nr, const char *highlight,
		const char *path, struct bs_error *err)
{
	struct bs_page *page = NULL;
	char *scripts = gnuplot_scripts(err);
	int ret = scripts ? bs_page_open(records, nr, highlight, &page, err) : -ENOENT;

	if (!ret) {
		ret = draw(page, records, nr, scripts, highlight, err);
		if (ret && err->status == BS_RESOURCE) {
			cli_warn("the page is without gnuplot's pictures: %s", err->text);
			ret = 0;
		}
	}
	if (!ret)
		ret = bs_page_write(page, scripts, path, err);
	bs_page_close(page);
	free(scripts);
	return ret;
}
