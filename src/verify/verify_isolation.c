// SPDX-License-Identifier: GPL-2.0-or-later
/* verify_isolation.c - ranges isolated and undone, per-cpu lists drained, in a log of operations. */
#include "verify_isolation.h"

#include <errno.h>
#include <string.h>

#include "mm_verify.h"

/* The offline flag of an isolation: pages that are marked so do not stand in its way. */
#define FOR_OFFLINE 1

static bool read_range(struct bs_logrun *v, char **p, uint64_t *start, uint64_t *end, uint64_t *mt)
{
	const bs_pfn mask = ((bs_pfn)1 << bs_pageblock_order(v->m)) - 1;

	if (!bs_log_number(p, BS_MAX_PFN, start) || !bs_log_number(p, BS_MAX_PFN, end) ||
	    !bs_log_number(p, BS_PCPTYPES - 1, mt) || *start >= *end)
		return false;
	*start &= ~(uint64_t)mask;
	*end = (*end + mask) & ~(uint64_t)mask;
	return *end <= bs_max_pfn(v->m);
}

/* iso START END MT FLAGS RET */
static int isolate(struct bs_logrun *v, char *line)
{
	uint64_t start, end, mt, flags;
	char *p = line + 4;
	int got;

	if (!read_range(v, &p, &start, &end, &mt) || !bs_log_number(&p, 1, &flags) ||
	    (strcmp(p, " 0") && strcmp(p, " -16")))
		return bs_log_bad(v, "malformed isolation \"%.60s\"", line);
	if (bs_log_operation(v, line, 0, bs_pageblock_order(v->m), (unsigned int)mt))
		return BS_LOG_STOP;
	got = bs_mm_isolate_range(v->m, 0, (bs_pfn)start, (bs_pfn)end, (unsigned int)mt,
				  flags == FOR_OFFLINE ? bs_log_keeps_offline : bs_log_keeps, v);
	bs_log_operation_done(v, BS_NO_PFN, -1);
	if (!strcmp(p, got ? " -16" : " 0"))
		return BS_LOG_GO_ON;
	return bs_log_differ(v, BS_DIFF_FAILURE, line, got ? "isolated" : "refused",
			     got ? "refused" : "isolated");
}

/* uniso START END MT */
static int undo(struct bs_logrun *v, char *line)
{
	uint64_t start, end, mt;
	char *p = line + 6;

	if (!read_range(v, &p, &start, &end, &mt) || *p)
		return bs_log_bad(v, "malformed undoing of an isolation \"%.60s\"", line);
	if (bs_log_operation(v, line, 0, bs_pageblock_order(v->m), (unsigned int)mt))
		return BS_LOG_STOP;
	bs_mm_unisolate_range(v->m, 0, (bs_pfn)start, (bs_pfn)end, (unsigned int)mt);
	bs_log_operation_done(v, BS_NO_PFN, -1);
	return BS_LOG_GO_ON;
}

/* da Z|-, done by CPU 0; dl Z|- [cCPU], done by that CPU. */
static int drain(struct bs_logrun *v, char *line)
{
	unsigned int cpu = 0;
	char *p = line + 2;
	int zone;

	if (!bs_log_zone(v, &p, &zone) || (line[1] == 'l' && !bs_log_cpu(v, &p, &cpu)) || *p)
		return bs_log_bad(v, "malformed drain \"%.60s\"", line);
	if (bs_log_operation(v, line, cpu, 0, BS_MIGRATE_MOVABLE))
		return BS_LOG_STOP;
	bs_mm_drain(v->m, zone < 0 ? BS_ALL_ZONES : (unsigned int)zone,
		    line[1] == 'l' ? cpu : BS_ALL_CPUS, cpu);
	bs_log_operation_done(v, BS_NO_PFN, -1);
	return BS_LOG_GO_ON;
}

int bs_verify_isolation(struct bs_logrun *v, char *line, bool *known)
{
	static const struct {
		const char *word;
		int (*run)(struct bs_logrun *v, char *line);
	} records[] = {{"iso ", isolate}, {"uniso ", undo}, {"da ", drain}, {"dl ", drain}};

	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		int ret;

		if (strncmp(line, records[i].word, strlen(records[i].word)))
			continue;
		*known = true;
		ret = bs_log_need_guest(v);
		return ret ? ret : records[i].run(v, line);
	}
	*known = false;
	return BS_LOG_GO_ON;
}
