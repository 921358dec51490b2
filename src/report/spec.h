/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spec.h - what a user asks for with -s, "rotation:order=9,delay=2s", read once.
 *
 * This room holds the strategies, one file each, and the services that they act through, which do
 * all the counting (ctx_base.h). It calls mm and util, and knows no device and no clock: who has
 * them fills in a struct bs_env.
 *
 * Whoever needs to know something of a strategy before, beside or after its guest asks the spec, by
 * what a parameter is for (enum bs_param_role), never by what it is called.
 */
#ifndef BS_SPEC_H
#define BS_SPEC_H

#include <buddysim/report.h>

/**
 * struct bs_spec - a strategy with its parameters
 * @s: lives until the process ends
 * @label: the text as it was written, of any length; the spec's own
 * @agent: who looks after the guest's memory beside it, as it stands behind the + in @label; NULL: nobody
 * @params: its table, as it is on the machine that it is read for; the spec's own
 * @values: of its parameters, parallel to the table; the spec's own
 */
struct bs_spec {
	const struct bs_strategy *s;
	char *label;
	const char *agent;
	struct bs_param *params;
	uint64_t *values;
};

/**
 * bs_spec_parse - find the strategy and read its parameters
 * @text: "name", "name:parameter=value,...", or a shared object's path instead of the name; then "+agent", or nothing
 * @on: the machine that orders are those of; NULL: x86
 *
 * Return: 0; or negative with @err, and @spec is empty: there is nothing to free, which does no
 * harm.
 */
int bs_spec_parse(const char *text, const struct bs_platform *on, struct bs_spec *spec,
		  struct bs_error *err);
/** The same for @texts[index], one of @nr that are compared: a parameter that it has not is said to
 *  belong to those that have it. */
int bs_spec_parse_one(const char *const *texts, unsigned int nr, unsigned int index,
		      const struct bs_platform *on, struct bs_spec *spec, struct bs_error *err);
/** The same for a strategy that is at hand; its name is the label. @params may be NULL. */
int bs_spec_of(const struct bs_strategy *s, const char *params, const struct bs_platform *on,
	       struct bs_spec *spec, struct bs_error *err);
void bs_spec_free(struct bs_spec *spec);

/** How much of @text is the strategy's: all, or what is in front of "+agent:...". */
size_t bs_spec_own_length(const char *text);

bool bs_spec_has_role(const struct bs_spec *spec, enum bs_param_role role);
/** The value of the parameter that has this role; @fallback where the strategy has none. */
uint64_t bs_spec_value_of_role(const struct bs_spec *spec, enum bs_param_role role,
			       uint64_t fallback);
/** All parameters, also those left at their default: "order=9,delay=2s". To be free()d; NULL when
 *  out of memory. */
char *bs_spec_params_text(const struct bs_spec *spec);

/** bs_report_create() with what is parsed already. @spec need not outlive the call. */
int bs_report_bind(struct bs_machine *m, const struct bs_spec *spec, const struct bs_env *env,
		   struct bs_report_ctx **out, struct bs_error *err);

#endif
