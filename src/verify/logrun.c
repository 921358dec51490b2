// SPDX-License-Identifier: GPL-2.0-or-later
/* logrun.c - what every kind of record of a log needs. */
#include "logrun.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <buddysim/policy.h>

#include "notes.h"
#include "state_fields.h"
#include "verify_draw.h"

static const char *where(const struct bs_logrun *v, char *buf, size_t size)
{
	snprintf(buf, size, "%.280s:%" PRIu64, v->path, v->line);
	return buf;
}

int bs_log_bad(struct bs_logrun *v, const char *text, const char *detail)
{
	char buf[320];

	return bs_error_set(v->err, BS_INPUT, 0, where(v, buf, sizeof(buf)),
			    "the format is described in src/verify/VECTORS.md", text, detail);
}

int bs_log_differ(struct bs_logrun *v, enum bs_difference kind, const char *what,
		  const char *expected, const char *got)
{
	const struct bs_found f = {kind, v->op, v->line, what, expected, got};

	if (v->drawn)
		return BS_LOG_GO_ON;
	bs_verify_note(v->r, &f);
	return v->cfg->keep_going ? BS_LOG_GO_ON : BS_LOG_STOP;
}

/* ---- The guest ------------------------------------------------------------------------------- */

static uint64_t no_random(void *arg)
{
	((struct bs_logrun *)arg)->random_missing = true;
	return 0;
}

int bs_log_make_guest(struct bs_logrun *v, const struct bs_state *s)
{
	struct bs_error why;
	char buf[320];
	int ret;

	bs_machine_destroy(v->m);
	v->m = NULL;
	ret = bs_machine_from_state(s, v->cfg->kernel, &v->m, &why);
	if (ret)
		return bs_error_set(v->err, why.status, 0, where(v, buf, sizeof(buf)), why.advice,
				    "dump %s: %s", s->name, why.text);
	if (v->cfg->policy) {
		ret = bs_policy_attach(v->m, v->cfg->policy, v->err);
		if (ret)
			return ret;
	}
	v->kernel = bs_kernel_name(v->m);
	snprintf(v->r->kernel, sizeof(v->r->kernel), "%s%s%s", v->kernel, v->cfg->policy ? "+" : "",
		 v->cfg->policy ? v->cfg->policy : "");
	v->guest++;
	bs_machine_set_random(v->m, no_random, v);
	for (int i = 0; i < BS_LOG_ZONES; i++) {
		const struct bs_state_zone *z = bs_state_zone_at((struct bs_state *)s, i);

		v->zone_of[i] = z ? (int)(z - s->zone) : -1;
	}
	return bs_log_take_fixed(v, s);
}

static void order_differs(void *arg, const struct bs_state_diff *d)
{
	bs_log_differ(arg, BS_DIFF_DUMP + d->part, d->what, d->expected, d->got);
}

/* The order of zones follows from the nodes' distances and is no part of a dump but the first. */
static int compare_order(struct bs_logrun *v)
{
	struct bs_state *own;
	unsigned int n;
	int ret;

	if (!v->pending->zonelist[0][0].n)
		return 0;
	ret = bs_state_of_machine(v->m, &own, v->err);
	if (ret)
		return ret;
	n = bs_state_compare_zonelists(v->pending, own, order_differs, v);
	bs_state_free(own);
	return n && !v->cfg->keep_going ? BS_LOG_STOP : 0;
}

int bs_log_first_guest(struct bs_logrun *v)
{
	int ret;

	if (!v->pending)
		return v->m ? 0 : bs_log_bad(v, "an operation before any %s dump", "start");
	ret = bs_log_make_guest(v, v->pending);
	if (!ret)
		ret = compare_order(v);
	bs_state_free(v->pending);
	v->pending = NULL;
	return ret;
}

void bs_log_free(struct bs_logrun *v)
{
	bs_state_free(v->pending);
	bs_machine_destroy(v->m);
	free(v->fixed.bits);
	free(v->offline.bits);
}

/* ---- Words ----------------------------------------------------------------------------------- */

bool bs_log_number(char **p, uint64_t max, uint64_t *v)
{
	uint64_t x = 0;
	char *s = *p;

	while (*s == ' ')
		s++;
	*p = s;
	while (*s >= '0' && *s <= '9' && s - *p < 19)
		x = x * 10 + (uint64_t)(*s++ - '0');
	if (s == *p || (*s && *s != ' ') || x > max)
		return false;
	*p = s;
	*v = x;
	return true;
}

bool bs_log_cpu(const struct bs_logrun *v, char **p, unsigned int *cpu)
{
	uint64_t n;

	*cpu = 0;
	while (**p == ' ')
		++*p;
	if (**p != 'c')
		return true;
	++*p;
	if (**p == ' ' || !bs_log_number(p, BS_MAX_CPUS - 1, &n) || n >= bs_nr_cpus(v->m))
		return false;
	*cpu = (unsigned int)n;
	return true;
}

