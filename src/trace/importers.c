// SPDX-License-Identifier: GPL-2.0-or-later
#include "importers.h"

#include <stdio.h>
#include <string.h>

#define BS_IMPORTER(id) extern const struct bs_importer bs_import_##id;
#include "importers.def"
#undef BS_IMPORTER

static const struct bs_importer *const importers[] = {
#define BS_IMPORTER(id) &bs_import_##id,
#include "importers.def"
#undef BS_IMPORTER
};

#define NR_IMPORTERS (sizeof(importers) / sizeof(importers[0]))

const struct bs_importer *bs_importer_at(unsigned int index)
{
	return index < NR_IMPORTERS ? importers[index] : NULL;
}

const struct bs_import_form *bs_import_form_at(unsigned int index)
{
	return index < NR_IMPORTERS ? &importers[index]->form : NULL;
}

const struct bs_importer *bs_importer_find(const char *name, struct bs_error *err)
{
	const char *names[NR_IMPORTERS + 1] = {NULL};
	char known[256];

	for (size_t i = 0; i < NR_IMPORTERS; i++) {
		names[i] = importers[i]->form.name;
		if (!strcmp(names[i], name))
			return importers[i];
	}
	bs_nearest_advice("known:", names, name, known, sizeof(known));
	bs_error_set(err, BS_USAGE, 0, "trace import", known, "no source \"%s\"", name);
	return NULL;
}
