/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace.h - allocation traces: the native format, its reader and writer, importers, generators.
 *
 * A trace is a sequence of events in time order. Blocks are named by age: a free says how many
 * allocations ago its block was allocated (1 = the latest), failed ones included, plus a page
 * offset into it. Memory that a trace frees but never allocated is allocated by BS_EV_PRE events
 * at its very beginning, before t0. Format: traces/FORMAT.md; what is live when: MEANING.md,
 * blocks and identity.
 */
#ifndef BUDDYSIM_TRACE_H
#define BUDDYSIM_TRACE_H

#include <stdio.h>

#include <buddysim/platform.h>
#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

enum bs_ev {
	BS_EV_ALLOC, /* 2^order pages with gfp; takes the next allocation number */
	BS_EV_FREE, /* [offset, offset + 2^order) pages of the block of that age */
	BS_EV_PRE, /* allocated before t0; takes an allocation number like ALLOC */
	BS_EV_FAILED, /* an allocation that failed on the traced kernel; takes a number too */
	BS_EV_MARK, /* a phase begins; arg = index into the header's names */
	BS_EV_PAUSE, /* the guest stops; BS_EV_RESUME: goes on */
	BS_EV_RESUME,
	BS_NR_EV,
};

/** Flag of an event. */
enum bs_ev_flag {
	BS_EVF_BATCHED = 1, /* freed as part of a page list (mm_page_free_batched) */
	BS_EVF_BOOT = 2, /* memory handed over by deferred initialisation, not the workload's */
};
/** Recorded migratetype + 1 in the high bits, where it is not what the gfp mask asks for. */
#define BS_EVF_MT_SHIFT 4

/** The most events one chunk may hold; writers use BS_CHUNK_EVENTS. */
#define BS_CHUNK_EVENTS_MAX 65536
#define BS_CHUNK_EVENTS 16384

/**
 * struct bs_trace_chunk - up to BS_CHUNK_EVENTS_MAX events in columns
 * @n: events in it; @first: number of the first within the trace
 * @time: virtual ns since t0 (PRE events: 0)
 * @kind, @order, @gfp (index into the header's gfp table), @cpu, @flags: one byte each
 * @arg: FREE: age (>= 1); MARK: name index; else 0
 * @offset: page offset into the block, or NULL if it is 0 for every event of the chunk
 * @pfn: recorded pfn, or NULL if the trace has none
 *
 * The columns belong to the reader and stay valid until its next call.
 */
struct bs_trace_chunk {
	unsigned int n;
	uint64_t first;
	const bs_ns *time;
	const uint8_t *kind, *order, *gfp, *cpu, *flags;
	const uint32_t *arg, *offset, *pfn;
};

#define BS_TRACE_NOTES_BYTES 4096
#define BS_TRACE_SHAPE 60

