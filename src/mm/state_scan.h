/* SPDX-License-Identifier: GPL-2.0-or-later */
/* state_scan.h - words and numbers of a line of the dump format. */
#ifndef BS_MM_STATE_SCAN_H
#define BS_MM_STATE_SCAN_H

#include <buddysim/types.h>

/* What a line is being read with. */
struct bs_scan {
	char *p;
	const char *path;
	uint64_t number;
	struct bs_error *err;
};

/* Malformed: -EINVAL, with file and line. */
__attribute__((format(printf, 2, 3))) int bs_scan_bad(struct bs_scan *c, const char *fmt, ...);
/* The next word, cut off; NULL at the end. */
char *bs_scan_word(struct bs_scan *c);
/* A number of at most @max up to a blank or the end: 0 or -EINVAL. */
int bs_scan_number(struct bs_scan *c, uint64_t max, uint64_t *v);
/* Digits, not more than fit; is what follows them a blank or the end? */
bool bs_scan_digits(char **p, uint64_t *v);
bool bs_scan_at_end(const char *p);

#endif
