// SPDX-License-Identifier: GPL-2.0-or-later
#include "spec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctx.h"
#include "strategy_check.h"

/* ---- A parameter that is another strategy's -------------------------------------------------- */

/* What is asked for at once. */
struct company {
	const char *const *texts;
	unsigned int nr;
};

static bool has_param(const struct bs_strategy *s, const char *name, size_t len)
{
	for (const struct bs_param *p = s->params; p && p->name; p++)
		if (strlen(p->name) == len && !strncmp(p->name, name, len))
			return true;
	return false;
}

/* Each once. */
static void add_owner(const struct bs_strategy *s, const char *name, size_t len, char *buf,
		      size_t size)
{
	const size_t used = strlen(buf);

	if (s && has_param(s, name, len) && !strstr(buf, s->name))
		snprintf(buf + used, size - used, "%s%s", used ? ", " : "", s->name);
}

/* "rotation, boundary": those that have it, of the ones it is asked for with, else of all. */
static void name_owners(const struct company *with, const char *name, size_t len, char *buf,
			size_t size)
{
	const struct bs_strategy *s;
	bool found;

	buf[0] = '\0';
	for (unsigned int i = 0; i < with->nr; i++)
		add_owner(bs_strategy_find(with->texts[i], NULL), name, len, buf, size);
	found = buf[0];
	for (unsigned int i = 0; !found && (s = bs_strategy_at(i)); i++)
		add_owner(s, name, len, buf, size);
}

/* The first of @s's parameters that it has not, but another strategy has. 0: there is none. */
static int check_stray(const struct company *with, const struct bs_strategy *s, const char *params,
		       const char *owner, struct bs_error *err)
{
	char owners[128], advice[192];

	for (const char *p = params; p && *p; p += strcspn(p, ","), p += *p == ',') {
		const size_t len = strcspn(p, "=,");

		if (has_param(s, p, len))
			continue;
		name_owners(with, p, len, owners, sizeof(owners));
		if (!owners[0])
			continue;
		snprintf(advice, sizeof(advice),
			 "%.*s belongs to %s: write it behind that one's colon", (int)len, p,
			 owners);
		return bs_error_set(err, BS_USAGE, 0, owner, advice, "unknown parameter \"%.*s\"",
				    (int)len, p);
	}
	return 0;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static int read_params(const struct bs_strategy *s, const char *params, const struct company *with,
		       const struct bs_spec *spec, struct bs_error *err)
{
	char owner[320];
	int ret;

	snprintf(owner, sizeof(owner), "strategy %s", s->name);
	ret = check_stray(with, s, params, owner, err);
	bs_param_defaults(spec->params, spec->values);
	return ret ? ret : bs_param_parse(spec->params, owner, params, spec->values, err);
}

/* An agent's name is a word, with its parameters behind a colon or alone; a path has other signs. */
size_t bs_spec_own_length(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";

	for (const char *plus = strchr(text, '+'); plus; plus = strchr(plus + 1, '+')) {
		const size_t n = strspn(plus + 1, letters);

		if (n && (!plus[1 + n] || plus[1 + n] == ':'))
			return (size_t)(plus - text);
	}
	return strlen(text);
}

static int make(const struct bs_strategy *s, const char *label, const char *params,
		const struct company *with, const struct bs_platform *on, struct bs_spec *spec,
		struct bs_error *err)
{
	int ret;

	*spec = (struct bs_spec){
		.s = s,
		.label = strdup(label),
		.params = bs_params_on(s->params, on),
		.values = calloc(bs_param_count(s->params) + 1, sizeof(*spec->values)),
	};
	if (spec->label && spec->params && spec->values)
		ret = read_params(s, params, with, spec, err);
	else
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, label, NULL, "parameters");
	if (ret)
		bs_spec_free(spec);
	return ret;
}

int bs_spec_parse_one(const char *const *texts, unsigned int nr, unsigned int index,
		      const struct bs_platform *on, struct bs_spec *spec, struct bs_error *err)
{
	const struct company with = {texts, nr};
	const char *text = texts[index];
	const size_t len = bs_spec_own_length(text);
	char *own = strndup(text, len);
	const char *colon = own ? strchr(own, ':') : NULL;
	const struct bs_strategy *s;
	int ret;

	*spec = (struct bs_spec){0};
	if (!own)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, text, NULL, "parameters");
	s = bs_strategy_find(own, err);
	ret = s ? make(s, text, colon ? colon + 1 : NULL, &with, on, spec, err) : -EINVAL;
	if (!ret && text[len])
		spec->agent = spec->label + len + 1;
	free(own);
	return ret;
}

int bs_spec_parse(const char *text, const struct bs_platform *on, struct bs_spec *spec,
		  struct bs_error *err)
{
	return bs_spec_parse_one(&text, 1, 0, on, spec, err);
}

int bs_spec_of(const struct bs_strategy *s, const char *params, const struct bs_platform *on,
	       struct bs_spec *spec, struct bs_error *err)
{
	return make(s, s->name, params, &(struct company){0}, on, spec, err);
}

void bs_spec_free(struct bs_spec *spec)
{
	free(spec->label);
	free(spec->params);
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
	return bs_params_text(spec->params, spec->values);
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
		ret = bs_spec_of(s, params, bs_platform_of(m), &spec, err);
	if (ret)
		return ret;
	ret = bs_report_bind(m, &spec, env, out, err);
	bs_spec_free(&spec);
	return ret;
}
