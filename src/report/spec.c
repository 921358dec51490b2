// SPDX-License-Identifier: GPL-2.0-or-later
#include "spec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctx.h"
#include "strategy_check.h"

static int read_params(const struct bs_strategy *s, const char *params, uint64_t *values,
		       struct bs_error *err)
{
	char owner[320];

	snprintf(owner, sizeof(owner), "strategy %s", s->name);
	bs_param_defaults(s->params, values);
	return bs_param_parse(s->params, owner, params, values, err);
}

static int make(const struct bs_strategy *s, const char *label, const char *params,
		struct bs_spec *spec, struct bs_error *err)
{
	int ret;

	*spec = (struct bs_spec){
		.s = s,
		.label = strdup(label),
		.values = calloc(bs_param_count(s->params) + 1, sizeof(*spec->values)),
	};
	if (spec->label && spec->values)
		ret = read_params(s, params, spec->values, err);
	else
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, label, NULL, "parameters");
	if (ret)
		bs_spec_free(spec);
	return ret;
}

int bs_spec_parse(const char *text, struct bs_spec *spec, struct bs_error *err)
{
	const struct bs_strategy *s = bs_strategy_find(text, err);
	const char *colon = strchr(text, ':');

	*spec = (struct bs_spec){0};
	return s ? make(s, text, colon ? colon + 1 : NULL, spec, err) : -EINVAL;
}

int bs_spec_of(const struct bs_strategy *s, const char *params, struct bs_spec *spec,
	       struct bs_error *err)
{
	return make(s, s->name, params, spec, err);
}

void bs_spec_free(struct bs_spec *spec)
{
	free(spec->label);
	free(spec->values);
	*spec = (struct bs_spec){0};
}

bool bs_spec_has_role(const struct bs_spec *spec, enum bs_param_role role)
{
	return bs_param_of_role(spec->s->params, role) >= 0;
}

uint64_t bs_spec_value_of_role(const struct bs_spec *spec, enum bs_param_role role,
			       uint64_t fallback)
{
	const int i = bs_param_of_role(spec->s->params, role);

	return i < 0 ? fallback : spec->values[i];
}

char *bs_spec_params_text(const struct bs_spec *spec)
{
	return bs_params_text(spec->s->params, spec->values);
}

int bs_report_bind(struct bs_machine *m, const struct bs_spec *spec, const struct bs_env *env,
		   struct bs_report_ctx **out, struct bs_error *err)
{
	return bs_ctx_create(m, spec->s, spec->values, env, out, err);
}

int bs_report_create(struct bs_machine *m, const struct bs_strategy *s, const char *params,
		     const struct bs_env *env, struct bs_report_ctx **out, struct bs_error *err)
{
	struct bs_spec spec;
	int ret = bs_strategy_check(s, s->name ? s->name : "strategy", err);

	if (!ret)
		ret = bs_spec_of(s, params, &spec, err);
	if (ret)
		return ret;
	ret = bs_report_bind(m, &spec, env, out, err);
	bs_spec_free(&spec);
	return ret;
}
