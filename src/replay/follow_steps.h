/* SPDX-License-Identifier: GPL-2.0-or-later */
/* follow_steps.h - a recorded kernel is followed request by request; the stream's argument is what
 * bs_follow_create() made. */
#ifndef BS_FOLLOW_STEPS_H
#define BS_FOLLOW_STEPS_H

#include "stream_parts.h"

extern const struct bs_follow_ops bs_follow_ops;

#endif
