/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * types.h - the words everything else is said in: pfn, order, migratetype, time, errors.
 *
 * How large a page is and which orders there are is the guest's machine's (platform.h); no machine's
 * go beyond BS_MAX_ORDER, inclusive (Linux's MAX_ORDER meant "exclusive" until 6.4; here it is always
 * the largest order). What is counted in units is counted in 4 KiB. Times are virtual nanoseconds.
 */
#ifndef BUDDYSIM_TYPES_H
#define BUDDYSIM_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** A page frame number. 32 bits name 16 TiB of 4 KiB pages. */
typedef uint32_t bs_pfn;
/** Virtual time, or a duration, in nanoseconds. */
typedef uint64_t bs_ns;

#define BS_NO_PFN UINT32_MAX
#define BS_NO_TIME UINT64_MAX
/** What a device counts in, and a driver tells it in, however large the guest's pages are: 4 KiB. */
#define BS_UNIT_SHIFT 12
#define BS_UNIT_SIZE (UINT64_C(1) << BS_UNIT_SHIFT)
#define BS_MAX_ORDER 13 /* of any machine, inclusive */
#define BS_NR_ORDERS (BS_MAX_ORDER + 1)
#define BS_MAX_UNIT_ORDER 17 /* of any machine's largest block, in units: 512 MiB */
#define BS_MAX_NODES 8
#define BS_MAX_ZONES 32 /* all zones of all nodes of one guest */
#define BS_MAX_CPUS 256
/** Largest pfn a guest may have + 1: 2 TiB; the top of the 32-bit range names list heads. */
#define BS_MAX_PFN (UINT32_C(1) << 29)

#define BS_NS_PER_US UINT64_C(1000)
#define BS_NS_PER_MS UINT64_C(1000000)
#define BS_NS_PER_S UINT64_C(1000000000)

/** Linux's numbering without CONFIG_CMA, as Debian's kernels are built. */
enum bs_migratetype {
	BS_MIGRATE_UNMOVABLE,
	BS_MIGRATE_MOVABLE,
	BS_MIGRATE_RECLAIMABLE,
	BS_MIGRATE_HIGHATOMIC,
	BS_MIGRATE_ISOLATE,
	BS_MIGRATE_TYPES,
};
#define BS_PCPTYPES 3 /* the migratetypes a caller can ask for */
#define BS_MT_NOW 0xff /* "whatever the pageblock's type is at that moment" */

/** Zone types in index order, highest address last (x86-64). */
enum bs_zone_type {
	BS_ZONE_DMA,
	BS_ZONE_DMA32,
	BS_ZONE_NORMAL,
	BS_ZONE_MOVABLE,
	BS_ZONE_DEVICE,
	BS_NR_ZONE_TYPES,
};

/**
 * A block of 2^order pages as a listener sees it.
 * @list_mt:  migratetype of the free list it is on, or is about to be put on
 * @block_mt: migratetype of the pageblock of its first page
 * @zone:     index of the zone within the machine (not the zone type)
 * @cpu:      simulated CPU on whose behalf it happens
 * @reported: carries the Reported mark at that moment
 */
struct bs_block {
	bs_pfn pfn;
	uint16_t zone, cpu;
	uint8_t order, list_mt, block_mt;
	bool reported;
};

/** One range of a report request: 2^order pages, naturally aligned. */
struct bs_range {
	bs_pfn pfn;
	uint8_t order;
};

/** What the program's exit status says (MEANING.md, exit status). Library calls put it in bs_error. */
enum bs_status {
	BS_OK = 0,
	BS_UNEQUAL = 1, /* done, but something compared unequal or crossed a threshold */
	BS_USAGE = 2, /* unknown option, strategy, parameter */
	BS_INPUT = 3, /* input unreadable, malformed, truncated, wrong version, untrusted */
	BS_RESOURCE = 4, /* out of memory, disk, address space; output unwritable */
	BS_INVARIANT = 5, /* a law broke: stamp damaged, shadow map violated, machine check */
	BS_INTERRUPTED = 130 /* Ctrl-C */
};

/**
 * struct bs_error - why a library call failed: what, where, what to do
 * @status: which exit status it deserves
 * @sys_errno: errno of the system call behind it, or 0
 * @where: file, file and offset, option or object it is about; may be empty
 * @text:  the fault, one clause, no trailing full stop
 * @advice: what the user can do; may be empty
 *
 * The library never prints. Functions that take a struct bs_error pointer fill it whenever they
 * return a negative value; the pointer may be NULL. sim/ has the one place that formats it.
 */
struct bs_error {
	enum bs_status status;
	int sys_errno;
	char where[320];
	char text[512];
	char advice[320];
};

/**
 * bs_error_set - fill an error and return the negative value to pass on
 * @err: may be NULL
 * @status: BS_USAGE ...; the return value is -EINVAL, -EIO, -ENOMEM, ... chosen from it unless
 *          @sys_errno is non-zero, then -@sys_errno
 * @where: file or option the error is about, or NULL
 * @advice: what to do about it, or NULL
 * @fmt: printf format of the text
 *
 * Return: a negative errno, never 0.
 */
int bs_error_set(struct bs_error *err, enum bs_status status, int sys_errno, const char *where,
		 const char *advice, const char *fmt, ...)
#if defined(__GNUC__)
	__attribute__((format(printf, 6, 7)))
