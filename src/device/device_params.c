// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * device_params.c - what can be said about a device, as data: parsing, ranges, help and
 * `buddysim list devices` come from these tables.
 */
#include "device_params.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "costs.h"

#define DAY (24 * 3600 * BS_NS_PER_S)

/* Indices into both tables; the costs stand last and in the order of struct bs_device_costs. */
enum {
	QUEUE_DEPTH,
	SEED,
	LATENCY,
	LATENCY_MEAN,
	STALL_AT,
	STALL_FOR,
	STALL_EVERY,
	BUSY_EVERY,
	BUSY_FOR,
	ERROR_EVERY,
	ERROR_PPM,
	PARTIAL_EVERY,
	PARTIAL_RANGES,
	INHIBIT,
	INHIBIT_AT,
	INHIBIT_FOR,
	HOST_PAGE,
	MADVISE_ERRNO,
	MADVISE_EVERY,
	TRUST,
	POISON,
	POISON_BYTE,
	FIRST_COST,
	NR_PARAMS = FIRST_COST
#define BS_COST(field, def, vm, nested, text, source) +1
#include "costs.def"
};

static const char *const latencies[] = {"fixed", "uniform", "exponential", NULL};
static const char *const inhibits[] = {"off", "assigned", "poison", NULL};

static const char *const poisons[] = {"off", "before", "after", "host", NULL};

/* Everything madvise(2) names for any advice, and EINTR, which a fatal signal gives while it waits
 * for the map's lock. DONTNEED and FREE on anonymous memory know EAGAIN, EINTR, EINVAL (locked
 * pages), ENOMEM (a hole) and EPERM (sealed); the others come with other backings. */
static const char *const errno_names[] = {"EACCES", "EAGAIN", "EBADF",	"EBUSY", "EFAULT", "EINTR",
					  "EINVAL", "EIO",    "ENOMEM", "EPERM", NULL};
static const int errno_values[] = {EACCES, EAGAIN, EBADF, EBUSY,  EFAULT,
				   EINTR,  EINVAL, EIO,	  ENOMEM, EPERM};
#define IS_EINVAL 6

/* One parameter, one line. */
/* clang-format off */
#define NEEDS(n) .needs = n
#define UINT(n, d, lo, hi, text, ...) \
	{.name = n, .type = BS_PARAM_UINT, .def = d, .min = lo, .max = hi, .help = text, __VA_ARGS__}
#define TIME(n, hi, text, ...) \
	{.name = n, .type = BS_PARAM_TIME, .max = hi, .help = text, __VA_ARGS__}
#define WORD(n, d, list, text, ...) \
	{.name = n, .type = BS_PARAM_ENUM, .def = d, .names = list, .help = text, __VA_ARGS__}
#define FAULT_PARAMS \
	UINT("queue_depth", 16, 1, 256, "requests in flight at once"), \
	UINT("seed", 0, 0, UINT64_MAX, "of the faults; 0 = the run's"), \
	WORD("latency", BS_LATENCY_FIXED, latencies, "distribution; uniform: 0 to twice the mean", NEEDS("latency_mean")), \
	TIME("latency_mean", DAY, "what each request takes beyond its costs"), \
	TIME("stall_at", 365 * DAY, "from this virtual time on the host stands still", NEEDS("stall_for")), \
	TIME("stall_for", DAY, "... for so long, and what would complete completes then"), \
	TIME("stall_every", 365 * DAY, "... and again after each such period; 0 = once", NEEDS("stall_for")), \
	TIME("busy_every", 365 * DAY, "after each such period, and at 0, the device says it is busy", NEEDS("busy_for")), \
	TIME("busy_for", DAY, "... for so long; it serves requests all the same", NEEDS("busy_every")), \
	UINT("error_every", 0, 0, UINT32_MAX, "each Nth request fails as a whole with EIO"), \
	UINT("error_ppm", 0, 0, 1000000, "so many of a million requests fail, at random"), \
	UINT("partial_every", 0, 0, UINT32_MAX, "each Nth request completes, served in part"), \
	UINT("partial_ranges", 0, 0, 512, "... of its first N ranges; 0 = the first half", NEEDS("partial_every")), \
	WORD("inhibit", BS_INHIBIT_OFF, inhibits, \
	     "completes and discards nothing: device assigned, or poison differs"), \
	TIME("inhibit_at", 365 * DAY, "... from this virtual time on", NEEDS("inhibit")), \
	TIME("inhibit_for", 365 * DAY, "... for so long; 0 = for good", NEEDS("inhibit")), \
	{.name = "host_page", .type = BS_PARAM_SIZE, .def = 4096, .min = 4096, .max = 1 << 30, \
	 .help = "the host's page, a power of two; smaller ranges are skipped silently"}, \
	WORD("madvise_errno", IS_EINVAL, errno_names, "what madvise() of a range fails with", NEEDS("madvise_every")), \
	UINT("madvise_every", 0, 0, UINT32_MAX, "... for each Nth range, which stays; 0 = none"), \
	{.name = "trust", .type = BS_PARAM_BOOL, \
	 .help = "discard what the guest uses if told so, as a real host does: content is lost"}, \
	WORD("poison", BS_POISON_OFF, poisons, \
	     "a pattern over free memory: of the guest's, before or after the free's hints; or the host " \
	     "fills what it faults in"), \
	UINT("poison_byte", 0xaa, 0, 255, \
	     "... of this byte; the guest's keeps the host from discarding, but for 0 (init_on_free)", NEEDS("poison"))

