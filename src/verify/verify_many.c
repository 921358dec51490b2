// SPDX-License-Identifier: GPL-2.0-or-later
/* verify_many.c - several files side by side: each has its guest, and their results wait for their turn. */
#include <buddysim/verify.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "jobs.h"

/* What became of a file. */
struct kept {
	struct bs_verify_result *result;
	unsigned int nr;
	int ret;
	struct bs_error err;
};

struct many {
	const char *const *paths;
	const struct bs_verify_config *cfg;
	bool (*done)(void *arg, unsigned int i, int ret, const struct bs_error *err);
	struct kept *files;
};

static void keep(void *arg, const struct bs_verify_result *r)
{
	struct kept *k = arg;
	struct bs_verify_result *more = realloc(k->result, (k->nr + 1) * sizeof(*more));

	if (!more) {
		k->ret = -ENOMEM;
		return;
	}
	k->result = more;
	more[k->nr] = *r;
	more[k->nr].drawn = r->drawn ? strdup(r->drawn) : NULL;
	k->nr++;
}

static void work(void *arg, unsigned int job, unsigned int worker)
{
	struct many *m = arg;
	struct kept *k = &m->files[job];
	struct bs_verify_config cfg = *m->cfg;
	int ret;

	(void)worker;
	if (cfg.result)
		cfg.result = keep;
	cfg.arg = k;
	ret = bs_verify_file(m->paths[job], &cfg, &k->err);
	if (k->ret && ret >= 0)
		ret = bs_error_set(&k->err, BS_RESOURCE, ENOMEM, m->paths[job], NULL, "results");
	k->ret = ret;
}

static void forget(struct kept *k)
{
	for (unsigned int i = 0; i < k->nr; i++)
		free((char *)k->result[i].drawn);
	free(k->result);
	*k = (struct kept){0};
}

static bool tell(void *arg, unsigned int job)
{
	struct many *m = arg;
	struct kept *k = &m->files[job];
	bool more;

	for (unsigned int i = 0; i < k->nr; i++)
		m->cfg->result(m->cfg->arg, &k->result[i]);
	more = !m->done || m->done(m->cfg->arg, job, k->ret, &k->err);
	forget(k);
	return more;
}

/* One after the other, everything told at once. */
static int in_turn(const struct many *m, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		struct bs_error err = {0};
		const int ret = bs_verify_file(m->paths[i], m->cfg, &err);

		if (m->done && !m->done(m->cfg->arg, i, ret, &err))
			break;
	}
	return 0;
}

int bs_verify_files(const char *const *paths, unsigned int nr, unsigned int jobs,
		    const struct bs_verify_config *config,
		    bool (*done)(void *arg, unsigned int i, int ret, const struct bs_error *err),
		    struct bs_error *err)
{
	struct many m = {.paths = paths, .cfg = config, .done = done};
	struct bs_jobs j = {.nr = nr,
			    .at_once = jobs ? jobs : bs_nr_cores(),
			    .work = work,
			    .tell = tell,
			    .arg = &m};
	int ret;

	if (j.at_once > nr)
		j.at_once = nr;
	if (j.at_once < 2 || config->explain || config->round)
		return in_turn(&m, nr);
	m.files = calloc(nr, sizeof(*m.files));
	if (!m.files)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "verify", NULL, "results");
	ret = bs_jobs_run(&j, err);
	for (unsigned int i = 0; i < nr; i++)
		forget(&m.files[i]);
	free(m.files);
	return ret;
}