/** What a trace says of itself: the header map and, once read, the end map. */
struct bs_trace_info {
	uint32_t version;
	char source[128]; /* "ftrace text", "perf script", "gen churn" ... */
	char comment[256]; /* generator and its parameters, or what the importer was told */
	char kernel[256]; /* kernel model that fits, or empty */
	uint64_t memory_bytes; /* size of the traced machine; 0 = unknown */
	unsigned int nr_cpus;
	unsigned int page_shift; /* a page has 2^page_shift bytes; to a writer 0 is 12 */
	bool has_pfn;
	const uint32_t *gfp; /* gfp table */
	unsigned int nr_gfp;
	const char *const *names; /* phase names */
	unsigned int nr_names;
	/* from the end map and the whole pass over the file */
	uint64_t events, allocs, frees, pres, failed, chunks;
	uint64_t numbers; /* allocation numbers taken: ALLOC + PRE + FAILED */
	bs_ns duration; /* time of the last event */
	uint64_t peak_pages, start_pages, end_pages; /* live pages: most, at t0, at the end */
	bs_pfn max_pfn; /* highest recorded pfn + 1; 0 without pfns */
	/* why events of the source are not in the trace, and what is doubtful about those that are */
	uint64_t unused_batched_twins; /* mm_page_free that a batched event repeats: no fault */
	uint64_t unusable, unknown_frees, boot_frees, realloc_live, lost_events, other_events;
	uint64_t
		clamped_times; /* lines whose time went back on their CPU: moved to the time before */
	uint64_t freed_again; /* frees of memory that was free already: left out */
	uint64_t duplicates; /* an event that the source had twice: once here, and no fault */
	uint64_t coalesced; /* frees of pages that became part of a larger one */
	uint64_t overwritten; /* events older than the trace, which the source had lost: no fault */
	uint64_t lines, unknown_lines, cut_lines; /* of the source's text */
	/*
	 * What the importer noticed: lines of fields with tabs between them, kind, count, line number of
	 * the first, what, first example. Kinds: "unusable" (why), "unknown" (shape of the line),
	 * "gfp-name", "gfp" (era, how it is known), "kernel", "clock", "window", "pfn", "losses".
	 */
	char notes[BS_TRACE_NOTES_BYTES];
	char sha256[65]; /* of the file */
	uint64_t shape[BS_TRACE_SHAPE]; /* most live pages in each of so many equal parts of it */
};
/** Trust of a trace (MEANING.md, trust), in 1/10000: 10000 = every event is used. */
unsigned int bs_trace_trust(const struct bs_trace_info *info);

/* ---- Reading -------------------------------------------------------------------------------- */

struct bs_trace;

/**
 * bs_trace_open - open a native trace, NAME.cborseq or NAME.cborseq.zst
 *
 * Reads the header. Return: 0; negative with @err saying file and byte offset: unreadable, not a
 * trace, wrong version, empty.
 */
int bs_trace_open(const char *path, struct bs_trace **out, struct bs_error *err);
/**
 * bs_trace_open_again - a second reader of the same file, at its beginning
 *
 * It knows what @of knows of the trace by now (bs_trace_scan()), and is independent of it from then on:
 * each of the two may be read by a thread of its own. 0, or negative with @err.
 */
int bs_trace_open_again(const struct bs_trace *of, struct bs_trace **out, struct bs_error *err);
void bs_trace_close(struct bs_trace *t);
/** From now on reading fails with status BS_INTERRUPTED once *@stop is not 0; looked at between
 *  chunks. NULL: never. */
void bs_trace_stop_reading_on(struct bs_trace *t, const volatile int *stop);
/** From now on reading tells @ear between chunks how many bytes of the file are behind it; NULL: nobody. */
void bs_trace_tell(struct bs_trace *t, const struct bs_ear *ear);
/** Header now; end figures are zero until bs_trace_scan() or the last chunk was read. */
const struct bs_trace_info *bs_trace_info(const struct bs_trace *t);
/** Next chunk: 1 and the columns, 0 at the proper end, negative with @err naming chunk, byte
 *  offset and how much before it is whole. */
int bs_trace_next(struct bs_trace *t, struct bs_trace_chunk *c, struct bs_error *err);
/** Back to the first chunk. Reading again may not fail where it once succeeded. */
int bs_trace_rewind(struct bs_trace *t, struct bs_error *err);
/**
 * bs_trace_scan - read it all once: every checksum, every event's validity, the figures of info
 * @keep_whole: accept a truncated or damaged file as ending behind its last whole chunk; the
 *              events lost are in *@lost_chunks_note via @err->text, and the result is 1
 *
 * Leaves the trace rewound. Return: 0, 1 (see @keep_whole), negative with @err.
 */
int bs_trace_scan(struct bs_trace *t, bool keep_whole, struct bs_error *err);

/** From now on chunks come without the recorded pfns, or with them again: few look at them. Scanning does. */
void bs_trace_leave_pfns(struct bs_trace *t, bool leave);

/** Memory in use of which no step is lost, see bs_trace_used(). */
#define BS_USED_GRAIN (UINT64_C(1) << 21)
/**
 * struct bs_used_step - how much is used at @time, behind all that happens in that instant
 *
 * Until the next step it stays between the same two multiples of BS_USED_GRAIN, neither of them reached; if
 * it is a multiple itself, it stays exactly that.
 */
