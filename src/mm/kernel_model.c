// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel_model.c - the tables of kernels.def and behaviours.def, looked up, changed and listed. */
#include "kernel_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <buddysim/machine.h>

#include "each_once.h"

#define DEFAULT_KERNEL "linux-6.1"

/* ---- The tables ------------------------------------------------------------------------------ */

enum {
#define BEHAVIOUR(name, def, doc, ...) KM_INDEX_##name,
#define SWITCH(name, def, doc) KM_INDEX_##name,
#define NUMBER(name, def, min, max, doc) KM_INDEX_##name,
#include "behaviours.def"
#undef BEHAVIOUR
#undef SWITCH
#undef NUMBER
	NR_BEHAVIOURS
};

#define WORD(id, word) word
#define BEHAVIOUR(name, def, doc, ...) \
	static const char *const name##_words[] = {__VA_ARGS__, NULL};
#define SWITCH(name, def, doc)
#define NUMBER(name, def, min, max, doc)
#include "behaviours.def"
#undef BEHAVIOUR
#undef SWITCH
#undef NUMBER

/* As parameters: what a user writes is read and checked as everywhere else. */
static const struct bs_param behaviours[] = {
#define BEHAVIOUR(field, value, doc, ...) \
	{.name = #field, .type = BS_PARAM_ENUM, .def = value, .names = field##_words, .help = doc},
#define SWITCH(field, value, doc) \
	{.name = #field, .type = BS_PARAM_BOOL, .def = value, .help = doc},
#define NUMBER(field, value, least, most, doc) \
	{.name = #field,                       \
	 .type = BS_PARAM_UINT,                \
	 .def = value,                         \
	 .min = least,                         \
	 .max = most,                          \
	 .help = doc},
#include "behaviours.def"
#undef BEHAVIOUR
#undef SWITCH
#undef NUMBER
	{.name = NULL},
};

/* @base: the model it is like, "" for the defaults. @row: a behaviour's value + 1, 0 where it is
 * the base's. */
static const struct {
	const char *name, *releases, *base;
	uint64_t row[NR_BEHAVIOURS];
} kernels[] = {
#define IS(name, value) [KM_INDEX_##name] = (value) + 1
#define KERNEL(kernel, fits, like, ...) \
	{.name = kernel, .releases = fits, .base = like, .row = {__VA_ARGS__}},
#include "kernels.def"
#undef KERNEL
#undef IS
};
#define NR_KERNELS (sizeof(kernels) / sizeof(kernels[0]))

/*
 * What only goes together: the code of one relies on the other. Behind most stands 6.10's
 * rule that a free block is always on the list of its pageblock's type: each move then counts for
 * itself, and whoever moves a pageblock's blocks sets its type in the same step.
 */
static const struct {
	unsigned int has;
	uint64_t value;
	unsigned int needs;
	uint64_t needed;
} needs[] = {
#define NEEDS(a, value_a, b, value_b)                        \
	{                                                    \
		KM_INDEX_##a, value_a, KM_INDEX_##b, value_b \
	}
	NEEDS(pcp_flush, KM_FLUSH_ROUND_ROBIN, pcp_orders, KM_PCP_ORDER0),
	NEEDS(pcp_high_rule, KM_HIGH_TUNED, pcp_free_rule, KM_FREE_AUTO),
	NEEDS(pcp_free_rule, KM_FREE_AUTO, pcp_high_rule, KM_HIGH_TUNED),
	NEEDS(stat_per_removal, true, isolate_split, KM_SPLIT_INSIDE),
	NEEDS(isolate_split, KM_SPLIT_INSIDE, fallback, KM_CLAIM_STEAL),
	NEEDS(fallback, KM_CLAIM_STEAL, move_refuses_straddle, true),
	NEEDS(isolate_split, KM_SPLIT_INSIDE, merge_guard, KM_GUARD_RETYPE),
	NEEDS(move_refuses_straddle, true, stat_per_removal, true),
	NEEDS(wm_highatomic_free, true, stat_per_removal, true),
	NEEDS(highatomic_limit, KM_HIGHATOMIC_ROUNDED, move_refuses_straddle, true),
	NEEDS(highatomic_refills, false, pcp_free_rule, KM_FREE_AUTO),
	NEEDS(pcp_decay, true, pcp_high_rule, KM_HIGH_TUNED),
	NEEDS(compact_retype_moves, true, stat_per_removal, true),
	NEEDS(highatomic_fast, true, reserve_flags, KM_MIN_RESERVE),
	NEEDS(highatomic_reserve, KM_RESERVE_BUDDY, reserve_flags, KM_MIN_RESERVE),
	NEEDS(highatomic_reserve, KM_RESERVE_BUDDY_AT_MIN, reserve_flags, KM_MIN_RESERVE),
#undef NEEDS
};

/* ---- Looking up ------------------------------------------------------------------------------ */

static void fill(struct kernel_model *km, const uint64_t *values)
{
	unsigned int i = 0;

#define BEHAVIOUR(name, def, doc, ...) km->name = (uint8_t)values[i++];
#define SWITCH(name, def, doc) km->name = values[i++];
#define NUMBER(name, def, min, max, doc) km->name = values[i++];
#include "behaviours.def"
#undef BEHAVIOUR
#undef SWITCH
#undef NUMBER
}

static int find(const char *name, size_t len)
{
	for (size_t i = 0; i < NR_KERNELS; i++)
		if (strlen(kernels[i].name) == len && !strncmp(kernels[i].name, name, len))
			return (int)i;
	return -1;
}

/* The row of a model over those that it is like. */
static void fill_row(int k, uint64_t *values)
{
	const int base = find(kernels[k].base, strlen(kernels[k].base));

	if (base >= 0)
		fill_row(base, values);
	else
		bs_param_defaults(behaviours, values);
	for (unsigned int i = 0; i < NR_BEHAVIOURS; i++)
		if (kernels[k].row[i])
			values[i] = kernels[k].row[i] - 1;
}

/* A value as a user writes it. */
static void format(unsigned int behaviour, uint64_t value, char *buf, size_t size)
{
	if (behaviours[behaviour].type == BS_PARAM_BOOL)
		snprintf(buf, size, "%s", value ? "yes" : "no");
	else
		bs_param_format(&behaviours[behaviour], value, buf, size);
}

static int check_needs(const char *text, const uint64_t *values, struct bs_error *err)
{
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		const struct bs_param *a = &behaviours[needs[i].has];
		const struct bs_param *b = &behaviours[needs[i].needs];
		char value[40], needed[40];

		if (values[needs[i].has] != needs[i].value ||
		    values[needs[i].needs] == needs[i].needed)
			continue;
		format(needs[i].has, needs[i].value, value, sizeof(value));
		format(needs[i].needs, needs[i].needed, needed, sizeof(needed));
		return bs_error_set(err, BS_USAGE, 0, text, "change both, or neither",
				    "%s=%s goes with %s=%s only", a->name, value, b->name, needed);
	}
	return 0;
}

static int unknown(const char *text, struct bs_error *err)
{
	char name[64], known[256];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, ":"), text);
	bs_nearest_advice("`buddysim list kernels` describes", bs_kernel_names(), name, known,
			  sizeof(known));
	return bs_error_set(err, BS_USAGE, 0, text, known, "unknown kernel model");
}

