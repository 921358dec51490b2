/* SPDX-License-Identifier: GPL-2.0-or-later */
/* logrun.h - the replay of one log of a live kernel: the guest that follows it, and where it stands. */
#ifndef BS_LOGRUN_H
#define BS_LOGRUN_H

#include <buddysim/state.h>
#include <buddysim/verify.h>

#include <stdio.h>

/* Zones are numbered node * zone types + type. */
#define BS_LOG_ZONES (BS_MAX_NODES * BS_NR_ZONE_TYPES)

struct bs_textfile;
struct bs_live;
struct bs_log_blocks;

/* A bit per page; NULL: none is set. */
struct bs_page_set {
	uint8_t *bits;
	bs_pfn n;
};

struct bs_logrun {
	const char *path;
	const struct bs_verify_config *cfg;
	struct bs_verify_result *r;
	struct bs_error *err;
	uint64_t line;
	struct bs_state *pending; /* the next operation starts from it */
	struct bs_machine *m;
	const char *kernel;
	uint32_t guest; /* guests made so far */
	int zone_of[BS_LOG_ZONES]; /* zone number in the file -> in the guest */
	bool random_missing;
	uint64_t op;
	uint64_t
		look_at; /* the operation to be drawn instead of done, or to be explained; 0: none */
	struct bs_log_blocks *blocks; /* which ids stand for what */
	bool parts; /* of blocks were freed */
	FILE *drawn; /* set: only look, note nothing */
	/* Isolation: pages that keep their pageblock, unless they are marked offline and that is asked
	 * for. @offline_marks: this run marks pages of movable requests. */
	struct bs_page_set fixed, offline;
	bool offline_marks;
	struct bs_live *live; /* NULL: operations, not a live series */
};

enum { BS_LOG_GO_ON = 0, BS_LOG_STOP = 1 };

/* Malformed: -EINVAL. @text has one %s for @detail. */
int bs_log_bad(struct bs_logrun *v, const char *text, const char *detail);
/* Note a difference; BS_LOG_STOP at the first, unless all are asked for. */
int bs_log_differ(struct bs_logrun *v, enum bs_difference kind, const char *what,
		  const char *expected, const char *got);

/* A guest in the state @s. */
int bs_log_make_guest(struct bs_logrun *v, const struct bs_state *s);
/* Before the first operation after a start dump. */
int bs_log_first_guest(struct bs_logrun *v);
static inline int bs_log_need_guest(struct bs_logrun *v)
{
	return v->m && !v->pending ? 0 : bs_log_first_guest(v);
}
void bs_log_free(struct bs_logrun *v);

/* Blanks, then a number of at most @max up to a blank or the end. */
bool bs_log_number(char **p, uint64_t max, uint64_t *out);
/* Blanks, then "cN"; without it CPU 0. False: malformed, or there is no such CPU. */
bool bs_log_cpu(const struct bs_logrun *v, char **p, unsigned int *cpu);
/* Number of a zone in the file, or "-", which is -1. False: malformed, or there is no such zone. */
bool bs_log_zone(const struct bs_logrun *v, char **p, int *zone);

/* An operation begins: count it, draw it, explain it. True: it was only to be looked at. */
bool bs_log_look_at(struct bs_logrun *v, const char *line, unsigned int cpu, unsigned int order,
		    unsigned int mt);
static inline bool bs_log_operation(struct bs_logrun *v, const char *line, unsigned int cpu,
				    unsigned int order, unsigned int mt)
{
	return ++v->op == v->look_at && bs_log_look_at(v, line, cpu, order, mt);
}
/* It is done; @order < 0: it has no answer to show. */
void bs_log_looked_at(struct bs_logrun *v, bs_pfn pfn, int order);
static inline void bs_log_operation_done(struct bs_logrun *v, bs_pfn pfn, int order)
{
	if (v->op == v->look_at)
		bs_log_looked_at(v, pfn, order);
}
/* @expected and @got, BS_NO_PFN where it failed. */
int bs_log_compare_pfn(struct bs_logrun *v, const char *line, bs_pfn expected, bs_pfn got);

/* Pages that keep their pageblock: those of a dump that says which; add, remove, ask. */
int bs_log_take_fixed(struct bs_logrun *v, const struct bs_state *s);
void bs_log_set(struct bs_page_set *set, bs_pfn pfn, bool on);
bool bs_log_keeps(void *arg, bs_pfn pfn, bs_pfn end);
bool bs_log_keeps_offline(void *arg, bs_pfn pfn, bs_pfn end);

#endif
