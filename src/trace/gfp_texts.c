// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfp_texts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void bs_gfp_texts_free(struct bs_gfp_texts *t)
{
	for (uint32_t i = 0; i < t->nr; i++)
		free(t->text[i].text);
	free(t->text);
	free(t->slot);
	memset(t, 0, sizeof(*t));
}

/* ---- Which ----------------------------------------------------------------------------------- */

static uint64_t bytes8(const char *s, size_t n)
{
	uint64_t v = 0;

	memcpy(&v, s, n < 8 ? n : 8);
	return v;
}

/* Both ends and the length tell nearly all masks apart. */
static uint32_t hash(const char *s, size_t n)
{
	uint64_t h = bytes8(s, n) ^ n << 56;

	if (n > 8)
		h = (h ^ bytes8(s + n - 8, 8) * 3) + bytes8(s + n / 2 - 4, 8) * 5;
	h *= UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(h >> 32);
}

static bool is_text(const struct bs_gfp_text *x, const char *s, size_t n)
{
	return x->len == n && !memcmp(x->text, s, n);
}

static int grow(struct bs_gfp_texts *t)
{
	uint32_t cap = t->cap ? t->cap * 2 : 256, *slot = calloc(cap * 2ul, sizeof(*slot));
	struct bs_gfp_text *bigger = slot ? realloc(t->text, cap * sizeof(*bigger)) : NULL;

	if (!bigger) {
		free(slot);
		return -ENOMEM;
	}
	t->text = bigger;
	t->cap = cap;
	free(t->slot);
	t->slot = slot;
	t->nr_slots = cap * 2;
	for (uint32_t i = 0; i < t->nr; i++) {
		uint32_t at = hash(t->text[i].text, t->text[i].len) & (t->nr_slots - 1);

		while (slot[at])
			at = (at + 1) & (t->nr_slots - 1);
		slot[at] = i + 1;
	}
	return 0;
}

static uint32_t add(struct bs_gfp_texts *t, const char *text, size_t len, uint32_t line, int *ret)
{
	struct bs_gfp_text *x;
	uint32_t mask, at;

	if (len > BS_GFP_TEXT_BYTES || t->nr == BS_GFP_TEXTS_MAX)
		return UINT32_MAX;
	if (t->nr == t->cap && grow(t)) {
		*ret = -ENOMEM;
		return UINT32_MAX;
	}
	x = &t->text[t->nr];
	*x = (struct bs_gfp_text){.len = (uint32_t)len, .line = line};
	x->text = malloc(len);
	if (!x->text) {
		*ret = -ENOMEM;
		return UINT32_MAX;
	}
	memcpy(x->text, text, len);
	x->is_number = bs_gfp_is_number(text, len, &x->value);
	if (!x->is_number)
		x->unknown =
			bs_gfp_parse_names(text, len, BS_GFP_OWN_ERA, &mask, &x->eras, NULL, NULL);
	at = hash(text, len) & (t->nr_slots - 1);
	while (t->slot[at])
		at = (at + 1) & (t->nr_slots - 1);
	t->slot[at] = ++t->nr;
	return t->nr - 1;
}

uint32_t bs_gfp_texts_see(struct bs_gfp_texts *t, const char *text, size_t len, int migratetype,
			  uint32_t line, int *ret)
{
	uint32_t i = t->last, at;

	*ret = 0;
	if (i >= t->nr || !is_text(&t->text[i], text, len)) {
		i = UINT32_MAX;
		at = t->nr_slots ? hash(text, len) & (t->nr_slots - 1) : 0;
		for (; t->nr_slots && t->slot[at]; at = (at + 1) & (t->nr_slots - 1)) {
			if (is_text(&t->text[t->slot[at] - 1], text, len)) {
				i = t->slot[at] - 1;
				break;
			}
		}
		if (i == UINT32_MAX)
			i = add(t, text, len, line, ret);
		if (i == UINT32_MAX)
			return i;
		t->last = i;
	}
	t->text[i].count++;
	if (migratetype >= 0)
		t->text[i].migratetypes |= 1u << migratetype;
	return i;
}

/* ---- Of which kernel ------------------------------------------------------------------------- */

static unsigned int plausible(const struct bs_gfp_text *x)
{
	unsigned int eras = 0;

	for (unsigned int e = 0; e < BS_GFP_ERAS; e++)
		if (bs_gfp_is_plausible(x->value, e, x->migratetypes))
			eras |= 1u << e;
	return eras;
}

