/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * device.h - the host's side: what happens to memory that is reported, and to memory that is used.
 *
 * A device takes a batch of ranges (at most its capacity), says how long the host will take, and
 * at completion drops what may be dropped. Its residency model knows which pages the host holds;
 * with a real arena (madvise) the model is checked against the kernel's own account, and the
 * content of memory in use is stamped and verified. Costs are virtual ns, from a named preset;
 * what really happened is measured beside it and never changes a decision.
 */
#ifndef BUDDYSIM_DEVICE_H
#define BUDDYSIM_DEVICE_H

#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct bs_device;

enum bs_touch { BS_TOUCH_NONE, BS_TOUCH_PAGE, BS_TOUCH_ALL };
enum bs_thp { BS_THP_AUTO, BS_THP_ALWAYS, BS_THP_NEVER };
/** What the host does with a range that it serves: bs_device_advice() says what each means. */
enum bs_advice { BS_ADVICE_DONTNEED, BS_ADVICE_FREE, BS_ADVICE_NONE, BS_ADVICE_PAGEOUT };
/**
 * Who writes a pattern over free memory (device parameters poison and poison_byte):
 * BEFORE, AFTER: the guest, at each free, before or behind whatever hints the free gives. If the byte
 * is not 0 the host then completes requests and discards nothing, as QEMU does.
 * HOST: the guest writes none; the host fills what it faults in.
 */
enum bs_poison { BS_POISON_OFF, BS_POISON_BEFORE, BS_POISON_AFTER, BS_POISON_HOST };
enum bs_verify { BS_VERIFY_EACH, BS_VERIFY_SAMPLE, BS_VERIFY_END };
enum bs_resident { BS_RESIDENT_USED, BS_RESIDENT_ALL, BS_RESIDENT_NONE };

/** Virtual costs in ns (src/device/costs.def says what they stand for), each at most a day. "thp":
 *  where the arena has huge pages. */
struct bs_device_costs {
	bs_ns per_request; /* a report, and a hypercall */
	bs_ns round_trip; /* ... through a queue: waking both sides; nobody's work */
	bs_ns take_per_range, take_per_mib; /* a driver's own allocation of what it tells */
	bs_ns per_range, per_drop, split; /* each range; with something in it; in a huge page */
	bs_ns per_mib, thp_per_mib; /* ... and the dropping itself */
	bs_ns refault_per_mib, refault_thp_per_mib; /* touching what is not there */
	bs_ns host_zero_per_mib; /* the part of that in which the host zeroes */
	bs_ns install_per_mib, poison_per_mib;
	bs_ns zero_per_mib; /* the guest's own zeroing of user memory; 0 in all presets */
	bs_ns move_per_mib; /* the guest's own moving of memory in use */
	bs_ns swap_out_per_mib, swap_in_per_mib; /* of a host that is short of memory */
	bs_ns restore_per_mib; /* of one that goes on from a snapshot */
};
/** Preset by name; false if unknown. Names: bs_cost_preset_names(). */
bool bs_cost_preset(const char *name, struct bs_device_costs *out);
const char *const *bs_cost_preset_names(void);
/** The name of the preset that these are, or NULL: they are nobody's. */
const char *bs_cost_preset_of(const struct bs_device_costs *c);
/** Cost number @index and its name ("per_request"); NULL behind the last. @name may be NULL. */
bs_ns *bs_cost_field(struct bs_device_costs *c, unsigned int index, const char **name);

/** What it stands for, and where the presets have it from; false behind the last. */
bool bs_cost_about(unsigned int index, const char **about, const char **source);

#define BS_CALIBRATE_ROUNDS 1000
/** What was measured: each cost's median, and the values a tenth from either end. */
struct bs_calibration {
	unsigned int rounds;
	struct bs_device_costs median, low, high;
};
/** Measure this host's costs @rounds times, 1 .. BS_CALIBRATE_ROUNDS, on two arenas of 64 MiB.
 *  @ear: is told of rounds; may be NULL. 0, or negative with @err. */
int bs_device_calibrate(unsigned int rounds, const struct bs_ear *ear, struct bs_calibration *out,
			struct bs_error *err);
