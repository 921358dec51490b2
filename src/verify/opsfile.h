/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * opsfile.h - a guest described and driven by an .ops file, and its state written the way the
 * .out files have it (spec allocator.md 9.0). The commands that concern the allocator alone; the
 * reporting strategies' are in strategy_vectors.c.
 */
#ifndef BS_OPSFILE_H
#define BS_OPSFILE_H

#include <buddysim/machine.h>

#include <stdio.h>

#define BS_OPS_MAX_ARGS 24

/* A command line cut into words; word[0] is the command. */
struct bs_ops_line {
	unsigned int n;
	char *word[BS_OPS_MAX_ARGS];
	char text[512];
};

struct bs_ops_guest {
	const char *kernel;
	struct bs_machine *m; /* created by the first command after pages and zone */
	uint64_t pages;
	unsigned int pageblock_order;
	struct bs_zone_range zones[BS_NR_ZONE_TYPES];
	unsigned int nr_zones;
	uint64_t lcg;
	uint64_t allocated, failed; /* allocations: what a verifier has compared */
};

enum bs_ops_result {
	BS_OPS_DONE,
	BS_OPS_UNKNOWN, /* not an allocator command */
	BS_OPS_BAD, /* malformed: @err is filled */
};

/* Cut @text (a comment is an empty line). False: too many words or too long. */
bool bs_ops_split(const char *text, struct bs_ops_line *line);
/* Word @i as a number; 0 if it is missing. */
uint64_t bs_ops_number(const struct bs_ops_line *line, unsigned int i);

/* Run one command, writing what it prints to @out. @where: for @err, "file:12". */
enum bs_ops_result bs_ops_command(struct bs_ops_guest *g, const struct bs_ops_line *line, FILE *out,
				  const char *where, struct bs_error *err);
/* Zone index of a zone type, or -1. */
int bs_ops_zone(const struct bs_ops_guest *g, unsigned int type);
void bs_ops_guest_free(struct bs_ops_guest *g);

#endif
