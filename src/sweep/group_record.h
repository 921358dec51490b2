/* SPDX-License-Identifier: GPL-2.0-or-later */
/* group_record.h - the results of a group as one record, as `compare` would have printed it. */
#ifndef BS_GROUP_RECORD_H
#define BS_GROUP_RECORD_H

#include "group.h"

/* The record of a group: NULL with @err. @missing: cells that have no result. To be json_decref()d. */
json_t *bs_group_record(const struct bs_sweep *s, const struct bs_group *g, uint64_t *missing,
			struct bs_error *err);

#endif
