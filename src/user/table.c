// SPDX-License-Identifier: GPL-2.0-or-later
/* table.c - what of a process's addresses is mapped, and the page tables above it. */
#include "user_parts.h"

#include <stdlib.h>
#include <string.h>

bs_pfn user_alloc(struct bs_user *u, unsigned int order, unsigned int gfp)
{
	return u->ops->alloc(u->arg, order, gfp);
}

/* Room for one more of @size bytes; false: no memory. */
static bool grow(struct bs_user *u, void **list, size_t n, size_t *room, size_t size)
{
	const size_t more = *room ? 2 * *room : 16;
	void *p;

	if (n < *room)
		return true;
	p = realloc(*list, more * size);
	if (!p) {
		u->ops->failed(u->arg);
		return false;
	}
	*list = p;
	*room = more;
	return true;
}

/* ---- Ranges ---------------------------------------------------------------------------------- */

size_t user_range_from(const struct bs_space *s, uint64_t n)
{
	size_t low = 0, high = s->nr_ranges;

	if (!high || s->range[high - 1].n < n)
		return high;
	while (low < high) {
		const size_t mid = (low + high) / 2;

		if (s->range[mid].n < n)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct range *user_range(const struct bs_space *s, uint64_t n)
{
	const size_t i = user_range_from(s, n);

	return i < s->nr_ranges && s->range[i].n == n ? &s->range[i] : NULL;
}

void user_range_drop(struct bs_space *s, size_t i)
{
	free(s->range[i].pte);
	free(s->range[i].swapped);
	memmove(&s->range[i], &s->range[i + 1], (--s->nr_ranges - i) * sizeof(*s->range));
}

/* A table of @level (0: second, 1: third) for @n. */
static bool make_upper(struct bs_space *s, unsigned int level, uint64_t n)
{
	struct bs_user *u = s->u;
	size_t i = s->nr_upper[level];
	bs_pfn table;

	while (i && s->upper[level][i - 1].n > n)
		i--;
	if (i && s->upper[level][i - 1].n == n)
		return true;
	if (!grow(u, (void **)&s->upper[level], s->nr_upper[level], &s->room_upper[level],
		  sizeof(struct upper)))
		return false;
	table = user_alloc(u, 0, u->km.table_compound ? GFP_TABLE_COMPOUND : GFP_TABLE);
	if (table == BS_NO_PFN)
		return false;
	memmove(&s->upper[level][i + 1], &s->upper[level][i],
		(s->nr_upper[level] - i) * sizeof(struct upper));
	s->upper[level][i] = (struct upper){.n = n, .table = table};
	s->nr_upper[level]++;
	return true;
}

struct range *user_range_make(struct bs_space *s, uint64_t n)
{
	const size_t i = user_range_from(s, n);

	if (i < s->nr_ranges && s->range[i].n == n)
		return &s->range[i];
	if (!make_upper(s, 1, n >> 18) || !make_upper(s, 0, n >> 9) ||
	    !grow(s->u, (void **)&s->range, s->nr_ranges, &s->room_ranges, sizeof(*s->range)))
		return NULL;
	memmove(&s->range[i + 1], &s->range[i], (s->nr_ranges++ - i) * sizeof(*s->range));
	s->range[i] = (struct range){.n = n, .table = BS_NO_PFN};
	return &s->range[i];
}

bool user_table(struct bs_user *u, struct range *r)
{
	if (r->table != BS_NO_PFN)
		return true;
	r->table = user_alloc(u, 0, u->km.table_compound ? GFP_TABLE_COMPOUND : GFP_TABLE);
	u->counts.tables += r->table != BS_NO_PFN;
	if (u->counts.tables > u->counts.tables_peak)
		u->counts.tables_peak = u->counts.tables;
	return r->table != BS_NO_PFN;
}

static struct upper *second_level(const struct bs_space *s, uint64_t n)
{
	size_t low = 0, high = s->nr_upper[0];

	while (low < high) {
		const size_t mid = (low + high) / 2;

		if (s->upper[0][mid].n < n >> 9)
			low = mid + 1;
		else
			high = mid;
	}
	return &s->upper[0][low];
}

bool user_deposit(struct bs_space *s, struct range *r)
{
	struct upper *up = second_level(s, r->n);
	unsigned int at = up->nr_deposits ? up->head + 1u : 0;

	if (!up->deposit)
		up->deposit = malloc(BS_USER_HUGE_PAGES * sizeof(*up->deposit));
	if (!up->deposit) {
		s->u->ops->failed(s->u->arg);
		return false;
	}
	if (!user_table(s->u, r))
		return false;
	memmove(&up->deposit[at + 1], &up->deposit[at],
		(up->nr_deposits++ - at) * sizeof(*up->deposit));
	up->deposit[at] = r->table;
	up->head = (uint16_t)at;
	r->table = BS_NO_PFN;
	return true;
}

bs_pfn user_withdraw(struct bs_space *s, const struct range *r)
{
	struct upper *up = second_level(s, r->n);
	const bs_pfn table = up->deposit[up->head];

	memmove(&up->deposit[up->head], &up->deposit[up->head + 1],
		(--up->nr_deposits - up->head) * sizeof(*up->deposit));
	if (up->head == up->nr_deposits)
		up->head = 0;
	return table;
}

/* ---- Pages that wait for the LRU ------------------------------------------------------------- */

void bs_user_lru_put(struct bs_user *u, bool told)
{
	struct bs_user_page dead[64];
	unsigned int n = 0;

	for (unsigned int i = 0; i < u->nr_waiting; i++)
		if (u->dead >> i & 1)
			dead[n++] = (struct bs_user_page){u->waits[i], 0};
	u->nr_waiting = 0;
	u->dead = 0;
	u->told |= told;
	if (n)
		u->ops->hand_over(u->arg, dead, n);
}

void user_lru_add(struct bs_user *u, bs_pfn pfn)
{
	if (u->km.unmap_drains_lru)
		return;
	if (u->nr_waiting == 64)
		bs_user_lru_put(u, false);
	u->waits[u->nr_waiting++] = pfn;
	if (u->nr_waiting >= u->km.lru_batch && !u->told)
		bs_user_lru_put(u, false);
}

bool user_lru_keeps(struct bs_user *u, bs_pfn pfn)
{
	for (unsigned int i = 0; i < u->nr_waiting; i++) {
		if (u->waits[i] != pfn || u->dead >> i & 1)
			continue;
		u->dead |= UINT64_C(1) << i;
		return true;
	}
	return false;
}

bool user_ptes(struct bs_user *u, struct range *r)
{
	if (r->pte)
		return true;
	r->pte = malloc(BS_USER_HUGE_PAGES * sizeof(*r->pte));
	if (!r->pte) {
		u->ops->failed(u->arg);
		return false;
	}
	for (unsigned int i = 0; i < BS_USER_HUGE_PAGES; i++)
		r->pte[i] = BS_NO_PFN;
	return true;
}

/* ---- Mappings -------------------------------------------------------------------------------- */

struct mapping *user_mapping(const struct bs_space *s, uint64_t at)
{
	for (size_t i = 0; i < s->nr_maps; i++)
		if (at >= s->map[i].start && at < s->map[i].end)
			return &s->map[i];
	return NULL;
}

bool user_mapped_between(const struct bs_space *s, uint64_t start, uint64_t end)
{
	for (size_t i = 0; i < s->nr_maps; i++)
		if (s->map[i].start < end && s->map[i].end > start)
			return true;
	return false;
}

bool user_mapping_insert(struct bs_space *s, size_t i, struct mapping m)
{
	if (!grow(s->u, (void **)&s->map, s->nr_maps, &s->room_maps, sizeof(m)))
		return false;
	memmove(&s->map[i + 1], &s->map[i], (s->nr_maps++ - i) * sizeof(m));
	s->map[i] = m;
	return true;
}

void user_mapping_cut(struct bs_space *s, uint64_t at)
{
	struct mapping *m = user_mapping(s, at), lower;

	if (!m || m->start == at)
		return;
	lower = *m;
	lower.end = at;
	if (user_mapping_insert(s, (size_t)(m - s->map), lower))
		s->map[user_mapping(s, at) - s->map].start = at;
}

/* Neighbours that have become alike are one mapping, as in the kernel. */
void user_mappings_join(struct bs_space *s)
{
	for (size_t i = 1; i < s->nr_maps;) {
		struct mapping *a = &s->map[i - 1], *b = &s->map[i];

		if (a->end != b->start || a->huge != b->huge || a->no_huge != b->no_huge ||
		    a->kind != b->kind) {
			i++;
			continue;
		}
		a->end = b->end;
		memmove(b, b + 1, (--s->nr_maps - i) * sizeof(*b));
	}
}
