/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * junit.h - what was tested and what became of it, as the XML that CI systems show (JUnit's: one suite,
 * a case for each test).
 */
#ifndef BS_SIM_JUNIT_H
#define BS_SIM_JUNIT_H

#include <stdio.h>

enum junit_verdict { JUNIT_PASSED, JUNIT_FAILED, JUNIT_ERROR, JUNIT_SKIPPED };

/* All zero: nobody wants to know, and nothing is kept. */
struct junit {
	const char *path;
	FILE *cases;
	char *text;
	size_t size;
	unsigned int nr[JUNIT_SKIPPED + 1]; /* by verdict */
};

/* @path NULL: nobody wants to know. 0, or the exit status; stderr has been told. */
int junit_begin(struct junit *j, const char *path);
/* @group: what the case is one of; @message: why it did not pass, else NULL. */
void junit_case(struct junit *j, enum junit_verdict verdict, const char *group, const char *name,
		const char *message);
/* The file appears whole or not at all. 0, or the exit status; stderr has been told. */
int junit_end(struct junit *j, const char *suite);

#endif
