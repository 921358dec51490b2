/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.h - what a run found out: every figure with its unit and its meaning, and the record that
 * holds them, to be printed, written, looked up and cut into data files.
 *
 * A record is one JSON object that says itself what was run. `buddysim list metrics` prints what is
 * in it; MEANING.md, records, says what may be done with it.
 */
#ifndef BUDDYSIM_RECORD_H
#define BUDDYSIM_RECORD_H

#include <buddysim/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** Layout and meaning of a record; the number rises with every change of either. */
#define BS_RECORD_SCHEMA "buddysim-record-3"

/* ---- Figures -------------------------------------------------------------------------------- */

/** Every unit: its name in the code, and for people. */
#define BS_UNITS(X)                       \
	X(NONE, "") /* not a quantity */  \
	X(BYTES, "bytes")                 \
	X(NS, "ns")                       \
	X(MIB_S, "MiB x s")               \
	X(NS_PER_MIB, "ns per MiB")       \
	X(NS_PER_MIB_S, "ns per MiB x s") \
	X(YES_NO, "0/1")                  \
	X(PER_MILLE, "1/1000")            \
	X(PER_10000, "1/10000")           \
	X(EVENTS_PER_S, "events/s")       \
	X(ALLOCATIONS, "allocations")     \
	X(BLOCKS, "blocks")               \
	X(CALLS, "calls")                 \
	X(CELLS, "cells")                 \
	X(GUESTS, "guests")               \
	X(CHECKS, "checks")               \
	X(CYCLES, "cycles")               \
	X(DIFFERENCES, "differences")     \
	X(EVENTS, "events")               \
	X(FAULTS, "faults")               \
	X(FREES, "frees")                 \
	X(LOCKS, "locks")                 \
	X(MARKS, "marks")                 \
	X(NODES, "nodes")                 \
	X(PAGEBLOCKS, "pageblocks")       \
	X(PAGES, "pages")                 \
	X(PASSES, "passes")               \
	X(RANGES, "ranges")               \
	X(REQUESTS, "requests")           \
	X(RUNS, "runs")                   \
	X(TASKS, "tasks")                 \
	X(WORDS, "words")

enum bs_unit {
#define BS_UNIT_ENUM(unit, name) BS_UNIT_##unit,
	BS_UNITS(BS_UNIT_ENUM)
#undef BS_UNIT_ENUM
		BS_NR_UNITS
};
/** "bytes", "MiB x s", "requests"; "" for BS_UNIT_NONE. */
const char *bs_unit_name(enum bs_unit unit);

/**
 * struct bs_metric - one figure of a record
 * @key: where it stands in the record: "held_mib_s", "refault_bytes.total", "bound.cost_ns"
 * @heading: of its column in a table, without the unit; NULL: it is known by its key
 * @cell: one number of each cell: --fail-if can test it, and it is a column of the CSV
 */
struct bs_metric {
	const char *key, *heading, *definition;
	enum bs_unit unit;
	bool cell;
};
/** Figure number @index, in the record's order; NULL behind the last. */
const struct bs_metric *bs_metric_at(unsigned int index);
/** The figure of a cell with this key, or NULL with @err, which names the nearest one. */
const struct bs_metric *bs_metric_find(const char *key, struct bs_error *err);

struct bs_sim_config;
/** Does the figure mean something in a row that did not finish? Most are about another load there; what
 *  counts failures and events left over stands. */
bool bs_metric_of_unfinished(const struct bs_metric *m);
/** Why no cell that is run like this can have the figure ("pages are not touched"), or NULL: it may. */
const char *bs_metric_absent(const struct bs_metric *m, const struct bs_sim_config *config);

/* ---- The result of a comparison -------------------------------------------------------------- */

struct bs_result;
void bs_result_free(struct bs_result *r);

/** TEXT and MARKDOWN are for people, with rounded numbers; CSV and TSV have every figure in full. */
enum bs_format { BS_FORMAT_TEXT, BS_FORMAT_JSON, BS_FORMAT_CSV, BS_FORMAT_TSV, BS_FORMAT_MARKDOWN };
/**
 * struct bs_table_column - what a table can show
 * @name: a figure's key, or a name of its own (@metric is NULL then)
 * @shown: unless something else is asked for; some only where a row has more than 0
 */
struct bs_table_column {
	const char *name, *heading, *definition;
	const struct bs_metric *metric;
	bool shown;
};
/** Column number @index; false behind the last. */
bool bs_table_column_at(unsigned int index, struct bs_table_column *column);
/**
 * struct bs_table_form - how a table is made of a result
 * @columns: "all", or names, headings, and groups ("held_split" is every held_split.NAME), comma-separated;
 *           NULL: those that are shown by default, and in CSV and TSV every figure
 * @sort: a column; NULL: cost, and in CSV and TSV as the rows were asked for
 * @colour: for a terminal
 * @headless: CSV and TSV go on behind those of another result: without a line of headings
 */
