// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * options.c - the table of options.def at run time: reads a value from text, says what it may be,
 * and writes it the way a user would type it.
 */
#include <buddysim/options.h>
#include <buddysim/report.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options_own.h"
#include "options_read.h"
#include "shell.h"

/* ---- Names, each list once ------------------------------------------------------------------- */

#define NAMES(list, ...)                                                       \
	static const char *name_of_##list(unsigned int n)                      \
	{                                                                      \
		static const char *const names[] = {__VA_ARGS__};              \
                                                                               \
		return n < sizeof(names) / sizeof(names[0]) ? names[n] : NULL; \
	}

/* In the order of the enum. */
NAMES(lru, [BS_LRU_AUTO] = "auto", [BS_LRU_NONE] = "none", [BS_LRU_ALL] = "all")
NAMES(cache, [BS_CACHE_COUNTS_USED] = "used", [BS_CACHE_COUNTS_HELD] = "held")
NAMES(touch, [BS_TOUCH_NONE] = "none", [BS_TOUCH_PAGE] = "page", [BS_TOUCH_ALL] = "all")
NAMES(thp, [BS_THP_AUTO] = "auto", [BS_THP_ALWAYS] = "always", [BS_THP_NEVER] = "never")
NAMES(verify, [BS_VERIFY_EACH] = "each", [BS_VERIFY_SAMPLE] = "sample", [BS_VERIFY_END] = "end")
NAMES(resident, [BS_RESIDENT_USED] = "used", [BS_RESIDENT_ALL] = "all", [BS_RESIDENT_NONE] = "none")
NAMES(format, [BS_FORMAT_TEXT] = "text", [BS_FORMAT_JSON] = "json", [BS_FORMAT_CSV] = "csv",
      [BS_FORMAT_TSV] = "tsv", [BS_FORMAT_MARKDOWN] = "markdown")

static const char *name_of_advice(unsigned int n)
{
	const char *name;

	return bs_device_advice(n, &name, NULL) ? name : NULL;
}

static const char *name_of_machine(unsigned int n)
{
	const struct bs_platform *p = bs_platform_at(n);

	return p ? p->name : NULL;
}

static const char *name_of_device(unsigned int n)
{
	const struct bs_device_traits *t = bs_device_at(n);

	return t ? t->name : NULL;
}

static const char *name_of_strategy(unsigned int n)
{
	const struct bs_strategy *s = bs_strategy_at(n);

	return s ? s->name : NULL;
}

static const char *name_of_host_policy(unsigned int n)
{
	const char *name;

	return bs_host_policy_name(n, &name, NULL, NULL) ? name : NULL;
}

static const char *name_of_agent(unsigned int n)
{
	const char *name;

	return bs_agent_name(n, &name, NULL, NULL) ? name : NULL;
}

static const char *name_of_load(unsigned int n)
{
	const struct bs_load_kind *k = bs_load_at(n);

	return k ? k->name : NULL;
}

static const char *nth(const char *const *names, unsigned int n)
{
	while (*names && n--)
		names++;
	return *names;
}

static const char *name_of_costs(unsigned int n)
{
	return nth(bs_cost_preset_names(), n);
}

static const char *name_of_kernel(unsigned int n)
{
	return nth(bs_kernel_names(), n);
}

/* ---- The table ------------------------------------------------------------------------------- */

#define MOST_BYTES (UINT64_C(1) << 50)
#define MOST_NS (UINT64_C(1) << 60)

#define IS_NUMBER(t, d, lo, hi) \
	.kind = BS_OPTION_NUMBER, .value = {.type = (t), .def = (d), .min = (lo), .max = (hi)}
#define UINT(d, lo, hi) IS_NUMBER(BS_PARAM_UINT, d, lo, hi)
#define SIZE(d, lo, hi) IS_NUMBER(BS_PARAM_SIZE, d, lo, hi)
#define TIME(d, lo, hi) IS_NUMBER(BS_PARAM_TIME, d, lo, hi)
#define WORD(d, list) \
	.kind = BS_OPTION_WORD, .value = {.type = BS_PARAM_ENUM, .def = (d)}, .word = name_of_##list
#define TEXT .kind = BS_OPTION_TEXT
#define CHECKED(list, function) TEXT, .word = name_of_##list, .check = (function)
#define CHECKED_BY(function) TEXT, .check = (function)
#define FLAG(d) .kind = BS_OPTION_FLAG, .value = {.type = BS_PARAM_BOOL, .def = (d)}
#define OWN(reader, printer) .kind = BS_OPTION_OWN, .read = (reader), .print = (printer)
#define OWN_OF(list, reader, printer) OWN(reader, printer), .word = name_of_##list
#define OF_STATE(...) __VA_ARGS__, .of_state = true
#define OPTIONAL(...) __VA_ARGS__, .optional = true
#define NEEDS(other, ...) __VA_ARGS__, .needs = (other)
#define WAS(name, ...) __VA_ARGS__, .was = (name)
#define AGAIN(...) __VA_ARGS__, .again = true

