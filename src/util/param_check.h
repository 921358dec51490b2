/* SPDX-License-Identifier: GPL-2.0-or-later */
/* param_check.h - is what somebody declares as parameters whole and sound? */
#ifndef BS_PARAM_CHECK_H
#define BS_PARAM_CHECK_H

#include <buddysim/types.h>

/* May something be called so: it stands in lists of NAME:PARAM=VALUE,... */
bool bs_name_is_sound(const char *name);
/* 0, or negative with what is wrong in @err. @owner: "strategy"; @where: a path or a name. */
int bs_params_check(const struct bs_param *table, const char *owner, const char *where,
		    struct bs_error *err);

#endif
