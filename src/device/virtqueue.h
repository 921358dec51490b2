/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtqueue.h - requests in flight: a fixed number of slots of a fixed number of ranges, and which
 * pages are at the device right now: how many of each 2 MiB, and a bit for each page that is there in a
 * smaller range. All memory is taken at the start.
 */
#ifndef BS_DEVICE_VIRTQUEUE_H
#define BS_DEVICE_VIRTQUEUE_H

#include <buddysim/types.h>

struct bs_virtqueue {
	unsigned int capacity, depth; /* ranges per request, requests in flight */
	unsigned int in_flight;
	uint64_t nr_pages;
	uint16_t *in_region; /* pages that are there; 512: all of them, whatever the bits say */
	uint64_t *at_device; /* bitmap */
	struct bs_range *ranges; /* depth x capacity */
	unsigned int *used; /* ranges of each slot; 0 = free */
};

/* 0 or -ENOMEM with @err. A failed one needs no destroy. */
int bs_virtqueue_init(struct bs_virtqueue *vq, unsigned int capacity, unsigned int depth,
		      uint64_t nr_pages, struct bs_error *err);
void bs_virtqueue_destroy(struct bs_virtqueue *vq);

/* First page of [pfn, pfn+2^order) that is in flight, or BS_NO_PFN. */
bs_pfn bs_virtqueue_find(const struct bs_virtqueue *vq, bs_pfn pfn, unsigned int order);
/* Mark or unmark the pages of one range. */
void bs_virtqueue_mark(struct bs_virtqueue *vq, struct bs_range r, bool at_device);
/* Store ranges whose pages are marked already: the ticket, or -EBUSY. */
int bs_virtqueue_add(struct bs_virtqueue *vq, const struct bs_range *r, unsigned int n);
/* The ranges of a ticket, NULL if there is no such request in flight. */
const struct bs_range *bs_virtqueue_get(const struct bs_virtqueue *vq, int ticket, unsigned int *n);
/* Forget a request and unmark its pages. */
void bs_virtqueue_remove(struct bs_virtqueue *vq, int ticket);

#endif