#define SAYS(in, n, k, r, a, d) \
	.name = (n), .key = (k), .record = (r), .arg = (a), .doc = d, .group = BS_OPTIONS_##in
#define AT(part, field) .offset = offsetof(part, field), .size = sizeof(((part *)NULL)->field)

/* The values' commas must not meet another macro, so that each group spells its entry out. */
#define BS_RUN(type, field, values, n, k, r, a, d) \
	{SAYS(RUN, n, k, r, a, d), AT(struct bs_sim_config, field), values},
#define BS_GUEST(type, field, values, n, k, r, a, d) \
	{SAYS(GUEST, n, k, r, a, d), AT(struct bs_sim_config, guest.field), values},
#define BS_HOST(type, field, values, n, k, r, a, d) \
	{SAYS(HOST, n, k, r, a, d), AT(struct bs_sim_config, host.field), values},
#define BS_WINDOW(type, field, values, n, k, r, a, d) \
	{SAYS(WINDOW, n, k, r, a, d), AT(struct bs_sim_config, window.field), values},
#define BS_OUTPUT(type, field, values, n, k, r, a, d) \
	{SAYS(OUTPUT, n, k, r, a, d), AT(struct bs_sim_config, output.field), values},
#define BS_PROGRAM(type, field, values, n, k, r, a, d) \
	{SAYS(PROGRAM, n, k, r, a, d), AT(struct bs_program_config, field), values},
#define BS_PART(in, field, values, n, k, r, a, d) \
	{SAYS(in, n, k, r, a, d), AT(struct bs_sim_config, field), values},

static const struct bs_option table[] = {
#include <buddysim/options.def>
};

#define FEW_WORDS 8
#define MOST_WORTH_SAYING 1000000
#define NR (sizeof(table) / sizeof(table[0]))

_Static_assert(NR <= 64, "struct bs_options.given has a bit for each");

const struct bs_option *bs_option_at(unsigned int index)
{
	return index < NR ? &table[index] : NULL;
}

const struct bs_option *bs_option_find(const char *name)
{
	for (size_t i = 0; i < NR; i++)
		if (!strcmp(table[i].name, name) || (table[i].was && !strcmp(table[i].was, name)))
			return &table[i];
	return NULL;
}

const char *bs_option_heading(enum bs_option_group group)
{
	static const char *const headings[BS_NR_OPTION_GROUPS] = {
		[BS_OPTIONS_RUN] = "The run",	    [BS_OPTIONS_GUEST] = "The guest",
		[BS_OPTIONS_HOST] = "The host",	    [BS_OPTIONS_WINDOW] = "The window",
		[BS_OPTIONS_OUTPUT] = "The output", [BS_OPTIONS_PROGRAM] = "The output",
	};

	return headings[group];
}

static bool is_default(const struct bs_option *opt, uint64_t v)
{
	return v == opt->value.def;
}

/* "auto, always, never": where they are few enough for a line of help. */
static int list_words(const struct bs_option *opt, char *buf, size_t size)
{
	const char *word;
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; (word = opt->word(i)) && used < size; i++) {
		if (i == FEW_WORDS)
			return 0;
		used += (size_t)snprintf(buf + used, size - used, "%s%s", i ? ", " : "", word);
	}
	return (int)used;
}

int bs_option_range(const struct bs_option *opt, char *buf, size_t size)
{
	const bool has_default = opt->value.def && opt->value.def >= opt->value.min;
	char words[256] = "", min[32], max[32], def[32];

	buf[0] = '\0';
	if (opt->word && !list_words(opt, words, sizeof(words)))
		return 0;
	if (opt->kind == BS_OPTION_WORD)
		return snprintf(buf, size, "%s; default %s", words,
				opt->word((unsigned int)opt->value.def));
	if (opt->word)
		return snprintf(buf, size, "%s", words);
	if (opt->kind != BS_OPTION_NUMBER)
		return 0;
	bs_param_format(&opt->value, opt->value.min, min, sizeof(min));
	bs_param_format(&opt->value, opt->value.max, max, sizeof(max));
	bs_param_format(&opt->value, opt->value.def, def, sizeof(def));
	/* A limit that nobody meets is not worth a word. */
	if (opt->value.max <= MOST_WORTH_SAYING && has_default)
		return snprintf(buf, size, "%s to %s; default %s", min, max, def);
	if (opt->value.max <= MOST_WORTH_SAYING)
		return snprintf(buf, size, "%s to %s", min, max);
	return has_default ? snprintf(buf, size, "default %s", def) : 0;
}

