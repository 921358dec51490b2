// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_perf.c - what perf script prints of a perf.data, with call chains or without:
 *
 *   # captured on    : Mon Jan  1 00:00:00 2024
 *     perf-exec 26842 [001]  2781.801833: kmem:mm_page_free: page=0x1afc2f pfn=0x1afc2f order=0
 *           ffffffff812b5a10 get_page_from_freelist+0x1a0 ([kernel.kallsyms])
 *     swapper 0 [000]  2781.802000: PERF_RECORD_LOST lost 17
 */
#include <ctype.h>
#include <string.h>

#include "textline.h"

/* "kmem:mm_page_alloc:"; old perf prints the sample's period before it. */
static bool name_at(const char **at, struct bs_token *name)
{
	const char *colon;

	if (bs_token_next(at, name) && bs_token_is_number(name))
		bs_token_next(at, name);
	if (name->n < 2 || name->s[name->n - 1] != ':' || isdigit((unsigned char)name->s[0]))
		return false;
	colon = memchr(name->s, ':', name->n - 1);
	if (!colon)
		return false;
	*name = (struct bs_token){colon + 1, name->n - 2 - (size_t)(colon - name->s)};
	return name->n;
}

/* "PERF_RECORD_LOST lost 5", "LOST 5 events!", "Processed 9 events and lost 5 chunks!" */
static uint64_t lost(const char *line)
{
	const char *at = strstr(line, "PERF_RECORD_LOST");

	if (at)
		at = strstr(at, "lost ");
	if (!at)
		at = strstr(line, " and lost ");
	if (!at) {
		at = strstr(line, "LOST ");
		at = at && strstr(at, " events!") ? at : NULL;
	}
	return at ? bs_text_count(at) : 0;
}

/* Comments, call chains, and what perf says of itself. */
static bool is_nothing(const char *line)
{
	const char *at = line;
	struct bs_token t;

	if (!bs_token_next(&at, &t) || t.s[0] == '#')
		return true;
	if (line[0] == ' ' || line[0] == '\t')
		return bs_token_is_address(&t);
	return bs_token_is(&t, "Warning:") || !strncmp(line, "Check IO/CPU overload!", 22);
}

static const struct bs_text_form form = {name_at, lost, is_nothing};

static bool probe(const char *line)
{
	return bs_text_probe(&form, line);
}

static enum bs_line parse(const char *line, struct bs_text_event *ev, const char **why)
{
	return bs_text_parse(&form, line, ev, why);
}

const struct bs_importer bs_import_perf = {
	.form = {"perf", "perf script"},
	.probe = probe,
	.parse = parse,
};
