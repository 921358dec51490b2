// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_perf.c - what perf script prints of a perf.data, with call chains or without, with whatever
 * fields (-F) and records between the samples:
 *
 *   # os release : 6.1.0
 *     perf-exec 26842 [001]  2781.801833: kmem:mm_page_free: page=0x1afc2f pfn=0x1afc2f order=0
 *           ffffffff812b5a10 get_page_from_freelist+0x1a0 ([kernel.kallsyms])
 *                      2724a main+0x7a (/usr/bin/prog)
 *     swapper 0 [000]  2781.802000: PERF_RECORD_LOST lost 17
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "textline.h"

/* "mm_page_alloc:k", as it was asked for: the name alone. */
static struct bs_token without_modifiers(const char *s, const char *end)
{
	const char *colon = memchr(s, ':', (size_t)(end - s));

	return (struct bs_token){s, (size_t)((colon ? colon : end) - s)};
}

/* "kmem:mm_page_alloc:"; the sample's period may stand before it; a record of perf's own. */
static bool name_at(const char **at, struct bs_token *name, enum bs_place found)
{
	const char *colon;
	bool period;

	(void)found;
	if (!bs_token_next(at, name))
		return false;
	period = bs_token_is_number(name);
	if (period && !bs_token_next(at, name))
		return false;
	if (bs_token_begins(name, "PERF_RECORD_"))
		return true;
	if (name->n < 2 || name->s[name->n - 1] != ':' || isdigit((unsigned char)name->s[0]))
		return false;
	colon = memchr(name->s, ':', name->n - 1);
	if (colon)
		*name = without_modifiers(colon + 1, name->s + name->n - 1);
	else
		name->n = 0; /* "250000 cycles:" */
	return period || name->n;
}

static enum bs_line record(const struct bs_token *name, const char *fields,
			   struct bs_text_event *ev)
{
	const char *at = fields;
	struct bs_token t;

	if (!bs_token_begins(name, "PERF_RECORD_"))
		return BS_LINE_OTHER;
	if (!bs_token_begins(name, "PERF_RECORD_LOST") || !bs_token_next(&at, &t) ||
	    !bs_token_is(&t, "lost"))
		return BS_LINE_NOTHING;
	ev->lost = bs_text_count(at);
	ev->cpu = BS_CPU_UNKNOWN;
	return BS_LINE_LOST;
}

/* "Processed 1828519 samples and lost 7.17%!": the share of both. */
static uint64_t lost_share(const char *line, const char *lost)
{
	const double share = strtod(lost, NULL) / 100;
	const double all = (double)strtoull(line + strlen("Processed "), NULL, 10);

	if (!(share > 0) || !(share <= 1) || !(all * share < 1e18))
		return 1;
	return (uint64_t)(all * share) + 1;
}

/* "LOST 5 events!", "Processed 9 events and lost 5 chunks!": sums that perf prints at the end. */
static bool is_lost(const char *line, struct bs_text_event *ev)
{
	static const char and_lost[] = " and lost ";
	const char *at = NULL;

	if (!strncmp(line, "Processed ", 10))
		at = strstr(line, and_lost);
	if (at) {
		ev->total = true;
		at += strlen(and_lost);
		ev->lost = strchr(at, '%') ? lost_share(line, at) : bs_text_count(at);
		return true;
	}
	if (strncmp(line, "LOST ", 5) || !strstr(line, " events!"))
		return false;
	ev->lost = bs_text_count(line);
	return true;
}

/* "# os release : 6.1.0" */
static enum bs_line header(const char *line, struct bs_text_event *ev)
{
	static const char release[] = "# os release : ";

	if (!strncmp(line, release, strlen(release)))
		return bs_text_kernel(line + strlen(release), ev);
	return BS_LINE_NOTHING;
}

/* A frame of a call chain: an address, which may be relative, and a symbol; a symbol alone; or the
 * place in a source. Frames are indented, with a tab by most versions. */
static bool is_frame(const char *line, const struct bs_token *first)
{
	const char *colon;
	struct bs_token last = *first, t;
	const char *at = line;

	if (line[0] == '\t' || bs_token_is_address(first))
		return true;
	while (bs_token_next(&at, &t))
		last = t;
	if (last.n > 2 && last.s[last.n - 1] == ')' && strchr(line, '('))
		return true;
	colon = memrchr(last.s, ':', last.n);
	return colon && last.s == first->s && isdigit((unsigned char)colon[1]);
}

/* What perf script -D prints before each sample: ". ... raw event: size 272 bytes", " ... thread: cc1:268",
 * "0x2e8@perf.data [0x110]: event: 69", "1 24309440695430 0x467148 [0xd0]: PERF_RECORD_SAMPLE(IP, 0x1): .." */
static bool is_dump(const char *line)
{
	const char *bracket;

	if (line[0] == '.' || !strncmp(line, " ... ", 5) || !strncmp(line, " ...... ", 8))
		return true;
	if (!isdigit((unsigned char)line[0]))
		return false;
	bracket = strstr(line, " [0x");
	return bracket && (strstr(bracket, "]: event: ") || strstr(bracket, "]: PERF_RECORD_"));
}

static enum bs_line dumped(const char *line, struct bs_text_event *ev)
{
	static const char lost[] = ": lost:";
	const char *at = strstr(line, "]: PERF_RECORD_LOST");

	at = at ? strstr(at, lost) : NULL;
	if (!at)
		return BS_LINE_NOTHING;
	ev->lost = bs_text_count(at + strlen(lost));
	return BS_LINE_LOST;
}

/* Comments, call chains, and what perf says of itself. */
static enum bs_line other(const char *line, struct bs_text_event *ev)
{
	static const char *const said[] = {"Warning:", "Check IO/CPU overload!", "[ perf ",
					   "PERF_RECORD_"};
	const char *at = line;
	struct bs_token t;

	if (!bs_token_next(&at, &t))
		return BS_LINE_NOTHING;
	if (t.s[0] == '#')
		return header(line, ev);
	if (is_lost(line, ev))
		return BS_LINE_LOST;
	if (is_dump(line))
		return dumped(line, ev);
	/* A comm may look like an address. */
	if ((line[0] == ' ' || line[0] == '\t') && is_frame(line, &t) &&
	    !strstr(line, " kmem:mm_page"))
		return BS_LINE_NOTHING;
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		if (!strncmp(line, said[i], strlen(said[i])))
			return BS_LINE_NOTHING;
	return BS_LINE_FOREIGN;
}

static const struct bs_text_form form = {name_at, record, other};

static bool probe(const char *line)
{
	return bs_text_probe(&form, line);
}

/* Most lines of a recording with call chains, told by their beginning alone. */
static bool is_plain_frame(const char *line)
{
	const char *p = line + 1;

	if (line[0] != '\t')
		return false;
	while (*p == ' ')
		p++;
	if (!isxdigit((unsigned char)*p))
		return false;
	while (isxdigit((unsigned char)*p))
		p++;
	return *p == ' ' && !strstr(p, " kmem:");
}

static enum bs_line parse(const char *line, struct bs_text_event *ev, const char **why)
{
	if (is_plain_frame(line))
		return BS_LINE_NOTHING;
	return bs_text_parse(&form, line, ev, why);
}

const struct bs_importer bs_import_perf = {
	.form = {"perf", "perf script"},
	.probe = probe,
	.parse = parse,
};
