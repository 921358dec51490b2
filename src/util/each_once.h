/* SPDX-License-Identifier: GPL-2.0-or-later */
/* each_once.h - a list of things that may have parameters, "a:x=1,y=2,b": each is fine, none stands there twice. */
#ifndef BS_EACH_ONCE_H
#define BS_EACH_ONCE_H

#include <buddysim/types.h>

/* @span: letters of the first of a list; the next begins behind the comma that follows. 0, or negative with
 * @err. */
int bs_each_once(const char *list, size_t (*span)(const char *list),
		 int (*check)(const char *one, struct bs_error *err), struct bs_error *err);

#endif
