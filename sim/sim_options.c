// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim_options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef BS_HAVE_JEMALLOC
#include <jemalloc/jemalloc.h>
#endif

enum {
	OPT_MEMORY = 256,
	OPT_KERNEL,
	OPT_LAYOUT,
	OPT_CPUS,
	OPT_SHUFFLE,
	OPT_SEED,
	OPT_THP,
	OPT_TOUCH,
	OPT_ADVICE,
	OPT_VERIFY,
	OPT_CAPACITY,
	OPT_COSTS,
	OPT_TAIL,
	OPT_REPEAT,
	OPT_GAP,
	OPT_WAKE_LATENCY,
	OPT_RESIDENT,
	OPT_LRU,
	OPT_CHECK,
	OPT_LOSSY,
	OPT_KEEP_WHOLE,
	OPT_FORMAT,
	OPT_PLOTS,
	OPT_FAIL_IF,
	OPT_NO_MEASURED,
	OPT_NO_TIMELINE,
	OPT_PRINT_CONFIG,
	OPT_WEIGHT,
	OPT_STATE,
	OPT_DUMP_STATE,
	OPT_HOST_MEMORY,
	OPT_HOST_POLL,
	OPT_HOST_EVENT,
};

static const struct argp_option options[] = {
	{"strategy", 's', "LIST", 0,
	 "Strategies: NAME or NAME:param=value,...; comma-separated, may be given again; \"all\"",
	 1},
	{NULL, 0, NULL, 0, "The guest:", 2},
	{"memory", OPT_MEMORY, "SIZE", 0, "Memory of the guest (default: the traced machine's)", 2},
	{"state", OPT_STATE, "DUMP", 0,
	 "Start from the first state in DUMP (plain, .gz or .zst), which decides kernel, memory, "
	 "CPUs and shuffle; with recorded pfns the agreement with the kernel is measured",
	 2},
	{"kernel", OPT_KERNEL, "NAME", 0, "Kernel model (default linux-6.1; see `list kernels`)",
	 2},
	{"layout", OPT_LAYOUT, "NAME", 0, "qemu-pc (hole from 3 to 4 GiB, default) or flat", 2},
	{"cpus", OPT_CPUS, "N", 0, "Simulated CPUs (default: as many as the trace has)", 2},
	{"shuffle", OPT_SHUFFLE, NULL, 0, "Shuffle free lists, as page_alloc.shuffle=1", 2},
	{"lru", OPT_LRU, "MODE", 0,
	 "Which allocations count as movable when stolen from: auto (movable user memory), none, all",
	 2},
	{"seed", OPT_SEED, "N", 0, "Seed of all randomness (default 1)", 2},
	{NULL, 0, NULL, 0, "The host:", 3},
	{"device", 'd', "NAME[:PARAM=VALUE,...]", 0,
	 "null, model, or madvise on a real arena (default); costs and faults behind the colon: see "
	 "`list devices`",
	 3},
	{"thp", OPT_THP, "MODE", 0,
	 "Huge pages behind the guest: always, never, auto (if the reporting order is >= 9)", 3},
	{"touch", OPT_TOUCH, "MODE", 0,
	 "What the guest writes into memory it gets: page (a stamp each, default), all, none", 3},
	{"advice", OPT_ADVICE, "NAME", 0,
	 "What the host does with what is reported: dontneed (default), free, none, pageout; see "
	 "`list devices`",
	 3},
	{"verify", OPT_VERIFY, "WHEN", 0,
	 "Compare residency with the kernel's account: each request, sample (default), end", 3},
	{"capacity", OPT_CAPACITY, "N", 0, "Ranges per request, 1 to 512 (default 32)", 3},
	{"costs", OPT_COSTS, "PRESET|FILE", 0,
	 "Virtual costs of the host: null, default, or a file that `calibrate` wrote", 3},
	{"resident-at-start", OPT_RESIDENT, "WHAT", 0,
	 "What the host holds at the start: used (default), all, none", 3},
	{"host-memory", OPT_HOST_MEMORY, "SIZE", 0,
	 "Memory of a host with nothing but this guest in it: the percentage that the guest holds is "
	 "told to the strategy as the host's pressure",
	 3},
	{"host-poll", OPT_HOST_POLL, "TIME", 0,
	 "How often such a host looks at its guest (default 1s)", 3},
	{"host-event", OPT_HOST_EVENT, "TIME:WHAT=VALUE", 0,
	 "What the host asks at that virtual time: target=SIZE (of a balloon) or pressure=PERCENT; "
	 "may be given again",
	 3},
	{"weight", OPT_WEIGHT, "TIME", 0,
	 "What holding 1 MiB for 1 s is worth, for the bound (default 100us)", 3},
	{NULL, 0, NULL, 0, "The window:", 4},
	{"tail", OPT_TAIL, "TIME", 0, "Go on for this long after the last event (default 30s)", 4},
	{"repeat", OPT_REPEAT, "N", 0, "Loop the trace N times", 4},
	{"gap", OPT_GAP, "TIME", 0, "Idle time between two rounds", 4},
	{"wake-latency", OPT_WAKE_LATENCY, "TIME", 0,
	 "From waking a worker to its running (default 20us)", 4},
	{"check", OPT_CHECK, "N", 0, "Check every invariant of the guest each N events", 4},
	{"allow-lossy", OPT_LOSSY, NULL, 0, "Accept a trace whose trust is below 90 %", 4},
	{"keep-whole-chunks", OPT_KEEP_WHOLE, NULL, 0,
	 "Accept a damaged trace up to its last whole chunk", 4},
	{NULL, 0, NULL, 0, "Output:", 5},
	{"format", OPT_FORMAT, "NAME", 0, "text (default), json (the record), csv", 5},
	{"output", 'o', "FILE", 0, "Write there instead of to standard output", 5},
	{"dump-state", OPT_DUMP_STATE, "FILE", 0,
	 "Write the guest's state at the end of the window there, a dump per strategy", 5},
	{"plots", OPT_PLOTS, "DIR", 0, "Write record, data and pictures into DIR", 5},
	{"no-measured", OPT_NO_MEASURED, NULL, 0,
	 "Leave out what was measured on this host: the same bytes everywhere", 5},
	{"no-timeline", OPT_NO_TIMELINE, NULL, 0, "Leave the samples over time out of the record",
	 5},
	{"fail-if", OPT_FAIL_IF, "EXPR", 0,
	 "End with status 1 if EXPR holds: [STRATEGY/]METRIC OP VALUE, as \"rotation/refaults>100\"; "
	 "may be given again; `list metrics` names them",
	 5},
	{"print-config", OPT_PRINT_CONFIG, NULL, 0,
	 "Print the effective configuration, run nothing", 5},
	{"quiet", 'q', NULL, 0, "No progress on the terminal", 5},
	{0},
};

