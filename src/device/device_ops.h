/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * device_ops.h - the table that each kind of device fills in. A kind is one file with such a table,
 * named bs_device_ID, and the line BS_DEVICE(ID) in devices.def.
 */
#ifndef BS_DEVICE_OPS_H
#define BS_DEVICE_OPS_H

#include <buddysim/device.h>

struct bs_rss;

/*
 * One kind of device. All but the traits may be NULL: a device without an arena has nothing to do,
 * and the residency model is kept for it all the same.
 */
struct bs_device_ops {
	struct bs_device_traits traits;
	int (*create)(struct bs_device *d, uint64_t peak_pages, struct bs_error *err);
	void (*destroy)(struct bs_device *d);
	/* The guest writes a block; @faults: the model expects page faults on the way. */
	void (*touch)(struct bs_device *d, bs_pfn pfn, unsigned int nr, uint32_t id, bool faults);
	/* The guest copies a block; @stamped: it is somebody's, with stamps that say where they are. */
	void (*move)(struct bs_device *d, bs_pfn from, bs_pfn to, unsigned int nr, bool stamped);
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

#define BS_DEVICE(id) extern const struct bs_device_ops bs_device_##id;
#include "devices.def"
#undef BS_DEVICE

#endif
