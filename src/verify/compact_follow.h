/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compact_follow.h - a guest that compacts, beside the events of a kernel that did: each of its steps must be
 * the next event. What others did in between is taken from the log where it stands.
 */
#ifndef BS_COMPACT_FOLLOW_H
#define BS_COMPACT_FOLLOW_H

#include "compact_log.h"

struct bs_compact_follow {
	struct bs_logrun *v;
	const struct bs_compact_log *log;
	size_t pos; /* the next event */
	int ret; /* BS_LOG_STOP: it differs, nothing is followed any more */
	bool pressing; /* requests go on while kswapd works */
	bool watching; /* requests of others may fail */
	bool predicts; /* what reclaim takes */
	bool traced_search; /* this kernel tells it */
	/* kswapd beside a request: up to which zone it reclaims, -1: not at work. */
	int daemon;
	bool daemon_fresh; /* it has just been woken */
	uint64_t others, left;
	uint8_t *known; /* a bit per page that joined the LRU here */
	bs_pfn known_end;
};

/* Begin at event @pos. 0 or -ENOMEM. */
int bs_compact_follow_begin(struct bs_compact_follow *f, struct bs_logrun *v,
			    const struct bs_compact_log *log, size_t pos);
void bs_compact_follow_end(struct bs_compact_follow *f);

static inline const struct bs_compact_event *bs_compact_next(const struct bs_compact_follow *f)
{
	return f->pos < f->log->nr_events ? &f->log->event[f->pos] : NULL;
}
/* Kind of the next event; -1 at the end. */
static inline int bs_compact_next_kind(const struct bs_compact_follow *f)
{
	return f->pos < f->log->nr_events ? f->log->event[f->pos].kind : -1;
}

/* The next event must be this one: a step, or @kind of the others. */
void bs_compact_expect(struct bs_compact_follow *f, unsigned int kind, const uint64_t *v,
		       unsigned int n);
/* It cannot go on like this. */
void bs_compact_lost(struct bs_compact_follow *f, const char *why);

/* Take in what others free from here on; how many pages of batches that was. */
uint64_t bs_compact_frees_of_others(struct bs_compact_follow *f);
/* The next event only, which is one. */
void bs_compact_free_of_others(struct bs_compact_follow *f);
/* kswapd's lines at the start of a request. */
void bs_compact_enter(struct bs_compact_follow *f);
/* A request, or a check line, of a run under pressure. */
void bs_compact_press_step(struct bs_compact_follow *f);
/* Check lines: all that come now. */
void bs_compact_checks(struct bs_compact_follow *f);

#endif
