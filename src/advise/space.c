// SPDX-License-Identifier: GPL-2.0-or-later
#include "space.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Steps ----------------------------------------------------------------------------------- */

#define MS BS_NS_PER_MS
#define S BS_NS_PER_S
#define NO_MORE UINT64_MAX

static const uint64_t orders[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, NO_MORE};
static const uint64_t even_orders[] = {0, 2, 4, 6, 8, 10, 12, NO_MORE};
static const uint64_t delays[] = {0,	 10 * MS, 50 * MS, 100 * MS, 200 * MS, 500 * MS,
				  1 * S, 2 * S,	  5 * S,   10 * S,   NO_MORE};
static const uint64_t few_delays[] = {0, 100 * MS, 2 * S, 10 * S, NO_MORE};
static const uint64_t periods[] = {10 * MS, 100 * MS, 500 * MS, 1 * S,
				   2 * S,   5 * S,    10 * S,	NO_MORE};
static const uint64_t few_periods[] = {100 * MS, 1 * S, 10 * S, NO_MORE};
static const uint64_t counts[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, NO_MORE};
static const uint64_t budgets[] = {0, 1, 2, 4, 8, 16, 32, 64, 128, NO_MORE};
static const uint64_t none[] = {NO_MORE};

/* In the order in which a setting names them. */
static const struct ladder {
	enum bs_param_role role;
	const uint64_t *steps, *coarse; /* the strategy's own is always one */
	bool told; /* also where it is the strategy's own */
} ladders[] = {
	{BS_ROLE_ORDER, orders, even_orders, true},   {BS_ROLE_DELAY, delays, few_delays, true},
	{BS_ROLE_PERIOD, periods, few_periods, true}, {BS_ROLE_THRESHOLD, counts, none, false},
	{BS_ROLE_CAPACITY, counts, none, false},      {BS_ROLE_BUDGET, budgets, none, false},
};
#define NR_LADDERS (sizeof(ladders) / sizeof(ladders[0]))

static bool is_in(const uint64_t *list, uint64_t v)
{
	while (*list != NO_MORE && *list != v)
		list++;
	return *list == v;
}

static void add_step(struct bs_axis *x, uint64_t v, bool coarse, bool own)
{
	if (x->nr == BS_MAX_STEPS)
		return;
	if (own)
		x->own = x->nr;
	if (coarse)
		x->coarse |= 1U << x->nr;
	x->value[x->nr++] = v;
}

/* The ladder's steps within the range, and the own one in its place among them. */
static void fill(struct bs_axis *x, const struct ladder *l, uint64_t least, uint64_t most,
		 uint64_t own)
{
	bool put = false;

	/* On a device that takes less, the most that it takes is what is left. */
	if (own > most)
		own = most;
	for (const uint64_t *v = l->steps; *v != NO_MORE; v++) {
		if (!put && own <= *v) {
			add_step(x, own, true, true);
			put = true;
		}
		if (*v >= least && *v <= most && *v != own)
			add_step(x, *v, is_in(l->coarse, *v), false);
	}
	if (!put)
		add_step(x, own, true, true);
}

/* ---- A strategy ------------------------------------------------------------------------------ */

/* Does the text say "name=" behind its colon? */
static bool is_given(const char *text, const char *name)
{
	const char *at = strchr(text, ':'), *end = text + bs_spec_own_length(text);
	const size_t n = strlen(name);

	for (; at && at < end; at = strchr(at + 1, ','))
		if (!strncmp(at + 1, name, n) && at[1 + n] == '=')
			return true;
	return false;
}

static bool is_number(const struct bs_param *p)
{
	return p->type == BS_PARAM_UINT || p->type == BS_PARAM_TIME || p->type == BS_PARAM_ORDER;
}

static void add_axis(struct bs_space *s, const struct ladder *l, bool stock, unsigned int capacity)
{
	const int i = bs_param_of_role(s->spec.params, l->role);
	const struct bs_param *p = i < 0 ? NULL : &s->spec.params[i];
	struct bs_axis *x = &s->axis[s->nr_axes];
	uint64_t most;

	if (!p || !is_number(p) || (stock && !p->stock) || is_given(s->spec.label, p->name))
		return;
	/* A request cannot have more than the device takes. */
	most = l->role == BS_ROLE_CAPACITY && capacity < p->max ? capacity : p->max;
	*x = (struct bs_axis){.param = (unsigned int)i};
	fill(x, l, p->min, most, s->spec.values[i]);
	s->nr_axes++;
}

int bs_space_open(struct bs_space *s, const char *text, bool stock, unsigned int capacity,
		  const struct bs_platform *on, struct bs_error *err)
{
	int ret;

	*s = (struct bs_space){0};
	ret = bs_spec_parse(text, on, &s->spec, err);
	for (size_t i = 0; i < NR_LADDERS && !ret; i++)
		add_axis(s, &ladders[i], stock, capacity);
	return ret;
}

void bs_space_close(struct bs_space *s)
{
	bs_spec_free(&s->spec);
}

/* ---- A setting ------------------------------------------------------------------------------- */

static bool is_told(const struct bs_param *p)
{
	for (size_t i = 0; i < NR_LADDERS; i++)
		if (ladders[i].role == p->role)
			return ladders[i].told;
	return false;
}

char *bs_space_label(const struct bs_space *s, const uint8_t *at)
{
	const size_t own = bs_spec_own_length(s->spec.label);
	const char *sep = memchr(s->spec.label, ':', own) ? "," : ":";
	char *text = NULL, value[64];
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fwrite(s->spec.label, 1, own, f);
	for (unsigned int i = 0; i < s->nr_axes; i++) {
		const struct bs_axis *x = &s->axis[i];
		const struct bs_param *p = &s->spec.params[x->param];

		if (x->value[at[i]] == s->spec.values[x->param] && !is_told(p))
			continue;
		bs_param_format(p, x->value[at[i]], value, sizeof(value));
		fprintf(f, "%s%s=%s", sep, p->name, value);
		sep = ",";
	}
	fputs(s->spec.label + own, f);
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}

uint64_t bs_space_value(const struct bs_space *s, const uint8_t *at, enum bs_param_role role,
			uint64_t fallback)
{
	for (unsigned int i = 0; i < s->nr_axes; i++)
		if (s->spec.params[s->axis[i].param].role == role)
			return s->axis[i].value[at[i]];
	return bs_spec_value_of_role(&s->spec, role, fallback);
}

bool bs_space_has_axis(const struct bs_space *s, enum bs_param_role role)
{
	for (unsigned int i = 0; i < s->nr_axes; i++)
		if (s->spec.params[s->axis[i].param].role == role)
			return true;
	return false;
}
