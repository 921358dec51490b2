// SPDX-License-Identifier: GPL-2.0-or-later
#include "cpu.h"

const char *bs_cause_name(enum bs_cause cause)
{
	static const char *const names[BS_NR_CAUSES] = {
		[BS_CAUSE_FAULT] = "fault",	[BS_CAUSE_REQUEST] = "request",
		[BS_CAUSE_INSTALL] = "install", [BS_CAUSE_ZERO] = "zero",
		[BS_CAUSE_POISON] = "poison",
	};

	return (unsigned int)cause < BS_NR_CAUSES ? names[cause] : "?";
}
