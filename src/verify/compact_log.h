/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compact_log.h - a run of a log in which a kernel compacted or reclaimed: its events as numbers, its dumps
 * with what compaction remembers.
 */
#ifndef BS_COMPACT_LOG_H
#define BS_COMPACT_LOG_H

#include "live.h"
#include "logrun.h"
#include "mm_compact.h"
#include "state_compact.h"

/* What an event is: a step (enum bs_mm_step_kind), or one of these. */
enum bs_compact_kind {
	BS_COMPACT_REQUEST = BS_MM_NR_STEPS, /* q ID ORDER GFP */
	BS_COMPACT_ANSWER, /* r ID PFN|- */
	BS_COMPACT_ALLOC, /* pa PFN|- ORDER GFP MT */
	BS_COMPACT_CHECK, /* ck OP ZONE ... */
	BS_COMPACT_ASKED, /* kq NODE ZONE ORDER GFP */
	BS_COMPACT_WOKEN, /* kw NODE ZONE ORDER */
	BS_COMPACT_SLEEPS, /* ks NODE */
	BS_COMPACT_NR_KINDS,
};

/* @late: a free whose page reaches its list with an event of its own. */
struct bs_compact_event {
	uint8_t kind, n;
	bool late;
	uint32_t values; /* the first of them */
	size_t line; /* of the run */
};

/* A dump. @k: what it says of compaction. */
struct bs_compact_dump {
	struct bs_state *state;
	const struct bs_state_compact *k;
	size_t at; /* events before it */
	uint64_t line;
};

/* The recorder's settings, which hold from their line on. */
struct bs_compact_settings {
	unsigned int proactiveness;
	bool defrag_mode;
};

struct bs_compact_log {
	const struct bs_live *text;
	char op[24];
	struct bs_compact_settings settings;
	struct bs_compact_event *event;
	uint64_t *value;
	size_t nr_events, nr_values, cap_events, cap_values;
	struct bs_compact_dump *dump;
	size_t nr_dumps;
	struct bs_state_pages pages[2]; /* page cache at the start and at the end, oldest first */
	unsigned int nr_pages;
	bool zones_known;
};

/* Is it such a run? */
bool bs_compact_log_is(const struct bs_live *text);
/* 0, or negative with the error of @v. @head: what the file said last of the kernel. */
int bs_compact_log_read(struct bs_compact_log *log, const struct bs_live *text, struct bs_logrun *v,
			const struct bs_state *head, const struct bs_compact_settings *settings);
/* Zones are those of the guest from now on. */
void bs_compact_log_zones(struct bs_compact_log *log, const struct bs_logrun *v);
void bs_compact_log_free(struct bs_compact_log *log);
/* "# proactiveness=N", "# defrag_mode=N" */
void bs_compact_setting(const char *line, struct bs_compact_settings *s);

static inline const uint64_t *bs_compact_values(const struct bs_compact_log *log,
						const struct bs_compact_event *e)
{
	return &log->value[e->values];
}

#endif
