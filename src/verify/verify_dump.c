// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verify_dump.c - replay what happened on a live kernel between two dumps of its allocator.
 *
 * A guest is made from a "start" dump when the first operation comes; every later dump is compared
 * with the guest, as are every returned pfn, every failure and every check line on the way.
 */
#include "verify_dump.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "live.h"
#include "logrun.h"
#include "mm_range.h"
#include "state_fields.h"
#include "state_text.h"
#include "textfile.h"
#include "verify_compact.h"
#include "verify_isolation.h"
#include "verify_live.h"
#include "verify_request.h"
#include "verify_user.h"
#include "verify_vio.h"

struct replay {
	struct bs_logrun log;
	struct bs_textfile *text;
	struct bs_state_reader reader;
	struct bs_live *live; /* being read */
	char *before; /* lines of a script that stand before the live series that they belong to */
	size_t before_len;
	struct bs_compact_carry carry;
};

/* ---- Dumps ----------------------------------------------------------------------------------- */

struct dump_compare {
	struct bs_logrun *v;
	const char *name;
	bool stop;
};

/* Counters that the kernel folds, at moments that no line tells, and what follows from that. */
static bool moves_by_itself(const struct bs_state_diff *d)
{
	return d->part == BS_PART_FREE_PAGES ||
	       (d->part == BS_PART_PCP && (strstr(d->what, " high") || strstr(d->what, " expire")));
}

static void dump_differs(void *arg, const struct bs_state_diff *d)
{
	struct dump_compare *c = arg;
	char what[128];

	if (c->stop || (c->v->live && c->v->live->processes && moves_by_itself(d)))
		return;
	snprintf(what, sizeof(what), "dump %.30s: %s", c->name, d->what);
	c->stop = bs_log_differ(c->v, BS_DIFF_DUMP + d->part, what, d->expected, d->got) ==
		  BS_LOG_STOP;
}

static int compare_dump(struct bs_logrun *v, const struct bs_state *dump)
{
	struct dump_compare c = {v, dump->name, false};
	struct bs_state_diff lru;
	struct bs_state *own;
	unsigned int n;
	int ret = bs_state_of_machine(v->m, &own, v->err);

	if (ret)
		return ret;
	v->r->dumps++;
	n = bs_state_compare(dump, own, v->kernel, dump_differs, &c);
	/* Nobody but the operations ran: what was in use before is what it was. */
	if (!v->live && !bs_state_lru_equal(dump, own, &lru)) {
		dump_differs(&c, &lru);
		n++;
	}
	bs_state_free(own);
	if (c.stop)
		return BS_LOG_STOP;
	/* Every further difference would only repeat this one. */
	return n && v->cfg->keep_going ? bs_log_make_guest(v, dump) : BS_LOG_GO_ON;
}

/* A guest is made of it. */
static bool is_start(const struct bs_logrun *v, const struct bs_state *s)
{
	return !strcmp(s->name, "start") || !strcmp(s->name, "trace_start") ||
	       (!v->m && !(v->live && v->pending));
}

/* What zones span while memory comes and goes is the log's to say. */
static int set_spans(struct bs_logrun *v, const struct bs_state *s)
{
	for (unsigned int i = 0; i < s->nr_zones; i++) {
		const int zone = v->zone_of[bs_state_zone_number(s, &s->zone[i])];
		const bs_pfn start = (bs_pfn)s->zone[i].start;

		if (zone >= 0 && bs_mm_set_span(v->m, (unsigned int)zone, start,
						start + (bs_pfn)s->zone[i].spanned))
			return bs_error_set(v->err, BS_RESOURCE, ENOMEM, v->path, NULL, "memory");
	}
	return 0;
}

/* Did the guest go the same way up to here? */
static bool is_followed(const struct bs_logrun *v)
{
	const struct bs_live *l = v->live;

	return !l ||
	       (!l->beyond && !bs_live_half_undone(l) && (!l->vio || bs_verify_vio_follows(l)));
}

static int take_dump(struct replay *rp)
{
	struct bs_logrun *v = &rp->log;
	struct bs_state *s = rp->reader.state;
	struct bs_error e;
	int ret = bs_state_check(s, &e);

	rp->reader.state = NULL;
	if (ret > 0)
		ret = bs_log_differ(v, BS_DIFF_CONSISTENCY, s->name, "a consistent dump", e.text);
	else if (ret < 0 && v->err)
		*v->err = e;
	if (!v->kernel && !ret && bs_state_model(s))
		snprintf(v->r->kernel, sizeof(v->r->kernel), "%s",
			 v->cfg->kernel ? v->cfg->kernel : bs_state_model(s));
	if (!ret && is_start(v, s)) {
		bs_state_free(v->pending);
		v->pending = s;
		return BS_LOG_GO_ON;
	}
	if (!ret && v->live)
		ret = bs_log_need_guest(v);
	if (!ret && v->live && v->live->trace)
		ret = set_spans(v, s);
	if (!ret && is_followed(v)) {
		if (v->live && v->live->vio)
			bs_verify_vio_unseen(v, s);
		ret = compare_dump(v, s);
	}
	if (!ret)
		ret = bs_log_take_fixed(v, s);
	bs_state_free(s);
	return ret;
}

/* ---- The file -------------------------------------------------------------------------------- */

/* begin LABEL key=value ...: of the recorder, but for what the operations then do. */
static void begin(struct bs_logrun *v, const char *line)
{
	v->offline_marks = strstr(line, " offline=1") != NULL;
}

