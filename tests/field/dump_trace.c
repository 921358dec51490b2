// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dump_trace.c - every event of a trace as a line of text, for comparing two of them:
 * kind, CPU, order, gfp mask, recorded migratetype, pfn, number of the block, offset in it, time.
 * A free is given its block's number, not its age, and so says which allocation it belongs to.
 */
#include <inttypes.h>
#include <stdio.h>

#include <buddysim/trace.h>

static const char *const kinds[BS_NR_EV] = {
	[BS_EV_ALLOC] = "alloc",   [BS_EV_FREE] = "free", [BS_EV_PRE] = "pre",
	[BS_EV_FAILED] = "failed", [BS_EV_MARK] = "mark", [BS_EV_PAUSE] = "pause",
	[BS_EV_RESUME] = "resume",
};

static void print(const struct bs_trace_info *info, const struct bs_trace_chunk *c, unsigned int i,
		  uint64_t number)
{
	printf("%s %u %u %#" PRIx32 " %d ", kinds[c->kind[i]], c->cpu[i], c->order[i],
	       info->gfp[c->gfp[i]], (c->flags[i] >> BS_EVF_MT_SHIFT) - 1);
	if (c->pfn)
		printf("0x%" PRIx32, c->pfn[i]);
	else
		printf("-");
	printf(" %" PRIu64 " %" PRIu32 " %" PRIu64 "\n", number, c->offset ? c->offset[i] : 0,
	       c->time[i]);
}

int main(int argc, char **argv)
{
	struct bs_error err = {0};
	struct bs_trace_chunk c;
	struct bs_trace *t;
	uint64_t numbers = 0;
	int ret;

	if (argc != 2) {
		fprintf(stderr, "usage: %s TRACE\n", argv[0]);
		return 2;
	}
	if (bs_trace_open(argv[1], &t, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	while ((ret = bs_trace_next(t, &c, &err)) == 1)
		for (unsigned int i = 0; i < c.n; i++) {
			const bool takes = c.kind[i] == BS_EV_ALLOC || c.kind[i] == BS_EV_PRE ||
					   c.kind[i] == BS_EV_FAILED;

			print(bs_trace_info(t), &c, i, takes ? numbers : numbers - c.arg[i]);
			numbers += takes;
		}
	if (ret)
		fprintf(stderr, "%s\n", err.text);
	bs_trace_close(t);
	return ret ? 1 : 0;
}
