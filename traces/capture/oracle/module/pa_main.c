// SPDX-License-Identifier: GPL-2.0
/*
 * pa_oracle - record what the page allocator of a live kernel does
 *
 * Made for a guest with nothing else to do. Commands are written to /proc/pa_oracle, one
 * per write; what happened is read back from it as text:
 *
 *   clear               forget the log
 *   note TEXT           a comment line
 *   dump NAME           the state now
 *   run KEY=VALUE ...   struct pa_params says which keys; orders= and kinds= are weights
 *   relhold             free, logged, what runs with hold=1 kept
 *   replay SEED CHECKS  what was written to /proc/pa_oracle_ops: pa_ops.c
 *   watch, contig, trace, traced          pa_series.c
 *   cfill, cthin, chold, cdirect, cdrel, ccompact, cdrop, cwatch, cpress      pa_cache.c, pa_compact.c
 *   uon, uoff, udump, u                         pa_user.c
 *   vhook, vrec, vstart, vstop, valloc, vfree   pa_devices.c
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "pa_oracle.h"

/* Room that a line begun may need; a list may be longer and is cut off at the end of the log. */
#define PA_LOG_ROOM 256
#define PA_MAX_LIVE 400000UL

struct pa_oracle pa;

static unsigned long a_shuffle_word, a_shuffle_bits, a_shuffle_key, a_report_key, a_report_order;
module_param(a_shuffle_word, ulong, 0444);
module_param(a_shuffle_bits, ulong, 0444);
module_param(a_shuffle_key, ulong, 0444);
module_param(a_report_key, ulong, 0444);
module_param(a_report_order, ulong, 0444);
static unsigned long a_lru_drain;
module_param(a_lru_drain, ulong, 0444);
struct pa_addresses pa_at;
module_param_named(a_isolate, pa_at.isolate, ulong, 0444);
module_param_named(a_unisolate, pa_at.unisolate, ulong, 0444);
module_param_named(a_drain_all, pa_at.drain_all, ulong, 0444);
module_param_named(a_drain_local, pa_at.drain_local, ulong, 0444);
module_param_named(a_contig, pa_at.contig, ulong, 0444);
module_param_named(a_contig_free, pa_at.contig_free, ulong, 0444);
module_param_named(a_refresh, pa_at.refresh, ulong, 0444);
static unsigned int log_mib = 16, ops_mib;
module_param(log_mib, uint, 0444);
module_param(ops_mib, uint, 0444);

static bool log_has_room(void)
{
	if (pa.len + PA_LOG_ROOM >= pa.cap)
		pa.overflow = true;
	return !pa.overflow;
}

void pa_log(const char *fmt, ...)
{
	va_list args;

	if (!log_has_room())
		return;
	va_start(args, fmt);
	pa.len += vscnprintf(pa.log + pa.len, pa.cap - pa.len, fmt, args);
	va_end(args);
}

void pa_log_char(char c)
{
	if (log_has_room())
		pa.log[pa.len++] = c;
}

/* Decimal, without a format string: most of a log is this. */
void pa_log_num(unsigned long n)
{
	char digits[20];
	int i = 0;

	if (!log_has_room())
		return;
	do {
		digits[i++] = '0' + n % 10;
		n /= 10;
	} while (n);
	while (i)
		pa.log[pa.len++] = digits[--i];
}

static int parse_weights(char *list, unsigned int *weight, int n)
{
	unsigned int total = 0;
	char *w;
	int i;

	memset(weight, 0, n * sizeof(*weight));
	for (i = 0; (w = strsep(&list, ",")); i++) {
		if (i == n || kstrtouint(w, 0, &weight[i]))
			return -EINVAL;
		total += weight[i];
	}
	return total ? 0 : -EINVAL;
}