/* Progress is for a person at a terminal: at most ten lines a second, on one line. */
static void show_progress(void *arg, unsigned int cell, uint64_t events, bs_ns now)
{
	const struct sim_options *o = arg;

	fprintf(stderr, "\r%-40.40s %12" PRIu64 " events %10.3f s ", o->cfg.strategies[cell],
		events, (double)now / 1e9);
	fflush(stderr);
}

#ifdef BS_HAVE_JEMALLOC
static uint64_t thread_allocated(void)
{
	uint64_t bytes = 0;
	size_t size = sizeof(bytes);

	mallctl("thread.allocated", &bytes, &size, NULL, 0);
	return bytes;
}
#endif

void sim_options_init(struct sim_options *o)
{
	memset(o, 0, sizeof(*o));
	bs_sim_defaults(&o->cfg);
	o->cfg.output.timeline = true;
	o->cfg.output.stop = cli_stop();
	o->cfg.output.violation_dir = ".";
#ifdef BS_HAVE_JEMALLOC
	o->cfg.output.allocated = thread_allocated;
#endif
	if (isatty(STDERR_FILENO)) {
		o->cfg.output.progress = show_progress;
		o->cfg.output.progress_arg = o;
	}
}

void sim_options_free(struct sim_options *o)
{
	for (unsigned int i = 0; i < o->cfg.nr_strategies; i++)
		free(o->strategies[i]);
	free(o->strategies);
	free(o->host_events);
	free(o->fail_if);
}

static void *grow(void *array, unsigned int n, size_t size)
{
	void *more = realloc(array, (n + 1) * size);

	if (!more) {
		fputs("buddysim: out of memory\n", stderr);
		exit(BS_RESOURCE);
	}
	return more;
}

static void add_strategy(struct sim_options *o, const char *text, size_t len)
{
	unsigned int n = o->cfg.nr_strategies;

	o->strategies = grow(o->strategies, n, sizeof(*o->strategies));
	o->strategies[n] = strndup(text, len);
	o->cfg.strategies = (const char *const *)o->strategies;
	o->cfg.nr_strategies = n + 1;
}

static void append_param(struct sim_options *o, const char *text, size_t len)
{
	char **last, *joined;

	if (!o->cfg.nr_strategies)
		cli_usage("--strategy", "\"%.*s\" is a parameter without a strategy before it",
			  (int)len, text);
	last = &o->strategies[o->cfg.nr_strategies - 1];
	if (asprintf(&joined, "%s%c%.*s", *last, strchr(*last, ':') ? ',' : ':', (int)len, text) <
	    0)
		exit(BS_RESOURCE);
	free(*last);
	*last = joined;
}

