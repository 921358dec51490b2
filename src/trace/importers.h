/* SPDX-License-Identifier: GPL-2.0-or-later */
/* importers.h - the forms of text that there are, from importers.def. */
#ifndef BS_TRACE_IMPORTERS_H
#define BS_TRACE_IMPORTERS_H

#include "importer.h"

/* Number @index, NULL behind the last. */
const struct bs_importer *bs_importer_at(unsigned int index);
/* By name; NULL and @err (BS_USAGE, the nearest name in it). */
const struct bs_importer *bs_importer_find(const char *name, struct bs_error *err);

#endif
