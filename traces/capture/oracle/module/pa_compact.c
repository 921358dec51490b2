// SPDX-License-Identifier: GPL-2.0
/*
 * pa_compact.c - compaction and reclaim: what sets them off
 *
 * The requests and commands run while other files of the module log what follows from them.
 */
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "pa_compact.h"

static struct pa_fixed *dheld;
static u32 nr_dheld;
static struct file *compact_file, *drop_file;
unsigned long pa_lru_drain_addr;

static void settle(void)
{
	if (pa_lru_drain_addr)
		((void (*)(void))pa_lru_drain_addr)();
}

static int write_one(struct file *f, char c)
{
	char text[2] = {c, 0};
	loff_t pos = 0;
	ssize_t n = kernel_write(f, text, 1, &pos);

	return n == 1 ? 0 : n < 0 ? n : -EIO;
}

static void head(const char *label, const char *args)
{
	pa_log_head();
	pa_log("begin %s %s\n", label, args);
}

/* ccompact LABEL: /proc/sys/vm/compact_memory */
int pa_ccompact(char *label, bool drop)
{
	unsigned long f;
	int ret;

	sched_set_fifo(current);
	settle();
	local_irq_save(f);
	head(label, drop ? "op=drop_caches" : "op=compact_memory");
	if (drop)
		pa_log_cached(0);
	pa_cdump_all("start");
	pa_compacting = true;
	local_irq_restore(f);
	ret = write_one(drop ? drop_file : compact_file, '1');
	local_irq_save(f);
	pa_compacting = false;
	pa_cdump_all("end");
	pa_log("finish %s overflow=%d\n", label, pa.overflow);
	local_irq_restore(f);
	sched_set_normal(current, 0);
	return ret;
}

/* cdirect label= order= n= mt=0|1|2 noretry= mayfail= kswapd= pages= : allocations that may reclaim and compact;
   pages=1: with the record of clean pages in the order of their age */
int pa_cdirect(char *args)
{
	unsigned long order = 9, n = 1, mt = 1, noretry = 1, mayfail = 0, kswapd = 0, noio = 0,
		      pages = 0, i, f;
	char *label = "direct", *w;
	gfp_t gfp;

	while ((w = strsep(&args, " "))) {
		if (!strncmp(w, "label=", 6))
			label = w + 6;
		else if (*w && !pa_key_ulong(w, "order", &order) && !pa_key_ulong(w, "n", &n) &&
			 !pa_key_ulong(w, "mt", &mt) && !pa_key_ulong(w, "noretry", &noretry) &&
			 !pa_key_ulong(w, "mayfail", &mayfail) &&
			 !pa_key_ulong(w, "kswapd", &kswapd) && !pa_key_ulong(w, "noio", &noio) &&
			 !pa_key_ulong(w, "pages", &pages))
			return -EINVAL;
	}
	gfp = __GFP_DIRECT_RECLAIM | __GFP_NOWARN | (noio ? 0 : __GFP_IO | __GFP_FS);
	gfp |= mt == 1 ? __GFP_MOVABLE | __GFP_HIGHMEM : mt == 2 ? __GFP_RECLAIMABLE : 0;
	gfp |= (noretry ? __GFP_NORETRY : 0) | (mayfail ? __GFP_RETRY_MAYFAIL : 0) |
	       (kswapd ? __GFP_KSWAPD_RECLAIM : 0);
	sched_set_normal(current, -20);
	settle();
	local_irq_save(f);
	pa_log_head();
	pa_log("begin %s op=direct order=%lu n=%lu gfp=0x%x\n", label, order, n, (unsigned int)gfp);
	if (pages)
		pa_log_cached(0);
	pa_cdump_all("start");
	pa_compacting = true;
	for (i = 0; i < n && !pa.overflow && nr_dheld < PA_MAX_INDEX; i++) {
		struct page *page;

		pa_log("q %u %lu 0x%x\n", pa.next_id, order, (unsigned int)gfp);
		local_irq_restore(f);
		page = alloc_pages(gfp, order);
		local_irq_save(f);
		if (page) {
			pa_log("r %u %lu\n", pa.next_id, page_to_pfn(page));
			dheld[nr_dheld++] = (struct pa_fixed){page, order};
		} else {
			pa_log("r %u -\n", pa.next_id);
		}
		pa_log_check(i + 1);
		pa.next_id++;
	}
	pa_compacting = false;
	pa_cdump_all("end");
	pa_log("finish %s overflow=%d\n", label, pa.overflow);
	local_irq_restore(f);
	sched_set_normal(current, 0);
	return 0;
}

