// SPDX-License-Identifier: GPL-2.0-or-later
/* proc_vmstat.c - /proc/vmstat: the counters that say how a machine coped with its free memory. */
#include <stdio.h>
#include <string.h>

#include "proc_forms.h"
#include "snapshot_fill.h"

static const char *const names[BS_NR_VMSTAT] = {
	"nr_free_pages",      "nr_slab_reclaimable", "nr_slab_unreclaimable", "allocstall_normal",
	"allocstall_movable", "compact_stall",	     "compact_fail",	      "compact_success",
	"thp_fault_alloc",    "thp_fault_fallback",  "balloon_inflate",	      "balloon_deflate",
};

const char *bs_vmstat_name(unsigned int index)
{
	return index < BS_NR_VMSTAT ? names[index] : NULL;
}

int bs_proc_vmstat(struct bs_proc *p, const char *line)
{
	const char *c = bs_proc_unquoted(line);
	const size_t length = strcspn(c, " \t");
	struct bs_snapshot *s;
	const char *rest = c + length;
	uint64_t v;

	for (unsigned int i = 0; i < BS_NR_VMSTAT; i++) {
		if (strlen(names[i]) != length || strncmp(names[i], c, length))
			continue;
		if (!bs_proc_number(&rest, &v) || !bs_proc_at_end(rest))
			return bs_proc_bad(p, "a line of vmstat is a name and a number",
					   "%s is no number: \"%.40s\"", names[i], c + length);
		/* The first of them begins the next sample. */
		if (!i || !p->next[BS_PROC_VMSTAT])
			p->next[BS_PROC_VMSTAT]++;
		s = bs_snapshots_at(p->out, p->next[BS_PROC_VMSTAT] - 1);
		if (!s)
			return bs_proc_memory(p);
		s->vmstat[i] = v;
		s->has_vmstat = true;
		return BS_PROC_TAKEN;
	}
	return BS_PROC_OTHER;
}