struct bs_used_step {
	bs_ns time;
	uint64_t bytes;
};
/**
 * bs_trace_used - memory in use over time, coarse: bs_trace_scan() finds it, and nobody has to read for it
 *
 * Return: *@nr steps, the last of them at the last event; NULL: not scanned by this reader, or they were too
 * many to be kept. They are the trace's.
 */
const struct bs_used_step *bs_trace_used(const struct bs_trace *t, size_t *nr);

/* ---- Writing -------------------------------------------------------------------------------- */

struct bs_trace_writer;

/** One event as a writer takes it. @gfp: the mask itself. */
struct bs_trace_event {
	bs_ns time;
	enum bs_ev kind;
	uint8_t order, cpu, flags;
	uint32_t gfp;
	uint32_t arg, offset;
	bs_pfn pfn; /* BS_NO_PFN: not known */
};

/**
 * bs_trace_create - start writing; the file appears under its name only at bs_trace_finish()
 * @info: source, comment, kernel, memory_bytes, nr_cpus, has_pfn, names are taken from it
 */
int bs_trace_create(const char *path, const struct bs_trace_info *info,
		    struct bs_trace_writer **out, struct bs_error *err);
/** As bs_trace_stop_reading_on(), for writing. */
void bs_trace_stop_writing_on(struct bs_trace_writer *w, const volatile int *stop);
/** Append; events must not go back in time. More than 255 different gfp masks: -E2BIG. */
int bs_trace_write(struct bs_trace_writer *w, const struct bs_trace_event *ev,
		   struct bs_error *err);
/** End map from @info's importer counters, fsync, rename. The writer is gone in any case. */
int bs_trace_finish(struct bs_trace_writer *w, const struct bs_trace_info *info,
		    struct bs_error *err);
/** Give up: nothing is left behind. */
void bs_trace_abandon(struct bs_trace_writer *w);

/* ---- Importing, cutting, generating --------------------------------------------------------- */

/** A form of text that can be imported. */
struct bs_import_form {
	const char *name, *summary;
};
/** Form number @index, NULL behind the last. */
const struct bs_import_form *bs_import_form_at(unsigned int index);

enum bs_coalesce {
	BS_COALESCE_AUTO, /* where the kernel is known to be 7.2 or later */
	BS_COALESCE_ON,
	BS_COALESCE_OFF,
};

/** How far an import is. */
struct bs_import_progress {
	uint64_t bytes, of_bytes; /* of the source; 0: it does not say */
	uint64_t lines, events, lost, unusable;
};

/** Options of an import. All zero: the defaults. */
struct bs_import_config {
	const char *form; /* name of the only one that is accepted; NULL: any, line by line */
	const char *kernel_version; /* "4.19": that of the kernel that printed it; NULL: find out */
	unsigned int max_unknown_e4; /* most lines not understood, in 1/10000; 0: 1 % */
	bool strict; /* not one */
	enum bs_coalesce coalesce; /* frees of neighbours at one instant are one free of a block */
	bool keep_untraced; /* what is freed while free was allocated unseen: for a replay from a dump, which
			     * explains that, each is a block of its own from before t0 */
	const char *keep_unknown; /* file that gets the lines not understood; NULL: none */
	void (*progress)(void *arg, const struct bs_import_progress *p); /* now and then; or NULL */
	void *progress_arg;
	uint64_t memory_bytes; /* 0 = unknown */
	const char *kernel; /* kernel model to note, or NULL */
	const char *comment; /* UTF-8, or NULL */
	const struct bs_state *state; /* what the memory was when the recording began, or NULL */
	const volatile int *stop; /* as in bs_trace_stop_reading_on() */
};

