/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * values.h - the values of an axis, as somebody writes them: "1..4", "linux-6.1,linux-6.12",
 * "rotation:order=0..10,delay=100ms|2s,none".
 *
 * This room makes many comparisons out of one grid, runs them in any order on any number of machines,
 * and puts the results together again. It may call record, replay, trace and util. Nobody calls it but
 * the program, through include/buddysim/sweep.h.
 */
#ifndef BS_VALUES_H
#define BS_VALUES_H

#include <buddysim/options.h>

/* The most values that one text may stand for, so that a slip ("seed=1..1000000000") is found. */
#define BS_VALUES_MOST 1000000

/*
 * Append to @out what @text stands for. A comma separates items, but "x=y" goes on with the parameters of
 * the item before it, as it does behind -s. Between commas, colons and equal signs "A|B" is either and
 * A..B all whole numbers from one to the other, with their unit if they have one: A..B+S in steps of S,
 * A..B*F each F times the one before. What stands in several places is combined, the last changing fastest.
 * @where: option or file that it comes from, for the message. 0, or negative with @err.
 */
int bs_values_expand(struct bs_words *out, const char *text, const char *where,
		     struct bs_error *err);
void bs_values_free(struct bs_words *w);

#endif
