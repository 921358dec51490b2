/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * named.h - a list of things that a user asks for by name, with parameters of their own behind a colon:
 * "timer:every=60s".
 */
#ifndef BS_NAMED_H
#define BS_NAMED_H

#include <buddysim/types.h>

/* What each of them begins with. @params: NULL: it has none */
struct bs_named {
	const char *name, *summary;
	const struct bs_param *params;
};

/*
 * The list.
 * @option: where a user names one, "--agent"; @kind: what one is called in a message, "agent"
 * @at: number @index, NULL behind the last
 */
struct bs_named_list {
	const char *option, *kind;
	const struct bs_named *(*at)(unsigned int index);
};

/* The number of the one that @text names, or -EINVAL with @err, which may be NULL. */
int bs_named_find(const struct bs_named_list *l, const char *text, struct bs_error *err);
/* The same, and its parameters' values, which are to be free()d. Negative with @err: *values is NULL. */
int bs_named_parse(const struct bs_named_list *l, const char *text, uint64_t **values,
		   struct bs_error *err);
/* 0, or negative with @err. */
int bs_named_check(const struct bs_named_list *l, const char *text, struct bs_error *err);
/* @text with all the parameters, to be free()d; NULL: out of memory, or none such. */
char *bs_named_text(const struct bs_named_list *l, const char *text);
/* What number @index is; false behind the last. @summary and @params may be NULL. */
bool bs_named_tell(const struct bs_named_list *l, unsigned int index, const char **name,
		   const char **summary, const struct bs_param **params);

/* The values of "name=value,...", the others being the defaults, in an array that is to be free()d.
 * @kind and @name: "agent timer" is whose they are; @where: where it is asked for. Negative with @err: *values is NULL. */
int bs_named_values(const char *kind, const char *name, const struct bs_param *params,
		    const char *text, const char *where, uint64_t **values, struct bs_error *err);

#endif
