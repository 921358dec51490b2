// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_put.c - the end of an import: what was allocated before the trace is known now, and comes first.
 */
#include <inttypes.h>
#include <stdio.h>

#include "format.h"
#include "import_parts.h"
#include "result.h"

static int write_pres(struct import *im, struct bs_import_pres *pres, struct bs_trace_writer *w)
{
	struct bs_trace_event ev = {.kind = BS_EV_PRE};
	uint64_t final = 0;
	int ret = 0;

	im->out.cold = 0;
	for (uint64_t i = 0; i < im->out.nr && !ret; i++) {
		const struct bs_spooled *s = bs_spooled_at(&im->out, i);
		struct bs_import_pre *p;

		bs_spool_cool(&im->out, i);

		if (s->dropped || !s->of_pre)
			continue;
		p = &pres->pre[s->number];
		p->final = final++;
		ev.order = p->order;
		ev.pfn = p->pfn;
		ev.gfp = p->batched ? BS_GFP_HIGHUSER_MOVABLE : BS_GFP_KERNEL;
		ev.flags = s->flags & BS_EVF_BOOT;
		ret = bs_trace_write(w, &ev, im->err);
	}
	return ret;
}

static int write_events(struct import *im, struct bs_import_pres *pres, struct bs_trace_writer *w)
{
	uint64_t numbers = pres->nr;
	int ret = write_pres(im, pres, w);

	im->out.cold = 0;
	for (uint64_t i = 0; i < im->out.nr && !ret; i++) {
		const struct bs_spooled *s = bs_spooled_at(&im->out, i);
		struct bs_trace_event ev = {
			.time = s->time,
			.kind = s->kind,
			.order = s->order,
			.cpu = s->cpu,
			.flags = s->flags,
			.pfn = s->pfn,
		};
		uint64_t number;

		bs_spool_drop(&im->out, i);
		if (s->dropped)
			continue;
		if (ev.kind != BS_EV_FREE) {
			ev.gfp = (uint32_t)s->gfp;
		} else {
			number = s->of_pre ? pres->pre[s->number].final : s->number + pres->nr;
			ev.offset = s->offset;
			if (numbers - number > UINT32_MAX)
				return bs_error_set(im->err, BS_INPUT, 0, im->path,
						    "import it in parts",
						    "a block lives for over 2^32 allocations");
			ev.arg = (uint32_t)(numbers - number);
		}
		numbers += bs_ev_takes_number(ev.kind);
		ret = bs_trace_write(w, &ev, im->err);
	}
	return ret;
}

int bs_import_put(struct import *im, struct bs_import_pres *pres, struct bs_trace_info *result)
{
	const struct bs_import_config *config = im->config;
	struct bs_trace_info *info = &im->info;
	struct bs_trace_writer *w;
	int ret;

	snprintf(info->source, sizeof(info->source), "%s", im->source);
	snprintf(info->comment, sizeof(info->comment), "%s",
		 config->comment ? config->comment : "");
	snprintf(info->kernel, sizeof(info->kernel), "%s", config->kernel ? config->kernel : "");
	info->memory_bytes = config->memory_bytes;
	info->has_pfn = true;
	bs_import_notes_format(&im->notes, info->notes, sizeof(info->notes));
	ret = bs_trace_create(im->out_path, info, &w, im->err);
	if (ret)
		return ret;
	bs_trace_stop_writing_on(w, config->stop);
	ret = write_events(im, pres, w);
	if (ret) {
		bs_trace_abandon(w);
		return ret;
	}
	return bs_trace_hand_over(w, info, config->stop, result, im->err);
}