/** As a file (JSON), whole or not at all: the medians are what bs_costs_read() finds in it. 0, or
 *  negative with @err. */
int bs_calibration_write(const struct bs_calibration *k, const char *path, struct bs_error *err);
int bs_costs_read(const char *path, struct bs_device_costs *out, struct bs_error *err);

/**
 * struct bs_device_traits - what a kind of device is, for whoever did not write it
 * @has_arena: there is real memory behind the guest: content is watched, residency checked
 * @has_costs: its costs can be told, by parameters of their names
 * @is_default: what a replay uses if nobody says; one kind is
 * @preset: costs it has unless told otherwise
 * @params: the costs if it has any, its queue and how it misbehaves
 */
struct bs_device_traits {
	const char *name, *summary;
	bool has_arena, has_costs, is_default;
	const char *preset;
	const struct bs_param *params;
};
/** Kind number @index, NULL behind the last; or the kind of that name, NULL if there is none. */
const struct bs_device_traits *bs_device_at(unsigned int index);
const struct bs_device_traits *bs_device_traits(const char *kind);
/** What somebody wants of a device without knowing any by name. */
enum bs_device_use {
	BS_DEVICE_DEFAULT, /* what a replay uses if nobody says */
	BS_DEVICE_TIMED, /* it takes virtual time, guests of any size, no real memory */
	BS_DEVICE_INSTANT, /* nothing takes time, no real memory */
};
/** Name of the first kind that is for @use. */
const char *bs_device_for(enum bs_device_use use);

/**
 * struct bs_device_config - a device and the memory behind it
 * @kind: name of a kind, see bs_device_at() and bs_device_for()
 * @nr_pages: size of the guest's pfn space
 * @page_shift: a page of the guest has 2^page_shift bytes, 12..16; 0 = 12. The host's have 4 KiB unless
 *              a parameter says otherwise, and all its figures are in bytes
 * @peak_pages: the most pages that will be resident at once, for the memory guard; 0 = nr_pages
 * @capacity: ranges per request, 1..512; 0 = 32
 * @depth: requests in flight at once, 1..256; 0 = 16
 * @costs: NULL = the preset of the kind
 * @params: parameters of the kind, "per_request=2us,error_every=3"; NULL = defaults. They go over
 *          @costs and @depth; table: bs_device_at()
 * @seed: of the faults' randomness; 0 = 1
 * @zero_once: keep account of which memory is zero, for bs_device_zero()
 * @contents: the same, for bs_device_content()
 */
struct bs_device_config {
	const char *kind;
	uint64_t nr_pages, peak_pages;
	unsigned int page_shift, capacity, depth;
	enum bs_touch touch;
	enum bs_thp thp;
	enum bs_advice advice;
	enum bs_verify verify;
	const struct bs_device_costs *costs;
	const char *params;
	uint64_t seed;
	bool zero_once, contents;
};

/**
 * bs_device_create - map the arena, set up the residency model
 *
 * A real arena is first compared with MemAvailable and the memory cgroup's limit.
 * Return: 0; -EINVAL unknown kind or option; -ENOMEM (BS_RESOURCE) if it would not fit or cannot
 * be mapped, with the way out in @err.
 */
int bs_device_create(const struct bs_device_config *config, struct bs_device **out,
		     struct bs_error *err);
void bs_device_destroy(struct bs_device *d);
/**
 * bs_device_fit - how many guests with such a device have room on this host at once
 * @beside: bytes that each takes beside its arena
 * @nr: so many are wanted
 * @why: "4096 MiB each, 9000 MiB are available (MemAvailable)", if they are fewer
 *
 * Every arena is taken to be at its peak. Return: 1 .. @nr. Whether one alone fits is said by
 * bs_device_create().
 */
unsigned int bs_device_fit(const struct bs_device_config *config, uint64_t beside, unsigned int nr,
			   char *why, size_t why_size);
/** Name of enum bs_advice number @index ("dontneed") and what it does; false behind the last.
 *  @summary may be NULL. */
