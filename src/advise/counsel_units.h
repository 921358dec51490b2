/* SPDX-License-Identifier: GPL-2.0-or-later */
/* counsel_units.h - figures as people read them: three digits that count, in the unit that suits. */
#ifndef BS_COUNSEL_UNITS_H
#define BS_COUNSEL_UNITS_H

#include <stddef.h>

#include <buddysim/types.h>

#define BS_WORD 32
/* "94.2 ms", "2.64 s"; BS_NO_TIME: "never". All return @buf, which has room for BS_WORD. */
const char *bs_word_time(bs_ns t, char *buf);
/* "46.1 MiB", "1.25 GiB" */
const char *bs_word_size(uint64_t bytes, char *buf);
/* What @part is of @whole: "7.2 %" */
const char *bs_word_share(uint64_t part, uint64_t whole, char *buf);
/* By how much @to differs from @from: "+12 %", "-0.4 %", "the same" below 0.05 % */
const char *bs_word_change(uint64_t from, uint64_t to, char *buf);

#endif
