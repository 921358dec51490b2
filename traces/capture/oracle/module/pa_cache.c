// SPDX-License-Identifier: GPL-2.0
/*
 * pa_cache.c - page cache of the module's own, filled and thinned by a seed
 *
 * A file system without a mount point holds page cache that is added and dropped page by page. Between
 * it stand pages that nothing can move.
 */
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/migrate.h>
#include <linux/mm_inline.h>
#include <linux/pagemap.h>
#include <linux/pseudo_fs.h>
#include <linux/sched.h>
#include <linux/swap.h>
#include <linux/vmalloc.h>
#include <linux/vmstat.h>

#include "pa_compact.h"

struct inode *pa_ino[2];
u32 pa_nr_index[2];
unsigned long *pa_present[2];
static struct pa_fixed *fixed;
static u32 nr_fixed;
static u64 rng;

static u32 below(u32 n)
{
	rng ^= rng >> 12;
	rng ^= rng << 25;
	rng ^= rng >> 27;
	return (u32)((rng * 2685821657736338717ULL) >> 32) % n;
}

static void seed_rng(unsigned long seed)
{
	rng = seed * 0x9E3779B97F4A7C15ULL + 88172645463325252ULL;
}

static const struct address_space_operations pa_aops = {
	.dirty_folio = noop_dirty_folio,
	.migrate_folio = filemap_migrate_folio,
};

static int pa_fs_init(struct fs_context *fc)
{
	return init_pseudo(fc, 0x70616f72) ? 0 : -ENOMEM;
}

static struct file_system_type pa_fs = {
	.name = "pa_oracle",
	.init_fs_context = pa_fs_init,
	.kill_sb = kill_anon_super,
};

int pa_cache_init(void)
{
	struct vfsmount *mnt = kern_mount(&pa_fs);
	int i;

	if (IS_ERR(mnt))
		return PTR_ERR(mnt);
	fixed = vcalloc(PA_MAX_INDEX, sizeof(*fixed));
	if (!fixed)
		return -ENOMEM;
	for (i = 0; i < 2; i++) {
		pa_ino[i] = new_inode(mnt->mnt_sb);
		if (!pa_ino[i])
			return -ENOMEM;
		pa_ino[i]->i_ino = i + 2;
		pa_ino[i]->i_mode = S_IFREG | 0600;
		pa_ino[i]->i_size = 1L << 40;
		pa_ino[i]->i_mapping->a_ops = &pa_aops;
		mapping_set_gfp_mask(pa_ino[i]->i_mapping, GFP_HIGHUSER_MOVABLE);
		pa_present[i] = vzalloc(BITS_TO_LONGS(PA_MAX_INDEX) * sizeof(long));
		if (!pa_present[i])
			return -ENOMEM;
	}
	return 0;
}

static bool add_cached(int which)
{
	struct page *page;
	u32 index = pa_nr_index[which];

	if (index >= PA_MAX_INDEX)
		return false;
	page = alloc_pages((GFP_HIGHUSER_MOVABLE & ~__GFP_RECLAIM) | __GFP_NOWARN | __GFP_NORETRY,
			   0);
	if (!page)
		return false;
	if (which)
		__folio_set_swapbacked(page_folio(page));
	if (filemap_add_folio(pa_ino[which]->i_mapping, page_folio(page), index,
			      GFP_KERNEL & ~__GFP_RECLAIM)) {
		put_page(page);
		return false;
	}
	SetPageUptodate(page);
	unlock_page(page);
	put_page(page);
	set_bit(index, pa_present[which]);
	pa_nr_index[which]++;
	return true;
}

static void drop_cached(int which, u32 index)
{
	loff_t at = (loff_t)index << PAGE_SHIFT;

	truncate_inode_pages_range(pa_ino[which]->i_mapping, at, at + PAGE_SIZE - 1);
	clear_bit(index, pa_present[which]);
}

bool pa_key_ulong(char *word, const char *key, unsigned long *v)
{
	size_t n = strlen(key);

	return !strncmp(word, key, n) && word[n] == '=' && !kstrtoul(word + n + 1, 0, v);
}

