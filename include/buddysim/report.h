/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h - a reporting strategy: what it is made of, and the services it acts through.
 *
 * A strategy is one file and one line in strategies.def. It knows no device and no engine: it can
 * only scan, isolate, batch, submit, mark, put back, place and ask to be woken, through the context
 * it is handed. Those services do all the counting, so strategies are comparable by construction.
 * src/report/none.c is the smallest one; CONTRIBUTING.md walks through adding another.
 *
 * Behaviour of every strategy: src/report/STRATEGIES.md. Meaning of every figure: `buddysim list
 * metrics`.
 */
#ifndef BUDDYSIM_REPORT_H
#define BUDDYSIM_REPORT_H

#include <buddysim/hooks.h>
#include <buddysim/platform.h>
#include <buddysim/types.h>

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct bs_report_ctx;

#define BS_STRATEGY_ABI 4

/** Declared properties: what a strategy is exempt from, or entitled to. */
enum bs_strategy_caps {
	BS_CAP_NO_WORKER = 1 << 0, /* no pass(): acts in hooks only, or not at all */
	BS_CAP_HOST_SIDE = 1 << 1, /* runs on the host: takes no guest time */
	BS_CAP_CLIENT = 1 << 2, /* allocates pages like a driver (balloon) */
	/* may ask bs_next_use(): a replay goes through the trace twice, the first time with an idle
	 * strategy, in units of 2^order pages (its parameter of BS_ROLE_ORDER, else 9) */
	BS_CAP_KNOWS_FUTURE = 1 << 3,
	BS_CAP_DUPLICATES = 1 << 4, /* may report a block again that never left the list */
	BS_CAP_IDLE = 1 << 5, /* never reports and changes nothing: what others are compared with */
	/* an unpatched kernel offers it, with what is no @stock of its parameters at its default */
	BS_CAP_STOCK = 1 << 6,
	/* what is split off a marked block may keep the mark, where the kernel does that: block_in() is told of it
	 * with BS_SPLIT. Others never see such a mark */
	BS_CAP_SPLIT_MARKS = 1 << 7,
};

/** Things that happen to a guest and that a strategy may care about. */
enum bs_event {
	BS_EVENT_MARK, /* a phase name in the trace; value = its index */
	BS_EVENT_TARGET, /* the host asks for a size; value = bytes; needs BS_ROLE_TARGET */
	BS_EVENT_SHRINK, /* an allocation is about to fail; value = pages wanted */
	BS_EVENT_PRESSURE, /* host pressure; value 0..100; needs BS_ROLE_GATE */
	BS_EVENT_PAUSE, /* the guest stops; value = 1 pause, 0 resume */
	BS_EVENT_SNAPSHOT, /* the host is about to save the guest, unless bs_saving(true) has it wait */
};

/** What the series itself keeps, as it was published or counted in its code; for `bench memory`,
 *  which shows it beside what the services count. @note: why the two differ, or NULL. */
struct bs_strategy_memory {
	const char *page, *zone, *rest, *note;
};

/** How a user of an unpatched kernel gets a strategy, as it is typed; what is "" is not needed.
 *  @host: to QEMU. @monitor: in its monitor. @boot: on the guest's kernel command line. @running: in the running guest. Where both are
 *  there, either of them will do. @on: the machine, known when it is asked for; NULL: x86. */
struct bs_stock_setting {
	const struct bs_platform *on;
	char host[96], monitor[32], boot[96], running[96];
};

