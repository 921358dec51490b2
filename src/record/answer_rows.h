/* SPDX-License-Identifier: GPL-2.0-or-later */
/* answer_rows.h - which rows a comparison's answer is about, and what it is made of. */
#ifndef BS_ANSWER_ROWS_H
#define BS_ANSWER_ROWS_H

#include "answer_part.h"
#include "result.h"

#define BS_NO_ROW UINT32_MAX

/* Rows of the result by their numbers, or BS_NO_ROW. Those that were left out are in none of them but
 * @own, which is the row in question whatever became of it. */
struct bs_answer {
	const struct bs_result *r;
	const char *kernel; /* of several only the rows on this one; NULL: all */
	const struct bs_strategy *kernels; /* what the kernel does by itself; NULL: nothing */
	unsigned int none, own, stock, best;
	unsigned int held; /* whose rest is told of, and which part of it is the largest */
	const char *part;
	uint64_t part_mib_s;
	bool touched, priced; /* does the guest touch memory; has every row a cost */
	unsigned int nr_in; /* rows that were not left out */
};

/* Who is who among the rows so far; with @kernel among those on it. */
void bs_answer_choose(struct bs_answer *a, const struct bs_result *r, const char *kernel);
/* The kernels of the rows, in the order in which they come; NULL behind the last. */
const char *bs_answer_kernel_at(const struct bs_answer *a, unsigned int index);
bool bs_answer_several_kernels(const struct bs_answer *a);
/* What @row is compared with: the idle row on its kernel, or BS_NO_ROW. */
unsigned int bs_answer_none(const struct bs_answer *a, unsigned int row);

const json_t *bs_answer_cell(const struct bs_answer *a, unsigned int row);
uint64_t bs_answer_figure(const struct bs_answer *a, unsigned int row, const char *key);
/* A row that stands for the answer: it did all that the trace asks for, none of its requests failed. */
bool bs_answer_is_in(const struct bs_answer *a, unsigned int row);
/* Less than 1 % apart. */
bool bs_answer_tie(uint64_t x, uint64_t y);
/* Is the row about reports, and no driver of its own or what others are compared with? */
bool bs_answer_reports(const struct bs_answer *a, unsigned int row);

bool bs_answer_is_stock(const struct bs_answer *a, unsigned int row);
uint64_t bs_answer_cost(const struct bs_answer *a, unsigned int row);
uint64_t bs_answer_held(const struct bs_answer *a, unsigned int row);
/* None holds less than a hundredth of what is in use: there is nothing that anybody could give back. */
bool bs_answer_nothing_held(const struct bs_answer *a);
/* The cheapest stock row that does something: what doing nothing is compared with. */
unsigned int bs_answer_next_stock(const struct bs_answer *a);
/* Does the row nothing, or is its cost that of doing nothing? */
bool bs_answer_as_idle(const struct bs_answer *a, unsigned int row);

#endif
