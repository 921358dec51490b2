/* SPDX-License-Identifier: GPL-2.0-or-later */
/* opsline.h - a line of an .ops file cut into words, its numbers, and what is said of a bad one. */
#ifndef BS_OPSLINE_H
#define BS_OPSLINE_H

#include <buddysim/types.h>

#define BS_OPS_MAX_ARGS 24

/* A command line cut into words; word[0] is the command. */
struct bs_ops_line {
	unsigned int n;
	char *word[BS_OPS_MAX_ARGS];
	char text[512];
};

/* Cut @text (a comment is an empty line). False: too many words or too long. */
bool bs_ops_split(const char *text, struct bs_ops_line *line);
/* Word @i as a number, UINT64_MAX if it is none; 0 if it is missing. */
uint64_t bs_ops_number(const struct bs_ops_line *line, unsigned int i);
/* All words behind the first are numbers. */
bool bs_ops_all_numbers(const struct bs_ops_line *line);
/* -EINVAL. @where: "file:12"; @form: how the line should read, or NULL. */
int bs_ops_malformed(struct bs_error *err, const char *where, const char *form, const char *text);

#endif