static int values_of(const char *text, uint64_t *values, struct bs_error *err)
{
	const size_t len = strcspn(text, ":");
	const int k = find(text, len);
	int ret;

	if (k < 0)
		return unknown(text, err);
	fill_row(k, values);
	if (!text[len])
		return 0;
	ret = bs_param_parse(behaviours, kernels[k].name, text + len + 1, values, err);
	return ret ? ret : check_needs(text, values, err);
}

int mm_kernel_model(const char *text, struct kernel_model *km, struct bs_error *err)
{
	uint64_t values[NR_BEHAVIOURS];
	const int ret = values_of(text, values, err);

	if (!ret)
		fill(km, values);
	return ret;
}

/* 5.8 as 5008; behind the last blank of a list. */
static unsigned long newest(const char *releases)
{
	const char *last = strrchr(releases, ' ');
	char *end;
	const unsigned long major = strtoul(last ? last + 1 : releases, &end, 10);

	return major * 1000 + (*end == '.' ? strtoul(end + 1, NULL, 10) : 0);
}

bool mm_kernel_has(const char *kernel, const char *since)
{
	const size_t len = strcspn(kernel, ":");

	for (size_t i = 0; i < NR_KERNELS; i++)
		if (!strncmp(kernels[i].name, kernel, len) && !kernels[i].name[len])
			return newest(kernels[i].releases) >= newest(since);
	return false;
}

const char *mm_kernel_of_release(unsigned int major, unsigned int minor)
{
	char release[32];
	size_t len;

	snprintf(release, sizeof(release), "%u.%u", major, minor);
	len = strlen(release);
	for (size_t i = 0; i < NR_KERNELS; i++)
		for (const char *at = kernels[i].releases; *at; at += strspn(at, " ")) {
			const size_t n = strcspn(at, " ");

			if (n == len && !strncmp(at, release, n))
				return kernels[i].name;
			at += n;
		}
	return NULL;
}

const char *const *bs_kernel_names(void)
{
	static const char *const names[] = {
#define KERNEL(kernel, fits, like, ...) kernel,
#include "kernels.def"
#undef KERNEL
		NULL,
	};

	return names;
}

