/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim.h - the whole program as a function: configuration in, result out.
 *
 * bs_compare() replays one trace on one guest per cell (a strategy with its parameters) and
 * returns one self-describing record. Same input, options and seed: the same record, byte for
 * byte, apart from its "measured" parts. src/MEANING.md defines every term.
 */
#ifndef BUDDYSIM_SIM_H
#define BUDDYSIM_SIM_H

#include <buddysim/contention.h>
#include <buddysim/reclaim.h>
#include <buddysim/device.h>
#include <buddysim/load.h>
#include <buddysim/machine.h>
#include <buddysim/policy.h>
#include <buddysim/record.h>
#include <buddysim/stats.h>
#include <buddysim/trace.h>
#include <buddysim/types.h>
#include <buddysim/view.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct bs_state;

enum bs_lru { BS_LRU_AUTO, BS_LRU_NONE, BS_LRU_ALL };

/** What a host may ask of its guest, as BS_EVENT_TARGET and BS_EVENT_PRESSURE (report.h). */
enum bs_host_ask {
	BS_HOST_TARGET, /* value: bytes, the size that it wants a balloon to have */
	BS_HOST_PRESSURE, /* value: 0..100, percent of the host's memory that is in use */
	BS_HOST_PAUSE, /* value: ns for which the guest stands still */
	BS_HOST_SNAPSHOT, /* what one of the guest would carry is counted; no value */
	BS_HOST_RESTORE, /* the guest goes on from one of that moment, with nothing resident; no value */
};
/** Their names, in that order: "target", "pressure", ...; ends with NULL. */
const char *const *bs_host_ask_names(void);
/** One thing asked at a point in time; @time: virtual ns from the beginning of the window; @guest: of the one with
 *  that number, from 1 on; 0: of all. A guest that has not started by then is asked for nothing but by target and pressure. */
struct bs_host_event {
	bs_ns time;
	enum bs_host_ask ask;
	uint64_t value;
	unsigned int guest;
};

/** Whose clean page cache is, where something is named by what it costs: the guest's; or held for nothing. */
enum bs_cache_counts { BS_CACHE_COUNTS_USED, BS_CACHE_COUNTS_HELD };

/** What may be asked of a guest's kernel while it runs. */
enum bs_guest_ask {
	BS_GUEST_COMPACT, /* all memory (vm.compact_memory); no value */
	BS_GUEST_DROP_CACHES, /* clean page cache is given back (vm.drop_caches); no value */
	BS_GUEST_RECLAIM, /* value: bytes of the oldest page cache that are */
	BS_GUEST_PROACTIVENESS, /* value: 0..100, vm.compaction_proactiveness */
	BS_GUEST_DEFRAG_MODE, /* value: 0 or 1, vm.defrag_mode */
	BS_GUEST_WATERMARK_SCALE, /* value: vm.watermark_scale_factor, 1/10000 */
};
/** In that order what each is called and what value it takes (BS_PARAM_BOOL: none); the last one has no name. */
const struct bs_param *bs_guest_ask_params(void);
/** As struct bs_host_event. A guest that has not started by then is asked for nothing. */
struct bs_guest_event {
	bs_ns time;
	enum bs_guest_ask ask;
	uint64_t value;
	unsigned int guest;
};

/*
 * The parts of a configuration. What a user can set has a line in options.def, which says what it
 * means and where each field comes from that is not written out here.
 */

/**
 * struct bs_guest_config - the guest that every cell starts with
 * @machine: kernel (NULL: the one that the trace names, else bs_kernel_default()), memory and CPUs
 *           (0: from the trace), machine, seed, shuffle
 * @resident: what the host holds before t0
 * @events, @nr_events: what is asked of its kernel, as for a host
 * @state_origin: what the state was made of (bs_state.origin), NULL for a dump; set by the replay
 *
 * A state dump decides kernel, memory, CPUs and shuffle. A later dump "trace_end" of its file is what
 * the replay should end in.
 */