/**
 * bs_trace_import - a recording's text (plain or compressed, "-" = stdin) to a native trace
 * @result: receives the figures and counters
 *
 * Lossy sources succeed; the counters say how lossy. Nothing is written when nothing in it can be used, or
 * when more lines are not understood than @config allows. Return: 0; negative with @err, which says what the
 * file looks like and what to do.
 */
int bs_trace_import(const char *text_path, const char *out_path,
		    const struct bs_import_config *config, struct bs_trace_info *result,
		    struct bs_error *err);
/** Several files of one recording, merged by time: one for each CPU or buffer. */
int bs_trace_import_files(const char *const *text_paths, unsigned int nr_paths,
			  const char *out_path, const struct bs_import_config *config,
			  struct bs_trace_info *result, struct bs_error *err);

/** Copy the events of [from, to) ns into a new trace; blocks live at @from become PRE events.
 *  @to: BS_NO_TIME = to the end. It stops where reading @t would. */
int bs_trace_cut(struct bs_trace *t, bs_ns from, bs_ns to, const char *out_path,
		 struct bs_trace_info *result, struct bs_error *err);

/** A trace that LLFree's kernel recorded, as text that bs_trace_import() reads. 0; 1: @path is none, and nothing was
 *  written; negative with @err. */
int bs_llfree_text(const char *path, FILE *out, struct bs_error *err);
/** What other programs read of a trace: a name, and a sentence. */
struct bs_export_form {
	const char *name, *title;
};
/** Form number @index, NULL behind the last. */
const struct bs_export_form *bs_export_form_at(unsigned int index);
/** Write the requests of a trace in a form (NULL: the first) to a file ("-": standard output). It stops where
 *  reading @t would. 0, or negative with @err. */
int bs_trace_export(struct bs_trace *t, const char *form, const char *out_path,
		    struct bs_error *err);

/** The same load, in bytes and in time, as machine @to with larger pages would have it (MEANING.md, other
 *  machines). It has no pfns. It stops where reading @t would. */
int bs_trace_convert(struct bs_trace *t, const struct bs_platform *to, const char *out_path,
		     struct bs_trace_info *result, struct bs_error *err);

/**
 * struct bs_generator - a workload generator
 * @params: "cpus" and "memory", where it has them, go into the trace's header
 * @names: names of its phases, NULL-terminated; MARK events index it
 * @check: do the values, each in its range, go together? 0, or BS_USAGE; nothing was written yet.
 *         NULL: they always do
 * @peak_bytes: the most it holds at a time; memory=0 chooses a guest in which that fits
 * @run: every event through @emit; non-zero from it: stop and return that
 */
struct bs_generator {
	const char *name, *summary;
	const struct bs_param *params;
	const char *const *names;
	int (*check)(const uint64_t *values, struct bs_error *err);
	uint64_t (*peak_bytes)(const uint64_t *values);
	int (*run)(const uint64_t *values, uint64_t seed,
		   int (*emit)(void *arg, const struct bs_trace_event *ev), void *arg,
		   struct bs_error *err);
};
/** Generator number @index, NULL behind the last. */
const struct bs_generator *bs_generator_at(unsigned int index);
const struct bs_generator *bs_generator_find(const char *name, struct bs_error *err);
/** Generate into a file. @params: "size=6GiB,order=9"; the same seed gives the same bytes.
 *  @on: the machine that it is for, NULL: one with pages of 4 KiB, in which a load is made; for others it
 *  is what bs_trace_convert() would make of it. @stop: as bs_trace_stop_reading_on() has it.
 *  @result: its figures, for which the file is read back; may be NULL: it is not. */
int bs_trace_generate(const struct bs_generator *g, const char *params, uint64_t seed,
		      const struct bs_platform *on, const char *out_path, const volatile int *stop,
		      struct bs_trace_info *result, struct bs_error *err);
/** The same, telling @ear of events; they are counted first, so that it is known of how many. */
int bs_trace_generate_heard(const struct bs_generator *g, const char *params, uint64_t seed,
			    const struct bs_platform *on, const char *out_path,
			    const volatile int *stop, const struct bs_ear *ear,
			    struct bs_trace_info *result, struct bs_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
