// SPDX-License-Identifier: GPL-2.0-or-later
#include "follow.h"

const char *bs_lost_name(enum bs_lost why)
{
	static const char *const names[BS_NR_LOST] = {
		"no_answer", "not_failed", "behind_others", "other_pcp_list",
		"free",	     "not_dumped", "free_not_seen", "in_use",
	};

	return (unsigned int)why < BS_NR_LOST ? names[why] : "?";
}