bool bs_device_advice(unsigned int index, const char **name, const char **summary);
/** Would bs_device_create() accept them? 0 or -EINVAL with @err. @params may be NULL. */
int bs_device_check_params(const char *kind, const char *params, struct bs_error *err);
/** The costs that a device made from @config has: @costs or the kind's preset, changed by @params.
 *  0, or -EINVAL with @err as bs_device_create() would. */
int bs_device_config_costs(const struct bs_device_config *config, struct bs_device_costs *out,
			   struct bs_error *err);

/**
 * bs_device_preset_resident - state before t0: [pfn, pfn+2^order) is resident
 *
 * Touches the arena if it is real, whatever the touch mode. Does not make the guest its owner:
 * blocks in use at t0 whose content shall be watched are given to bs_device_alloc() instead (a
 * first touch is no refault, and nobody waits for it before t0, so no figure is disturbed). With huge pages the
 * whole 2 MiB around a page becomes resident, as it does on the host.
 */
void bs_device_preset_resident(struct bs_device *d, bs_pfn pfn, unsigned int order);

/**
 * bs_device_request_at - a batch arrives at the host at time @now
 * @cost: receives the virtual ns until its completion, latency and stalls included
 *
 * The batch is checked against the device's own shadow map: 1 .. capacity ranges, inside the
 * arena, naturally aligned, not overlapping one in flight, no page of them owned by the guest
 * (bs_device_alloc() without its bs_device_free(); not tracked with BS_TOUCH_NONE).
 * Return: ticket, 0 .. depth-1, free for reuse after its completion; -EBUSY @depth requests are
 * in flight; -EUCLEAN a law broke (@err names range and page), nothing is in flight then.
 */
int bs_device_request_at(struct bs_device *d, const struct bs_range *r, unsigned int n, bs_ns now,
			 bs_ns *cost, struct bs_error *err);
/** The same from a caller that has no clock: latency is drawn, stalls pass unseen. */
int bs_device_request(struct bs_device *d, const struct bs_range *r, unsigned int n, bs_ns *cost,
		      struct bs_error *err);
/**
 * bs_device_way - virtual ns that such a request takes besides, in which the host does no work
 * @driver: a driver allocated what it tells, and had to do that first
 *
 * It is for requests through a queue: both sides have to be woken. A hypercall takes nothing of that.
 */
bs_ns bs_device_way(const struct bs_device *d, const struct bs_range *r, unsigned int n,
		    bool driver);
/**
 * bs_device_complete - the host serves the request: discards, at time @now
 *
 * Return: 0, which does not mean discarded (a fault may skip ranges silently); -EIO the host
 * refused some ranges or all (@err has the first; they stay resident and count as skipped, the
 * others are discarded); -EUCLEAN no such ticket.
 */
int bs_device_complete(struct bs_device *d, int ticket, bs_ns now, struct bs_error *err);

/**
 * bs_device_tell - the host is told of @n ranges that the guest takes back, or of something else, at @now
 *
 * It drops nothing and no law is about it. It has a queue of its own. Return: virtual ns until it has heard
 * that: per request and per range, latency and stalls included.
 */
bs_ns bs_device_tell(struct bs_device *d, unsigned int n, bs_ns now);

/**
 * bs_device_busy - would a request that arrives at @now wait before it is served?
 *
 * The queue is full, the host stands still (stall), or the device says so (busy_every, busy_for,
 * during which it serves requests all the same).
 */
bool bs_device_busy(const struct bs_device *d, bs_ns now);
/** Name of the parameter that says when a fault of the device begins, if that is behind @end; or NULL. */
const char *bs_device_late_fault(const struct bs_device *d, bs_ns end);

/** What a touch costs whoever touches, in virtual ns: for memory that was never there, which every guest
 *  pays, for what had been discarded, for what the host had swapped out, and for what lay in the snapshot that the
 *  guest was restored from. A huge page of which a part was discarded comes again. @host_zero: the host's zeroing of
 *  what had been discarded, beside @refault. */
struct bs_fault_cost {
	bs_ns first_touch, refault, host_zero, swap, restore;
};
/**
 * bs_device_alloc - the guest got a block: it owns and (touch mode) writes it
 * @id: stamped together with the pfn into each 4 KiB
 * @cost: virtual ns of the faults it took; 0 if all was resident
 *
 * BS_TOUCH_NONE: the guest takes the block and leaves it alone: no residency, no owner.
 * Memory that was poisoned is looked at before it is written (a real arena only).
 * Return: 0; -EUCLEAN if a page of it is at the device right now, is owned already, does not exist,
 * or lost its poison while it was free.
 */
