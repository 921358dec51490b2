/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify_live.h - the events of a live series: what others did, and how the lists follow. */
#ifndef BS_VERIFY_LIVE_H
#define BS_VERIFY_LIVE_H

#include "logrun.h"

/* An event line, while v->live is set; *@known: is it one. */
int bs_verify_event(struct bs_logrun *v, char *line, bool *known);

#endif
