/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notes.h - what a comparison found: the room's lowest file, everything that compares notes here.
 */
#ifndef BS_VERIFY_NOTES_H
#define BS_VERIFY_NOTES_H

#include <buddysim/verify.h>

/* One difference found at operation @at. */
struct bs_found {
	enum bs_difference kind; /* or BS_DIFF_DUMP + part */
	uint64_t at, line;
	const char *what, *expected, *got;
};

/* Count it; the first is kept in the result. */
void bs_verify_note(struct bs_verify_result *r, const struct bs_found *f);

#endif