int bs_device_alloc(struct bs_device *d, bs_pfn pfn, unsigned int order, uint32_t id, bs_ns now,
		    struct bs_fault_cost *cost, struct bs_error *err);
/**
 * bs_device_free - the owner frees the block, or an aligned part of it: stamps are verified
 *
 * Pages the device never saw allocated (in use before t0) are not verified and no fault.
 * Return: 0; -EUCLEAN content lost (@err names the first page) or no such block.
 */
int bs_device_free(struct bs_device *d, bs_pfn pfn, unsigned int order, uint32_t id,
		   struct bs_error *err);
/** Fetch what either of them will read of the page: for who knows what comes next. */
void bs_device_prefetch(const struct bs_device *d, bs_pfn pfn);

/**
 * bs_device_move - the guest's kernel copies a block in use from @from to @to, where nobody owns anything
 * @copy: receives move_per_mib for the block; @cost: what it had to fault in, of either
 *
 * Who owned @from owns @to: its stamps are there.
 * Return: 0; -EUCLEAN if a page of one of them is at the device right now, if @to is in use, does not exist, or lost
 * its poison while it was free.
 */
int bs_device_move(struct bs_device *d, bs_pfn from, bs_pfn to, unsigned int order, bs_ns now,
		   bs_ns *copy, struct bs_fault_cost *cost, struct bs_error *err);
/** The owner of the block writes into it again: what it costs where the host has swapped some of it out
 *  meanwhile, and that it was touched now. */
void bs_device_touch(struct bs_device *d, bs_pfn pfn, unsigned int order, bs_ns now,
		     struct bs_fault_cost *cost);

/**
 * bs_device_install - the host backs a block before the guest touches it (HyperAlloc's install)
 * @cost: virtual ns of it: install_per_mib for what was not resident, 0 if all was
 *
 * Whatever the touch mode: it is the host that makes it resident. On a real arena by
 * MADV_POPULATE_WRITE (Linux 5.14), else by touching. With huge pages an empty 2 MiB is installed
 * whole. Pages that had been discarded count as refaulted, for they are needed again.
 * Return: 0; -EUCLEAN if a page of it is at the device right now, or does not exist.
 */
int bs_device_install(struct bs_device *d, bs_pfn pfn, unsigned int order, bs_ns now, bs_ns *cost,
		      struct bs_error *err);

/**
 * bs_device_zero - the guest zeroes a block before it hands it to user space
 * @known: it leaves that out, because it takes the host to have zeroed the block (zero_once)
 *
 * Call before bs_device_alloc() of the block. Of a block taken for zero, pages that the host has not
 * dropped since they were last written count as unzeroed: somebody's content in a new owner's hands.
 * Memory that was advised MADV_FREE or MADV_PAGEOUT counts as not dropped, for it may come back as it
 * was; and what a host fills with a poison byte other than 0 was never zero.
 * Return: virtual ns, zero_per_mib for the block, or 0 if @known.
 */
bs_ns bs_device_zero(struct bs_device *d, bs_pfn pfn, unsigned int order, bool known);

/** The parameter poison in force. */
enum bs_poison bs_device_poison_mode(const struct bs_device *d);
/**
 * bs_device_poison - the guest overwrites a block that it has just freed
 * @cost: virtual ns: poison_per_mib, and faults of what was not there
 *
 * The caller knows when: BS_POISON_BEFORE or _AFTER the free's hints. With other modes, or where the
 * guest touches nothing, nothing happens.
 * Return: 0; -EUCLEAN if a page of it is at the device, in use, or does not exist.
 */
int bs_device_poison(struct bs_device *d, bs_pfn pfn, unsigned int order, bs_ns now, bs_ns *cost,
		     struct bs_error *err);

/** How often a request or a range failed with an errno; unused entries are 0. */
#define BS_DEVICE_ERRNOS 12
struct bs_errno_count {
	int error;
	uint64_t count;
};