bool bs_log_zone(const struct bs_logrun *v, char **p, int *zone)
{
	uint64_t n;

	while (**p == ' ')
		++*p;
	*zone = -1;
	if (**p == '-' && (!(*p)[1] || (*p)[1] == ' ')) {
		++*p;
		return true;
	}
	if (!bs_log_number(p, BS_LOG_ZONES - 1, &n) || v->zone_of[n] < 0)
		return false;
	*zone = v->zone_of[n];
	return true;
}

/* ---- Operations ------------------------------------------------------------------------------ */

static void explain_line(void *arg, const char *text)
{
	const struct bs_logrun *v = arg;

	v->cfg->explain_line(v->cfg->arg, text);
}

/* Switched on for one operation; otherwise it costs nothing. */
static void explain(struct bs_logrun *v, const char *line, unsigned int cpu, unsigned int order,
		    unsigned int mt)
{
	char *text = NULL, *save = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return;
	fprintf(f, "operation %" PRIu64 ": %s\n", v->op, line);
	bs_verify_draw(v->m, cpu, order, mt, f);
	fclose(f);
	for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save))
		v->cfg->explain_line(v->cfg->arg, l);
	free(text);
	bs_machine_explain(v->m, explain_line, v);
}

bool bs_log_look_at(struct bs_logrun *v, const char *line, unsigned int cpu, unsigned int order,
		    unsigned int mt)
{
	if (v->drawn)
		bs_verify_draw(v->m, cpu, order, mt, v->drawn);
	else
		explain(v, line, cpu, order, mt);
	return v->drawn;
}

void bs_log_looked_at(struct bs_logrun *v, bs_pfn pfn, int order)
{
	char text[64];

	bs_machine_explain(v->m, NULL, NULL);
	if (order < 0)
		return;
	if (pfn != BS_NO_PFN)
		snprintf(text, sizeof(text), "answer: pfn %u", pfn);
	else
		snprintf(text, sizeof(text), "answer: none");
	v->cfg->explain_line(v->cfg->arg, text);
}

static void print_answer(char *buf, size_t size, bs_pfn pfn)
{
	if (pfn == BS_NO_PFN)
		snprintf(buf, size, "failure");
	else
		snprintf(buf, size, "pfn %u", pfn);
}

int bs_log_compare_pfn(struct bs_logrun *v, const char *line, bs_pfn expected, bs_pfn got)
{
	char what[96], e[32], g[32];

	if (expected == BS_NO_PFN)
		v->r->failures++;
	else
		v->r->pfns++;
	if (expected == got)
		return BS_LOG_GO_ON;
	snprintf(what, sizeof(what), "%.90s", line);
	print_answer(e, sizeof(e), expected);
	print_answer(g, sizeof(g), got);
	return bs_log_differ(
		v, expected == BS_NO_PFN || got == BS_NO_PFN ? BS_DIFF_FAILURE : BS_DIFF_PFN, what,
		e, g);
}

/* ---- Pages that keep their pageblock --------------------------------------------------------- */

void bs_log_set(struct bs_page_set *set, bs_pfn pfn, bool on)
{
	if (pfn >= set->n)
		return;
	if (on)
		set->bits[pfn >> 3] |= (uint8_t)(1u << (pfn & 7));
	else
		set->bits[pfn >> 3] &= (uint8_t) ~(1u << (pfn & 7));
}

static bool is_set(const struct bs_page_set *set, bs_pfn pfn)
{
	return pfn < set->n && set->bits[pfn >> 3] >> (pfn & 7) & 1;
}

static int clear_set(struct bs_page_set *set, bs_pfn n)
{
	uint8_t *bits = calloc(1, n / 8 + 1);

	if (!bits)
		return -ENOMEM;
	free(set->bits);
	*set = (struct bs_page_set){bits, n};
	return 0;
}

int bs_log_take_fixed(struct bs_logrun *v, const struct bs_state *s)
{
	int64_t end = 0;

	if (!s->fixed.known)
		return 0;
	for (unsigned int i = 0; i < s->nr_zones; i++)
		if (s->zone[i].start + s->zone[i].spanned > end)
			end = s->zone[i].start + s->zone[i].spanned;
	if (clear_set(&v->fixed, (bs_pfn)end) ||
	    (!v->offline.n && clear_set(&v->offline, (bs_pfn)end)))
		return bs_error_set(v->err, BS_RESOURCE, ENOMEM, v->path, NULL, "pages");
	for (size_t i = 0; i < s->fixed.n; i++)
		for (bs_pfn p = s->fixed.run[i].first;
		     p < v->fixed.n && p - s->fixed.run[i].first < s->fixed.run[i].count; p++)
			bs_log_set(&v->fixed, p, true);
	return 0;
}

bool bs_log_keeps(void *arg, bs_pfn pfn, bs_pfn end)
{
	const struct bs_logrun *v = arg;

	for (; pfn < end; pfn++)
		if (is_set(&v->fixed, pfn))
			return true;
	return false;
}

bool bs_log_keeps_offline(void *arg, bs_pfn pfn, bs_pfn end)
{
	const struct bs_logrun *v = arg;

	for (; pfn < end; pfn++)
		if (is_set(&v->fixed, pfn) && !is_set(&v->offline, pfn))
			return true;
	return false;
}
