/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stream.h - a recorded trace as a load: its rounds one after the other, in the order of the file. */
#ifndef BS_STREAM_H
#define BS_STREAM_H

#include "stream_parts.h"

/*
 * @trace: scanned; it is rewound and read while the stream runs, the caller keeps it
 * @cfg: lru, touch, resident, window and output are looked at
 * 0, or negative with @err. bs_stream_free() either way.
 */
int bs_stream_init(struct bs_stream *s, struct bs_guest *g, struct bs_trace *trace,
		   const struct bs_sim_config *cfg, struct bs_error *err);
void bs_stream_free(struct bs_stream *s);
/* What was in use before t0 is there now, and the guest's clock has a load. Negative: the clock has
 * failed. */
int bs_stream_begin(struct bs_stream *s);
/* The window closes: what has not happened by now never does. */
void bs_stream_close(struct bs_stream *s);

#endif
