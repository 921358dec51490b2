// SPDX-License-Identifier: GPL-2.0
/*
 * pa_devices.c - what the drivers of balloon, free page hinting and virtio-mem do to the allocator
 *
 * "vrec" writes a dump, asks the host through the console to change something, and logs until nothing has
 * happened for a while: every allocation and free, and each call of the functions that "vhook" named.
 */
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/kprobes.h>
#include <linux/scatterlist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/tracepoint.h>
#include <linux/virtio.h>
#include <linux/vmalloc.h>
#include <linux/vmstat.h>

#include "pa_compact.h"

static bool recording;
static struct task_struct *recorder;
static u64 began;
static unsigned long nr_events;
static pid_t last_pid;

static u64 since_begin(void)
{
	return (ktime_get_mono_fast_ns() - began) / 1000;
}

/* w TIME PID NAME: from here on this task acts; 0 irq: an interrupt */
static void who(void)
{
	const pid_t pid = in_interrupt() ? 0 : current->pid;

	if (pid == last_pid)
		return;
	last_pid = pid;
	pa_log("w %llu %d %s\n", since_begin(), pid, pid ? current->comm : "irq");
}

#define EVENT_BEGIN         \
	unsigned long f_;   \
	if (!recording)     \
		return;     \
	local_irq_save(f_); \
	who()
#define EVENT_END local_irq_restore(f_)

static void ev_alloc(void *tag, struct page *page, unsigned int order, gfp_t gfp, int mt)
{
	EVENT_BEGIN;
	nr_events++;
	if (page)
		pa_log("pa %lu %u 0x%x %d\n", page_to_pfn(page), order, (unsigned int)gfp, mt);
	else
		pa_log("pa - %u 0x%x %d\n", order, (unsigned int)gfp, mt);
	EVENT_END;
}

static void ev_free(void *tag, struct page *page, unsigned int order)
{
	EVENT_BEGIN;
	nr_events++;
	pa_log("pf %lu %u\n", page_to_pfn(page), order);
	EVENT_END;
}

static void ev_wakeup_kswapd(void *tag, int nid, int zid, int order, gfp_t gfp)
{
	EVENT_BEGIN;
	pa_log("kq %d %d %d 0x%x\n", nid, zid, order, (unsigned int)gfp);
	EVENT_END;
}

static void ev_kswapd_wake(void *tag, int nid, int zid, int order)
{
	EVENT_BEGIN;
	pa_log("kw %d %d %d\n", nid, zid, order);
	EVENT_END;
}

static struct {
	const char *name;
	void *probe;
	bool found;
} events[] = {
	{"mm_page_alloc", ev_alloc},
	{"mm_page_free", ev_free},
	{"mm_vmscan_wakeup_kswapd", ev_wakeup_kswapd},
	{"mm_vmscan_kswapd_wake", ev_kswapd_wake},
};

static void hook(struct tracepoint *tp, void *unused)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(events); i++)
		if (!strcmp(tp->name, events[i].name))
			events[i].found = !tracepoint_probe_register(tp, events[i].probe, NULL);
}

/* ---- Functions by their name ----------------------------------------------------------------- */

#define PA_MAX_HOOKS 96

static struct pa_hook {
	struct kretprobe ret; /* with its result */
	struct kprobe call; /* without */
	char name[48], args[8];
	bool dump;
} * hooks;
static int nr_hooks;

static unsigned long argument(const struct pt_regs *r, int i)
{
	const unsigned long args[] = {r->di, r->si, r->dx, r->cx, r->r8, r->r9};

	return args[min_t(int, i, ARRAY_SIZE(args) - 1)];
}

static void log_argument(char how, unsigned long a)
{
	const struct scatterlist *sg = (void *)a;

	switch (how) {
	case 'd':
		pa_log(" %ld", (long)a);
		break;
	case 'i':
		pa_log(" %d", (int)a);
		break;
	case 'x':
		pa_log(" 0x%lx", a);
		break;
	case 'p':
		pa_log(" %lu", a ? page_to_pfn((struct page *)a) : 0);
		break;
	case 'Z':
		pa_log(" %d", a ? (int)zone_idx((struct zone *)a) : -1);
		break;
	case 'q':
		pa_log(" %s", a ? ((struct virtqueue *)a)->name : "-");
		break;
	case 's':
		pa_log(" %u+%u", (unsigned int)page_to_pfn(sg_page((struct scatterlist *)sg)),
		       sg->length);
		break;
	}
}

