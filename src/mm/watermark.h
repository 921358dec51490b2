/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watermark.h - may a zone give a block, and the marks that decide it. */
#ifndef BS_MM_WATERMARK_H
#define BS_MM_WATERMARK_H

#include "zone.h"

/* Of the zone's free pages what is not for a request without claim to the HIGHATOMIC reserve. */
static inline const int64_t *mm_kept_for_others(const struct bs_machine *m, const struct zone *z)
{
	return m->km.wm_highatomic_free ? &z->nr_free_highatomic : &z->nr_reserved_highatomic;
}

bool mm_watermark_ok(const struct bs_machine *m, const struct zone *z, unsigned int order,
		     uint64_t mark, unsigned int hz, unsigned int flags);
bool mm_fast_watermark(struct bs_machine *m, struct zone *z, unsigned int order, uint64_t mark,
		       unsigned int hz, unsigned int flags);
/* All marks, reserves and thresholds, from what the zones manage now. */
void mm_setup_watermarks(struct bs_machine *m);
/* Its two steps, from the marks there are: min_free_kbytes from what is managed above them; then as
 * much as khugepaged, started later, asks for to keep migratetypes apart. */
void mm_marks_from_memory(struct bs_machine *m);
void mm_marks_for_huge_pages(struct bs_machine *m);
/* lowmem_reserve of all zones. */
void mm_set_reserves(struct bs_machine *m);

#endif