const struct bs_param bs_device_fault_params[] = {FAULT_PARAMS, {.name = NULL}};

const struct bs_param bs_device_all_params[] = {
	FAULT_PARAMS,
#define BS_COST(field, d, vm, nested, text, source) \
	{.name = #field, .type = BS_PARAM_TIME, .def = d, .max = BS_COST_MAX, .help = text},
#include "costs.def"
	{.name = NULL},
};
/* clang-format on */

static void set_faults(struct bs_faults *f, const uint64_t *v, uint64_t seed)
{
	*f = (struct bs_faults){
		.latency = (enum bs_latency)v[LATENCY],
		.latency_mean = v[LATENCY_MEAN],
		.stall_at = v[STALL_AT],
		.stall_for = v[STALL_FOR],
		.stall_every = v[STALL_EVERY],
		.busy_every = v[BUSY_EVERY],
		.busy_for = v[BUSY_FOR],
		.error_every = v[ERROR_EVERY],
		.error_ppm = v[ERROR_PPM],
		.partial_every = v[PARTIAL_EVERY],
		.partial_ranges = v[PARTIAL_RANGES],
		.inhibit = (enum bs_inhibit)v[INHIBIT],
		.inhibit_at = v[INHIBIT_AT],
		.inhibit_for = v[INHIBIT_FOR],
		.host_page = v[HOST_PAGE],
		.madvise_errno = errno_values[v[MADVISE_ERRNO]],
		.madvise_every = v[MADVISE_EVERY],
		.trust = v[TRUST] != 0,
	};
	bs_rng_seed(&f->rng, v[SEED] ? v[SEED] : seed);
}

static int check_values(const uint64_t *v, const char *owner, struct bs_error *err)
{
	if (v[HOST_PAGE] & (v[HOST_PAGE] - 1))
		return bs_error_set(err, BS_USAGE, 0, owner, "4KiB, 64KiB, 2MiB, ...",
				    "host_page is a power of two");
	if (v[STALL_EVERY] && v[STALL_EVERY] <= v[STALL_FOR])
		return bs_error_set(err, BS_USAGE, 0, owner, "make stall_every longer",
				    "the host would stand still for good");
	if (v[SEED] && !v[ERROR_PPM] && v[LATENCY] == BS_LATENCY_FIXED)
		return bs_error_set(err, BS_USAGE, 0, owner, "say error_ppm or latency, too",
				    "seed has no effect where no fault is random");
	if (v[BUSY_FOR] && v[BUSY_EVERY] <= v[BUSY_FOR])
		return bs_error_set(err, BS_USAGE, 0, owner, "make busy_every longer",
				    "the device would be busy for good");
	return 0;
}

/* What differs from a device that was told nothing, for the record. NULL: no memory. */
static char *describe(const struct bs_param *table, const uint64_t *plain, const uint64_t *v)
{
	char *text = NULL, value[64];
	const char *sep = "";
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	for (unsigned int i = 0; i < bs_param_count(table); i++) {
		if (v[i] == plain[i])
			continue;
		bs_param_format(&table[i], v[i], value, sizeof(value));
		fprintf(f, "%s%s=%s", sep, table[i].name, value);
		sep = ",";
	}
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}

int bs_device_params_parse(const struct bs_param *table, const char *kind, const char *text,
			   const struct bs_device_costs *costs, uint64_t seed,
			   struct bs_device_settings *out, struct bs_error *err)
{
	uint64_t plain[NR_PARAMS], v[NR_PARAMS];
	const bool has_costs = table == bs_device_all_params;
	struct bs_device_costs c = *costs;
	const bs_ns *field;
	char owner[64];
	int ret;

	snprintf(owner, sizeof(owner), "device %s", kind);
	bs_param_defaults(table, plain);
	for (unsigned int i = 0; has_costs && (field = bs_cost_field(&c, i, NULL)); i++)
		plain[FIRST_COST + i] = *field;
	memcpy(v, plain, sizeof(v));
	ret = bs_param_parse(table, owner, text, v, err);
	if (!ret)
		ret = check_values(v, owner, err);
	if (ret)
		return ret;
	for (unsigned int i = 0; has_costs && (field = bs_cost_field(&c, i, NULL)); i++)
		*bs_cost_field(&c, i, NULL) = v[FIRST_COST + i];
	out->costs = c;
	out->depth = v[QUEUE_DEPTH] == plain[QUEUE_DEPTH] ? 0 : (unsigned int)v[QUEUE_DEPTH];
	out->poison = (enum bs_poison)v[POISON];
	out->poison_byte = (uint8_t)v[POISON_BYTE];
	set_faults(&out->faults, v, seed ? seed : 1);
	out->changed = describe(table, plain, v);
	return out->changed ? 0 : bs_error_set(err, BS_RESOURCE, ENOMEM, owner, NULL, "no memory");
}