/* e TIME FUNCTION ARGS: it is called. The recorder sleeps while it waits: that is no event. */
static void log_call(const struct pa_hook *h, struct pt_regs *regs)
{
	unsigned long f;
	int i;

	if (!recording || (current == recorder && !strcmp(h->name, "msleep")))
		return;
	local_irq_save(f);
	who();
	pa_log("e %llu %s", since_begin(), h->name);
	for (i = 0; h->args[i]; i++)
		log_argument(h->args[i], argument(regs, i));
	pa_log_char('\n');
	if (h->dump)
		pa_dump(h->name);
	local_irq_restore(f);
}

static int on_call(struct kprobe *p, struct pt_regs *regs)
{
	log_call(container_of(p, struct pa_hook, call), regs);
	return 0;
}

static int on_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	log_call(container_of(get_kretprobe(ri), struct pa_hook, ret), regs);
	return 0;
}

/* x TIME FUNCTION RESULT: it returns; -999999: no number */
static int on_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct pa_hook *h = container_of(get_kretprobe(ri), struct pa_hook, ret);
	const bool number = regs->ax >= ~0xffffUL || regs->ax < 0x100000000UL;
	unsigned long f;

	if (!recording)
		return 0;
	local_irq_save(f);
	who();
	pa_log("x %llu %s %d\n", since_begin(), h->name, number ? (int)regs->ax : -999999);
	local_irq_restore(f);
	return 0;
}

static int prepare(void)
{
	int i;

	if (hooks)
		return 0;
	hooks = vzalloc(PA_MAX_HOOKS * sizeof(*hooks));
	if (!hooks)
		return -ENOMEM;
	for_each_kernel_tracepoint(hook, NULL);
	for (i = 0; i < ARRAY_SIZE(events); i++)
		if (!events[i].found)
			pr_info("pa_oracle: no tracepoint %s\n", events[i].name);
	return 0;
}

/* vhook e|r|d FUNCTION ARGS|-: log its calls; r: results too; d: with a dump. ARGS: log_argument() */
int pa_vhook(char *args)
{
	const char *kind = strsep(&args, " "), *name = strsep(&args, " ");
	struct pa_hook *h;
	int ret = prepare();

	if (ret)
		return ret;
	if (!args || nr_hooks >= PA_MAX_HOOKS || !strchr("erd", *kind))
		return -EINVAL;
	h = &hooks[nr_hooks];
	memset(h, 0, sizeof(*h));
	if (strscpy(h->name, name, sizeof(h->name)) < 0 ||
	    strscpy(h->args, strcmp(args, "-") ? args : "", sizeof(h->args)) < 0)
		return -EINVAL;
	h->dump = *kind == 'd';
	if (*kind == 'r') {
		h->ret.kp.symbol_name = h->name;
		h->ret.entry_handler = on_entry;
		h->ret.handler = on_return;
		h->ret.maxactive = 16;
		ret = register_kretprobe(&h->ret);
	} else {
		h->call.symbol_name = h->name;
		h->call.pre_handler = on_call;
		ret = register_kprobe(&h->call);
	}
	if (ret)
		pr_info("pa_oracle: no probe of %s: %d\n", h->name, ret);
	else
		nr_hooks++;
	return 0;
}

/* ---- Records --------------------------------------------------------------------------------- */

/* vm, zm: what is counted of everything, and of each zone */
static void log_counts(void)
{
	static unsigned long ev[NR_VM_EVENT_ITEMS];
	struct zone *z;
	int zi;

	all_vm_events(ev);
	pa_log("vm totalram=%lu balloon_inflate=%lu balloon_deflate=%lu balloon_migrate=%lu",
	       totalram_pages(), ev[BALLOON_INFLATE], ev[BALLOON_DEFLATE], ev[BALLOON_MIGRATE]);
	pa_log(" allocstall=%lu oom_kill=%lu pgsteal=%lu,%lu compact=%lu,%lu\n",
	       ev[ALLOCSTALL_MOVABLE] + ev[ALLOCSTALL_NORMAL], ev[OOM_KILL], ev[PGSTEAL_KSWAPD],
	       ev[PGSTEAL_DIRECT], ev[COMPACTSTALL], ev[COMPACTSUCCESS]);
	for (zi = 0; zi < MAX_NR_ZONES; zi++) {
		z = pa_zone(zi);
		if (!z)
			continue;
		pa_log("zm %d managed=%lu present=%lu spanned=%lu min=%lu low=%lu high=%lu", zi,
		       zone_managed_pages(z), z->present_pages, z->spanned_pages, z->_watermark[0],
		       z->_watermark[1], z->_watermark[2]);
		pa_log(" free=%ld res=%ld,%ld,%ld,%ld\n",
		       atomic_long_read(&z->vm_stat[NR_FREE_PAGES]) + pa_free_diff(z),
		       z->lowmem_reserve[0], z->lowmem_reserve[1], z->lowmem_reserve[2],
		       z->lowmem_reserve[3]);
	}
}