struct bs_table_form {
	const char *columns, *sort;
	bool colour, headless;
};
/** Are there such columns? 0, or negative with @err, which names the nearest one. */
int bs_table_form_check(const struct bs_table_form *form, struct bs_error *err);
/** From now on the result is printed so; what @form points to is kept by the caller. */
void bs_result_set_form(struct bs_result *r, const struct bs_table_form *form);
/** Write the record; @measured false leaves the measured parts out. 0 or -errno. */
int bs_result_print(const struct bs_result *r, enum bs_format format, bool measured, void *file);
/** The same into a file that appears whole or not at all; "-" is stdout. */
int bs_result_write(const struct bs_result *r, enum bs_format format, bool measured,
		    const char *path, struct bs_error *err);
/** Warnings of the run, for stderr: message number @index or NULL. */
const char *bs_result_warning(const struct bs_result *r, unsigned int index);
/** Cells that have run, and the label of one as it was asked for: "rotation:order=9". */
unsigned int bs_result_cells(const struct bs_result *r);
const char *bs_result_label(const struct bs_result *r, unsigned int cell);
/** Cells that could not run: label and reason of number @index; false behind the last. */
bool bs_result_failed(const struct bs_result *r, unsigned int index, const char **label,
		      const char **reason);
/**
 * bs_result_metric - one figure of a cell by its key ("held_mib_s", "refault_bytes.total")
 * Return: 0, yes and no being 1 and 0; -ENOENT unknown key; -ENODATA the figure does not exist in this
 * run.
 */
int bs_result_metric(const struct bs_result *r, unsigned int cell, const char *key,
		     uint64_t *value);
/** A figure of a cell that was measured on this host: "events_per_s", "wall_ns", ... As above. */
int bs_result_measured(const struct bs_result *r, unsigned int cell, const char *key,
		       uint64_t *value);

/* ---- Text in these forms, for who prints something of his own ---------------------------------- */

/** Text as a field of CSV, quoted where it must be; NULL is an empty one. @file is a FILE. */
void bs_text_csv(void *file, const char *text);
/** Text as a string of JSON, with its quotes; a byte that is no UTF-8 becomes \\xHH. */
void bs_text_json(void *file, const char *text);

/** Make folder @dir and each parent that is missing; what is there already is fine, also a file in
 *  @dir's own place: who writes into it finds out. 0 or -errno. */
int bs_make_folders(const char *dir);

/* ---- A record that was written before ---------------------------------------------------------- */

struct bs_stored;
/** Read a record, as `compare --format json` wrote it, also one of an older schema; "-" is stdin. 0, or
 *  negative with @err. @path is kept by the caller until the end. */
int bs_record_read(const char *path, struct bs_stored **out, struct bs_error *err);
void bs_record_release(struct bs_stored *in);

/** Add all records of a file to *@out, which has *@nr of them and may be NULL: one, or as many as `compare`
 *  of several traces or `sweep merge` wrote. 0, or negative with @err; bs_records_release() either way. */
int bs_records_read(const char *path, struct bs_stored ***out, size_t *nr, struct bs_error *err);
void bs_records_release(struct bs_stored **list, size_t nr);
/** The command line that would write the record again, as far as it says: with the trace by its name
 *  alone, without its folder. To be free()d; NULL without memory. */
char *bs_record_command(const struct bs_stored *in);

/**
 * bs_record_data - write a record's series as TSV: about.tsv, cells.tsv, timeline.tsv, orders-*.tsv
 * @dir: made if it is not there
 * @lacks: what the record's schema does not know of today's figures, for people, to be free()d; NULL if
 *         it lacks nothing. May be NULL
 *
 * Return: 0; 1: the record has no timeline, the rest is written; negative with @err.
 */
int bs_record_data(const struct bs_stored *in, const char *dir, char **lacks, struct bs_error *err);

/* ---- Two records side by side -------------------------------------------------------------------- */

/** Layout and meaning of what bs_diff_print() writes as JSON. */
#define BS_DIFF_SCHEMA "buddysim-diff-1"

struct bs_diff;
/**
 * bs_diff_records - what is different between record @a and record @b
 * @a, @b: paths, as for bs_record_data(); @b NULL: two cells of @a
 * @cells: "LABEL,LABEL", the cell of A and that of B to be compared; NULL: all, paired by their labels,
 *         those that have the same one by their position
 *
 * Configuration, trace, which rows are the answer, every figure of the cells and the bound are compared. The timeline and what was
 * measured are not.
 * Return: 0 and *@out, or negative with @err.
 */
int bs_diff_records(const char *a, const char *b, const char *cells, struct bs_diff **out,
		    struct bs_error *err);
void bs_diff_free(struct bs_diff *d);
/**
 * bs_diff_threshold - test "[CELL/]FIGURE:LIMIT" on each pair of cells
 *
 * LIMIT is a share of A's value, "2%", or an amount in the figure's unit, "64MiB"; behind a + only growth
 * counts, behind a - only decline. A cell that only A has is over every limit.
 * Return: 0; 1: crossed; negative with @err: it makes no sense, or a cell does not have the figure.
 */
int bs_diff_threshold(struct bs_diff *d, const char *expression, struct bs_error *err);
/** Which limits were crossed, in words: number @index or NULL. */
const char *bs_diff_crossed(const struct bs_diff *d, unsigned int index);
/** All of it, the thresholds tested so far included; @file is a FILE. 0 or -errno. */
int bs_diff_print(const struct bs_diff *d, enum bs_format format, void *file);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
