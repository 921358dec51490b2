/* SPDX-License-Identifier: GPL-2.0-or-later */
/* follow_json.h - how far a guest did what the kernel had done. */
#ifndef BS_FOLLOW_JSON_H
#define BS_FOLLOW_JSON_H

#include <stdio.h>

#include <jansson.h>

struct bs_agreement;

json_t *bs_agreement_json(const struct bs_agreement *a);
/* The same for people, out of a cell's record; nothing if it is null. */
void bs_agreement_text(const char *label, const json_t *agreement, FILE *f);

#endif