#endif
	;

/**
 * struct bs_ear - who wants to know how far something is that takes a while
 * @tell: @done of about @of, in whatever it is made of; @of 0: nobody knows. Called now and then by the
 *        thread that does it
 */
struct bs_ear {
	void (*tell)(void *arg, uint64_t done, uint64_t of);
	void *arg;
};

/**
 * bs_nearest - which known word somebody most likely meant
 *
 * Return: the entry of @names (NULL-terminated) that takes the fewest edits to become @word, if those
 * are few enough (a third of the longer of the two) to be a slip; else NULL.
 */
const char *bs_nearest(const char *const *names, const char *word);
/** What to say to somebody who wrote @word in place of one of @names: "did you mean "head"? use one of:
 *  head, tail", where @lead is "use one of:". snprintf()'s value. */
int bs_nearest_advice(const char *lead, const char *const *names, const char *word, char *buf,
		      size_t size);

/* ---- Parameters as data: strategies, devices and generators all describe theirs this way ----- */

enum bs_param_type {
	BS_PARAM_UINT, /* 42 */
	BS_PARAM_BOOL, /* on/off, yes/no, true/false, 1/0 */
	BS_PARAM_SIZE, /* bytes: 4KiB 64MiB 6GiB 512B; only 0 goes without a unit */
	BS_PARAM_TIME, /* ns: 250ms 2s 20us 10min */
	BS_PARAM_ORDER, /* written down for x86-64; on other machines bs_params_on() */
	BS_PARAM_ENUM, /* one of @names; the value is its index */
	BS_PARAM_FLAGS, /* '+'-separated subset of @names; the value is a bit mask; "none" = 0 */
};

/** What a parameter means to whoever did not write its owner: nothing is known by a parameter's name. */
enum bs_param_role {
	BS_ROLE_OWN, /* to nobody else */
	BS_ROLE_ORDER, /* the smallest order that is reported */
	BS_ROLE_DELAY, /* from noticing free memory to reporting it */
	BS_ROLE_GATE, /* reports only under at least this pressure of the host, 0: always */
	BS_ROLE_THRESHOLD, /* how much must be free before anything is reported */
	BS_ROLE_ZERO_ONCE, /* what the host zeroed is not zeroed again by the guest */
	BS_ROLE_TARGET, /* the most bytes that the host may ask for at run time (BS_EVENT_TARGET) */
	BS_ROLE_PERIOD, /* how often it looks by itself */
	BS_ROLE_CAPACITY, /* the most blocks of a request */
	BS_ROLE_BUDGET, /* a pass reports one part in so many of what it finds, 0: all */
};

/**
 * struct bs_param - one parameter: parsing, range check, help and documentation come from it
 * @def: default. @min, @max: inclusive range (ignored for ENUM, FLAGS and BOOL)
 * @names: NULL-terminated, for ENUM and FLAGS
 * @runtime: may be changed while a guest runs
 * @stock: of a strategy that an unpatched kernel offers (BS_CAP_STOCK): its user can set it there
 * @role: what others may take it for
 * @aliases: other spellings that are read but never written, parallel to @names; or NULL
 * @needs: name of the one without which, or while it is 0, this one has no effect: another value than
 *         the default is then refused; or NULL
 *
 * A table ends with an entry whose name is NULL. Values are kept as an array of uint64_t parallel
 * to the table.
 */
struct bs_param {
	const char *name;
	enum bs_param_type type;
	uint64_t def, min, max;
	const char *const *names;
	const char *help;
	bool runtime, stock;
	enum bs_param_role role;
	const char *const *aliases;
	const char *needs;
};

/** Number of entries of a parameter table; a NULL table has none. */
unsigned int bs_param_count(const struct bs_param *table);

/** Fill @values (bs_param_count() entries) with the defaults. */
void bs_param_defaults(const struct bs_param *table, uint64_t *values);

/**
 * bs_param_parse - read "name=value,name=value,..." into @values
 * @owner: what the parameters belong to, for the message: "strategy rotation"
 * @text: empty or NULL changes nothing
 *
 * Return: 0, or -EINVAL with @err naming the parameter, its range, and the known names. None may be
 * given twice.
 */
int bs_param_parse(const struct bs_param *table, const char *owner, const char *text,
		   uint64_t *values, struct bs_error *err);

/** Read one value as @p's type says ("2s", "64MiB", "head"). 0 or -EINVAL. */
int bs_param_value(const struct bs_param *p, const char *owner, const char *text, uint64_t *value,
		   struct bs_error *err);

/** The error for a @name that is not in the table, with those that are: -EINVAL. */
int bs_param_unknown(const struct bs_param *table, const char *owner, const char *name,
		     struct bs_error *err);

/** Write @value the way a user would type it ("2s", "64MiB", "head"); returns snprintf()'s value. */
int bs_param_format(const struct bs_param *p, uint64_t value, char *buf, size_t size);

/** All of a table as bs_param_parse() reads it, "order=9,delay=2s", of any length. To be free()d;
 *  NULL when out of memory. */
char *bs_params_text(const struct bs_param *table, const uint64_t *values);

/** Index of the parameter that has @role, which is not BS_ROLE_OWN; -1 if none has. */
int bs_param_of_role(const struct bs_param *table, enum bs_param_role role);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
