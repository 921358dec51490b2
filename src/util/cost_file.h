/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cost_file.h - costs by name, a struct of bs_ns each, and as a file:
 * {"schema": "buddysim-lock-costs-1", "costs_ns": {"hold": 8, ...}}.
 */
#ifndef BS_COST_FILE_H
#define BS_COST_FILE_H

#include <stddef.h>

#include <jansson.h>

#include <buddysim/types.h>

struct bs_cost_row {
	const char *name, *about;
	size_t at; /* in its struct */
};

/*
 * What a file is called, and what a user is told.
 * @none, @instead: it cannot be read, and what to use; the cause is added
 * @other, @remake: its schema is another, and what to do
 */
struct bs_cost_schema {
	const char *schema;
	const char *none, *instead;
	const char *other, *remake;
};

/* @partial: a file may leave some out, and then has nothing that is none of them. Each is 1 s at most. */
struct bs_cost_list {
	struct bs_cost_schema file;
	const struct bs_cost_row *rows;
	unsigned int nr;
	bool partial;
};

/* Number @index in @costs, NULL behind the last. @name and @about may be NULL. */
bs_ns *bs_cost_at(const struct bs_cost_list *l, void *costs, unsigned int index, const char **name,
		  const char **about);
/* 0, or negative with @err. What is left out stays as it was in @costs. */
int bs_cost_list_read(const struct bs_cost_list *l, const char *path, void *costs,
		      struct bs_error *err);
int bs_cost_list_write(const struct bs_cost_list *l, const void *costs, const char *path,
		       struct bs_error *err);

/* The whole of a file that says it is of this schema, for who has more in it: 0, or negative with @err and NULL. */
int bs_cost_file_open(const struct bs_cost_schema *s, const char *path, json_t **file,
		      struct bs_error *err);
/* Such a file begins as bs_cost_file_new(); bs_cost_file_write() writes it, whole or not at all, and lets it go. */
json_t *bs_cost_file_new(const struct bs_cost_schema *s);
int bs_cost_file_write(json_t *o, const char *path, struct bs_error *err);

#endif
