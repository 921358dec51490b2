/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stored.h - a record that was written before, by this program or an older one.
 *
 * It comes from a file that anyone may have edited: every field is checked before anybody uses it.
 */
#ifndef BS_STORED_H
#define BS_STORED_H

#include <jansson.h>

#include <buddysim/types.h>

/* One of several guests: the samples at which anything of it had changed. */
struct bs_guest_series {
	const char *label;
	size_t nr;
	json_t *time, *used, *resident, *unmapped, *swapped;
};

/* One cell's samples: lists of whole numbers, all of the same length, in order of time. */
struct bs_series {
	const char *label;
	size_t nr;
	json_t *time, *used, *resident, *unmapped, *nr_free;
	json_t *host_held, *host_swapped; /* of all guests; NULL: the host did not count */
	struct bs_guest_series *guests; /* NULL: there is only this one */
	size_t nr_guests;
};

struct bs_stored {
	const char *path; /* "-": stdin */
	struct bs_error *err;
	json_t *root, *cells; /* each cell has a label and held_mib_s */
	size_t nr_cells; /* at least one */
	size_t nr_orders; /* that the guest had */
	uint64_t page_bytes;
	struct bs_series *series; /* one per cell; NULL: the record has no timeline */
};

/* 0, or negative with @err; then there is nothing to free. */
int bs_stored_read(struct bs_stored *r, const char *path, struct bs_error *err);
/* The same of what was parsed already; @root stays the caller's, too. */
int bs_stored_take(struct bs_stored *r, json_t *root, const char *path, struct bs_error *err);
/* Any JSON. 0, or negative with @err. */
int bs_stored_parse(const char *path, json_t **root, struct bs_error *err);
void bs_stored_free(struct bs_stored *r);
/* Entry @i of a list of whole numbers. */
json_int_t bs_stored_number(const json_t *a, size_t i);
/* Does the schema of the record know the figure at all, whether or not a cell has it? */
bool bs_stored_knows(const struct bs_stored *r, const char *key);
/* "words_set, meta_bytes.peak": figures of today that the record's schema does not know; to be
 * free()d. NULL if there are none, or without memory. */
char *bs_stored_lacks(const struct bs_stored *r);

#endif
