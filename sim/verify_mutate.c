// SPDX-License-Identifier: GPL-2.0-or-later
#include "verify_mutate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KERNELS_PER_FILE 8

/* A change of a kernel model, and who noticed it. */
struct mutation {
	char *kernel, *change, *files; /* files: their names, a blank in front of each */
	unsigned int noticed, of;
};

/* ---- What a file says ------------------------------------------------------------------------ */

struct answers {
	unsigned int nr;
	struct {
		char name[256], kernel[512];
		bool differs, empty, waits;
	} of[KERNELS_PER_FILE];
};

static void take(void *arg, const struct bs_verify_result *r)
{
	struct answers *a = arg;

	if (a->nr == KERNELS_PER_FILE)
		return;
	snprintf(a->of[a->nr].name, sizeof(a->of[0].name), "%s", r->name);
	snprintf(a->of[a->nr].kernel, sizeof(a->of[0].kernel), "%s", r->kernel);
	a->of[a->nr].differs = r->total_differences;
	a->of[a->nr].waits = r->waits;
	a->of[a->nr++].empty = !r->operations;
}

static struct mutation *find(struct mutations *all, const char *kernel, const char *change)
{
	struct mutation *m;

	for (size_t i = 0; i < all->nr; i++)
		if (!strcmp(all->list[i].kernel, kernel) && !strcmp(all->list[i].change, change))
			return &all->list[i];
	all->list = cli_memory(realloc(all->list, (all->nr + 1) * sizeof(*all->list)));
	m = &all->list[all->nr++];
	*m = (struct mutation){.kernel = cli_memory(strdup(kernel)),
			       .change = cli_memory(strdup(change)),
			       .files = cli_memory(strdup(""))};
	return m;
}

static void add_name(struct mutation *m, const char *name)
{
	char *more;

	const char *end = strstr(name, ".txt");

	if (asprintf(&more, "%s %.*s", m->files, (int)(end ? end - name : (long)strlen(name)),
		     name) < 0)
		more = NULL;
	free(m->files);
	m->files = cli_memory(more);
	m->noticed++;
}

static void mutate_kernel(struct mutations *all, const char *path, const char *name,
			  const char *kernel, bool waits, const struct bs_verify_config *config)
{
	char change[1024];

	for (unsigned int i = 0; bs_kernel_mutation(kernel, i, change, sizeof(change)); i++) {
		struct bs_verify_config cfg = *config;
		struct answers a = {0};
		struct mutation *m;
		char *mutant;
		int ret;

		if (!*change)
			continue;
		/* A file in which nobody waits cannot notice. */
		if (!waits && bs_kernel_change_waits(change)) {
			find(all, kernel, change)->of++;
			continue;
		}
		if (asprintf(&mutant, "%s%s%s", kernel, strchr(kernel, ':') ? "," : ":", change) <
		    0)
			mutant = NULL;
		cfg.kernel = cli_memory(mutant);
		cfg.result = take;
		cfg.arg = &a;
		/* A dump that such a kernel cannot have made is not taken: it notices, too. */
		ret = bs_verify_file(path, &cfg, NULL);
		free(mutant);
		m = find(all, kernel, change);
		m->of++;
		if (ret)
			add_name(m, name);
	}
}

int mutate_file(struct mutations *all, const char *path, const struct bs_verify_config *config,
		struct bs_error *err)
{
	struct bs_verify_config cfg = *config;
	struct answers a = {0};
	int ret;

	cfg.keep_going = false;
	cfg.alone = true; /* what a driver held is no behaviour of the allocator */
	cfg.explain = 0;
	cfg.result = take;
	cfg.arg = &a;
	ret = bs_verify_file(path, &cfg, err);
	for (unsigned int i = 0; i < a.nr && ret >= 0; i++) {
		if (a.of[i].differs)
			cli_warn("%s: differs as it is, and is left out", a.of[i].name);
		else if (!a.of[i].empty && !bs_kernel_check(a.of[i].kernel, NULL))
			mutate_kernel(all, path, a.of[i].name, a.of[i].kernel, a.of[i].waits, &cfg);
	}
	return ret < 0 ? ret : 0;
}

/* ---- The table ------------------------------------------------------------------------------- */

static void print_text(const struct mutation *m, const struct mutation *before)
{
	if (!before || strcmp(before->kernel, m->kernel))
		printf("%s, changed: noticed by\n", m->kernel);
	printf("  %-40.*s %3u of %u%s%s\n", (int)strcspn(m->change, ","), m->change, m->noticed,
	       m->of, m->noticed ? ":" : "", m->files);
	if (strchr(m->change, ','))
		printf("      with %s\n", strchr(m->change, ',') + 1);
}

static void print_csv(const struct mutation *m, const struct mutation *before)
{
	if (!before)
		puts("kernel,change,noticed,of,files");
	bs_text_csv(stdout, m->kernel);
	putchar(',');
	bs_text_csv(stdout, m->change);
	printf(",%u,%u,", m->noticed, m->of);
	bs_text_csv(stdout, m->noticed ? m->files + 1 : "");
	putchar('\n');
}

static void print_json(const struct mutation *m, const struct mutation *before)
{
	printf("%s\n  {\"kernel\": ", before ? "," : "[");
	bs_text_json(stdout, m->kernel);
	fputs(", \"change\": ", stdout);
	bs_text_json(stdout, m->change);
	printf(", \"noticed\": %u, \"of\": %u, \"files\": ", m->noticed, m->of);
	bs_text_json(stdout, m->noticed ? m->files + 1 : "");
	putchar('}');
}

static int by_kernel(const void *x, const void *y)
{
	const struct mutation *const *a = x, *const *b = y;
	const int order = strverscmp((*a)->kernel, (*b)->kernel);

	return order ? order : *a < *b ? -1 : *a > *b;
}

void mutations_print(const struct mutations *all, enum bs_format format)
{
	const struct mutation **in_order = cli_memory(calloc(all->nr + 1, sizeof(*in_order)));

	for (size_t i = 0; i < all->nr; i++)
		in_order[i] = &all->list[i];
	qsort(in_order, all->nr, sizeof(*in_order), by_kernel);
	for (size_t i = 0; i < all->nr; i++) {
		const struct mutation *before = i ? in_order[i - 1] : NULL;

		if (format == BS_FORMAT_JSON)
			print_json(in_order[i], before);
		else if (format == BS_FORMAT_CSV)
			print_csv(in_order[i], before);
		else
			print_text(in_order[i], before);
	}
	if (format == BS_FORMAT_JSON)
		puts(all->nr ? "\n]" : "[]");
	free(in_order);
}

void mutations_free(struct mutations *all)
{
	for (size_t i = 0; i < all->nr; i++) {
		free(all->list[i].kernel);
		free(all->list[i].change);
		free(all->list[i].files);
	}
	free(all->list);
}
