/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch_parts.h - the parts of the live view: memory, free lists, the reporter, what is over. */
#ifndef BS_SIM_WATCH_PARTS_H
#define BS_SIM_WATCH_PARTS_H

#include <stddef.h>

#include "watch_page.h"
#include "watch_shown.h"

#define WATCH_REPORTER_COLS 27
#define WATCH_REPORTER_ROWS 12
#define WATCH_STALL_ROWS 10

/* Two bars of one scale from @row on, the guest's and the host's, and their figures: five rows. */
void watch_put_memory(const struct watch_shown *s, struct watch_page *p, unsigned int row);
/* Free lists by order, in @room columns: twelve rows. */
void watch_put_lists(const struct watch_shown *s, struct watch_page *p, unsigned int row,
		     unsigned int col, unsigned int room);
void watch_put_reporter(const struct watch_shown *s, struct watch_page *p, unsigned int row,
			unsigned int col);
void watch_put_stall(const struct watch_shown *s, struct watch_page *p, unsigned int row,
		     unsigned int col, unsigned int room);
/* The latest cells that are over, down to the page's edge. */
void watch_put_rows(const struct watch_shown *s, struct watch_page *p, unsigned int row,
		    unsigned int col, unsigned int room);

/* Whole numbers up to five digits, then "123k", "12.3M". Negative: "-". */
void watch_count_text(char *buf, size_t size, double n);
/* MiB: "0", "0.2", "12.3", "1234". */
void watch_mib_text(char *buf, size_t size, double bytes);
/* "3.2 ms" of ns. */
void watch_ns_text(char *buf, size_t size, double ns);
/* "42 s", "3 min", "2.1 h" of seconds. */
void watch_duration_text(char *buf, size_t size, double seconds);

#endif
