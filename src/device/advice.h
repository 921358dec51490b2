/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice.h - what a host can be told to do with a range: enum bs_advice in words and in numbers. */
#ifndef BS_DEVICE_ADVICE_H
#define BS_DEVICE_ADVICE_H

#include <buddysim/device.h>

/* "MADV_DONTNEED" */
const char *bs_advice_words(enum bs_advice advice);
/* The number that madvise(2) knows it by. */
int bs_advice_number(enum bs_advice advice);

#endif
