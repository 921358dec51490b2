// SPDX-License-Identifier: GPL-2.0-or-later
/* convert.c - a trace as a machine with larger pages would have had it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <buddysim/platform.h>

#include "format.h"
#include "reader.h"
#include "repage.h"
#include "result.h"

struct sink {
	struct bs_trace_writer *w;
	uint64_t pres;
	struct bs_error *err;
};

static int to_writer(void *arg, const struct bs_trace_event *ev)
{
	struct sink *s = arg;

	s->pres += ev->kind == BS_EV_PRE;
	return bs_trace_write(s->w, ev, s->err);
}

static int write_all(struct bs_trace *t, struct bs_repage *r, struct bs_error *err)
{
	struct bs_trace_chunk k;
	int ret = bs_trace_rewind(t, err);

	while (!ret && (ret = bs_trace_next(t, &k, err)) == 1) {
		ret = 0;
		for (unsigned int i = 0; i < k.n && !ret; i++) {
			const struct bs_trace_event ev = bs_trace_event_of(t, &k, i);

			ret = bs_repage_event(r, &ev, err);
		}
	}
	return ret;
}

static void describe(const struct bs_trace *t, const struct bs_platform *to,
		     struct bs_trace_info *info)
{
	char head[64];

	*info = t->info;
	info->page_shift = to->page_shift;
	info->has_pfn = false;
	snprintf(head, sizeof(head), "in pages of %u KiB: ", 1U << (to->page_shift - 10));
	bs_trace_comment_of(info, head, t->info.comment[0] ? t->info.comment : t->info.source);
	info->unused_batched_twins = info->boot_frees = 0;
}

static int convert(struct bs_trace *t, const struct bs_platform *to, const char *out_path,
		   struct bs_trace_info *result, struct bs_error *err)
{
	struct bs_trace_info info;
	struct sink sink = {.err = err};
	struct bs_repage *r;
	int ret;

	describe(t, to, &info);
	ret = bs_trace_create(out_path, &info, &sink.w, err);
	if (ret)
		return ret;
	r = bs_repage_create(to->page_shift - t->info.page_shift, to_writer, &sink);
	ret = r ? write_all(t, r, err)
		: bs_error_set(err, BS_RESOURCE, ENOMEM, t->path, NULL, "converting a trace");
	bs_repage_destroy(r);
	if (info.unknown_frees > sink.pres)
		info.unknown_frees = sink.pres;
	if (!ret)
		return bs_trace_hand_over(sink.w, &info, t->stop, result, err);
	bs_trace_abandon(sink.w);
	return ret;
}

int bs_trace_convert(struct bs_trace *t, const struct bs_platform *to, const char *out_path,
		     struct bs_trace_info *result, struct bs_error *err)
{
	if (to->page_shift <= t->info.page_shift)
		return bs_error_set(err, BS_USAGE, 0, t->path,
				    "a machine with larger pages can have the same load",
				    "is in pages of %u KiB, and %s has pages of %u",
				    1U << (t->info.page_shift - 10), to->name,
				    1U << (to->page_shift - 10));
	if (!t->info.events) {
		const int ret = bs_trace_scan(t, false, err);

		if (ret)
			return ret;
	}
	return convert(t, to, out_path, result, err);
}