/**
 * struct bs_strategy - one reporting strategy
 *
 * Every hook is optional unless said. A hook that is NULL is not called and costs nothing. "lock":
 * the zone lock is held; the strategy may drop it only where it says so.
 *
 * @name, @summary, @origin: as `buddysim list strategies` prints them; origin = series, version,
 *   date
 * @abi: BS_STRATEGY_ABI
 * @caps: enum bs_strategy_caps
 * @state_size, @cpu_state_size, @zone_state_size: zeroed memory, owned and counted by the core
 * @params: table; values are read with bs_param_get(). Nothing is known by a parameter's name: what
 *          others should know of carries a role, each role at most once
 * @start: the strategy is switched on, after its state exists; may follow stop(): marks persist
 * @stop: switched off; the core has cancelled wakes and waited for the pass
 * @freeing: its owner frees a block; no lock
 * @merged: it has grown by a merge; lock; the allocator reads the next buddy afterwards
 * @place: before insertion; lock: choose head, tail, or "before" a node
 * @block_in: it is on its list; lock
 * @block_out: it leaves its list; lock, still linked
 * @block_move: to another type's list; lock; return: keep the mark
 * @reordered: somebody else rotated a list; lock
 * @zone_gone: a zone lost its last memory
 * @allocated: it has an owner; no lock; only for blocks for which bs_defer() was called, or of
 *             order >= the lowest hook order
 * @pass: required unless BS_CAP_NO_WORKER: one run of the worker. Returns 0, or -errno: aborted
 * @param_set: a parameter marked runtime changes to @v; 0 or -errno. NULL: takes effect by itself
 * @event: see enum bs_event
 * @may_leave: bytes that it may leave unreported while nothing happens, being too few to start it.
 *             NULL: as many of the largest blocks as stay below a parameter of BS_ROLE_THRESHOLD
 * @stock_setting: with BS_CAP_STOCK, how one gets it with the parameters @values on an unpatched @kernel, in
 *   a guest of @memory bytes; asked only where bs_strategy_is_stock()
 * @unit: order of the smallest block that it can give to the host, for who has no parameter that says
 *        so. NULL: the parameter of BS_ROLE_ORDER, else a pageblock
 * @request_ranges: it has a queue of its own, and so many ranges fit into a request there, whatever the
 *        device's capacity for reports is. 0: it reports
 * @movable: so much at the end of a guest's memory, which has @memory bytes, is to be a zone Movable of its own, in whole
 *           blocks of *@unit; 0: none is. NULL: never
 * @since: the release of Linux that brought it, where BS_CAP_STOCK; NULL: whichever has what it needs
 * @series: what the series of patches took that it follows; or NULL
 * @print_state: what it remembers, as words "name=value" each with a blank in front, for dumps and
 *               tests; no line's end. Of @zone where @zones_have_state, else of the guest
 */
struct bs_strategy {
	const char *name, *summary, *origin;
	unsigned int abi, caps;
	size_t state_size, cpu_state_size, zone_state_size;
	const struct bs_param *params;
	int (*start)(struct bs_report_ctx *rc);
	void (*stop)(struct bs_report_ctx *rc);
	void (*freeing)(struct bs_report_ctx *rc, const struct bs_block *b);
	void (*merged)(struct bs_report_ctx *rc, const struct bs_block *b);
	void (*place)(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
		      struct bs_spot *at);
	void (*block_in)(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why,
			 bool merged);
	void (*block_out)(struct bs_report_ctx *rc, const struct bs_block *b, enum bs_why why);
	bool (*block_move)(struct bs_report_ctx *rc, const struct bs_block *b, unsigned int to_mt,
			   enum bs_why why, struct bs_spot *at);
	void (*reordered)(struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
			  unsigned int mt);
	void (*zone_gone)(struct bs_report_ctx *rc, unsigned int zone);
	void (*allocated)(struct bs_report_ctx *rc, const struct bs_block *b);
	int (*pass)(struct bs_report_ctx *rc, int cpu);
	int (*param_set)(struct bs_report_ctx *rc, const struct bs_param *p, uint64_t v);
	void (*event)(struct bs_report_ctx *rc, enum bs_event e, uint64_t v);
	uint64_t (*may_leave)(const struct bs_report_ctx *rc);
	unsigned int (*unit)(const struct bs_report_ctx *rc);
	const struct bs_strategy_memory *series;
	void (*print_state)(struct bs_report_ctx *rc, unsigned int zone, FILE *out);
	bool zones_have_state;
	void (*stock_setting)(const uint64_t *values, const char *kernel, uint64_t memory,
			      struct bs_stock_setting *out);
	unsigned int request_ranges;
	uint64_t (*movable)(const uint64_t *values, uint64_t memory, uint64_t *unit);
	const char *since;
};

/* ---- The registry --------------------------------------------------------------------------- */

/** Strategy number @index of the built-in ones, in strategies.def order; NULL behind the last. */
const struct bs_strategy *bs_strategy_at(unsigned int index);

/** Which number the one has that @spec names, its parameters left aside; behind the last: none of them. */
unsigned int bs_strategy_place(const char *spec);

