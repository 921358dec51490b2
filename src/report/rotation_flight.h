/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rotation_flight.h - batches of rotation on their way. All with the zone locked, dropped while a
 * request is on its way. */
#ifndef BS_ROTATION_FLIGHT_H
#define BS_ROTATION_FLIGHT_H

#include "rotation_state.h"

/* Is @zone so far above its low watermark that a batch may be taken? */
bool bs_rotation_has_room(struct bs_report_ctx *rc, unsigned int zone);

/* Memory for a pass: 0 or -ENOMEM. Given back by the second. */
int bs_rotation_begin(struct bs_report_ctx *rc);
void bs_rotation_end(struct bs_report_ctx *rc);
/* Send the batch and start another; waits only when as many are in flight as may be. 0; -errno of
 * this or an earlier request; BS_ROTATION_PASS_DONE: it was put back, the host is not to be
 * bothered now. Without 0 the batch is empty, yet others may still be in flight. */
int bs_rotation_send(struct bs_report_ctx *rc, unsigned int zone);
/* Wait for the oldest request and put its blocks back. */
int bs_rotation_collect(struct bs_report_ctx *rc, unsigned int zone);
/* The zone is done, so far with @err: send or put back the rest, wait for all. */
int bs_rotation_finish(struct bs_report_ctx *rc, unsigned int zone, int err);

#endif
