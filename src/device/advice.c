// SPDX-License-Identifier: GPL-2.0-or-later
#include "advice.h"

#include <sys/mman.h>

static const struct {
	const char *name, *words, *summary;
	int number;
} advices[] = {
	[BS_ADVICE_DONTNEED] = {"dontneed", "MADV_DONTNEED", "the pages go at once", MADV_DONTNEED},
	[BS_ADVICE_FREE] =
		{"free", "MADV_FREE",
		 "the pages go when the host is short of memory, and are held until then",
		 MADV_FREE},
	/* No range ever gets as far as madvise(). */
	[BS_ADVICE_NONE] = {"none", "no advice",
			    "requests complete, nothing goes (device assigned); counted as skipped",
			    MADV_NORMAL},
	/* Linux 5.4, newer than the oldest headers; a kernel without it refuses the range. */
	[BS_ADVICE_PAGEOUT] = {"pageout", "MADV_PAGEOUT",
			       "the pages go to swap, or, without swap, nowhere; counted as gone",
			       21},
};

bool bs_device_advice(unsigned int index, const char **name, const char **summary)
{
	if (index >= sizeof(advices) / sizeof(advices[0]))
		return false;
	*name = advices[index].name;
	if (summary)
		*summary = advices[index].summary;
	return true;
}

const char *bs_advice_words(enum bs_advice advice)
{
	return advices[advice].words;
}

int bs_advice_number(enum bs_advice advice)
{
	return advices[advice].number;
}