/**
 * What the device counted. In base-page mode discarded = returned. In THP mode a partly dropped
 * huge page stays with the host's kernel until its last part goes: dropped parts are unmapped,
 * not returned, and a part that is needed again takes a new base page beside it, so that held can
 * exceed what is mapped - all as measured on Linux 6.18.
 *
 * The age of a refault is the time since the latest discard within the same 2 MiB.
 */
struct bs_device_stats {
	uint64_t requests, ranges, asked_bytes;
	uint64_t redundant_bytes; /* asked for, but not resident at that moment */
	uint64_t discarded_bytes; /* unmapped by the host on request */
	uint64_t returned_bytes; /* given back to the host's free memory */
	uint64_t
		lazyfree_bytes; /* advised MADV_FREE: the host may take it, and holds it until then */
	uint64_t skipped_bytes, skipped_ranges; /* completed without being discarded */
	uint64_t failed_requests; /* completed with an error */
	bs_ns host_ns; /* the host's own work on all requests, discarded or not */
	struct bs_errno_count errnos[BS_DEVICE_ERRNOS]; /* why, in order of first appearance */
	uint64_t refaults; /* base pages or huge pages faulted in, or installed, after a discard */
	uint64_t refault_bytes; /* bytes that had been discarded and were needed again */
	uint64_t refault_bytes_1s, refault_bytes_10s; /* ... within that time of the discard */
	uint64_t resident_bytes, unmapped_bytes; /* now: mapped; unmapped but not returned */
	uint64_t peak_resident_bytes; /* of resident + unmapped */
	uint64_t swapped_bytes; /* now in swap */
	uint64_t swapped_out_bytes, swapped_in_bytes; /* so far */
	uint64_t lazy_dropped_bytes; /* advised MADV_FREE, and taken when the host was short */
	uint64_t first_touch_bytes; /* faulted in without having been discarded before */
	uint64_t zeroing_avoided_bytes; /* taken for zero by the guest */
	uint64_t unzeroed_bytes; /* ... and was not */
	uint64_t installs; /* bs_device_install() */
	uint64_t install_bytes; /* made resident by it */
	uint64_t content_loss; /* damaged stamps found, and poison that was lost */
	uint64_t poison_bytes; /* written by the guest at free, or by the host at a fault */
	bool content_checked;
	uint64_t residency_checks, residency_mismatches;
	/* measured on the host, never used in a decision; the last three as of the latest
	 * bs_device_check() or bs_device_real_rss() */
	uint64_t real_madvise_ns, real_touch_ns, real_rss_bytes, real_anon_huge_bytes;
	uint64_t real_lazyfree_bytes;
};
void bs_device_stats(const struct bs_device *d, struct bs_device_stats *out);

/**
 * bs_device_may_swap - the host may run short of memory
 *
 * From then on it is known what was touched longest ago, in units of 2 MiB, and in which there is memory that
 * was advised MADV_FREE. Call before anything is resident.
 * Return: 0; -EINVAL the kind has an arena, which is not swapped; -ENOMEM.
 */
int bs_device_may_swap(struct bs_device *d, struct bs_error *err);
/** When the unit was touched of which that is longest ago; BS_NO_TIME: nothing is resident. */
bs_ns bs_device_coldest(const struct bs_device *d);
/** That unit goes to swap: bytes of it. @cost: what that takes. */
uint64_t bs_device_swap_out(struct bs_device *d, bs_ns *cost);
/** When memory was advised MADV_FREE that is still there, the longest ago; BS_NO_TIME: there is none. */
bs_ns bs_device_oldest_lazy(const struct bs_device *d);
/** What was advised so in that unit goes at @now: bytes. @cost: what that takes. */
uint64_t bs_device_drop_lazy(struct bs_device *d, bs_ns now, bs_ns *cost);
/** Bytes in swap. O(1). */
uint64_t bs_device_swapped(const struct bs_device *d);
/** The guest is no more: the host has all its memory back, and its swap. */
void bs_device_let_go(struct bs_device *d);
/** Bytes in pages that hold anything but zeroes, resident or not: what a snapshot carries. 0 without @contents. */
uint64_t bs_device_content(const struct bs_device *d);
/** ... of the block. */
uint64_t bs_device_content_of(const struct bs_device *d, bs_pfn pfn, unsigned int order);
/** The guest may go on from a snapshot. Call before that happens, with @contents.
 *  Return: 0; -EINVAL the kind has an arena; -ENOMEM. */
