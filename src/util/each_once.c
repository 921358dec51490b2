// SPDX-License-Identifier: GPL-2.0-or-later
#include "each_once.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int bs_each_once(const char *list, size_t (*span)(const char *list),
		 int (*check)(const char *one, struct bs_error *err), struct bs_error *err)
{
	for (const char *at = list;; at++) {
		const size_t len = span(at);
		char *one = strndup(at, len);
		int ret = one ? check(one, err)
			      : bs_error_set(err, BS_RESOURCE, ENOMEM, list, NULL, "out of memory");

		for (const char *before = list; before < at && !ret; before++) {
			const size_t n = span(before);

			if (n == len && !strncmp(before, at, n))
				ret = bs_error_set(err, BS_USAGE, 0, list, "name each once",
						   "%s is given twice", one);
			before += n;
		}
		free(one);
		at += len;
		if (ret || !*at)
			return ret;
	}
}
