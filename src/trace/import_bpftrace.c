// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_bpftrace.c - what traces/capture/pages.bt prints: kind, ns, CPU, and the fields by name.
 *
 *   alloc 11050463801123 1 pfn=131072 order=0 migratetype=1 gfp_flags=0x140dca
 *   free 11050463801999 1 pfn=131072 order=0
 *   batched 11050463802123 1 pfn=131072
 */
#include <stdlib.h>
#include <string.h>

#include "textline.h"

static const struct {
	const char *word, *event;
} kinds[] = {
	{"alloc", "mm_page_alloc"},
	{"free", "mm_page_free"},
	{"batched", "mm_page_free_batched"},
};

/* The event's own name, time and CPU; NULL: not a line of the script. */
static const char *find(const char *line, struct bs_text_event *ev, const char **at)
{
	struct bs_token t, ns, cpu;

	*at = line;
	if (!bs_token_next(at, &t) || !bs_token_next(at, &ns) || !bs_token_next(at, &cpu) ||
	    !bs_token_is_number(&ns) || ns.n > 18 || !bs_token_is_number(&cpu) || cpu.n > 6)
		return NULL;
	ev->time = strtoull(ns.s, NULL, 10);
	ev->cpu = (unsigned int)strtoul(cpu.s, NULL, 10);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (bs_token_is(&t, kinds[i].word))
			return kinds[i].event;
	return NULL;
}

static bool probe(const char *line)
{
	struct bs_text_event ev;
	const char *at;

	return find(line, &ev, &at);
}

static enum bs_line parse(const char *line, struct bs_text_event *ev, const char **why)
{
	static const char kernel[] = "kernel ";
	const char *at, *name;

	*ev = (struct bs_text_event){.migratetype = -1, .cpu = BS_CPU_UNKNOWN};
	name = find(line, ev, &at);
	if (name) {
		const struct bs_token t = {name, strlen(name)};

		return bs_text_read(&t, at, ev, why);
	}
	if (!strncmp(line, "Attaching ", 10) && strstr(line, " probe"))
		return BS_LINE_NOTHING;
	if (!strncmp(line, kernel, strlen(kernel)))
		return bs_text_kernel(line + strlen(kernel), ev);
	if (strncmp(line, "Lost ", 5) || !strstr(line, " events"))
		return BS_LINE_FOREIGN;
	ev->lost = bs_text_count(line);
	return BS_LINE_LOST;
}

const struct bs_importer bs_import_bpftrace = {
	.form = {"bpftrace", "bpftrace, by traces/capture/pages.bt"},
	.probe = probe,
	.parse = parse,
};