/** The first built-in one that declares all of @caps; NULL if none does. */
const struct bs_strategy *bs_strategy_with(unsigned int caps);

/**
 * bs_strategy_is_stock - does an unpatched @kernel offer this, with these parameters?
 * @params: "order=9,delay=2s" as in a record
 * @kernel: a model's name, with changes behind a colon or without
 * @on: the machine that it runs on, NULL: x86
 */
bool bs_strategy_is_stock(const struct bs_strategy *s, const char *params, const char *kernel,
			  const struct bs_platform *on);

/** Which strategy does an unpatched @kernel follow by itself, as soon as its host has a device that takes
 *  reports? NULL: none. It is what that kernel does by default with all parameters at theirs. */
const struct bs_strategy *bs_strategy_of_kernel(const char *kernel);
bool bs_strategy_is_default(const struct bs_strategy *s, const char *params, const char *kernel,
			    const struct bs_platform *on);

/** How a user gets it there. False: not at all, or nobody says how. */
bool bs_strategy_stock_setting(const struct bs_strategy *s, const char *params, const char *kernel,
			       const struct bs_platform *on, uint64_t memory,
			       struct bs_stock_setting *out);

/**
 * bs_strategy_find - a strategy by name, or from a shared object
 * @spec: a built-in one's name; or, with a '/' in it or ".so" at its end, the path of an object
 *        that exports `const struct bs_strategy bs_strategy`. It stays loaded until exit. A colon
 *        ends it: parameters may follow and are not looked at
 *
 * Return: the strategy; NULL and @err if there is none (naming the known ones and the nearest), or
 * if the object cannot be loaded or lacks something (naming what).
 */
const struct bs_strategy *bs_strategy_find(const char *spec, struct bs_error *err);

/* ---- Services: state and parameters --------------------------------------------------------- */

void *bs_state(struct bs_report_ctx *rc);
void *bs_cpu_state(struct bs_report_ctx *rc, unsigned int cpu);
void *bs_zone_state(struct bs_report_ctx *rc, unsigned int zone);
/** Value of parameter number @index of the strategy's table. */
uint64_t bs_param_get(const struct bs_report_ctx *rc, unsigned int index);

enum bs_scope { BS_SCOPE_GLOBAL, BS_SCOPE_ZONE, BS_SCOPE_PAGE };
/** Zeroed memory that lives until the context is destroyed; counted under @scope as the strategy's
 *  memory cost (meta_bytes). NULL when out of memory. bs_release() gives it back earlier. */
void *bs_alloc(struct bs_report_ctx *rc, enum bs_scope scope, size_t bytes);
void bs_release(struct bs_report_ctx *rc, void *p);

/* ---- Services: time ------------------------------------------------------------------------- */

bs_ns bs_now(const struct bs_report_ctx *rc);
/** Run pass() after @delay ns. Nothing happens if a wake is already pending (as with delayed
 *  work); a wake that falls due during a pass starts the next one after it. 0 = as soon as a
 *  worker can run (wake latency: MEANING.md, time). */
void bs_wake(struct bs_report_ctx *rc, bs_ns delay);
/** The same, and a wake that is pending for later is brought forward (as mod_delayed_work() does):
 *  for what somebody asks for now, not for what may wait for a timer. */
void bs_wake_sooner(struct bs_report_ctx *rc, bs_ns delay);
/** Run pass(cpu) on the CPU that is freeing, after it drops the zone lock: it blocks that CPU. */
void bs_wake_on(struct bs_report_ctx *rc, unsigned int cpu);
bool bs_wake_pending(const struct bs_report_ctx *rc);
/** From block_out(): ask for the allocated() hook when the first piece of @b, however small, is
 *  an owner's. @b may be a part of the block that leaves. It ends there; for who hears
 *  block_in(), also when @b is a free block again that nobody had. Several blocks may be waited
 *  for at once. */
void bs_defer(struct bs_report_ctx *rc, const struct bs_block *b);

/* ---- Services: the guest's memory ----------------------------------------------------------- */

/** Which hooks to call for blocks of order >= @lowest_order; default: those that are not NULL,
 *  order 9. Call in start() or param_set(). */
void bs_listen(struct bs_report_ctx *rc, uint32_t mask, unsigned int lowest_order);

