/* SPDX-License-Identifier: GPL-2.0-or-later */
/* units.h - sizes and times the way people write them: 4KiB, 6GiB, 250ms, 10min. */
#ifndef BS_UNITS_H
#define BS_UNITS_H

#include <stddef.h>
#include <stdint.h>

/* Whole number with a unit; 0 needs none, and nothing else goes without. Decimals are allowed where
 * they come out whole ("1.5GiB"). 0, or -EINVAL (not a number, no or an unknown unit, does not fit in
 * 64 bits). */
int bs_parse_size(const char *text, uint64_t *bytes);
int bs_parse_time(const char *text, uint64_t *ns);
/* What to write in place of a number that these two refuse: "say 2s or 2ns" without a unit, else the
 * units that there are; "" if it begins with no digit. snprintf()'s value. */
int bs_advise_size(const char *text, char *buf, size_t size);
int bs_advise_time(const char *text, char *buf, size_t size);
/* The largest unit that leaves a whole number; snprintf()'s value. */
int bs_format_size(uint64_t bytes, char *buf, size_t size);
int bs_format_time(uint64_t ns, char *buf, size_t size);

#endif