static void record_begins(const char *label, const char *rest)
{
	unsigned long f;

	if (pa_lru_drain_addr)
		((void (*)(void))pa_lru_drain_addr)();
	local_irq_save(f);
	pa_log_head();
	pa_log("begin %s op=%s\n", label, rest);
	log_counts();
	pa_dump("start");
	began = ktime_get_mono_fast_ns();
	last_pid = -1;
	recording = true;
	local_irq_restore(f);
}

static void record_ends(const char *label)
{
	unsigned long f;

	local_irq_save(f);
	recording = false;
	pa_log("t %llu\n", since_begin());
	log_counts();
	pa_dump("end");
	pa_log("finish %s overflow=%d\n", label, pa.overflow);
	local_irq_restore(f);
}

/*
 * vrec label= ms= quiet= min= cmd= : record for at most ms, and no longer than until nothing has
 * happened for quiet ms, but at least for min. cmd is for the host, as "host" in guest/init says.
 */
int pa_vrec(char *args)
{
	unsigned long ms = 5000, quiet = 1500, min = 300, waited = 0, still = 0, seen;
	char *label = "devices", *cmd = NULL, *w, rest[160];
	int ret = prepare();

	if (ret)
		return ret;
	while ((w = strsep(&args, " "))) {
		if (!strncmp(w, "label=", 6))
			label = w + 6;
		else if (!strncmp(w, "cmd=", 4))
			cmd = w + 4;
		else if (*w && !pa_key_ulong(w, "ms", &ms) && !pa_key_ulong(w, "quiet", &quiet) &&
			 !pa_key_ulong(w, "min", &min))
			return -EINVAL;
	}
	scnprintf(rest, sizeof(rest), "vio cmd=%s", cmd ? cmd : "-");
	recorder = current;
	record_begins(label, rest);
	if (cmd)
		pr_alert("GUEST_HOST %s\n", cmd);
	for (seen = nr_events; waited < ms && (waited < min || still < quiet); waited += 50) {
		msleep(50);
		still = nr_events == seen ? still + 50 : 0;
		seen = nr_events;
	}
	record_ends(label);
	return 0;
}

/* vstart LABEL ... vstop LABEL: record while a program does something */
int pa_vstart(char *label)
{
	int ret = prepare();

	if (!ret)
		record_begins(label, "viostart");
	return ret;
}

int pa_vstop(char *label)
{
	record_ends(label);
	return 0;
}

/* ---- Memory in the way ----------------------------------------------------------------------- */

#define PA_MAX_KEPT 400000U

static struct pa_fixed *kept;
static u32 nr_kept;

/* valloc N ORDER U|M: take and keep so many blocks; nothing is reclaimed for them */
int pa_valloc(char *args)
{
	const char *count = strsep(&args, " "), *size = strsep(&args, " ");
	gfp_t gfp = __GFP_NOWARN | __GFP_NORETRY;
	unsigned long n, order;

	if (!kept)
		kept = vzalloc(PA_MAX_KEPT * sizeof(*kept));
	if (!kept)
		return -ENOMEM;
	if (!args || kstrtoul(count, 0, &n) || kstrtoul(size, 0, &order))
		return -EINVAL;
	if (*args == 'M')
		gfp |= __GFP_MOVABLE | __GFP_HIGHMEM;
	for (; n && nr_kept < PA_MAX_KEPT; n--) {
		kept[nr_kept].page = alloc_pages(gfp, order);
		if (!kept[nr_kept].page)
			break;
		kept[nr_kept++].order = order;
	}
	pr_info("pa_oracle: %u blocks kept, %lu not to be had\n", nr_kept, n);
	return 0;
}

/* vfree EVERY: give back all but one of EVERY; 0: all */
int pa_vfree(char *args)
{
	unsigned long every;
	u32 i, left = 0;

	if (kstrtoul(args, 0, &every))
		return -EINVAL;
	for (i = 0; i < nr_kept; i++) {
		if (every && i % every == 0)
			kept[left++] = kept[i];
		else
			__free_pages(kept[i].page, kept[i].order);
	}
	nr_kept = left;
	return 0;
}