/* Which numbering of migratetypes its names and what was said of it show, as eras. */
static unsigned int by_migratetype(const struct bs_gfp_text *x)
{
	const unsigned int said = x->migratetypes & 6;
	unsigned int asked, eras = 0;
	uint32_t mask;

	bs_gfp_parse_names(x->text, x->len, BS_GFP_OWN_ERA, &mask, NULL, NULL, NULL);
	asked = bs_gfp_migratetype(mask);
	if (!asked || !said || said == 6)
		return BS_GFP_ALL_ERAS;
	for (unsigned int e = 0; e < BS_GFP_ERAS; e++)
		if (bs_gfp_migratetype_of(said >> 1, e) == asked)
			eras |= 1u << e;
	return eras;
}

/* What all of one kind have in common, or everything, if they contradict each other. */
static unsigned int in_common(const struct bs_gfp_texts *t, bool numbers,
			      unsigned int (*eras)(const struct bs_gfp_text *x))
{
	unsigned int all = BS_GFP_ALL_ERAS;

	for (uint32_t i = 0; i < t->nr; i++)
		if (t->text[i].is_number == numbers)
			all &= eras(&t->text[i]);
	return all ? all : BS_GFP_ALL_ERAS;
}

static unsigned int by_names(const struct bs_gfp_text *x)
{
	return x->unknown || !x->eras ? BS_GFP_ALL_ERAS : x->eras;
}

static void find_eras(struct bs_gfp_texts *t, unsigned int eras, const char *how)
{
	static const struct {
		bool numbers;
		unsigned int (*eras)(const struct bs_gfp_text *x);
		const char *how;
	} proofs[] = {
		{false, by_names, "names that no other kernel prints"},
		{false, by_migratetype, "migratetypes against masks"},
		{true, plausible, "numbers that no other kernel can print"},
	};

	t->how = eras ? how : "open";
	t->eras = eras ? eras : BS_GFP_ALL_ERAS;
	for (size_t i = 0; i < sizeof(proofs) / sizeof(proofs[0]); i++) {
		unsigned int left = t->eras & in_common(t, proofs[i].numbers, proofs[i].eras);

		/* What was said is more than a proof; one that contradicts proves nothing. */
		if (!left || left == t->eras)
			continue;
		t->eras = left;
		t->how = eras ? t->how : proofs[i].how;
	}
}

static unsigned int highest(unsigned int eras)
{
	unsigned int e = BS_GFP_ERAS - 1;

	while (e && !(eras >> e & 1))
		e--;
	return eras & 1u << BS_GFP_OWN_ERA ? BS_GFP_OWN_ERA : e;
}

/* The eras that this number may be of: those of the whole, or, where it contradicts the others, its own. */
static void settle_number(const struct bs_gfp_texts *t, struct bs_gfp_text *x, bool said)
{
	unsigned int own = plausible(x), eras = t->eras & own;

	if (!eras)
		eras = said || !own ? t->eras : own;
	x->era = highest(eras);
	x->mask = bs_gfp_decode(x->value, x->era);
	x->fate = BS_GFP_MEANS;
	for (unsigned int e = 0; e < BS_GFP_ERAS; e++)
		if (eras >> e & 1 && bs_gfp_decode(x->value, e) != x->mask)
			x->fate = BS_GFP_NO_LAYOUT;
}

static unsigned int count_names(const struct bs_gfp_text *x)
{
	unsigned int n = 1;

	for (uint32_t i = 0; i < x->len; i++)
		n += x->text[i] == '|';
	return n;
}

void bs_gfp_texts_settle(struct bs_gfp_texts *t, unsigned int eras, const char *how)
{
	find_eras(t, eras, how);
	for (uint32_t i = 0; i < t->nr; i++) {
		struct bs_gfp_text *x = &t->text[i];

		if (x->is_number) {
			settle_number(t, x, eras);
			continue;
		}
		x->era = highest(t->eras & x->eras ? t->eras & x->eras : t->eras);
		bs_gfp_parse_names(x->text, x->len, x->era, &x->mask, NULL, NULL, NULL);
		x->fate = x->unknown == count_names(x) ? BS_GFP_NO_NAME : BS_GFP_MEANS;
	}
}