/* ---- Contention ------------------------------------------------------------------------------ */

int bs_contention_read(const char *text, bool *on, struct bs_lock_costs *costs,
		       struct bs_error *err)
{
	struct bs_lock_costs unused;

	*on = text && strcmp(text, "off");
	bs_lock_costs_default(costs ? costs : &unused);
	if (!*on || !strcmp(text, "model"))
		return 0;
	return bs_lock_costs_read(text, costs ? costs : &unused, err);
}

int bs_contention_check(const char *text, struct bs_error *err)
{
	bool on;

	return bs_contention_read(text, &on, NULL, err);
}

/* ---- Reclaim --------------------------------------------------------------------------------- */

int bs_reclaim_read(const char *text, bool load, bool *on, struct bs_reclaim_costs *costs,
		    struct bs_error *err)
{
	struct bs_reclaim_costs unused;

	*on = text ? strcmp(text, "off") : load;
	bs_reclaim_costs_default(costs ? costs : &unused);
	if (!text || !*on || !strcmp(text, "model"))
		return 0;
	return bs_reclaim_costs_read(text, costs ? costs : &unused, err);
}

int bs_reclaim_check(const char *text, struct bs_error *err)
{
	bool on;

	return bs_reclaim_read(text, false, &on, NULL, err);
}

/* ---- Fields ---------------------------------------------------------------------------------- */

static void *field_of(struct bs_options *o, const struct bs_option *opt)
{
	char *base = opt->group == BS_OPTIONS_PROGRAM ? (char *)&o->program : (char *)&o->config;

	return base + opt->offset;
}

/* Numbers, enums and flags differ in width only. */
static void store(void *field, const struct bs_option *opt, uint64_t v)
{
	const uint32_t narrow = (uint32_t)v;
	const bool flag = v != 0;

	if (opt->size == sizeof(v))
		memcpy(field, &v, sizeof(v));
	else if (opt->size == sizeof(narrow))
		memcpy(field, &narrow, sizeof(narrow));
	else
		memcpy(field, &flag, sizeof(flag));
}

static uint64_t load(const void *field, const struct bs_option *opt)
{
	uint32_t narrow;
	uint64_t v = 0;
	bool flag;

	if (opt->size == sizeof(v)) {
		memcpy(&v, field, sizeof(v));
	} else if (opt->size == sizeof(narrow)) {
		memcpy(&narrow, field, sizeof(narrow));
		v = narrow;
	} else {
		memcpy(&flag, field, sizeof(flag));
		v = flag;
	}
	return v;
}

static void store_text(void *field, const char *text)
{
	memcpy(field, &text, sizeof(text));
}

static void set_default(void *field, const struct bs_option *opt)
{
	if (opt->kind == BS_OPTION_NUMBER || opt->kind == BS_OPTION_WORD ||
	    opt->kind == BS_OPTION_FLAG)
		store(field, opt, opt->value.def);
}

void bs_sim_defaults(struct bs_sim_config *c)
{
	memset(c, 0, sizeof(*c));
	c->host.device.kind = bs_device_for(BS_DEVICE_DEFAULT);
	for (size_t i = 0; i < NR; i++)
		if (table[i].group != BS_OPTIONS_PROGRAM)
			set_default((char *)c + table[i].offset, &table[i]);
}

void bs_options_init(struct bs_options *o)
{
	memset(o, 0, sizeof(*o));
	bs_sim_defaults(&o->config);
	for (size_t i = 0; i < NR; i++)
		set_default(field_of(o, &table[i]), &table[i]);
}

static void free_words(struct bs_words *w)
{
	for (unsigned int i = 0; i < w->nr; i++)
		free(w->at[i]);
	free(w->at);
}

