/* SPDX-License-Identifier: GPL-2.0-or-later */
/* driver.h - what the drivers have in common that a host asks for memory, by parameters or at run time. */
#ifndef BS_REPORT_DRIVER_H
#define BS_REPORT_DRIVER_H

#include <errno.h>
#include <stdbool.h>

#include <buddysim/types.h>

/* Does what the host asks from at= on hold at @age, the time since the driver is there? @until 0: for good. */
static inline bool bs_driver_is_asked(bs_ns age, bs_ns at, bs_ns until)
{
	return age >= at && (!until || age < until);
}

/* The age at which that changes next; BS_NO_TIME: never again. */
static inline bs_ns bs_driver_next_change(bs_ns age, bs_ns at, bs_ns until)
{
	if (age < at)
		return at;
	return age < until ? until : BS_NO_TIME;
}

/* Of several requests for one message: the first error counts, but for a device that has gone. */
static inline int bs_driver_error(int before, int now)
{
	return before && now != -ESHUTDOWN ? before : now;
}

#endif
