/* SPDX-License-Identifier: GPL-2.0-or-later */
/* data_guests.h - several guests of a cell over time, as TSV. */
#ifndef BS_DATA_GUESTS_H
#define BS_DATA_GUESTS_H

#include <stdio.h>

#include "stored.h"

/* A row for each sample: what the host counted, then of each guest what was held, used and in swap. */
void bs_data_guests(const struct bs_series *s, FILE *f);

#endif
