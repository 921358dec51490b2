// SPDX-License-Identifier: GPL-2.0-or-later
#include "param_check.h"

#include <string.h>

bool bs_name_is_sound(const char *name)
{
	for (const char *c = name; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 127)
			return false;
	return *name && !strpbrk(name, ",:=");
}

/* What a role means fixes its type; the engine computes with the value. */
static bool role_is_sound(const struct bs_param *p)
{
	switch (p->role) {
	case BS_ROLE_ORDER:
		return p->type == BS_PARAM_ORDER;
	case BS_ROLE_DELAY:
	case BS_ROLE_PERIOD:
		return p->type == BS_PARAM_TIME;
	case BS_ROLE_CAPACITY:
	case BS_ROLE_BUDGET:
		return p->type == BS_PARAM_UINT;
	case BS_ROLE_GATE:
		return p->type == BS_PARAM_UINT && p->max <= 100;
	case BS_ROLE_ZERO_ONCE:
		return p->type == BS_PARAM_BOOL;
	case BS_ROLE_TARGET:
		return p->type == BS_PARAM_SIZE;
	case BS_ROLE_THRESHOLD:
	case BS_ROLE_OWN:
		return true;
	}
	return false;
}

static bool default_is_sound(const struct bs_param *p)
{
	unsigned int n = 0;

	switch (p->type) {
	case BS_PARAM_ENUM:
	case BS_PARAM_FLAGS:
		while (p->names && p->names[n])
			n++;
		return n && (p->type == BS_PARAM_ENUM ? p->def < n : !(n < 64 && p->def >> n));
	case BS_PARAM_BOOL:
		return p->def <= 1;
	case BS_PARAM_ORDER:
		return p->max <= BS_MAX_ORDER && p->def >= p->min && p->def <= p->max;
	case BS_PARAM_UINT:
	case BS_PARAM_SIZE:
	case BS_PARAM_TIME:
		return p->def >= p->min && p->def <= p->max;
	}
	return false;
}

static bool has_name(const struct bs_param *table, const char *name)
{
	for (; table->name; table++)
		if (!strcmp(table->name, name))
			return true;
	return false;
}

static const char *fault_of(const struct bs_param *table, const struct bs_param *p)
{
	if (!bs_name_is_sound(p->name))
		return "a name has no ' ', ',', ':' or '=' and is not empty";
	if (!default_is_sound(p))
		return "the default is outside the range, or the type needs names";
	if (!role_is_sound(p))
		return "its role wants another type: see enum bs_param_role";
	if (p->role != BS_ROLE_OWN && bs_param_of_role(table, p->role) != p - table)
		return "another one has the same role";
	if (p->needs && !has_name(table, p->needs))
		return "it needs one that there is not";
	return NULL;
}

int bs_params_check(const struct bs_param *table, const char *owner, const char *where,
		    struct bs_error *err)
{
	for (const struct bs_param *p = table; p && p->name; p++) {
		const char *fault = fault_of(table, p);

		if (fault)
			return bs_error_set(err, BS_USAGE, 0, where, fault,
					    "parameter \"%s\" of the %s is badly declared", p->name,
					    owner);
	}
	return 0;
}
