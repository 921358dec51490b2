/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace_lru.h - a trace's pages of files and processes on its guest's LRU, where memory is reclaimed (MEANING.md,
 * memory under pressure).
 *
 * It stands where a recorded kernel would be followed, so that a trace that is replayed without it does nothing more.
 */
#ifndef BS_TRACE_LRU_H
#define BS_TRACE_LRU_H

#include "stream_parts.h"

struct bs_trace_lru;

/* @s, on a guest with pressure, that follows nobody; before it begins. 0, or negative with @err. */
int bs_trace_lru_create(struct bs_stream *s, struct bs_trace_lru **out, struct bs_error *err);
void bs_trace_lru_destroy(struct bs_trace_lru *t);
/* These pages have an owner from now on, or no longer: the guest's watch is told of each. */
void bs_trace_lru_owned(struct bs_trace_lru *t, bs_pfn pfn, unsigned int order, bool owned);

#endif