void sim_options_add_strategies(struct sim_options *o, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, ",");
		bool is_param = memchr(text, '=', len) && !memchr(text, ':', len);

		if (!len)
			cli_usage("--strategy", "an empty name in the list");
		if (len == 3 && !strncmp(text, "all", 3)) {
			const struct bs_strategy *s;

			for (unsigned int i = 0; (s = bs_strategy_at(i)); i++)
				add_strategy(o, s->name, strlen(s->name));
		} else if (is_param) {
			append_param(o, text, len);
		} else {
			add_strategy(o, text, len);
		}
		text += len + (text[len] == ',');
	}
}

static error_t parse_guest(int key, char *arg, struct sim_options *o)
{
	static const char *const layouts[] = {"flat", "qemu-pc", NULL};
	static const char *const lrus[] = {"auto", "none", "all", NULL};
	struct bs_machine_config *mc = &o->cfg.guest.machine;

	switch (key) {
	case OPT_STATE:
		o->cfg.guest.state_path = arg;
		return 0;
	case OPT_MEMORY:
		mc->memory_bytes = cli_size("--memory", arg);
		return 0;
	case OPT_KERNEL:
		mc->kernel = bs_kernel_names()[cli_enum("--kernel", arg, bs_kernel_names())];
		return 0;
	case OPT_LAYOUT:
		mc->layout = (enum bs_layout)cli_enum("--layout", arg, layouts);
		return 0;
	case OPT_CPUS:
		mc->nr_cpus = (unsigned int)cli_uint("--cpus", arg, 1, BS_MAX_CPUS);
		return 0;
	case OPT_SHUFFLE:
		mc->shuffle = true;
		return 0;
	case OPT_LRU:
		o->cfg.guest.lru = (enum bs_lru)cli_enum("--lru", arg, lrus);
		return 0;
	case OPT_SEED:
		o->cfg.seed = cli_uint("--seed", arg, 1, UINT64_MAX);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* "model:per_request=2us,error_every=3" */
static void set_device(struct bs_device_config *dc, const char *arg)
{
	const size_t len = strcspn(arg, ":");
	const struct bs_device_traits *t;
	struct bs_error err;

	for (unsigned int i = 0; (t = bs_device_at(i)); i++)
		if (strlen(t->name) == len && !strncmp(t->name, arg, len))
			break;
	if (!t) {
		bs_device_check_params(arg, NULL, &err);
		exit(cli_error(&err));
	}
	dc->kind = t->name;
	dc->params = arg[len] ? arg + len + 1 : NULL;
	/* Now, not after the trace was read. */
	if (bs_device_check_params(dc->kind, dc->params, &err))
		exit(cli_error(&err));
}

static void set_costs(struct bs_device_costs *costs, const char *arg)
{
	struct bs_error err;

	if (!bs_cost_preset(arg, costs) && bs_costs_read(arg, costs, &err))
		exit(cli_error(&err));
}

/* "5s:pressure=80" */
static void add_host_event(struct sim_options *o, const char *arg)
{
	const unsigned int n = o->cfg.host.nr_events;
	const size_t time_len = strcspn(arg, ":");
	const char *ask = arg + time_len + (arg[time_len] == ':'), *value = strchr(ask, '=');
	struct bs_host_event *e;
	char time[64], name[64];

	if (!arg[time_len] || !value)
		cli_usage("--host-event",
			  "cannot be \"%s\"; TIME:target=SIZE or TIME:pressure=PERCENT", arg);
	snprintf(time, sizeof(time), "%.*s", (int)time_len, arg);
	snprintf(name, sizeof(name), "%.*s", (int)(value - ask), ask);
	value++;
	o->host_events = grow(o->host_events, n, sizeof(*o->host_events));
	e = &o->host_events[n];
	e->time = cli_time("--host-event", time);
	e->ask = (enum bs_host_ask)cli_enum("--host-event", name, bs_host_ask_names());
	e->value = e->ask == BS_HOST_PRESSURE ? cli_uint("--host-event", value, 0, 100)
					      : cli_size("--host-event", value);
	o->cfg.host.events = o->host_events;
	o->cfg.host.nr_events = n + 1;
}

static error_t parse_host_model(int key, const char *arg, struct sim_options *o)
{
	switch (key) {
	case OPT_HOST_MEMORY:
		o->cfg.host.memory_bytes = cli_size("--host-memory", arg);
		if (!o->cfg.host.memory_bytes)
			cli_usage("--host-memory", "cannot be \"%s\"; a size above 0", arg);
		return 0;
	case OPT_HOST_POLL:
		o->cfg.host.poll = cli_time("--host-poll", arg);
		o->has_host_poll = true;
		if (!o->cfg.host.poll)
			cli_usage("--host-poll", "cannot be \"%s\"; a time above 0", arg);
		return 0;
	case OPT_HOST_EVENT:
		add_host_event(o, arg);
		return 0;
	case ARGP_KEY_END:
		if (o->has_host_poll && !o->cfg.host.memory_bytes)
			cli_usage("--host-poll",
				  "there is no host to look; use --host-memory SIZE");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static enum bs_advice read_advice(const char *arg)
{
	const char *name, *names[BS_ADVICE_PAGEOUT + 2] = {NULL};

	for (unsigned int i = 0; i <= BS_ADVICE_PAGEOUT && bs_device_advice(i, &name, NULL); i++)
		names[i] = name;
	return (enum bs_advice)cli_enum("--advice", arg, names);
}

static error_t parse_host(int key, char *arg, struct sim_options *o)
{
	static const char *const thps[] = {"auto", "always", "never", NULL};
	static const char *const touches[] = {"none", "page", "all", NULL};
	static const char *const verifies[] = {"each", "sample", "end", NULL};
	static const char *const residents[] = {"used", "all", "none", NULL};
	struct bs_device_config *dc = &o->cfg.host.device;

	switch (key) {
	case 'd':
		set_device(dc, arg);
		return 0;
	case OPT_THP:
		dc->thp = (enum bs_thp)cli_enum("--thp", arg, thps);
		return 0;
	case OPT_TOUCH:
		dc->touch = (enum bs_touch)cli_enum("--touch", arg, touches);
		return 0;
	case OPT_ADVICE:
		dc->advice = read_advice(arg);
		return 0;
	case OPT_VERIFY:
		dc->verify = (enum bs_verify)cli_enum("--verify", arg, verifies);
		return 0;
	case OPT_CAPACITY:
		dc->capacity = (unsigned int)cli_uint("--capacity", arg, 1, 512);
		return 0;
	case OPT_COSTS:
		set_costs(&o->costs, arg);
		dc->costs = &o->costs;
		return 0;
	case OPT_RESIDENT:
		o->cfg.guest.resident =
			(enum bs_resident)cli_enum("--resident-at-start", arg, residents);
		return 0;
	case OPT_WEIGHT:
		o->cfg.host.weight_ns_per_mib_s = cli_time("--weight", arg);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static error_t parse_window(int key, char *arg, struct sim_options *o)
{
	struct bs_sim_config *c = &o->cfg;

	switch (key) {
	case OPT_TAIL:
		c->window.tail = cli_time("--tail", arg);
		return 0;
	case OPT_REPEAT:
		c->window.repeat = (unsigned int)cli_uint("--repeat", arg, 1, 1000000);
		return 0;
	case OPT_GAP:
		c->window.gap = cli_time("--gap", arg);
		return 0;
	case OPT_WAKE_LATENCY:
		c->guest.wake_latency = cli_time("--wake-latency", arg);
		return 0;
	case OPT_CHECK:
		c->window.check_every = cli_uint("--check", arg, 1, UINT64_MAX);
		return 0;
	case OPT_LOSSY:
		c->window.allow_lossy = true;
		return 0;
	case OPT_KEEP_WHOLE:
		c->window.keep_whole = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static error_t parse_output(int key, char *arg, struct sim_options *o)
{
	switch (key) {
	case OPT_FORMAT:
		o->format = cli_format(arg);
		return 0;
	case 'o':
		o->output = arg;
		return 0;
	case OPT_DUMP_STATE:
		o->cfg.output.dump_path = arg;
		return 0;
	case OPT_PLOTS:
		o->plots = arg;
		return 0;
	case OPT_NO_MEASURED:
		o->no_measured = true;
		return 0;
	case OPT_NO_TIMELINE:
		o->cfg.output.timeline = false;
		return 0;
	case OPT_PRINT_CONFIG:
		o->print_config = true;
		return 0;
	case 'q':
		o->cfg.output.progress = NULL;
		return 0;
	case OPT_FAIL_IF:
		sim_options_check_syntax(arg);
		o->fail_if = grow(o->fail_if, o->nr_fail_if, sizeof(*o->fail_if));
		o->fail_if[o->nr_fail_if++] = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct sim_options *o = state->input;
	error_t ret;

	if (key == 's') {
		sim_options_add_strategies(o, arg);
		return 0;
	}
	ret = parse_guest(key, arg, o);
	if (ret == ARGP_ERR_UNKNOWN)
		ret = parse_host(key, arg, o);
	if (ret == ARGP_ERR_UNKNOWN)
		ret = parse_host_model(key, arg, o);
	if (ret == ARGP_ERR_UNKNOWN)
		ret = parse_window(key, arg, o);
	return ret == ARGP_ERR_UNKNOWN ? parse_output(key, arg, o) : ret;
}

const struct argp sim_options_argp = {.options = options, .parser = parse_option};