const char *bs_kernel_default(void)
{
	return DEFAULT_KERNEL;
}

int bs_kernel_check(const char *kernel, struct bs_error *err)
{
	uint64_t values[NR_BEHAVIOURS];

	return values_of(kernel, values, err);
}

/* ---- One behaviour undone --------------------------------------------------------------------- */

static uint64_t nr_values(unsigned int behaviour)
{
	uint64_t n = 0;

	if (behaviours[behaviour].type != BS_PARAM_ENUM)
		return 2;
	while (behaviours[behaviour].names[n])
		n++;
	return n;
}

/* Any other value: the default, if it is not that. */
static uint64_t another(unsigned int behaviour, uint64_t value)
{
	const struct bs_param *p = &behaviours[behaviour];

	if (p->def != value)
		return p->def;
	return p->type == BS_PARAM_UINT ? value / 2 : !value;
}

/* What only goes with what was changed, or without it, is changed too. False: that would undo @fixed. */
static bool follow_needs(uint64_t *values, unsigned int fixed)
{
	const size_t n = sizeof(needs) / sizeof(needs[0]);

	for (size_t i = 0, rounds = 0; i < n && rounds < n * n; i++, rounds++) {
		const unsigned int has = needs[i].has, other = needs[i].needs;

		if (values[has] != needs[i].value || values[other] == needs[i].needed)
			continue;
		if (has == fixed && other == fixed)
			return false;
		if (has == fixed)
			values[other] = needs[i].needed;
		else
			values[has] = another(has, values[has]);
		i = (size_t)-1;
	}
	return !check_needs("", values, NULL);
}

static void put_change(unsigned int behaviour, uint64_t value, char *change, size_t size)
{
	const size_t used = strlen(change);
	char text[40];

	format(behaviour, value, text, sizeof(text));
	snprintf(change + used, size - used, "%s%s=%s", used ? "," : "", behaviours[behaviour].name,
		 text);
}

bool bs_kernel_change_waits(const char *change)
{
	static const char *const names[] = {
#define BEHAVIOUR(name, def, doc, ...)
#define SWITCH(name, def, doc)
#define NUMBER(name, def, min, max, doc)
#define WAITS(name, def, doc) #name,
#include "behaviours.def"
#undef BEHAVIOUR
#undef SWITCH
#undef NUMBER
#undef WAITS
	};
	const size_t len = strcspn(change, "=");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == len && !strncmp(names[i], change, len))
			return true;
	return false;
}

bool bs_kernel_mutation(const char *kernel, unsigned int index, char *change, size_t size)
{
	uint64_t is[NR_BEHAVIOURS], values[NR_BEHAVIOURS];
	unsigned int i = 0;

	if (values_of(kernel, is, NULL))
		return false;
	while (i < NR_BEHAVIOURS && index >= nr_values(i) - 1)
		index -= (unsigned int)nr_values(i++) - 1;
	if (i == NR_BEHAVIOURS)
		return false;
	memcpy(values, is, sizeof(values));
	values[i] =
		behaviours[i].type == BS_PARAM_ENUM ? index + (index >= is[i]) : another(i, is[i]);
	*change = '\0';
	if (!follow_needs(values, i))
		return true;
	put_change(i, values[i], change, size);
	for (unsigned int k = 0; k < NR_BEHAVIOURS; k++)
		if (k != i && values[k] != is[k])
			put_change(k, values[k], change, size);
	return true;
}

/* ---- Lists of kernels ------------------------------------------------------------------------- */

size_t bs_kernel_span(const char *list)
{
	size_t at = strcspn(list, ",");

	while (list[at] == ',') {
		const char *next = list + at + 1;
		const size_t word = strcspn(next, ",:=");

		if (next[word] != '=')
			break;
		at += 1 + strcspn(next, ",");
	}
	return at;
}

unsigned int bs_kernel_count(const char *list)
{
	unsigned int n = 1;

	for (list += bs_kernel_span(list); *list; list += bs_kernel_span(list), n++)
		list++;
	return n;
}

int bs_kernels_check(const char *list, struct bs_error *err)
{
	return bs_each_once(list, bs_kernel_span, bs_kernel_check, err);
}

bool bs_kernel_behaviour(const char *kernel, unsigned int index, struct bs_kernel_behaviour *out)
{
	uint64_t values[NR_BEHAVIOURS];

	if (index >= NR_BEHAVIOURS || values_of(kernel, values, NULL))
		return false;
	out->name = behaviours[index].name;
	out->about = behaviours[index].help;
	out->words = behaviours[index].names;
	format(index, values[index], out->value, sizeof(out->value));
	return true;
}
