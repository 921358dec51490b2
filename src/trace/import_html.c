// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_html.c - the page that systrace makes: ftrace text in a script element, between scripts and
 * styles of the page's own.
 */
#include <string.h>

#include "textline.h"

/* "<!DOCTYPE html>", "<html>" */
static bool begins(const char *line)
{
	line += strspn(line, " \t");
	return !strncasecmp(line, "<!doctype html", 14) || !strncasecmp(line, "<html", 5);
}

static enum bs_line parse(const char *line, struct bs_text_event *ev, const char **why)
{
	static const char *const tags[] = {"<html",  "</html",	"<head",  "</head", "<body",
					   "</body", "<script", "</scri", "<style", "</styl",
					   "<meta",  "<title",	"<pre",	  "</pre",  "<!--"};
	const char *p = line + strspn(line, " \t");

	(void)why;
	*ev = (struct bs_text_event){.migratetype = -1, .cpu = BS_CPU_UNKNOWN};
	if (begins(line))
		return BS_LINE_NOTHING;
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (!strncasecmp(p, tags[i], strlen(tags[i])))
			return BS_LINE_NOTHING;
	return BS_LINE_FOREIGN;
}

const struct bs_importer bs_import_html = {
	.form = {"html", "a systrace page"},
	.parse = parse,
	.begins = begins,
};
