/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify_vio.h - a series in which a virtio balloon's driver was at work. */
#ifndef BS_VERIFY_VIO_H
#define BS_VERIFY_VIO_H

#include "logrun.h"

/* All of v->live is there. 0 or negative with v->err. */
int bs_verify_vio_begin(struct bs_logrun *v);
void bs_verify_vio_end(struct bs_live *l);
/* An event: of the driver, or of the allocator. @known: false: it is none. */
int bs_verify_vio_event(struct bs_logrun *v, char *line, bool *known);
/* Before the dump @s is compared: what the log does not show of the way to it. */
void bs_verify_vio_unseen(struct bs_logrun *v, const struct bs_state *s);
/* Is the dump of a guest to be compared that nothing changed but the log? */
bool bs_verify_vio_follows(const struct bs_live *l);

#endif