/* pages c|t PFN...: clean pages in the order of their age (as added), so that reclaim can be followed */
void pa_log_cached(int which)
{
	u32 i, n = 0;

	pa_log("pages %c", "ct"[which]);
	for (i = 0; i < pa_nr_index[which]; i++) {
		struct page *page;

		if (!test_bit(i, pa_present[which]))
			continue;
		page = xa_load(&pa_ino[which]->i_mapping->i_pages, i);
		if (!page || xa_is_value(page))
			continue;
		pa_log_char(' ');
		pa_log_num(page_to_pfn(page));
		n++;
	}
	pa_log_char('\n');
}

static unsigned long free_now(void)
{
	return global_zone_page_state(NR_FREE_PAGES);
}

/* cfill seed= ops= c= t= u= (weights of clean, swap-backed, unmovable) umax= (largest unmovable order) left= (stop at so many free pages) burst= */
int pa_cfill(char *args)
{
	unsigned long seed = 1, ops = 1000, c = 0, t = 1, u = 0, umax = 0, left = 4000, burst = 1,
		      i, made = 0;
	unsigned int kind = 0, run = 0;
	char *w;

	while ((w = strsep(&args, " ")))
		if (*w && !pa_key_ulong(w, "seed", &seed) && !pa_key_ulong(w, "ops", &ops) &&
		    !pa_key_ulong(w, "c", &c) && !pa_key_ulong(w, "t", &t) &&
		    !pa_key_ulong(w, "u", &u) && !pa_key_ulong(w, "umax", &umax) &&
		    !pa_key_ulong(w, "left", &left) && !pa_key_ulong(w, "burst", &burst))
			return -EINVAL;
	seed_rng(seed);
	for (i = 0; i < ops && free_now() > left; i++) {
		if (!run) {
			u32 r = below(c + t + u);

			kind = r < c ? 0 : r < c + t ? 1 : 2;
			run = 1 + below(burst);
		}
		run--;
		if (kind < 2) {
			if (!add_cached(kind))
				break;
		} else {
			u32 order = umax ? below(umax + 1) : 0;
			struct page *page = alloc_pages(__GFP_NOWARN | __GFP_NORETRY, order);

			if (!page || nr_fixed >= PA_MAX_INDEX)
				break;
			fixed[nr_fixed++] = (struct pa_fixed){page, order};
		}
		made++;
		if (!(i & 1023))
			cond_resched();
	}
	pr_info("pa_oracle: cfill made %lu, free %lu, cached %u %u fixed %u\n", made, free_now(),
		pa_nr_index[0], pa_nr_index[1], nr_fixed);
	return 0;
}

/* chold N: take N blocks of order 10 from DMA32 or pa_below, for good */
int pa_chold(char *args)
{
	unsigned long n;

	if (kstrtoul(args, 0, &n))
		return -EINVAL;
	while (n && alloc_pages(__GFP_DMA32 | __GFP_NOWARN | __GFP_NORETRY, 10))
		n--;
	pr_info("pa_oracle: chold %lu missing, free %lu\n", n, free_now());
	return 0;
}

/* cthin seed= c= t= u= (percent to drop of each) run= (longest run of neighbours by age dropped or kept as one) */
int pa_cthin(char *args)
{
	unsigned long seed = 1, pct[3] = {0, 0, 0}, run = 1;
	u32 i, k, left;
	bool drop = false;
	char *w;

	while ((w = strsep(&args, " ")))
		if (*w && !pa_key_ulong(w, "seed", &seed) && !pa_key_ulong(w, "c", &pct[0]) &&
		    !pa_key_ulong(w, "t", &pct[1]) && !pa_key_ulong(w, "u", &pct[2]) &&
		    !pa_key_ulong(w, "run", &run))
			return -EINVAL;
	seed_rng(seed);
	for (k = 0; k < 2; k++)
		for (i = 0, left = 0; i < pa_nr_index[k]; i++) {
			if (!left) {
				left = 1 + below(run);
				drop = below(100) < pct[k];
			}
			left--;
			if (drop && test_bit(i, pa_present[k]))
				drop_cached(k, i);
			if (!(i & 1023))
				cond_resched();
		}
	for (i = 0, k = 0, left = 0; i < nr_fixed; i++) {
		if (!left) {
			left = 1 + below(run);
			drop = below(100) < pct[2];
		}
		left--;
		if (drop)
			__free_pages(fixed[i].page, fixed[i].order);
		else
			fixed[k++] = fixed[i];
	}
	nr_fixed = k;
	return 0;
}
