// SPDX-License-Identifier: GPL-2.0-or-later
#include "answer_part.h"

bool bs_answer_part(unsigned int index, const char **key, const char **words)
{
	static const char *const parts[][2] = {
		{"held_split.pcp_mib_s", "on per-cpu lists"},
		{"held_split.below_order_mib_s", "free in blocks smaller than it reports"},
		{"held_split.raw_mib_s", "free and not reported yet"},
		{"held_split.in_flight_mib_s", "in requests that the host has not answered"},
		{"held_split.kept_mib_s", "reported, but kept by the host"},
		{"held_split.huge_rest_mib_s", "reported, but part of huge pages that are in use"},
		{"held_split.other_mib_s", "elsewhere"},
	};

	if (index >= sizeof(parts) / sizeof(parts[0]))
		return false;
	*key = parts[index][0];
	*words = parts[index][1];
	return true;
}