/** The highest order that the guest has (BS_MAX_ORDER: that any has), and the bytes of a block. */
unsigned int bs_top_order(const struct bs_report_ctx *rc);
uint64_t bs_order_bytes(const struct bs_report_ctx *rc, unsigned int order);
/** What 2 MiB of x86 stand for where a strategy has no parameter for its order (struct bs_platform's
 *  report_order). */
unsigned int bs_usual_order(const struct bs_report_ctx *rc);
/** Simulated CPUs of the guest. */
unsigned int bs_cpus(const struct bs_report_ctx *rc);
/** Zones, in system order (all zones of node 0 from the lowest, then node 1, ...). */
unsigned int bs_zones(const struct bs_report_ctx *rc);
struct bs_report_zone {
	uint8_t node, type;
	bs_pfn start, spanned;
	uint64_t managed;
	uint64_t watermark_min, watermark_low, watermark_boost;
	uint64_t nr_isolate_pageblock;
};
void bs_report_zone(const struct bs_report_ctx *rc, unsigned int zone, struct bs_report_zone *out);

void bs_zone_lock(struct bs_report_ctx *rc, unsigned int zone);
void bs_zone_unlock(struct bs_report_ctx *rc, unsigned int zone);

/* List steps: lock held; every one counts as a walked node. BS_NO_PFN = end of list. */
bs_pfn bs_first(struct bs_report_ctx *rc, unsigned int zone, unsigned int order, unsigned int mt);
bs_pfn bs_last(struct bs_report_ctx *rc, unsigned int zone, unsigned int order, unsigned int mt);
bs_pfn bs_next(struct bs_report_ctx *rc, unsigned int order, bs_pfn pfn);
bs_pfn bs_prev(struct bs_report_ctx *rc, unsigned int order, bs_pfn pfn);
/** Unlocked peek; free. */
bool bs_list_empty(const struct bs_report_ctx *rc, unsigned int zone, unsigned int order,
		   unsigned int mt);
/** Blocks of @order over all migratetypes; free. */
uint64_t bs_nr_free(const struct bs_report_ctx *rc, unsigned int zone, unsigned int order);
/** The ones of them that carry the mark, in any list: for start() and param_set(), to count from
 *  the marks that an earlier run or a dump left. Looks at every block; free. */
uint64_t bs_nr_marked(const struct bs_report_ctx *rc, unsigned int zone, unsigned int order);
/** Make @pfn first: pure rotation, lock held. */
void bs_rotate(struct bs_report_ctx *rc, unsigned int zone, unsigned int order, unsigned int mt,
	       bs_pfn pfn);
/** Head of a free block? 0 and its description, else -ENOENT. Counts a node; lock held. */
int bs_block_at(struct bs_report_ctx *rc, bs_pfn pfn, struct bs_block *b);
/** Present and managed by the allocator (pfn_to_online_page). */
bool bs_pfn_online(const struct bs_report_ctx *rc, bs_pfn pfn, unsigned int *zone);
unsigned int bs_block_type(const struct bs_report_ctx *rc, bs_pfn pfn);
void bs_set_type(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int mt);
uint32_t bs_word(const struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order);
void bs_set_word(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order, uint32_t word);
bool bs_is_marked(const struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order);
void bs_mark(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order);
void bs_unmark(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order);
/** Order-0 watermark test of the zone: free above @mark (as given, boost not added). */
bool bs_watermark_ok(const struct bs_report_ctx *rc, unsigned int zone, uint64_t mark);

/* ---- Services: taking blocks and reporting them --------------------------------------------- */

/** Take a free block out, lock held (STRATEGIES.md, taking a block). False: the watermark
 *  refuses. */
bool bs_isolate(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order);
/** Take it without watermark test and retyping, lock held. */
void bs_pull(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order);
enum bs_put {
	BS_PUT_RULE, /* the kernel model's ordinary position rule */
	BS_PUT_TAIL, /* forced to the tail, over shuffle (5.10+) */
};
/** Give a taken block back, lock held; place() and block_in() are called with BS_RETURN.
 *  @mt: or BS_MT_NOW. Return: final order; equal to @order = it did not merge. */
unsigned int bs_put_back(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order, unsigned int mt,
			 enum bs_put where);

/** The most ranges one request may carry (the device's queue). */
unsigned int bs_capacity(const struct bs_report_ctx *rc);
/**
 * bs_submit - hand ranges to the device and wait for the completion; no lock held
 *
 * Virtual time passes; other CPUs' events run meanwhile. @n: 1 .. bs_capacity().
 * Return: 0 completed (which does not mean discarded), or -errno from the device.
 */