int bs_device_may_restore(struct bs_device *d, struct bs_error *err);
/** It does so, from one of this very moment: nothing is resident, and what it held comes from there, page by
 *  page, when it is touched. */
void bs_device_restore(struct bs_device *d);
/** What is in use of the next 2 MiB, in the order in which they were first touched, of which anything in use still
 *  lies there, comes back: bytes; 0: nothing does. @unit: 0 to begin with. @cost: what that takes. */
uint64_t bs_device_come_back(struct bs_device *d, uint32_t *unit, bs_ns now, bs_ns *cost);
/** Bytes that still lie in the snapshot alone. O(1). */
uint64_t bs_device_saved(const struct bs_device *d);
/** Bytes that came from there so far, because they were touched. O(1). */
uint64_t bs_device_came_back(const struct bs_device *d);
/** Resident + unmapped-but-not-returned bytes right now: what the host holds. O(1). */
uint64_t bs_device_held(const struct bs_device *d);
/** The two levels it is made of, in bytes. O(1). */
void bs_device_levels(const struct bs_device *d, uint64_t *resident, uint64_t *unmapped);
/** Bytes of the block that are resident. */
uint64_t bs_device_resident_bytes(const struct bs_device *d, bs_pfn pfn, unsigned int order);
/** ... that the host was asked to discard, and left as they were. */
uint64_t bs_device_kept_bytes(const struct bs_device *d, bs_pfn pfn, unsigned int order);
/** ... and the others that are mapped by a huge page of which the guest uses another part. */
uint64_t bs_device_beside_bytes(const struct bs_device *d, bs_pfn pfn, unsigned int order);
/** Every 2 MiB of which a page is resident: its first page, and the order of 2 MiB. */
void bs_device_each_populated(const struct bs_device *d,
			      void (*visit)(void *arg, bs_pfn pfn, unsigned int order), void *arg);
/** What is unmapped but not returned, in bytes: of huge pages of which the guest uses what is still
 *  mapped, be it in part; and of all others. */
void bs_device_unmapped(const struct bs_device *d, uint64_t *in_use, uint64_t *rest);
/** Bytes of the block that were ever touched: the host holds them, or has discarded them. */
uint64_t bs_device_touched_bytes(const struct bs_device *d, bs_pfn pfn, unsigned int order);
/** Is this base page resident by the model? For tests. */
bool bs_device_is_resident(const struct bs_device *d, bs_pfn pfn);
/**
 * bs_device_check - compare the model with the kernel's account of the arena
 *
 * Base pages: page by page. Huge pages: every page touched and not discarded since is there, and
 * nothing is there in a 2 MiB of which the model holds nothing. MADV_FREE,
 * MADV_PAGEOUT and devices without an arena: nothing to compare.
 * Return: 0 equal; 1 mismatch, now or in an earlier check of enum bs_verify (@err describes the
 * first); -errno could not be read.
 */
int bs_device_check(struct bs_device *d, struct bs_error *err);
/** Bytes the kernel really holds for the arena (Rss), or BS_NO_TIME without an arena. */
uint64_t bs_device_real_rss(struct bs_device *d);
/** Effective options, the device's own string: "madvise, thp=never, MADV_DONTNEED, 32 ranges". */
const char *bs_device_words(const struct bs_device *d);
/** What was found on this host, for a record's measured part: "host thp=madvise, PAGEMAP_SCAN",
 *  or "" without an arena; snprintf()'s value. */
int bs_device_host(const struct bs_device *d, char *buf, size_t size);
/** What BS_THP_AUTO comes to for this kind: huge pages, as a host that runs guests has them; without
 *  them where an arena shall be real and this host's setting forbids them. */
bool bs_device_thp_auto(const char *kind);
/** Does the arena (or the model of it) have huge pages? */
bool bs_device_thp(const struct bs_device *d);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