static unsigned long *number_of(struct pa_params *p, const char *key)
{
	const struct {
		const char *key;
		unsigned long *value;
	} numbers[] = {
		{"ops", &p->ops},	  {"seed", &p->seed},
		{"limit", &p->limit},	  {"lo", &p->lo},
		{"phases", &p->phases},	  {"burst", &p->burst},
		{"dumps", &p->dumps},	  {"drain", &p->drain},
		{"hold", &p->hold},	  {"cpus", &p->cpus},
		{"turn", &p->turn},	  {"this", &p->this},
		{"nodes", &p->nodes},	  {"iso", &p->iso},
		{"isomax", &p->isomax},	  {"isozones", &p->isozones},
		{"offline", &p->offline}, {"drains", &p->drains},
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (!strcmp(key, numbers[i].key))
			return numbers[i].value;
	return NULL;
}

static int parse_one(struct pa_params *p, char *key, char *value)
{
	unsigned long *number;

	if (!strcmp(key, "label"))
		return strscpy(p->label, value, sizeof(p->label)) < 0 ? -EINVAL : 0;
	if (!strcmp(key, "orders"))
		return parse_weights(value, p->orders, PA_NR_ORDERS);
	if (!strcmp(key, "kinds"))
		return parse_weights(value, p->kinds, PA_NR_KINDS);
	number = number_of(p, key);
	return number ? kstrtoul(value, 0, number) : -EINVAL;
}

static int parse_params(struct pa_params *p, char *text)
{
	char *word, *key;
	int ret;

	*p = (struct pa_params){
		.label = "run",
		.ops = 10000,
		.seed = 1,
		.limit = 50,
		.lo = 10,
		.phases = 6,
		.burst = 200,
		.drain = 1,
		.turn = 4,
		.isomax = 3,
		.isozones = ~1UL,
		.orders[0] = 1,
		.kinds[PA_M] = 1,
	};
	while ((word = strsep(&text, " "))) {
		if (!*word)
			continue;
		key = strsep(&word, "=");
		if (!word)
			return -EINVAL;
		ret = parse_one(p, key, word);
		if (ret)
			return ret;
	}
	if (!p->ops || p->dumps >= p->ops)
		return -EINVAL;
	return 0;
}

static int do_run(char *args)
{
	struct pa_params p;
	int ret = parse_params(&p, args);

	if (ret)
		return ret;
	if (p.hold && pa.nr_held >= pa.max_live)
		return -ENOSPC;
	pa_run(&p);
	return 0;
}

static void dump_now(void *name)
{
	pa_log_head();
	pa_dump(name);
}

static int do_clear(char *args)
{
	pa.len = 0;
	pa.overflow = false;
	return 0;
}

static int do_note(char *text)
{
	pa_log("# %s\n", text);
	return 0;
}

static int do_dump(char *name)
{
	pa_stop_others(dump_now, name);
	return 0;
}

static int do_relhold(char *args)
{
	pa_release_held();
	return 0;
}

static int do_traced(char *label)
{
	pa_trace_end(label);
	return 0;
}

static int do_ccompact(char *label)
{
	return pa_ccompact(label, false);
}

static int do_cdrop(char *label)
{
	return pa_ccompact(label, true);
}

static int do_cdrel(char *args)
{
	pa_cdrel();
	return 0;
}

static const struct {
	const char *verb;
	bool args; /* it has some, or it has none */
	int (*run)(char *args);
} commands[] = {
	{"clear", false, do_clear},
	{"note", true, do_note},
	{"dump", true, do_dump},
	{"relhold", false, do_relhold},
	{"run", true, do_run},
	{"replay", true, pa_replay},
	{"watch", true, pa_cwatch2},
	{"contig", true, pa_contig},
	{"trace", true, pa_trace_begin},
	{"traced", true, do_traced},
	{"cfill", true, pa_cfill},
	{"cthin", true, pa_cthin},
	{"chold", true, pa_chold},
	{"ccompact", true, do_ccompact},
	{"cdrop", true, do_cdrop},
	{"cdirect", true, pa_cdirect},
	{"cdrel", false, do_cdrel},
	{"cwatch", true, pa_cwatch},
	{"cpress", true, pa_cpress},
	{"uon", true, pa_uon},
	{"uoff", true, pa_uoff},
	{"udump", true, pa_udump},
	{"u", true, pa_umark},
	{"vhook", true, pa_vhook},
	{"vrec", true, pa_vrec},
	{"vstart", true, pa_vstart},
	{"vstop", true, pa_vstop},
	{"valloc", true, pa_valloc},
	{"vfree", true, pa_vfree},
};

static int do_command(char *text)
{
	char *args = text, *verb = strsep(&args, " ");
	int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(verb, commands[i].verb) && commands[i].args == (args != NULL))
			return commands[i].run(args);
	return -EINVAL;
}

static ssize_t pa_write(struct file *file, const char __user *user, size_t n, loff_t *pos)
{
	char *text = memdup_user_nul(user, n);
	int ret;

	if (IS_ERR(text))
		return PTR_ERR(text);
	ret = do_command(strim(text));
	kfree(text);
	return ret ? ret : n;
}

static ssize_t pa_read(struct file *file, char __user *user, size_t n, loff_t *pos)
{
	return simple_read_from_buffer(user, n, pos, pa.log, pa.len);
}

static const struct proc_ops pa_proc_ops = {
	.proc_read = pa_read,
	.proc_write = pa_write,
	.proc_lseek = default_llseek,
};

static void pa_free(void)
{
	vfree(pa.log);
	vfree(pa.live);
	vfree(pa.held);
}

static int __init pa_init(void)
{
	if (num_online_cpus() > 8) {
		pr_err("pa_oracle: eight CPUs at most\n");
		return -EINVAL;
	}
	pa.shuffle_word = (u64 *)a_shuffle_word;
	pa.shuffle_bits = (u8 *)a_shuffle_bits;
	pa.shuffle_key = (struct static_key *)a_shuffle_key;
	pa.reporting_key = (struct static_key *)a_report_key;
	pa.report_order = (unsigned int *)a_report_order;
	pa_lru_drain_addr = a_lru_drain;
	pa.next_id = 1;
	pa.cap = (size_t)log_mib << 20;
	pa.max_live = min(totalram_pages(), PA_MAX_LIVE);
	pa.log = vzalloc(pa.cap);
	pa.live = vcalloc(pa.max_live, sizeof(*pa.live));
	pa.held = vcalloc(pa.max_live, sizeof(*pa.held));
	if (!pa.log || !pa.live || !pa.held || pa_compact_init() || pa_series_init() ||
	    pa_ops_init(ops_mib) || !proc_create("pa_oracle", 0600, NULL, &pa_proc_ops)) {
		pa_ops_exit();
		pa_free();
		return -ENOMEM;
	}
	return 0;
}

module_init(pa_init);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Record what the page allocator does");
