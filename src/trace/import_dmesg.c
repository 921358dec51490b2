// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_dmesg.c - a kernel's log in which it dumped its trace buffer (ftrace_dump_on_oops, sysrq-z):
 * each line has the log's own time, and whatever a log daemon put before that.
 *
 *   [   12.345679][    T1]     cc1-268     1d..3. 16698us!: mm_page_free: page=0 pfn=0x10 order=0
 *   Nov 29 10:00:00 host kernel: [   12.345680] CPU:1 [LOST 17 EVENTS]
 */
#include <ctype.h>
#include <string.h>

#include "textline.h"

/* "[   12.345678]", "[    T1]", "[Mon Nov 29 10:00:00 2026]": behind it, or NULL. */
static const char *behind_bracket(const char *p, bool first)
{
	const char *close = strchr(p, ']'), *dot;

	if (*p != '[' || !close || close - p > 32)
		return NULL;
	p += 1 + strspn(p + 1, " ");
	if (!first)
		return (*p == 'T' || *p == 'C') && isdigit((unsigned char)p[1]) ? close + 1 : NULL;
	dot = memchr(p, '.', (size_t)(close - p));
	if (dot && isdigit((unsigned char)*p) && strspn(p, "0123456789") == (size_t)(dot - p) &&
	    strspn(dot + 1, "0123456789") == (size_t)(close - dot - 1))
		return close + 1;
	/* dmesg -T */
	return close - p == 24 && p[3] == ' ' && p[13] == ':' && p[16] == ':' ? close + 1 : NULL;
}

static const char *unwrap(const char *line)
{
	static const char daemon[] = " kernel: ";
	const char *p = line, *log = strstr(line, daemon), *behind;

	/* "<4>", "kern  :warn  : " */
	if (p[0] == '<' && isdigit((unsigned char)p[1]) && strchr(p, '>'))
		p = strchr(p, '>') + 1;
	if (!strncmp(p, "kern", 4) && strstr(p, " : ["))
		p = strstr(p, " : [") + 3;
	/* The daemon's prefix is short; in a longer line the words may be anybody's. */
	if (log && log - line < 80)
		p = log + strlen(daemon);
	behind = behind_bracket(p, true);
	if (!behind)
		return log && p > log ? p : NULL;
	p = behind;
	behind = behind_bracket(p, false);
	p = behind ? behind : p;
	return *p == ' ' ? p + 1 : p;
}

/* What the log says beside the dump. */
static enum bs_line parse(const char *line, struct bs_text_event *ev, const char **why)
{
	static const char version[] = "Linux version ", dropped[] = " printk messages dropped";
	const char *text = unwrap(line);

	(void)why;
	*ev = (struct bs_text_event){.migratetype = -1, .cpu = BS_CPU_UNKNOWN};
	if (!text && strstr(line, dropped) && line[0] == '*') {
		ev->lost = bs_text_count(line);
		return BS_LINE_LOST;
	}
	if (!text)
		return BS_LINE_FOREIGN;
	if (!strncmp(text, version, strlen(version)))
		return bs_text_kernel(text + strlen(version), ev);
	return BS_LINE_NOTHING;
}

const struct bs_importer bs_import_dmesg = {
	.form = {"dmesg", "a kernel's log"},
	.parse = parse,
	.unwrap = unwrap,
};
