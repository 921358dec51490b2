// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_test.h"

#include "bs_agreement_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t figure(const struct bs_result *r, const char *key)
{
	uint64_t v = 0;

	assert_int_equal(bs_result_metric(r, 0, key, &v), 0);
	return v;
}

static uint64_t reasons(const struct bs_result *r)
{
	static const char *const names[] = {
		"no_answer", "not_failed", "behind_others", "other_pcp_list",
		"free",	     "not_dumped", "free_not_seen", "in_use",
	};
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char key[64];
		uint64_t v = 0;

		snprintf(key, sizeof(key), "agreement.lost.%s", names[i]);
		if (!bs_result_metric(r, 0, key, &v))
			sum += v;
	}
	return sum;
}

static enum bs_agreed_state final_state(const struct bs_result *r)
{
	static const char key[] = "\"final_state_equal\": ";
	enum bs_agreed_state found;
	char *text = NULL, *at;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	assert_int_equal(bs_result_print(r, BS_FORMAT_JSON, false, f), 0);
	fclose(f);
	at = strstr(text, key);
	assert_non_null(at);
	at += strlen(key);
	found = *at == 't' ? BS_AGREED_EQUAL : *at == 'f' ? BS_AGREED_DIFFERS : BS_AGREED_UNKNOWN;
	free(text);
	return found;
}

void bs_agree_on(const char *trace, const char *state, const char *strategy, struct bs_agreed *a)
{
	struct bs_sim_config cfg;
	struct bs_result *r;
	struct bs_error err;

	bs_sim_defaults(&cfg);
	cfg.trace_path = trace;
	cfg.guest.state_path = state;
	cfg.strategies = &strategy;
	cfg.nr_strategies = 1;
	cfg.host.device.kind = "null";
	cfg.window.tail = 0;
	assert_ok(bs_compare(&cfg, &r, &err), &err);
	*a = (struct bs_agreed){
		.strict = figure(r, "agreement.strict"),
		.inferred = figure(r, "agreement.inferred"),
		.total = figure(r, "agreement.total"),
		.inferred_pages = figure(r, "agreement.inferred_pages"),
		.forced = figure(r, "agreement.forced"),
		.unexplained_frees = figure(r, "agreement.unexplained_frees"),
		.alloc_failed = figure(r, "alloc_failed"),
		.final_state = final_state(r),
	};
	a->reasons = reasons(r);
	a->lost = a->total - a->strict - a->inferred;
	bs_result_free(r);
}
