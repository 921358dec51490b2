/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options_read.h - reading one value of an option, and saying why it cannot be. */
#ifndef BS_OPTIONS_READ_H
#define BS_OPTIONS_READ_H

#include <buddysim/options.h>

/* Append a copy of the first @len bytes of @text: it, or NULL with @err. */
char *bs_words_add(struct bs_words *w, const char *text, size_t len, struct bs_error *err);

/* "--name: cannot be "text"; advice" */
int bs_option_refuse(const struct bs_option *opt, const char *text, const char *advice,
		     struct bs_error *err);
/* A value as @p says. */
int bs_option_value(const struct bs_option *opt, const struct bs_param *p, const char *text,
		    uint64_t *v, struct bs_error *err);
/* Number of @text among the names that @word gives. */
int bs_option_pick(const struct bs_option *opt, const char *(*word)(unsigned int), const char *text,
		   unsigned int *n, struct bs_error *err);

#endif
