/* SPDX-License-Identifier: GPL-2.0-or-later */
/* config_json.h - the record's part "config": the options in force. */
#ifndef BS_CONFIG_JSON_H
#define BS_CONFIG_JSON_H

#include <jansson.h>

#include <buddysim/sim.h>

json_t *bs_config_json(const struct bs_sim_config *cfg);
/* The name without its folder: a record says the same on every machine. */
const char *bs_base_name(const char *path);

#endif
