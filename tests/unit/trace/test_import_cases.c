// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recordings as people have them: every tests/import/text/FORM/NAME.txt is imported (they are the seeds of
 * tests/fuzz, too), and tests/import/want/NAME.want says what comes out: the exit status, counters of the trace, notes, words of the error; and, if there are lines with
 * "=", each event, in order.
 */
#include "bs_test.h"
#include "bs_trace_test.h"

#include <glob.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *word;
	size_t offset;
} counters[] = {
	{"other", offsetof(struct bs_trace_info, other_events)},
	{"lost", offsetof(struct bs_trace_info, lost_events)},
	{"unusable", offsetof(struct bs_trace_info, unusable)},
	{"failed", offsetof(struct bs_trace_info, failed)},
	{"clamped", offsetof(struct bs_trace_info, clamped_times)},
	{"unknown", offsetof(struct bs_trace_info, unknown_lines)},
	{"again", offsetof(struct bs_trace_info, freed_again)},
	{"duplicates", offsetof(struct bs_trace_info, duplicates)},
	{"coalesced", offsetof(struct bs_trace_info, coalesced)},
	{"overwritten", offsetof(struct bs_trace_info, overwritten)},
	{"cut", offsetof(struct bs_trace_info, cut_lines)},
	{"allocs", offsetof(struct bs_trace_info, allocs)},
	{"frees", offsetof(struct bs_trace_info, frees)},
};

/** What a .want file says. */
struct want {
	char line[64][256];
	unsigned int nr;
	char events[8192]; /* all "=" lines */
};

static void read_want(const char *path, struct want *w)
{
	FILE *f = fopen(path, "r");
	size_t used = 0;

	if (!f)
		fail_msg("%s is not there", path);
	memset(w, 0, sizeof(*w));
	while (w->nr < 64 && fgets(w->line[w->nr], sizeof(w->line[0]), f)) {
		if (!strncmp(w->line[w->nr], "= ", 2)) {
			used += (size_t)snprintf(w->events + used, sizeof(w->events) - used, "%s",
						 w->line[w->nr] + 2);
			continue;
		}
		w->line[w->nr][strcspn(w->line[w->nr], "\n")] = '\0';
		w->nr++;
	}
	fclose(f);
}

/* The rest of the line that begins with @word, or NULL. */
static const char *rest(const char *line, const char *word)
{
	const size_t n = strlen(word);

	return !strncmp(line, word, n) && line[n] == ' ' ? line + n + 1 : NULL;
}

static void set_option(struct bs_import_config *c, const char *text)
{
	const char *value;

	if ((value = rest(text, "kernel-version")))
		c->kernel_version = value;
	else if ((value = rest(text, "max-unknown")))
		c->max_unknown_e4 = (unsigned int)atoi(value);
	else if ((value = rest(text, "coalesce")))
		c->coalesce = !strcmp(value, "on") ? BS_COALESCE_ON : BS_COALESCE_OFF;
	else if (rest(text, "untraced"))
		c->keep_untraced = true;
	else if (rest(text, "strict"))
		c->strict = true;
	else
		fail_msg("no option %s", text);
}

static bool has_note(const struct bs_trace_info *info, const char *text)
{
	const char *kind_end = strchr(text, ' ');
	const char *at = info->notes;

	for (; *at; at += strcspn(at, "\n") + 1) {
		char line[512];
		const char *what;

		snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
		what = strchr(line, '\t');
		what = what ? strchr(what + 1, '\t') : NULL;
		what = what ? strchr(what + 1, '\t') : NULL;
		if (what && !strncmp(line, text, (size_t)(kind_end - text)) &&
		    !strncmp(what + 1, kind_end + 1, strlen(kind_end + 1)))
			return true;
	}
	return false;
}

/* One line of what is wanted: NULL, or what is wrong. */
static const char *check(const char *line, int status, const struct bs_trace_info *info,
			 const struct bs_error *err)
{
	static char got[1024];
	const char *value;

	if ((value = rest(line, "status"))) {
		snprintf(got, sizeof(got), "status %d: %s; %s", status, err->text, err->advice);
		return atoi(value) == status ? NULL : got;
	}
	if ((value = rest(line, "err"))) {
		snprintf(got, sizeof(got), "%s; %s", err->text, err->advice);
		return strstr(got, value) ? NULL : got;
	}
	if ((value = rest(line, "note")))
		return has_note(info, value) ? NULL : info->notes;
	if ((value = rest(line, "trust"))) {
		snprintf(got, sizeof(got), "trust %u", bs_trace_trust(info));
		return (unsigned int)atoi(value) == bs_trace_trust(info) ? NULL : got;
	}
	if ((value = rest(line, "cpus"))) {
		snprintf(got, sizeof(got), "cpus %u", info->nr_cpus);
		return (unsigned int)atoi(value) == info->nr_cpus ? NULL : got;
	}
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		const uint64_t have =
			*(const uint64_t *)(const void *)((const char *)info + counters[i].offset);

		value = rest(line, counters[i].word);
		if (!value)
			continue;
		snprintf(got, sizeof(got), "%s %llu", counters[i].word, (unsigned long long)have);
		return strtoull(value, NULL, 10) == have ? NULL : got;
	}
	return rest(line, "opt") ? NULL : "nothing that can be wanted";
}

static bool run_case(const char *text)
{
	struct bs_import_config config = {0};
	const char *out = bs_test_path("out.cborseq");
	struct bs_error err = {0};
	struct bs_trace_info info = {0};
	struct want w;
	char want[512], *events;
	bool good = true;
	int status;

	snprintf(want, sizeof(want), "%s/tests/import/want/%.*s.want", BS_SOURCE_DIR,
		 (int)(strlen(strrchr(text, '/')) - 5), strrchr(text, '/') + 1);
	read_want(want, &w);
	for (unsigned int i = 0; i < w.nr; i++)
		if (rest(w.line[i], "opt"))
			set_option(&config, rest(w.line[i], "opt"));
	remove(out);
	status = bs_trace_import(text, out, &config, &info, &err) < 0 ? err.status : 0;
	for (unsigned int i = 0; i < w.nr; i++) {
		const char *bad = check(w.line[i], status, &info, &err);

		if (bad)
			print_error("%s: wants \"%s\", got: %s\n", text, w.line[i], bad);
		good &= !bad;
	}
	if (status) {
		FILE *f = fopen(out, "r");

		if (f)
			print_error("%s: refused, and yet it is written\n", text);
		return good && !f;
	}
	if (!w.events[0])
		return good;
	events = bs_test_trace_text(out);
	if (strcmp(events, w.events)) {
		print_error("%s: wants\n%sgot\n%s", text, w.events, events);
		good = false;
	}
	free(events);
	return good;
}

static void test_every_case(void **state)
{
	unsigned int bad = 0;
	glob_t files;

	(void)state;
	assert_int_equal(glob(BS_SOURCE_DIR "/tests/import/text/*/*.txt", 0, NULL, &files), 0);
	assert_true(files.gl_pathc > 80);
	for (size_t i = 0; i < files.gl_pathc; i++)
		bad += !run_case(files.gl_pathv[i]);
	globfree(&files);
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
