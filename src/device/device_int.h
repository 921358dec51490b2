/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * device_int.h - what a device is made of, and the table each kind of device fills in.
 */
#ifndef BS_DEVICE_INT_H
#define BS_DEVICE_INT_H

#include <buddysim/device.h>

#include "account.h"
#include "arena.h"
#include "device_params.h"
#include "residency.h"
#include "virtqueue.h"

/*
 * One kind of device. All but names may be NULL: a device without an arena has nothing to do, and
 * the residency model is kept for it all the same.
 * @preset: costs it has unless told otherwise
 * @params: bs_device_fault_params, or bs_device_all_params if its costs can be told
 */
struct bs_device_ops {
	const char *name, *summary, *preset;
	const struct bs_param *params;
	int (*create)(struct bs_device *d, uint64_t peak_pages, struct bs_error *err);
	void (*destroy)(struct bs_device *d);
	/* The guest writes a block; @faults: the model expects page faults on the way. */
	void (*touch)(struct bs_device *d, bs_pfn pfn, unsigned int nr, uint32_t id, bool faults);
	/* Before t0: make it resident. */
	void (*populate)(struct bs_device *d, bs_pfn pfn, unsigned int nr);
	/* The host backs a block before the guest touches it. */
	void (*install)(struct bs_device *d, bs_pfn pfn, unsigned int nr);
	/* Overwrite with one byte; does a page read as nothing but that byte. */
	void (*fill)(struct bs_device *d, bs_pfn pfn, unsigned int nr, uint8_t byte);
	bool (*is_filled)(const struct bs_device *d, bs_pfn page, uint8_t byte);
	/* Damaged pages among those of [pfn, pfn+nr) that the guest owns. */
	uint64_t (*verify)(struct bs_device *d, bs_pfn pfn, unsigned int nr, uint32_t id,
			   bs_pfn *first);
	/* Serve one request: bit i of @failed is set for each range that stays; those that have it
	 * set already are left alone. 0 or first errno. */
	int (*discard)(struct bs_device *d, const struct bs_range *r, unsigned int n,
		       uint64_t *failed);
	/* Were the ranges really discarded? After the model was updated. */
	void (*completed)(struct bs_device *d, const struct bs_range *r, unsigned int n,
			  const uint64_t *failed);
	int (*check)(struct bs_device *d, struct bs_error *err);
	int (*rss)(struct bs_device *d, struct bs_rss *rss);
};

#define BS_DEVICE_MAX_CAPACITY 512
#define BS_DEVICE_MAX_DEPTH 256

struct bs_device {
	struct bs_residency res;
	const struct bs_device_ops *ops;
	enum bs_touch touch;
	struct bs_virtqueue vq;
	struct bs_device_costs costs;
	struct bs_faults faults;
	struct bs_fate fate[BS_DEVICE_MAX_DEPTH]; /* of the requests in flight */
	char changed[160]; /* parameters that differ from the default, as text */
	enum bs_advice advice;
	enum bs_poison poison;
	uint8_t poison_byte;
	uint64_t *dirty; /* bitmap, see zero.c; or NULL */
	uint64_t *poisoned; /* bitmap, see poison.c; NULL if poison is off */
	enum bs_verify verify;
	struct bs_device_stats stats; /* what the residency model does not count itself */

	/* devices with an arena */
	struct bs_arena arena;
	struct bs_account account;
	uint64_t collapses; /* of khugepaged, when the arena was mapped */
	struct bs_error mismatch; /* the first one found */
};

extern const struct bs_device_ops bs_device_null, bs_device_model, bs_device_madvise;

/* device.c: is it naturally aligned and inside the guest; and how a broken law is told. */
bool bs_device_is_block(const struct bs_device *d, bs_pfn pfn, unsigned int order);
int bs_device_broken(const struct bs_device *d, struct bs_error *err, bs_pfn page, const char *law,
		     bs_pfn pfn, unsigned int order);

bs_ns bs_device_refault_cost(const struct bs_device *d, const struct bs_refault *f);

/* poison.c. Every page of [pfn, pfn+nr) becomes resident, filled if the host does that: the cost for
 * who needs it; or as an install, where @pages receives how many were not there. */
bs_ns bs_device_fault_in(struct bs_device *d, bs_pfn pfn, unsigned int nr, bs_ns now);
bs_ns bs_device_install_pages(struct bs_device *d, bs_pfn pfn, unsigned int nr, bs_ns now,
			      uint64_t *pages);
/* 0 or -ENOMEM with @err. */
int bs_poison_init(struct bs_device *d, struct bs_error *err);
void bs_poison_destroy(struct bs_device *d);
/* Does a pattern of the guest's keep the host from discarding anything (spec reporting.md 12.2)? */
bool bs_poison_inhibits(const struct bs_device *d);
/* Pages of the block that should read as the pattern and do not; @first receives the first. */
uint64_t bs_poison_damaged(const struct bs_device *d, bs_pfn pfn, unsigned int nr, bs_pfn *first);
/* The block is an owner's, who writes what he likes. */
void bs_poison_taken(struct bs_device *d, bs_pfn pfn, unsigned int nr);

/* zero.c. Nothing is kept account of unless @wanted: then d->dirty is not NULL. 0 or -ENOMEM. */
int bs_zero_init(struct bs_device *d, bool wanted, struct bs_error *err);
void bs_zero_destroy(struct bs_device *d);
void bs_zero_set_dirty(struct bs_device *d, bs_pfn pfn, unsigned int nr, bool dirty);
/* The host served the range. */
void bs_zero_discarded(struct bs_device *d, struct bs_range r);

/* verify.c: the model against the kernel's account. All or just discarded ranges; mismatches are
 * counted and the first described in d->mismatch. 0 or -errno. */
int bs_verify_arena(struct bs_device *d);
int bs_verify_discarded(struct bs_device *d, struct bs_range r);

#endif
