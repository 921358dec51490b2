/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bs_device_test.h - one device by hand, without a guest: blocks are touched, freed and reported
 * one at a time, at time 0, and every call must succeed. What may fail a test calls itself.
 */
#ifndef BS_DEVICE_TEST_H
#define BS_DEVICE_TEST_H

#include "bs_test.h"

/* 4096 pages, if @c does not say how many. */
struct bs_device *bs_dev_create(struct bs_device_config c);
/* The block is owner 1's from now on; returns what he waits for because it had been discarded, in ns. */
bs_ns bs_dev_alloc(struct bs_device *d, bs_pfn pfn, unsigned int order);
void bs_dev_free(struct bs_device *d, bs_pfn pfn, unsigned int order);
/* The same with all that he waits for; and for another owner. */
struct bs_fault_cost bs_dev_touch(struct bs_device *d, bs_pfn pfn, unsigned int order);
bs_ns bs_dev_alloc_for(struct bs_device *d, bs_pfn pfn, unsigned int order, uint32_t owner);
void bs_dev_free_for(struct bs_device *d, bs_pfn pfn, unsigned int order, uint32_t owner);
/* A request of one range, and its completion; returns what it costs, in ns. */
bs_ns bs_dev_report(struct bs_device *d, bs_pfn pfn, uint8_t order);

void bs_assert_agrees_with_kernel(struct bs_device *d);
/* A law was broken, and the error says so. */
void bs_assert_broken(int ret, const struct bs_error *err, const char *says);

#endif
