/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.h - the options of a comparison as data (options.def): read from text, described, and
 * written the way a user would type them.
 */
#ifndef BUDDYSIM_OPTIONS_H
#define BUDDYSIM_OPTIONS_H

#include <buddysim/sim.h>
#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** Texts that were given one after the other. */
struct bs_words {
	char **at;
	unsigned int nr;
};

/** What a program does with a result: options.def says what each is. The library looks at none. */
struct bs_program_config {
#define BS_PROGRAM(type, field, ...) type field;
#include <buddysim/options.def>
};

/**
 * struct bs_options - a configuration while it is put together, with all that it points to
 * @config: may be used, and changed, at any time
 * @given: bit n is set: option number n was
 * The rest is options.c's.
 */
struct bs_options {
	struct bs_sim_config config;
	struct bs_program_config program;
	uint64_t given;
	struct bs_words strategies, agents, beside, texts, queued;
	struct bs_host_event *host_events;
	struct bs_guest_event *guest_events;
	struct bs_scenario_guest *guests;
	struct bs_device_costs costs;
};

enum bs_option_group {
	BS_OPTIONS_RUN,
	BS_OPTIONS_GUEST,
	BS_OPTIONS_HOST,
	BS_OPTIONS_WINDOW,
	BS_OPTIONS_OUTPUT,
	BS_OPTIONS_PROGRAM,
	BS_NR_OPTION_GROUPS
};

enum bs_option_kind {
	BS_OPTION_NUMBER, /* @value says which */
	BS_OPTION_WORD, /* an enum, by its name */
	BS_OPTION_TEXT, /* any text */
	BS_OPTION_FLAG, /* takes no value; turns the default round */
	BS_OPTION_OWN, /* reads and prints itself */
};

/**
 * struct bs_option - one option
 * @name: without the dashes
 * @key: its letter, or 0
 * @record: key in the record's `config`, or NULL
 * @arg: what its value is called; NULL if it takes none
 * @doc: what it does, without a full stop
 * @needs: name of the option without which this one has no meaning, or NULL
 * @was: an older name, which is still read, or NULL
 * @value: type, default and range of a number; default of a word or a flag
 * @word: name number n of those that it can be, NULL behind the last; itself NULL where any will do
 * @check: what a text must pass, or NULL
 * @of_state: decided by the dump, if the guest starts from one
 * @optional: not in the record while it is 0
 * @again: may be given more than once, and each counts
 * The rest is options.c's.
 */
struct bs_option {
	const char *name;
	char key;
	enum bs_option_group group;
	enum bs_option_kind kind;
	const char *record, *arg, *doc, *needs, *was;
	struct bs_param value;
	const char *(*word)(unsigned int n);
	int (*check)(const char *text, struct bs_error *err);
	bool of_state, optional, again;
	size_t offset, size;
	int (*read)(struct bs_options *o, const struct bs_option *opt, const char *text,
		    struct bs_error *err);
	void (*print)(const struct bs_sim_config *c, const struct bs_option *opt, void *file);
};

/** Option number @index, NULL behind the last. */
const struct bs_option *bs_option_at(unsigned int index);
/** By its name, or an older one; NULL if there is none. */
const struct bs_option *bs_option_find(const char *name);
/** "The guest" */
const char *bs_option_heading(enum bs_option_group group);
/** The names that it can be, comma-separated, and the default, in words for a help text: "" or
 *  "flat, qemu-pc (default)". snprintf()'s value. */
int bs_option_range(const struct bs_option *opt, char *buf, size_t size);

/** Defaults. */
void bs_options_init(struct bs_options *o);
void bs_options_free(struct bs_options *o);
/** Set one; @text is copied, and NULL for a flag. 0, or negative with @err. */
int bs_option_set(struct bs_options *o, const struct bs_option *opt, const char *text,
		  struct bs_error *err);
bool bs_option_given(const struct bs_options *o, const char *name);
/** What only makes sense together, and what has no effect beside the others: 0, or -EINVAL with @err. */
int bs_options_check(const struct bs_options *o, struct bs_error *err);

/**
 * struct bs_combination - an option that does nothing, or is contradicted, beside others
 * @option: its name
 * @why, @advice: in which case, and the way out
 * @is_refused: bs_options_check() refuses it; else it is worth a warning
 */
struct bs_combination {
	const char *option, *why, *advice;
	bool is_refused;
};

/** Combination number @index, NULL behind the last. */
const struct bs_combination *bs_combination_at(unsigned int index);
/** Was its option given, and is it so? */
bool bs_combination_is_there(const struct bs_options *o, unsigned int index);

/* ---- The other way round: what a configuration has ------------------------------------------ */

/** A number or a flag of @c (an option of BS_OPTIONS_PROGRAM has none). */
uint64_t bs_option_number(const struct bs_sim_config *c, const struct bs_option *opt);
/** A word or text of @c; NULL if there is none. */
const char *bs_option_text(const struct bs_sim_config *c, const struct bs_option *opt);
/** Has it a meaning in @c: is what it needs there, and if it is optional, a value? */
bool bs_option_in_force(const struct bs_sim_config *c, const struct bs_option *opt);
/** Print " --name value", for a shell, so that it gives @c's value again; nothing for what cannot be
 *  said, is not set or not in force. @file is a FILE. */
void bs_option_print(const struct bs_sim_config *c, const struct bs_option *opt, void *file);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