void bs_options_free(struct bs_options *o)
{
	free_words(&o->strategies);
	free_words(&o->agents);
	free_words(&o->beside);
	free_words(&o->queued);
	free_words(&o->texts);
	free_words(&o->program.fail_if);
	free(o->host_events);
	free(o->guest_events);
	free(o->guests);
	memset(o, 0, sizeof(*o));
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* One of the names, with whatever stands behind a colon; of a list the first, the check sees the rest. */
static int check_text(struct bs_options *o, const struct bs_option *opt, const char *text,
		      struct bs_error *err)
{
	const char *name;
	struct bs_error why;
	unsigned int n;

	if (!*text)
		return bs_option_refuse(opt, text, "it must not be empty", err);
	if (opt->word) {
		name = bs_words_add(&o->texts, text, strcspn(text, ":,"), err);
		if (!name)
			return -ENOMEM;
		if (bs_option_pick(opt, opt->word, name, &n, err))
			return -EINVAL;
	}
	if (!opt->check || !opt->check(text, &why))
		return 0;
	return bs_error_set(err, why.status, 0, text, why.advice, "%s", why.text);
}

/* A file that was an option's value says more of them. */
static int set_queued(struct bs_options *o, const char *file, struct bs_error *err)
{
	struct bs_words q = o->queued;
	int ret = 0;

	o->queued = (struct bs_words){0};
	for (unsigned int i = 0; i + 1 < q.nr && !ret; i += 2)
		ret = bs_option_set(o, bs_option_find(q.at[i]), q.at[i + 1], err);
	free_words(&q);
	if (ret && err) {
		char text[sizeof(err->text)];

		snprintf(text, sizeof(text), "%.80s: %.300s", err->where, err->text);
		snprintf(err->where, sizeof(err->where), "%s", file);
		snprintf(err->text, sizeof(err->text), "%s", text);
		err->status = BS_INPUT;
	}
	return ret;
}

int bs_option_set(struct bs_options *o, const struct bs_option *opt, const char *text,
		  struct bs_error *err)
{
	void *field = field_of(o, opt);
	uint64_t v = !opt->value.def;
	unsigned int n;
	int ret = 0;

	if (text && !opt->again && bs_option_given(o, opt->name))
		return bs_option_refuse(opt, text, "only one can count: leave one out", err);
	o->given |= UINT64_C(1) << (opt - table);
	switch (opt->kind) {
	case BS_OPTION_NUMBER:
		ret = bs_option_value(opt, &opt->value, text, &v, err);
		if (!ret)
			store(field, opt, v);
		return ret;
	case BS_OPTION_WORD:
		ret = bs_option_pick(opt, opt->word, text, &n, err);
		if (!ret)
			store(field, opt, n);
		return ret;
	case BS_OPTION_TEXT:
		if (check_text(o, opt, text, err))
			return -EINVAL;
		text = bs_words_add(&o->texts, text, strlen(text), err);
		if (!text)
			return -ENOMEM;
		store_text(field, text);
		return 0;
	case BS_OPTION_FLAG:
		store(field, opt, v);
		return 0;
	case BS_OPTION_OWN:
		ret = opt->read(o, opt, text, err);
		return ret ? ret : set_queued(o, text, err);
	}
	return 0;
}

bool bs_option_given(const struct bs_options *o, const char *name)
{
	const struct bs_option *opt = bs_option_find(name);

	return opt && o->given >> (opt - table) & 1;
}

/* ---- The other way round --------------------------------------------------------------------- */

uint64_t bs_option_number(const struct bs_sim_config *c, const struct bs_option *opt)
{
	return load((const char *)c + opt->offset, opt);
}

const char *bs_option_text(const struct bs_sim_config *c, const struct bs_option *opt)
{
	const char *text;

	if (opt->kind == BS_OPTION_WORD)
		return opt->word((unsigned int)bs_option_number(c, opt));
	memcpy(&text, (const char *)c + opt->offset, sizeof(text));
	return text;
}

bool bs_option_in_force(const struct bs_sim_config *c, const struct bs_option *opt)
{
	const struct bs_option *needed = opt->needs ? bs_option_find(opt->needs) : NULL;

	return (!needed || bs_option_number(c, needed)) &&
	       (!opt->optional || bs_option_number(c, opt));
}

/* Not the largest unit that divides: exact at a glance, as in the record. */
static const char *unit_of(const struct bs_option *opt)
{
	return opt->value.type == BS_PARAM_SIZE	  ? "B"
	       : opt->value.type == BS_PARAM_TIME ? "ns"
						  : "";
}

void bs_option_print(const struct bs_sim_config *c, const struct bs_option *opt, void *file)
{
	FILE *f = file;
	const char *text;
	uint64_t v;

	if (!bs_option_in_force(c, opt))
		return;
	if (opt->kind == BS_OPTION_OWN) {
		if (opt->print)
			opt->print(c, opt, f);
		return;
	}
	if (opt->kind == BS_OPTION_NUMBER || opt->kind == BS_OPTION_FLAG) {
		v = bs_option_number(c, opt);
		if (opt->kind == BS_OPTION_FLAG && !is_default(opt, v))
			fprintf(f, " --%s", opt->name);
		else if (opt->kind == BS_OPTION_NUMBER && v >= opt->value.min)
			fprintf(f, " --%s %llu%s", opt->name, (unsigned long long)v, unit_of(opt));
		return;
	}
	text = bs_option_text(c, opt);
	if (text) {
		fprintf(f, " --%s ", opt->name);
		bs_shell_put(f, text);
	}
}
