// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace_verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trace_figures.h"

/* So many events of one kind alone are no accident. */
#define ONE_SIDED 100

static bool has_note(const struct bs_trace_info *info, const char *kind)
{
	const char *at = info->notes;
	struct trace_note note;

	while (trace_note_next(&at, &note))
		if (trace_note_is(&note, kind))
			return true;
	return false;
}

/* Frees of what a state says was in use when the trace began. */
static uint64_t known_from_state(const struct bs_trace_info *info)
{
	const char *at = info->notes;
	struct trace_note note;

	while (trace_note_next(&at, &note))
		if (trace_note_is(&note, "state"))
			return note.count;
	return 0;
}

unsigned int trace_known_frees(const struct bs_trace_info *info)
{
	const uint64_t known = info->boot_frees + known_from_state(info);
	const uint64_t before = info->unknown_frees > known ? info->unknown_frees - known : 0;

	if (!info->frees)
		return 10000;
	return (unsigned int)((unsigned __int128)(before < info->frees ? info->frees - before : 0) *
			      10000 / info->frees);
}

static void judge_usable(const struct bs_trace_info *info, const char *path, unsigned int trust,
			 struct trace_verdict *v)
{
	const unsigned int known = trace_known_frees(info);
	char reason[128];

	trace_main_reason(info, reason, sizeof(reason));
	v->answer = "partly";
	if (info->allocs + info->frees >= ONE_SIDED && (!info->allocs || !info->frees))
		snprintf(v->why, sizeof(v->why), "it has no %s at all: was kmem:%s recorded, too?",
			 info->allocs ? "free" : "allocation",
			 info->allocs ? "mm_page_free" : "mm_page_alloc");
	else if (trust < 10000)
		snprintf(v->why, sizeof(v->why), "%.2f %% of its events can be used; %s",
			 trust / 100.0, reason);
	else if (known < 5000)
		snprintf(
			v->why, sizeof(v->why),
			"%.1f %% of what it frees was in use before it began: record longer, or from "
			"boot on",
			(10000 - known) / 100.0);
	else if (info->unknown_lines)
		snprintf(v->why, sizeof(v->why),
			 "every event is used; %" PRIu64 " of %" PRIu64
			 " lines of its source were not "
			 "understood",
			 info->unknown_lines, info->lines);
	else
		v->answer = "yes";
	if (v->answer[0] == 'y')
		snprintf(
			v->why, sizeof(v->why), "every event is used%s",
			has_note(info, "losses")
				? "; none is said to be lost, which perf script does only with --show-lost-events"
				: "");
	/* A few in ten thousand change no figure that anyone reads. */
	if (trust >= 9900 && trust < 10000 && !info->lost_events && info->allocs && info->frees)
		v->answer = "yes";
	snprintf(v->next, sizeof(v->next), "buddysim compare %.200s -s none,rotation%s", path,
		 info->memory_bytes ? "" : " --memory SIZE");
}

void trace_judge(const struct bs_trace_info *info, const char *path, struct trace_verdict *v)
{
	const unsigned int trust = bs_trace_trust(info);
	char reason[128];

	if (trust >= TRACE_TRUST_FLOOR) {
		judge_usable(info, path, trust, v);
		return;
	}
	trace_main_reason(info, reason, sizeof(reason));
	v->answer = "no";
	snprintf(v->why, sizeof(v->why), "only %.2f %% of its events can be used: %s",
		 trust / 100.0, reason);
	snprintf(
		v->next, sizeof(v->next), "%s",
		info->lost_events >= info->unusable
			? "record again with a larger buffer (perf record -m 16M; buffer_size_kb); or "
			  "use it all the same with --allow-lossy"
			: "look at what the lines below name; or use it all the same with --allow-lossy");
}
