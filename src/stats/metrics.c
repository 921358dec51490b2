// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * metrics.c - every figure of a record, its unit and its definition, in the record's order
 * (semantics.md 7 and 9). Help, documentation and --fail-if read this table.
 */
#include <buddysim/stats.h>

#define CELL(key, unit, definition)         \
	{                                   \
		key, unit, definition, true \
	}
/* Not one number of a cell: a list, a word, or a figure of the whole comparison. */
#define OTHER(key, unit, definition)         \
	{                                    \
		key, unit, definition, false \
	}

static const struct bs_metric metrics[] = {
	OTHER("schema", "", "version of the record's layout"),
	OTHER("seed", "", "seed of every random choice of the run"),
	OTHER("partial", "", "the run was interrupted: only the cells that were whole are here"),
	OTHER("config", "", "options in force"),
	OTHER("trace.name", "", "file name of the trace"),
	OTHER("trace.sha256", "", "SHA-256 of the trace file"),
	OTHER("trace.events", "events", "events replayed, of one loop of the trace"),
	OTHER("trace.duration_ns", "ns", "time of the last event of one loop"),
	OTHER("trace.peak_bytes", "bytes", "most memory the trace's blocks own at once"),
	OTHER("trace.unused", "events", "events the importer could not use, by reason"),
	OTHER("trace.trust_per_10000", "1/10000",
	      "used events / (used + unusable + frees of unknown pages - boot frees + live pages "
	      "allocated again + lost events)"),
	CELL("held_mib_s", "MiB x s",
	     "memory held though unused: integral over the window of max(0, resident + unmapped but "
	     "not returned - used), rounded down"),
	CELL("used_mib_s", "MiB x s",
	     "integral over the window of the memory the trace's blocks own, rounded down"),
	CELL("cost_ns", "ns",
	     "what the cell held times the bound's weight, plus what became resident in the window "
	     "(refaults, installs, first touches) times the bound's refault cost; no strategy can be below "
	     "bound.cost_ns"),
	CELL("peak_resident_bytes", "bytes",
	     "most the host held at once: resident plus unmapped but not returned"),
	CELL("settle_ns.t50", "ns",
	     "time after the last trace event until half of the excess (resident + unmapped - used) "
	     "of that moment was gone for good; absent if it never was"),
	CELL("settle_ns.t90", "ns", "the same for 90 % of the excess"),
	CELL("settle_ns.t99", "ns", "the same for 99 % of the excess"),
	CELL("passes", "passes", "runs of the strategy's worker"),
	CELL("calls", "requests", "report requests the device accepted"),
	CELL("failed_calls", "requests",
	     "requests that the device refused or completed with an error"),
	CELL("ranges", "ranges", "ranges in these requests"),
	CELL("reported_bytes", "bytes", "memory in these ranges, discarded or not"),
	CELL("redundant_bytes", "bytes",
	     "reported, but not resident when the request arrived: the host had nothing to drop"),
	CELL("discarded_bytes", "bytes", "memory the host unmapped on request"),
	CELL("unmapped_bytes", "bytes",
	     "at the end: unmapped but not returned, because the rest of the huge page is in use"),
	CELL("returned_bytes", "bytes",
	     "memory the host got back: discarded, and with huge pages only when the whole 2 MiB was"),
	CELL("refaults", "faults",
	     "base or huge pages faulted in, or installed, again after they were discarded"),
	CELL("refault_bytes.total", "bytes",
	     "memory that was discarded and needed again: faulted in or installed"),
	CELL("refault_bytes.1s", "bytes", "the part of it needed again within 1 s of the discard"),
	CELL("refault_bytes.10s", "bytes", "the part of it needed again within 10 s"),
	CELL("installs", "requests",
	     "times the guest asked the host to back memory before touching it (shared state)"),
	CELL("install_bytes", "bytes",
	     "memory that was made resident by that, discarded before or never touched"),
	CELL("isolated_peak_bytes", "bytes",
	     "most memory that was off the free lists at once on behalf of the reporter"),
	CELL("alloc_failed", "allocations", "allocations of the trace that failed in the replay"),
	CELL("false_oom", "allocations",
	     "failed allocations that would have succeeded with the isolated memory on its lists"),
	CELL("skipped_frees", "frees", "frees of blocks whose allocation failed in the replay"),
	CELL("unusable_frees", "frees", "frees of the trace that name no block the replay holds"),
	CELL("nodes_walked", "nodes", "free-list nodes the strategy looked at"),
	CELL("conversions", "pageblocks",
	     "pageblocks whose migratetype changed because the reporter took or put back a block"),
	CELL("cpu_lag_ns", "ns", "sum over events of the time by which a blocked CPU was late"),
	CELL("content_loss", "pages",
	     "stamps found damaged at free: reported while in use; absent if pages are not touched"),
	CELL("left_raw_bytes", "bytes",
	     "free memory of reporting order without the Reported mark at the end of the window"),
	CELL("paused_raw_bytes", "bytes", "the same at each pause of the trace, summed"),
	OTHER("nr_free", "blocks", "free blocks of each order 0 .. 10 at the end of the window"),
	OTHER("unusable", "1/1000",
	      "for each order 0 .. 10: share of the free memory in blocks too small for it, at the end"),
	CELL("meta_bytes.global", "bytes", "the strategy's own memory: once per guest"),
	CELL("meta_bytes.zone", "bytes", "the strategy's own memory: sum over zones"),
	CELL("meta_bytes.page", "bytes",
	     "the strategy's own memory that grows with the guest's size"),
	CELL("meta_bytes.peak", "bytes",
	     "the most that these three were together at any time: what a pass allocates counts"),
	CELL("marks_set", "marks", "raw free blocks that the strategy marked as Reported"),
	CELL("words_set", "words",
	     "times the strategy wrote the word that a free block's descriptor keeps for it"),
	CELL("agreement.strict", "allocations",
	     "allocations that got the pfn recorded in the trace, without looking at it"),
	CELL("agreement.inferred", "allocations",
	     "allocations that got it after assuming untraced bulk allocations before them"),
	CELL("agreement.total", "allocations", "allocations with a recorded pfn"),
	CELL("agreement.inferred_pages", "pages", "pages assumed to be allocated untraced"),
	CELL("agreement.final_state_equal", "0/1", "the free lists equal those of the end dump"),
	OTHER("checks", "", "consistency checks of guest and device: how many, how many failed"),
	OTHER("bound.held_mib_s", "MiB x s",
	      "memory held by the bound, which knows the future and is free of placement: for each "
	      "2 MiB level of used, the gaps not worth a refault"),
	OTHER("bound.refault_bytes", "bytes", "memory the bound takes back after the other gaps"),
	OTHER("bound.cost_ns", "ns", "both together: what no strategy can be below"),
	OTHER("bound.refault_ns_per_mib", "ns per MiB",
	      "what the bound pays for taking memory back"),
	OTHER("bound.weight_ns_per_mib_s", "ns per MiB x s",
	      "what holding counts against it; 0: everything is reported at once"),
	OTHER("timeline.interval_ns", "ns", "virtual time between samples"),
	OTHER("timeline.cells", "", "per cell: label and samples, one list per quantity"),
	OTHER("measured", "",
	      "everything taken from the host: build, machine, durations, real residency; absent "
	      "with --no-measured"),
};

const struct bs_metric *bs_metric_at(unsigned int index)
{
	return index < sizeof(metrics) / sizeof(metrics[0]) ? &metrics[index] : NULL;
}