struct bs_guest_config {
	struct bs_machine_config machine;
	enum bs_resident resident;
	const struct bs_guest_event *events;
	unsigned int nr_events;
	const char *state_origin;
#define BS_GUEST(type, field, ...) type field;
#include <buddysim/options.def>
};

/**
 * struct bs_host_config - what the guest runs on
 * @device: kind, touch, thp, advice, verify, capacity; sizes are filled in
 * @events, @nr_events: what it asks, in any order (equal times: as they stand); a pressure told by
 *                one holds until the next look. Behind the window: a warning. The array is the
 *                caller's and must outlive the run
 *
 * @shared: it is counted what its guests hold together, and limited to @memory_bytes, though it has no swap
 *
 * A host with a @memory_bytes has nothing but its guests in it: its pressure is the percentage that
 * they hold (resident or unmapped and not returned), rounded down, at most 100. The host looks
 * at the beginning of the window and every @poll ns (above 0) after it, and tells the strategy when
 * the percentage is not the one last told (at first 0). 0 = no such host.
 */
struct bs_host_config {
	struct bs_device_config device;
	const struct bs_host_event *events;
	unsigned int nr_events;
	bool shared;
#define BS_HOST(type, field, ...) type field;
#include <buddysim/options.def>
};

/**
 * struct bs_host_figures - what a host counted, from the beginning on
 * @peak_bytes: the most that its guests held at once; @p99_bytes: not exceeded for 99 % of the time
 * @held_mib_s: what they held, integral, rounded down
 * @over_ns: time with memory in swap: for so long the guests had more than the host
 * @waits: of requests for a thread of the host
 * @dropped_bytes: advised MADV_FREE, and taken when memory was short
 * @most: guests that ran at once; @fit: ... while nothing had to be swapped out for them
 */
struct bs_host_figures {
	uint64_t peak_bytes, p99_bytes, held_mib_s, swap_peak_bytes;
	uint64_t swapped_out_bytes, swapped_in_bytes, dropped_bytes;
	bs_ns over_ns, waited_ns, busy_ns;
	uint64_t waits;
	unsigned int kills, fit, most;
};

/** Host policy number @index: its name, what it does, its parameters; false behind the last. The last two may
 *  be NULL. */
bool bs_host_policy_name(unsigned int index, const char **name, const char **summary,
			 const struct bs_param **params);
/** Can "psi:tick=500ms" be run? 0, or -EINVAL with @err. */
int bs_host_policy_check(const char *text, struct bs_error *err);

/** Agent number @index (--agent), as bs_host_policy_name(). */
bool bs_agent_name(unsigned int index, const char **name, const char **summary,
		   const struct bs_param **params);
/** Can "timer:every=60s" be run? 0, or -EINVAL with @err. */
int bs_agent_check(const char *text, struct bs_error *err);
/** Does it do nothing, ever? */
bool bs_agent_is_idle(const char *text);
/** "rotation+timer:every=60s": the strategy with that agent beside it; with one that does nothing, the strategy. To be
 *  free()d; NULL: out of memory. */
char *bs_agent_beside(const char *strategy, const char *agent);

/** struct bs_window_config - what of the trace is replayed, and for how long */
struct bs_window_config {
#define BS_WINDOW(type, field, ...) type field;
#include <buddysim/options.def>
};

/**
 * struct bs_progress - how far a comparison is
 * @done: of @cells; those that failed, too
 * @events: have happened, of about @of_events; in all cells, and twice in one whose strategy knows the
 *          future, for it goes through the trace twice
 * @of_events: 0 for a load, of which nobody knows how many there will be
 * @cell, @now: the first cell that is not done, and its virtual time; @end: of the window of each
 * @read, @of_read: bytes of the trace, which is gone through before the first cell; with .events 0
 */
struct bs_progress {
	unsigned int cells, done, cell;
	uint64_t events, of_events;
	bs_ns now, end;
	uint64_t read, of_read;
};