int bs_submit(struct bs_report_ctx *rc, const struct bs_range *r, unsigned int n);
/** Hand over without waiting. Returns a ticket >= 0 or -errno (-EBUSY: the device's queue is full,
 *  nothing has happened; wait for an earlier one and try again); bs_wait() waits for it and returns
 *  what bs_submit() would have. Tickets may be waited for in any order, each once. */
int bs_submit_async(struct bs_report_ctx *rc, const struct bs_range *r, unsigned int n);
int bs_wait(struct bs_report_ctx *rc, int ticket);
/** A call made by the freeing CPU itself, which blocks: from freeing(), no lock. */
int bs_call_now(struct bs_report_ctx *rc, const struct bs_range *r, unsigned int cpu);
/** The same from merged() or place(): the core drops the zone lock around it. */
int bs_call_unlocked(struct bs_report_ctx *rc, unsigned int zone, const struct bs_range *r,
		     unsigned int cpu);

/** Would a request handed over now wait for the host before it is served: is the queue full, or
 *  does the host stand still? False where the world cannot tell. */
bool bs_host_busy(const struct bs_report_ctx *rc);

/* ---- Services: what an allocation finds (from allocated()) ----------------------------------- */

/**
 * bs_install - have the host back a block before its owner touches it (BS_CAP_HOST_SIDE)
 * @cpu: the CPU that allocates, which waits for it
 *
 * Synchronous, as HyperAlloc's install request (STRATEGIES.md, shared-state). Pages that are
 * resident already cost nothing. Return: 0, or -errno from the device.
 */
int bs_install(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order, unsigned int cpu);
/** The guest takes the block that is being allocated for zeroed by the host and does not zero it
 *  again (STRATEGIES.md, variants). The device counts pages of which that was not true. */
void bs_known_zero(struct bs_report_ctx *rc, const struct bs_block *b);

/* ---- Services: the future (BS_CAP_KNOWS_FUTURE) ---------------------------------------------- */

/** When an owner next gets a page of these, or of the units that they are in, none of which has an
 *  owner then, as a run without reporting saw it; never before bs_now(). BS_NO_TIME: not again
 *  within the window, or nothing is known. */
bs_ns bs_next_use(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order);
/** Memory that is left alone for longer than this is worth reporting: a refault's cost over what
 *  holding is worth (MEANING.md, the bound). 0 where nothing is known. */
bs_ns bs_break_even(const struct bs_report_ctx *rc);

/* ---- Services: allocating, as a client of the guest (BS_CAP_CLIENT, BS_CAP_HOST_SIDE) -------- */

/** Allocate / free pages like a driver inside the guest (balloon). BS_NO_PFN when it fails. The
 *  pages count as used by the strategy, not as used by the trace. */
bs_pfn bs_take_pages(struct bs_report_ctx *rc, unsigned int gfp, unsigned int order);
void bs_give_pages(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order);
/** What else becomes of pages that a client keeps, until it gives them back. */
enum bs_keep {
	BS_KEEP_MOVABLE = 1 << 0, /* they count as movable when their pageblock is stolen from */
	BS_KEEP_UNMANAGED = 1 << 1, /* the guest has so much less memory */
};
void bs_keep_pages(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order, unsigned int how);
/**
 * bs_take_range - take @n blocks of @order that lie at @pfn, whoever has had them: alloc_contig_range()
 *
 * All must be free or on per-cpu lists; nothing is moved away. The guest has so much less memory
 * (BS_KEEP_UNMANAGED) until bs_give_pages() of each block, which then goes to the tail of its list, as memory
 * that is brought online does. Return: 0; -EBUSY: something of it is in use, and all is as it was.
 */
int bs_take_range(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order, unsigned int n);
/** The smallest aligned piece that can be had so, beside others: a pageblock, or with kernels that cannot cut a free
 *  block in two (until 5.18) the largest. */
