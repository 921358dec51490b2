/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * live.h - a live series of a log as text: its lines are kept until its end, because what a line means
 * may stand further down.
 */
#ifndef BS_LIVE_H
#define BS_LIVE_H

#include <buddysim/types.h>

/* Frees of a page that is not on its list yet: its own line comes later (pb). Pages given back as one
 * block: all but the last line are only announcements. Frees past the per-cpu lists. */
enum bs_live_mark { BS_LIVE_LATE = 1, BS_LIVE_RUN = 2, BS_LIVE_RUN_END = 4, BS_LIVE_PAST = 8 };

struct bs_verify_vio;
struct bs_verify_user;

struct bs_live_line {
	size_t at; /* in the text */
	bs_pfn first, n; /* BS_LIVE_RUN_END: what is given back */
	uint8_t mark, order; /* pb: order of the page */
};

/* Adjacent pages whose free lines are still to come, all of them before they are freed. */
struct bs_live_run {
	bs_pfn first, n;
};
#define BS_LIVE_RUNS 64

/* alloc_contig_range() at work. */
struct bs_live_contig {
	bool on, isolated, taken;
	bs_pfn start, end;
	int ret; /* of the isolation */
};

/* A round of the vmstat work, as its lines before it say. */
struct bs_live_round {
	uint32_t zones_changed; /* bit per zone */
	bool others_changed, pagesets, done;
	uint64_t at;
};

struct bs_live {
	char *text;
	size_t used, cap, nr, nr_cap, current;
	struct bs_live_line *lines;
	uint64_t first_line;
	bool trace; /* memory comes and goes: what zones span is the log's to say */
	bool runs_found;
	bool devices; /* of a balloon at work */
	struct bs_verify_vio *vio; /* NULL: no such series */
	bool processes; /* of what processes do with their memory */
	bool beyond; /* the rest is not followed */
	struct bs_verify_user *user; /* NULL: no such series */
	struct bs_live_contig contig;
	struct bs_live_run runs[BS_LIVE_RUNS], due[2]; /* due: surplus that must be given back */
	unsigned int nr_runs, nr_due, cpu;
	uint64_t first_round; /* ns */
	struct bs_live_round round[BS_MAX_CPUS];
	/* Memory blocks. */
	struct bs_live_run gone;
	bs_pfn onlined; /* its own free line is no free */
	bool onlining, marks_again;
};

/* NULL: short of memory, or @line does not begin a live series. */
struct bs_live *bs_live_begin(const char *line, uint64_t number);
void bs_live_free(struct bs_live *l);
/* Keep a line. 0 or -ENOMEM. */
int bs_live_add(struct bs_live *l, const char *line);
char *bs_live_text(const struct bs_live *l, size_t i);
/* Mark the frees that happen later. 0 or -ENOMEM. */
int bs_live_find_late(struct bs_live *l);
/* Mark the frees of an interrupt that came while another free held the per-cpu lists. */
void bs_live_find_past(struct bs_live *l);
/* Mark adjacent pages that were given back as one. */
void bs_live_find_runs(struct bs_live *l);
/* Is the dump that ends before line @i one of a half undone range, which nobody else shows? */
bool bs_live_half_undone(const struct bs_live *l);

#endif
