// SPDX-License-Identifier: GPL-2.0-or-later
#include "counsel_units.h"

#include <stdio.h>

static const char *three_digits(double v, const char *unit, char *buf)
{
	snprintf(buf, BS_WORD, "%.*f %s", v >= 99.95 ? 0 : v >= 9.995 ? 1 : 2, v, unit);
	return buf;
}

const char *bs_word_time(bs_ns t, char *buf)
{
	if (t == BS_NO_TIME)
		snprintf(buf, BS_WORD, "never");
	else if (t < BS_NS_PER_US)
		snprintf(buf, BS_WORD, "%u%s", (unsigned int)t, t ? " ns" : "");
	else if (t < BS_NS_PER_MS)
		three_digits((double)t / (double)BS_NS_PER_US, "us", buf);
	else if (t < BS_NS_PER_S)
		three_digits((double)t / (double)BS_NS_PER_MS, "ms", buf);
	else
		three_digits((double)t / (double)BS_NS_PER_S, "s", buf);
	return buf;
}

const char *bs_word_size(uint64_t bytes, char *buf)
{
	const double mib = (double)bytes / (double)(1 << 20);

	return mib < 1023.5	     ? three_digits(mib, "MiB", buf)
	       : mib < 1023.5 * 1024 ? three_digits(mib / 1024, "GiB", buf)
				     : three_digits(mib / 1024 / 1024, "TiB", buf);
}

static void percent(double v, const char *sign, char *buf)
{
	snprintf(buf, BS_WORD, "%s%.*f %%", sign, v >= 9.95 ? 0 : 1, v);
}

const char *bs_word_share(uint64_t part, uint64_t whole, char *buf)
{
	if (!whole)
		snprintf(buf, BS_WORD, "-");
	else
		percent((double)part * 100 / (double)whole, "", buf);
	return buf;
}

const char *bs_word_change(uint64_t from, uint64_t to, char *buf)
{
	const double change = from ? ((double)to - (double)from) * 100 / (double)from : 0;

	if (change > -0.05 && change < 0.05)
		snprintf(buf, BS_WORD, "the same");
	else
		percent(change < 0 ? -change : change, change < 0 ? "-" : "+", buf);
	return buf;
}