unsigned int bs_range_order(const struct bs_report_ctx *rc);
/** From BS_EVENT_SNAPSHOT: the host waits until this is called with false. */
void bs_saving(struct bs_report_ctx *rc, bool waits);
/** A memory block was added or removed: marks, reserves and per-cpu limits anew. */
void bs_memory_changed(struct bs_report_ctx *rc);
/**
 * bs_tell - tell the host something, and wait until it has heard it; it is handed nothing
 * @r, @n: pages that the client will take back, which belong to it; or NULL and 0
 *
 * From event(), when an allocation found nothing, the CPU waits that is short of memory, and nothing else
 * happens. Return: 0, or -errno: nobody listens any more.
 */
int bs_tell(struct bs_report_ctx *rc, const struct bs_range *r, unsigned int n);
/**
 * bs_claim - claim free memory where it stands (BS_CAP_HOST_SIDE)
 *
 * It stays on its list, free for the guest. [pfn, pfn+2^order) is a free block or an aligned part
 * of one. What a host-side strategy submits is discarded in the instant of the call, only the time
 * passes afterwards: the guest may take the block meanwhile, and every claim within it ends;
 * merging ends none. Return: false if it is not free as a whole, is claimed already, be it in part,
 * or is being isolated for somebody.
 */
bool bs_claim(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order);
/** False: the guest has taken the block since, and the claim with it. */
bool bs_unclaim(struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order);

/* ---- The context, for the world and for tests ----------------------------------------------- */

/** How the context reaches the world, which fills it, tests fill their own. */
struct bs_env {
	void *arg;
	bs_ns (*now)(void *arg);
	/* ask for bs_report_pass() after @delay; at most one such wake is pending */
	void (*wake)(void *arg, bs_ns delay);
	void (*wake_cancel)(void *arg);
	/* ask for bs_report_pass(cpu) on @cpu as soon as it has left the allocator; it blocks that
	 * CPU. NULL: served by wake(0) instead */
	void (*wake_on)(void *arg, unsigned int cpu);
	/* hand a request over, run the world until its completion, return its result */
	int (*submit)(void *arg, const struct bs_range *r, unsigned int n);
	/* the same made by @cpu itself, which waits; atomic in replay */
	int (*call)(void *arg, const struct bs_range *r, unsigned int n, unsigned int cpu);
	/* hand over without waiting: ticket >= 0 or -errno; wait for it: the request's result */
	int (*submit_async)(void *arg, const struct bs_range *r, unsigned int n);
	int (*wait)(void *arg, int ticket);
	unsigned int capacity;
	/* The rest may be NULL, or 0, and the service then says what its comment has for that. */
	bool (*busy)(void *arg);
	int (*install)(void *arg, bs_pfn pfn, unsigned int order, unsigned int cpu);
	void (*known_zero)(void *arg, bs_pfn pfn, unsigned int order);
	bs_ns (*next_use)(void *arg, bs_pfn pfn, unsigned int order);
	bs_ns break_even;
	/* the zone's lock was taken (@is) or is about to be let go by a pass */
	void (*zone_locked)(void *arg, unsigned int zone, bool is);
	/* tell the host of @n ranges, none of them handed over; run the world until it has heard it */
	int (*tell)(void *arg, const struct bs_range *r, unsigned int n);
	/* a range is about to be taken (@begins), or has been: what is movable in it goes elsewhere meanwhile */
	void (*ranging)(void *arg, bool begins);
	/* from BS_EVENT_SNAPSHOT: the host waits (@waits) until it may save the guest */
	void (*saving)(void *arg, bool waits);
	/* a law broke; the world ends the run */
	void (*violated)(void *arg, const char *law, bs_pfn pfn);
};

/** What the services counted. Bytes, or counts. */
struct bs_report_stats {
	uint64_t passes, aborted_passes;
	uint64_t calls, ranges, reported_bytes, failed_calls;
	uint64_t unanswered_calls; /* of calls: the host still has them */
	uint64_t nodes_walked;
	uint64_t hooks_locked; /* hooks of the strategy that ran under a zone's lock */
	uint64_t isolated_bytes, isolated_peak_bytes; /* now, and the most ever */
	uint64_t client_bytes; /* allocated by the strategy itself, now */
	uint64_t client_peak_bytes; /* ... and the most ever */
	uint64_t client_refused; /* allocations of the strategy itself that failed */
	uint64_t range_attempts; /* bs_take_range() */
	uint64_t tells; /* bs_tell() */
	uint64_t isolate_refused;
	/* pageblocks retyped: to MOVABLE by isolation; to what it asked for by a client's allocation */
	uint64_t conversions;
	/* the strategy's own memory, now, by scope; and the most that all of it ever was */
	uint64_t meta_global_bytes, meta_zone_bytes, meta_page_bytes, meta_peak_bytes;
	uint64_t marks_set, marks_lost;
	uint64_t words_set; /* bs_set_word() */
};