void pa_cdrel(void)
{
	while (nr_dheld) {
		nr_dheld--;
		__free_pages(dheld[nr_dheld].page, dheld[nr_dheld].order);
	}
}

/* cwatch label= ms= n= every= : dumps of a live system while something else works; the events between */
int pa_cwatch(char *args)
{
	unsigned long ms = 500, n = 4, wake = 0, i, f;
	char *label = "watch", *w, name[24];

	while ((w = strsep(&args, " "))) {
		if (!strncmp(w, "label=", 6))
			label = w + 6;
		else if (*w && !pa_key_ulong(w, "ms", &ms) && !pa_key_ulong(w, "n", &n) &&
			 !pa_key_ulong(w, "wake", &wake))
			return -EINVAL;
	}
	settle();
	for (i = 0; i <= n; i++) {
		local_irq_save(f);
		if (!i) {
			pa_log_head();
			pa_log("begin %s op=watch ms=%lu n=%lu\n", label, ms, n);
			pa_log_cached(0);
		}
		scnprintf(name, sizeof(name), i ? "t%lu" : "start", i);
		pa_cdump_all(name);
		pa_compacting = true;
		local_irq_restore(f);
		if (wake && !i) {
			struct page *page =
				alloc_pages(__GFP_KSWAPD_RECLAIM | __GFP_MOVABLE | __GFP_HIGHMEM |
						    __GFP_NOWARN | __GFP_NORETRY,
					    wake);

			if (page)
				dheld[nr_dheld++] = (struct pa_fixed){page, wake};
		}
		if (i < n)
			msleep(ms);
	}
	pa_compacting = false;
	local_irq_save(f);
	pa_log("finish %s overflow=%d\n", label, pa.overflow);
	local_irq_restore(f);
	return 0;
}

/* cpress label= n= direct= sleep= (300 ms after so many) fifo= : order-0 page cache as a reader would add it, waking kswapd; logged one by one */
int pa_cpress(char *args)
{
	unsigned long n = 1000, direct = 0, sleep = 0, fifo = 0, i, f;
	char *label = "press", *w;
	gfp_t gfp;

	while ((w = strsep(&args, " "))) {
		if (!strncmp(w, "label=", 6))
			label = w + 6;
		else if (*w && !pa_key_ulong(w, "n", &n) && !pa_key_ulong(w, "direct", &direct) &&
			 !pa_key_ulong(w, "sleep", &sleep) && !pa_key_ulong(w, "fifo", &fifo))
			return -EINVAL;
	}
	gfp = (direct ? GFP_KERNEL : __GFP_KSWAPD_RECLAIM) | __GFP_NOWARN | __GFP_NORETRY;
	if (fifo) /* kswapd then works while we sleep, and only then */
		sched_set_fifo(current);
	settle();
	local_irq_save(f);
	pa_log_head();
	pa_log("begin %s op=press n=%lu gfp=0x%x\n", label, n, (unsigned int)gfp);
	pa_log_cached(0);
	pa_cdump_all("start");
	pa_compacting = true;
	for (i = 0; i < n && !pa.overflow && nr_dheld < PA_MAX_INDEX; i++) {
		struct page *page;

		pa_log("q %u 0 0x%x\n", pa.next_id, (unsigned int)gfp);
		local_irq_restore(f);
		page = alloc_pages(gfp, 0);
		local_irq_save(f);
		if (page) {
			pa_log("r %u %lu\n", pa.next_id, page_to_pfn(page));
			dheld[nr_dheld++] = (struct pa_fixed){page, 0};
		} else {
			pa_log("r %u -\n", pa.next_id);
		}
		if (!((i + 1) % 100))
			pa_log_check(i + 1);
		pa.next_id++;
		if (sleep && !((i + 1) % sleep)) {
			local_irq_restore(f);
			msleep(300);
			local_irq_save(f);
		}
	}
	pa_compacting = false;
	pa_log_cached(0);
	pa_cdump_all("end");
	pa_log("finish %s overflow=%d\n", label, pa.overflow);
	local_irq_restore(f);
	sched_set_normal(current, 0);
	return 0;
}

int pa_compact_init(void)
{
	int ret = pa_cache_init();

	if (ret)
		return ret;
	dheld = vcalloc(PA_MAX_INDEX, sizeof(*dheld));
	if (!dheld)
		return -ENOMEM;
	compact_file = filp_open("/proc/sys/vm/compact_memory", O_WRONLY, 0);
	drop_file = filp_open("/proc/sys/vm/drop_caches", O_WRONLY, 0);
	if (IS_ERR(compact_file) || IS_ERR(drop_file))
		return -ENOENT;
	return pa_compact_log_init();
}
