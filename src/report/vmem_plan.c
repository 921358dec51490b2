// SPDX-License-Identifier: GPL-2.0-or-later
/* vmem_plan.c - the order in which virtio-mem's driver plugs and unplugs (STRATEGIES.md, virtio-mem). */
#include "vmem_plan.h"

#include <string.h>

static uint64_t bits(unsigned int first, unsigned int n)
{
	const uint64_t ones = n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;

	return ones << first;
}

static unsigned int per(const struct bs_vmem *v)
{
	return v->per ? v->per : BS_VMEM_PER;
}

uint64_t bs_vmem_full(const struct bs_vmem *v)
{
	return bits(0, per(v));
}

uint64_t bs_vmem_plugged(const struct bs_vmem *v)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < v->nr_blocks; i++)
		n += (uint64_t)__builtin_popcountll(v->block[i].plugged);
	return n;
}

struct bs_vmem_block *bs_vmem_find(struct bs_vmem *v, uint32_t number)
{
	for (unsigned int i = 0; i < v->nr_blocks; i++)
		if (v->block[i].number == number)
			return &v->block[i];
	return NULL;
}

struct bs_vmem_block *bs_vmem_add(struct bs_vmem *v, uint32_t number)
{
	struct bs_vmem_block *b = bs_vmem_find(v, number);
	unsigned int i = v->nr_blocks;

	if (b || v->nr_blocks == BS_VMEM_BLOCKS)
		return b;
	while (i && v->block[i - 1].number > number)
		i--;
	memmove(&v->block[i + 1], &v->block[i], (v->nr_blocks - i) * sizeof(v->block[0]));
	v->nr_blocks++;
	v->block[i] = (struct bs_vmem_block){.number = number};
	return &v->block[i];
}

void bs_vmem_remove(struct bs_vmem *v, uint32_t number)
{
	const struct bs_vmem_block *b = bs_vmem_find(v, number);
	unsigned int i;

	if (!b)
		return;
	i = (unsigned int)(b - v->block);
	memmove(&v->block[i], &v->block[i + 1], (v->nr_blocks - i - 1) * sizeof(v->block[0]));
	v->nr_blocks--;
	if (v->at != BS_VMEM_BLOCKS && v->at >= i)
		v->at = BS_VMEM_BLOCKS;
}

void bs_vmem_run(struct bs_vmem *v, uint64_t requested)
{
	const uint64_t have = bs_vmem_plugged(v);

	v->missing = requested > have ? requested - have : 0;
	v->surplus = have > requested ? have - requested : 0;
	v->at = BS_VMEM_BLOCKS;
	for (unsigned int i = 0; i < v->nr_blocks; i++)
		v->block[i].tried = false;
}

/* ---- Plugging -------------------------------------------------------------------------------- */

/* Added blocks with gaps: those in kernel zones, then movable ones, ascending. */
static struct bs_vmem_block *with_gap(struct bs_vmem *v)
{
	for (int movable = 0; movable < 2; movable++)
		for (unsigned int i = 0; i < v->nr_blocks; i++) {
			struct bs_vmem_block *b = &v->block[i];

			if (b->added && b->movable == movable && b->plugged != bs_vmem_full(v))
				return b;
		}
	return NULL;
}

static struct bs_vmem_block *unused(struct bs_vmem *v)
{
	uint32_t n = v->base;

	while (bs_vmem_find(v, n))
		n++;
	return bs_vmem_add(v, n);
}

struct bs_vmem_run bs_vmem_next_plug(struct bs_vmem *v)
{
	struct bs_vmem_block *b = v->missing ? with_gap(v) : NULL;
	struct bs_vmem_run r = {0};

	if (!b && v->missing)
		b = unused(v);
	if (!b)
		return r;
	r.block = b->number;
	while (b->plugged >> r.first & 1)
		r.first++;
	while (r.n < v->missing && r.first + r.n < per(v) && !(b->plugged >> (r.first + r.n) & 1))
		r.n++;
	b->plugged |= bits(r.first, r.n);
	v->missing -= r.n;
	return r;
}

/* ---- Unplugging ------------------------------------------------------------------------------ */

/* Partly plugged ones, then full ones, of each the movable ones first, descending. */
static bool next_block(struct bs_vmem *v)
{
	for (int kind = 0; kind < 4; kind++)
		for (unsigned int i = v->nr_blocks; i-- > 0;) {
			struct bs_vmem_block *b = &v->block[i];

			if (b->tried || !b->added || b->movable != !(kind & 1) ||
			    (b->plugged == bs_vmem_full(v)) != kind >> 1)
				continue;
			b->tried = true;
			v->at = i;
			v->sub = (int)per(v);
			v->whole_failed = false;
			return true;
		}
	return false;
}

struct bs_vmem_run bs_vmem_next_unplug(struct bs_vmem *v)
{
	while (v->surplus && (v->at != BS_VMEM_BLOCKS || next_block(v))) {
		const struct bs_vmem_block *b = &v->block[v->at];

		if (v->sub == (int)per(v) && !v->whole_failed && v->surplus >= per(v) &&
		    b->plugged == bs_vmem_full(v))
			return (struct bs_vmem_run){b->number, 0, per(v)};
		while (v->sub-- > 0)
			if (b->plugged >> v->sub & 1)
				return (struct bs_vmem_run){b->number, (unsigned int)v->sub, 1};
		v->at = BS_VMEM_BLOCKS;
	}
	return (struct bs_vmem_run){0};
}

void bs_vmem_took(struct bs_vmem *v, const struct bs_vmem_run *r, bool ok)
{
	struct bs_vmem_block *b = bs_vmem_find(v, r->block);

	if (r->n == per(v))
		v->whole_failed = !ok;
	if (!ok || !b)
		return;
	b->plugged &= ~bits(r->first, r->n);
	v->surplus -= r->n < v->surplus ? r->n : v->surplus;
}