struct bs_machine;

/**
 * bs_report_create - bind a strategy to a guest
 * @params: text after the strategy's colon, "order=9,delay=2s"; NULL = defaults
 * @env: copied
 *
 * Checks the ABI and the required hooks once. Not started yet.
 * Return: 0, -EINVAL (unknown parameter, missing hook), -EBUSY (the guest has a listener), -ENOMEM.
 */
int bs_report_create(struct bs_machine *m, const struct bs_strategy *s, const char *params,
		     const struct bs_env *env, struct bs_report_ctx **out, struct bs_error *err);
/** Stops if started; gives everything back. NULL is allowed. */
void bs_report_destroy(struct bs_report_ctx *rc);
/** Switch on: 0, -EBUSY if it is on, or what start() says. */
int bs_report_start(struct bs_report_ctx *rc);
/** Switch off; waits for nothing: the caller makes sure that no pass is running. */
void bs_report_stop(struct bs_report_ctx *rc);
/** The wake is due: run one pass. 0 or -errno (aborted; counted). */
int bs_report_pass(struct bs_report_ctx *rc, int cpu);
void bs_report_event(struct bs_report_ctx *rc, enum bs_event e, uint64_t v);
int bs_report_set_param(struct bs_report_ctx *rc, const char *name, const char *value,
			struct bs_error *err);
void bs_report_stats(const struct bs_report_ctx *rc, struct bs_report_stats *out);
/** Effective parameters as "order=9,delay=2s"; returns snprintf()'s value. */
int bs_report_params(const struct bs_report_ctx *rc, char *buf, size_t size);
/** The request that just failed would have succeeded with the isolated blocks on their lists. */
bool bs_report_false_oom(const struct bs_report_ctx *rc, unsigned int gfp, unsigned int order);
/** Bytes free in blocks of order >= bs_report_unit() that carry no mark (or, for a strategy that
 *  never marks, were not reported since they were freed). */
uint64_t bs_report_raw_bytes(const struct bs_report_ctx *rc);
/** The sum of what @fn says of each block of that memory; NULL: of its bytes. */
uint64_t bs_report_raw_of(const struct bs_report_ctx *rc,
			  uint64_t (*fn)(void *arg, bs_pfn pfn, unsigned int order), void *arg);
/** Order of the smallest block that it can give to the host; 0 where nothing is ever reported. */
unsigned int bs_report_unit(const struct bs_report_ctx *rc);
/** What memory without an owner is to the strategy. */
enum bs_to_strategy {
	BS_TO_SMALL, /* free, in a block below its unit */
	BS_TO_RAW, /* free, and not reported since it was freed */
	BS_TO_TOLD, /* free, and reported */
	BS_TO_HANDS, /* taken, and the host has not answered for it yet */
	BS_TO_GIVEN, /* allocated by a client, and the host has answered for it */
	BS_TO_NOBODY, /* free, and being isolated for somebody */
};
typedef void (*bs_report_visit)(void *arg, bs_pfn pfn, unsigned int order, enum bs_to_strategy is);
/** Every block without an owner: free ones below @order, and those in the strategy's hands. What is on
 *  per-cpu lists is nobody's, and is left out. */
void bs_report_walk(const struct bs_report_ctx *rc, unsigned int order, bs_report_visit visit,
		    void *arg);
/** All other memory without an owner in [pfn, pfn+2^order): what is free in a block of @order or above,
 *  or has been given away. */
void bs_report_walk_at(const struct bs_report_ctx *rc, bs_pfn pfn, unsigned int order,
		       bs_report_visit visit, void *arg);
/** Is the page in the strategy's hands, in whatever way? */
bool bs_report_has(const struct bs_report_ctx *rc, bs_pfn pfn);
/** Bytes that the strategy may leave raw, by its design, when the guest is quiet. */
uint64_t bs_report_may_leave(const struct bs_report_ctx *rc);
/** The strategy a context was made from. */
const struct bs_strategy *bs_report_strategy(const struct bs_report_ctx *rc);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
