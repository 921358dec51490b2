/* SPDX-License-Identifier: GPL-2.0-or-later */
/* page_series.h - what a page shows of a record over time, in so few numbers that a page can hold it. */
#ifndef BS_PAGE_SERIES_H
#define BS_PAGE_SERIES_H

#include "cast.h"

/* Samples of row @index, at most about @most of them: of each stretch those with most and least held. */
json_t *bs_page_samples(const struct bs_cast *f, size_t index, size_t most);
/* Its map of memory, where that is not longer than *room bytes, which become fewer; else NULL. */
json_t *bs_page_map(const struct bs_cast *f, size_t index, size_t *room);

#endif