/**
 * struct bs_output_config - what comes out besides the record, and who listens
 * @violation_dir: a broken law leaves buddysim-violation-<trace>-<label>.txt here: a dump of the guest with
 *                 seed, time, event, request and the command that breaks it again as comments; NULL:
 *                 nothing is written
 * @stop: polled while it runs; non-zero ends the run with status BS_INTERRUPTED; may be NULL
 * @progress: called now and then from the threads that cells run in, never twice at a time; may be NULL
 * @viewer: looks on (view.h); may be NULL
 * @allocated: bytes that the calling thread has allocated from the process's allocator so far, or NULL;
 *             shows that the replay loop allocates nothing
 *
 * Cells run in threads of their own, if more than one may run at a time (@jobs) and nobody looks on.
 */
struct bs_output_config {
	const char *violation_dir;
	const volatile int *stop;
	void (*progress)(void *arg, const struct bs_progress *p);
	void *progress_arg;
	const struct bs_viewer *viewer;
	uint64_t (*allocated)(void);
#define BS_OUTPUT(type, field, ...) type field;
#include <buddysim/options.def>
};

/**
 * struct bs_scenario_guest - one of several guests of a host
 * @name: NULL: "guest 1"; @strategy: NULL: that of the row
 * @load, @trace_path: what it runs, one of the two
 * @start: when that begins; until then the guest has nothing
 * What is NULL or 0 is as the configuration says.
 */
struct bs_scenario_guest {
	const char *name, *kernel, *policy, *strategy, *load, *trace_path;
	uint64_t memory_bytes;
	unsigned int nr_cpus;
	bs_ns start;
};

/**
 * struct bs_sim_config - a comparison
 * @trace_path: native trace; not looked at where there is a load
 * @strategies: "rotation:order=9,delay=2s" each, with "+timer:every=60s" behind it where an agent is beside it; @nr_strategies
 *              of them
 * @agents: those that whoever chooses the strategies himself (advise.h) tries beside each; elsewhere not looked at
 * @scenario: where @guest_list comes from, for people; with it there is no @trace_path. Both are the caller's
 */
struct bs_sim_config {
	const char *trace_path;
	const char *const *strategies;
	unsigned int nr_strategies;
	const char *const *agents;
	unsigned int nr_agents;
	const char *scenario;
	const struct bs_scenario_guest *guest_list;
	unsigned int nr_guest_list;
	struct bs_guest_config guest;
	struct bs_host_config host;
	struct bs_window_config window;
	struct bs_output_config output;
#define BS_RUN(type, field, ...) type field;
#include <buddysim/options.def>
};

/** What of --reclaim: "off", "model", or a file of costs; NULL: as for a load, if @load. 0, or negative with @err;
 *  *@on says whether memory is reclaimed. @costs may be NULL. */
int bs_reclaim_read(const char *text, bool load, bool *on, struct bs_reclaim_costs *costs,
		    struct bs_error *err);
/** The same, only to see whether it is right. */
int bs_reclaim_check(const char *text, struct bs_error *err);
/** What of --contention: "off", "model", or a file of costs? 0, or negative with @err; *@on says whether there is a
 *  model at all, and @costs, which may be NULL, what it takes. */
int bs_contention_read(const char *text, bool *on, struct bs_lock_costs *costs,
		       struct bs_error *err);
/** Can it be read? 0, or negative with @err. */
int bs_contention_check(const char *text, struct bs_error *err);
/** Fill with the defaults of options.def. */
void bs_sim_defaults(struct bs_sim_config *c);

/**
 * bs_compare - run every cell
 *
 * Return: 0 and the result (caller owns it) when every cell ran; 1 when something compared unequal
 * (residency mismatch); negative with @err otherwise. @out may be set then too (cells that are
 * whole): a result marked partial.
 */
int bs_compare(const struct bs_sim_config *config, struct bs_result **out, struct bs_error *err);
/** Print the effective configuration as JSON, with what is taken from the trace, and run nothing. */
int bs_sim_print_config(const struct bs_sim_config *config, void *file, struct bs_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
