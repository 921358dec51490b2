/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inherit.h - a guest that starts from a made state (bs_state_import()), not from a dump of the
 * recorded kernel: there is nothing to agree with, but memory in use is there, and what the trace frees
 * without having allocated it is taken from that (MEANING.md, the guest at the start).
 */
#ifndef BS_INHERIT_H
#define BS_INHERIT_H

#include <buddysim/state.h>

#include "stream_parts.h"

struct bs_inherit;

extern const struct bs_follow_ops bs_inherit_ops;

/* 0, or negative with @err. */
int bs_inherit_create(struct bs_stream *s, const struct bs_state *state, struct bs_inherit **out,
		      struct bs_error *err);
void bs_inherit_destroy(struct bs_inherit *h);

#endif