static int other_line(struct replay *rp, char *line)
{
	struct bs_logrun *v = &rp->log;
	bool known = false;
	int ret;

	if (!rp->reader.open) {
		if (v->live && v->live->vio)
			ret = bs_verify_vio_event(v, line, &known);
		else if (v->live && v->live->user)
			ret = bs_verify_user_line(v, line, &known);
		else
			ret = v->live ? bs_verify_event(v, line, &known)
				      : bs_verify_isolation(v, line, &known);
		if (known)
			return ret;
	}
	ret = bs_state_reader_line(&rp->reader, line, v->path, v->line, v->err);
	if (ret == BS_RECORD_COMPLETE)
		return take_dump(rp);
	if (ret != BS_RECORD_NONE)
		return ret < 0 ? ret : BS_LOG_GO_ON;
	if (!strncmp(line, "begin ", 6))
		begin(v, line);
	else if (*line && strncmp(line, "finish ", 7))
		return bs_log_bad(v, "unknown record \"%.60s\"", line);
	return BS_LOG_GO_ON;
}

static inline int one_line(struct replay *rp, char *line)
{
	if (rp->reader.open)
		return other_line(rp, line);
	if (line[0] == 'a' && line[1] == ' ')
		return bs_verify_allocate(&rp->log, line);
	if (line[0] == 'f' && line[1] == ' ')
		return bs_verify_release(&rp->log, line);
	if (line[0] == 'c' && line[1] == 'k' && line[2] == ' ')
		return bs_verify_check(&rp->log, line);
	return other_line(rp, line);
}

/* Its last line is there. */
static int play_live(struct replay *rp, struct bs_live *l)
{
	struct bs_logrun *v = &rp->log;
	int ret;

	if (bs_compact_log_is(l))
		return bs_verify_compact(v, l, &rp->reader.head, &rp->carry);
	ret = bs_live_find_late(l);
	v->live = l;
	if (!ret && l->devices)
		ret = bs_verify_vio_begin(v);
	if (!ret && l->processes) {
		bs_live_find_past(l);
		ret = bs_verify_user_begin(v, rp->before);
	}
	for (l->current = 0; l->current < l->nr && ret == BS_LOG_GO_ON; l->current++) {
		v->line = l->first_line + l->current;
		ret = one_line(rp, bs_live_text(l, l->current));
	}
	bs_verify_vio_end(l);
	bs_verify_user_end(l);
	rp->before_len = 0;
	v->live = NULL;
	return ret;
}

/* u TEXT: said by a process whose memory the log is about, before it began. */
static int keep_before(struct replay *rp, const char *line)
{
	const size_t n = strlen(line);
	char *more = realloc(rp->before, rp->before_len + n + 2);

	if (!more)
		return -ENOMEM;
	rp->before = more;
	rp->before_len += (size_t)sprintf(more + rp->before_len, "%s\n", line);
	return 0;
}

/* A line of the file; those of a live series wait for its end. */
static int take_line(struct replay *rp, char *line)
{
	struct bs_live *l = rp->live;
	int ret;

	if (!l && (line[0] == 'u' || line[0] == 't') && line[1] == ' ' && !rp->reader.open)
		return line[0] == 'u' ? keep_before(rp, line) : 0;
	if (line[0] == '#')
		bs_compact_setting(line, &rp->carry.settings);
	if (!l && line[0] == 'b')
		l = rp->live = bs_live_begin(line, rp->log.line);
	if (!l)
		return one_line(rp, line);
	ret = bs_live_add(l, line);
	if (ret || strncmp(line, "finish ", 7))
		return ret;
	ret = play_live(rp, l);
	bs_live_free(l);
	rp->live = NULL;
	return ret;
}

int bs_verify_dumps(const char *path, const struct bs_verify_config *cfg,
		    struct bs_verify_result *r, uint64_t stop_before, FILE *drawn,
		    struct bs_error *err)
{
	struct replay rp = {.log = {
				    .path = path,
				    .cfg = cfg,
				    .r = r,
				    .err = err,
				    .look_at = drawn		   ? stop_before
					       : cfg->explain_line ? cfg->explain
								   : 0,
				    .drawn = drawn,
			    }};
	struct bs_logrun *v = &rp.log;
	char *line;
	long len = 0;
	int ret = bs_textfile_open(path, &rp.text, err);

	if (ret)
		return ret;
	bs_state_reader_init(&rp.reader);
	bs_compact_carry_init(&rp.carry);
	while (ret == BS_LOG_GO_ON && (len = bs_textfile_line(rp.text, &line, err)) >= 0) {
		v->line = bs_textfile_number(rp.text);
		ret = take_line(&rp, line);
	}
	if (ret == BS_LOG_GO_ON && rp.live)
		ret = play_live(&rp, rp.live);
	bs_live_free(rp.live);
	free(rp.before);
	if (ret == BS_LOG_GO_ON && len < -1)
		ret = (int)len;
	if (ret == BS_LOG_GO_ON && rp.reader.open)
		ret = bs_log_bad(v, "the file ends inside dump %s", rp.reader.state->name);
	if (ret == BS_LOG_GO_ON && !v->guest && !v->pending)
		ret = bs_log_bad(v, "no dump in this file%s", "");
	r->operations = v->op;
	bs_state_reader_free(&rp.reader);
	bs_compact_carry_free(&rp.carry);
	bs_verify_forget(v);
	bs_log_free(v);
	bs_textfile_close(rp.text);
	return ret < 0 ? ret : 0;
}
