/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bs_record_test.h - a result without a replay: what a comparison would have told, made up. */
#ifndef BS_RECORD_TEST_H
#define BS_RECORD_TEST_H

#include "bs_test.h"

#include <errno.h>

#include <stdio.h>
#include <stdlib.h>

#include "answer.h"
#include "table.h"

/* Everything a cell tells of itself; change what a test is about before bs_record_add(). */
struct bs_made_up {
	struct bs_sim_config cfg;
	struct bs_trace_info info;
	struct bs_figures f;
	struct bs_agreement agreement;
	const char *label, *params;
	bool with_agreement, huge;
	struct bs_result *r;
};

static inline void bs_record_begin(struct bs_made_up *m)
{
	memset(m, 0, sizeof(*m));
	bs_sim_defaults(&m->cfg);
	m->cfg.guest.machine.kernel = bs_kernel_default();
	m->cfg.trace_path = "some/where/t.cborseq";
	m->cfg.host.device.kind = "model";
	m->cfg.guest.machine.memory_bytes = UINT64_C(1) << 30;
	m->cfg.guest.machine.nr_cpus = 2;
	m->info.allocs = 100;
	m->info.page_shift = 12;
	m->f.nr_orders = 11;
	m->agreement.nr_orders = 11;
	m->info.duration = 1500 * BS_NS_PER_MS;
	m->f.device.content_checked = true;
	m->params = "";
}

/* The comparison starts: what is in @m->cfg and @m->info now is in the record. */
static inline void bs_record_start(struct bs_made_up *m)
{
	m->r = bs_result_new(&m->cfg, &m->info);
	assert_non_null(m->r);
}

/* A row: @label decides the strategy, what is behind its kernel's name if it has one; @held in MiB x s. */
static inline void bs_record_add(struct bs_made_up *m, const char *label, uint64_t held)
{
	struct bs_timeline *tl = bs_timeline_create(BS_NS_PER_S);
	const char *name = strncmp(label, "linux-", 6) ? label : strchr(label, '/') + 1;
	const struct bs_strategy *s = bs_strategy_find(name, NULL);
	struct bs_outcome o = {
		.cfg = &m->cfg,
		.label = label,
		.params = m->params,
		.device_words = "model, 32 ranges",
		.kernel = m->cfg.guest.machine.kernel,
		.strategy = s ? s : bs_strategy_find("rotation", NULL),
		.huge = m->huge,
		.f = &m->f,
		.tl = tl,
		.agreement = m->with_agreement ? &m->agreement : NULL,
	};

	m->f.held_mib_s = held;
	assert_int_equal(bs_result_add(m->r, &o), 0);
	bs_timeline_destroy(tl);
}

/* As it is printed; to be free()d. */
static inline char *bs_record_print(struct bs_made_up *m, enum bs_format format)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	assert_int_equal(bs_answer_add(m->r), 0);
	assert_int_equal(bs_result_print(m->r, format, true, f), 0);
	assert_int_equal(fclose(f), 0);
	return text;
}

/* Line number @n of @text, from 0; to be free()d. */
static inline char *bs_line(const char *text, unsigned int n)
{
	while (n--) {
		text = strchr(text, '\n');
		assert_non_null(text);
		text++;
	}
	return strndup(text, strcspn(text, "\n"));
}

#endif
