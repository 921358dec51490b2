/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmem_plan.h - the driver of virtio-mem: in which order it plugs and unplugs what it is asked for (STRATEGIES.md,
 * virtio-mem). The strategy acts by it, and whoever reads a driver's log judges by it. It knows no allocator:
 * whether memory can be taken is for others to say.
 */
#ifndef BS_REPORT_VMEM_PLAN_H
#define BS_REPORT_VMEM_PLAN_H

#include <buddysim/machine.h>

#define BS_VMEM_SUB 512 /* pages of a sub-block */
#define BS_VMEM_PER \
	64 /* sub-blocks of a memory block, 32768 pages, where nobody says otherwise; the most */
#define BS_VMEM_BLOCKS 1024

/* A memory block that the device has plugged something of. */
struct bs_vmem_block {
	uint32_t number;
	uint64_t plugged; /* bit per sub-block */
	bool added, movable, tried;
};

/* Sub-blocks [@first, first + @n) of memory block @block; @n 0: nothing. */
struct bs_vmem_run {
	uint32_t block;
	unsigned int first, n;
};

struct bs_vmem {
	struct bs_vmem_block block[BS_VMEM_BLOCKS]; /* ascending */
	unsigned int nr_blocks;
	unsigned int per; /* sub-blocks of a memory block; 0: BS_VMEM_PER */
	uint32_t base; /* the device's first memory block */

	/* The run that goes on: what is still wanted, and where it stands. */
	uint64_t missing, surplus;
	unsigned int
		at; /* plugging: the next added block; unplugging: BS_VMEM_BLOCKS: none begun */
	int sub;
	bool whole_failed;
};

/* All of a block's sub-blocks. */
uint64_t bs_vmem_full(const struct bs_vmem *v);
uint64_t bs_vmem_plugged(const struct bs_vmem *v);
struct bs_vmem_block *bs_vmem_find(struct bs_vmem *v, uint32_t number);
/* It is there from now on; NULL: more than there is room for. */
struct bs_vmem_block *bs_vmem_add(struct bs_vmem *v, uint32_t number);
void bs_vmem_remove(struct bs_vmem *v, uint32_t number);

/* A run begins: @requested sub-blocks shall be plugged. */
void bs_vmem_run(struct bs_vmem *v, uint64_t requested);
/* The next request to plug, which is then plugged. */
struct bs_vmem_run bs_vmem_next_plug(struct bs_vmem *v);
/* The next attempt to take sub-blocks, and what became of it: bs_vmem_took() before the next. */
struct bs_vmem_run bs_vmem_next_unplug(struct bs_vmem *v);
void bs_vmem_took(struct bs_vmem *v, const struct bs_vmem_run *r, bool ok);

#endif
