// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_list.c - `buddysim list`: what there is, printed from the tables that the program uses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static void print_params(const struct bs_param *p)
{
	int width = 12;

	for (const struct bs_param *q = p; q && q->name; q++)
		if ((int)strlen(q->name) > width)
			width = (int)strlen(q->name);
	for (; p && p->name; p++) {
		char def[64];

		bs_param_format(p, p->def, def, sizeof(def));
		printf("    %-*s %-10s %s%s", width, p->name, def, p->help,
		       p->runtime ? " (at run time)" : "");
		if (p->names) {
			fputs(" [", stdout);
			for (unsigned int i = 0; p->names[i]; i++)
				printf("%s%s", i ? "|" : "", p->names[i]);
			putchar(']');
		}
		if (p->needs)
			printf(" (with %s)", p->needs);
		putchar('\n');
	}
}

static void list_strategies(char **args)
{
	const struct bs_strategy *s;

	(void)args;
	for (unsigned int i = 0; (s = bs_strategy_at(i)); i++) {
		printf("%s - %s\n    origin: %s\n", s->name, s->summary, s->origin);
		print_params(s->params);
	}
}

static void list_policies(char **args)
{
	const struct bs_policy *p;

	(void)args;
	for (unsigned int i = 0; (p = bs_policy_at(i)); i++) {
		printf("%s - %s\n    origin: %s\n", p->name, p->summary, p->origin);
		print_params(p->params);
	}
}

static void list_devices(char **args)
{
	const struct bs_device_traits *t;
	const char *name, *summary;

	(void)args;
	for (unsigned int i = 0; (t = bs_device_at(i)); i++) {
		printf("%s - %s\n", t->name, t->summary);
		print_params(t->params);
	}
	puts("advice (--advice)");
	for (unsigned int i = 0; bs_device_advice(i, &name, &summary); i++)
		printf("    %-12s %s\n", name, summary);
	fputs("cost presets:", stdout);
	for (const char *const *p = bs_cost_preset_names(); *p; p++)
		printf(" %s", *p);
	putchar('\n');
}

/* What the guest's own reclaim takes, whatever the host's preset. */
static void list_reclaim_costs(void)
{
	const char *name, *about, *source;
	struct bs_reclaim_costs c;
	bs_ns *ns;

	bs_reclaim_costs_default(&c);
	printf("\n%-20s %9s\n", "of a page, ns", "--reclaim");
	for (unsigned int i = 0; (ns = bs_reclaim_cost_field(&c, i, &name, &about, &source)); i++)
		printf("%-20s %9llu  %s\n    %s\n", name, (unsigned long long)*ns, about, source);
}

/* Each cost in each preset that has any, and below it where that is from. */
static void list_costs(char **args)
{
	const char *const *const presets = bs_cost_preset_names() + 1;
	const char *name, *about, *source;
	struct bs_device_costs c = {0};

	(void)args;
	printf("%-20s", "cost, ns");
	for (const char *const *p = presets; *p; p++)
		printf(" %9s", *p);
	putchar('\n');
	for (unsigned int i = 0; bs_cost_field(&c, i, &name); i++) {
		printf("%-20s", name);
		for (const char *const *p = presets; *p; p++) {
			bs_cost_preset(*p, &c);
			printf(" %9llu", (unsigned long long)*bs_cost_field(&c, i, NULL));
		}
		bs_cost_about(i, &about, &source);
		printf("  %s\n    %s\n", about, source);
	}
	list_reclaim_costs();
}

static void list_workloads(char **args)
{
	const struct bs_generator *g;

	(void)args;
	for (unsigned int i = 0; (g = bs_generator_at(i)); i++) {
		printf("%s - %s\n", g->name, g->summary);
		print_params(g->params);
	}
}

static void list_loads(char **args)
{
	const struct bs_load_kind *k;

	(void)args;
	for (unsigned int i = 0; (k = bs_load_at(i)); i++) {
		printf("%s - %s\n", k->name, k->summary);
		print_params(k->params);
	}
}

static void list_host_policies(char **args)
{
	const char *name, *summary;
	const struct bs_param *params;

	(void)args;
	for (unsigned int i = 0; bs_host_policy_name(i, &name, &summary, &params); i++) {
		printf("%s - %s\n", name, summary);
		print_params(params);
	}
}

static void list_agents(char **args)
{
	const char *name, *summary;
	const struct bs_param *params;

	(void)args;
	for (unsigned int i = 0; bs_agent_name(i, &name, &summary, &params); i++) {
		printf("%s - %s\n", name, summary);
		print_params(params);
	}
}

static void list_experiments(char **args)
{
	const char *name, *question;

	(void)args;
	for (unsigned int i = 0; (name = bs_experiment_at(i, &question)); i++)
		printf("%-12s %s\n", name, question);
}

static void print_columns(const char *experiment, unsigned int index)
{
	struct bs_experiment_column c;

	printf("table experiment %s\n", experiment);
	for (unsigned int k = 0; bs_experiment_column_at(index, k, &c); k++)
		printf("    %-23s %s (\"%s\")\n", c.key, c.about, c.heading);
}

/* What stands in other tables, in their order. */
static void print_words(void)
{
	static const struct {
		const char *table, *word, *about;
	} words[] = {
#define BS_WORD(table, word, about) {table, word, about},
#include "table_words.def"
#undef BS_WORD
	};
	const char *table = "";

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(table, words[i].table))
			printf("table %s\n", words[i].table);
		table = words[i].table;
		printf("    %-23s %s (\"%s\")\n", "", words[i].about, words[i].word);
	}
}

static void list_metrics(char **args)
{
	const struct bs_metric *m;
	struct bs_table_column c;
	const char *name;

	(void)args;
	for (unsigned int i = 0; (m = bs_metric_at(i)); i++)
		printf("%-26s %-8s %s%s%s%s\n", m->key, bs_unit_name(m->unit), m->definition,
		       m->heading ? " (in tables: \"" : "", m->heading ? m->heading : "",
		       m->heading ? "\")" : "");
	for (unsigned int i = 0; bs_table_column_at(i, &c); i++)
		if (!c.metric)
			printf("%-26s %-8s %s (\"%s\")\n", c.name, "%", c.definition, c.heading);
	for (unsigned int i = 0; (name = bs_experiment_at(i, NULL)); i++)
		print_columns(name, i);
	print_words();
}

/* As wide as the widest word below a name, and the name. */
static int width_of(const char *kernel)
{
	struct bs_kernel_behaviour x;
	size_t width = strlen(kernel);

	for (unsigned int i = 0; bs_kernel_behaviour(kernel, i, &x); i++)
		if (strlen(x.value) > width)
			width = strlen(x.value);
	return (int)width;
}

/* Behaviour @index on each of @kernels, the first one's and then what changes from one to the next.
 * False, and nothing, if none of them differs. */
static bool print_behaviour(const char *const *kernels, unsigned int index)
{
	struct bs_kernel_behaviour first, x;
	char last[sizeof(x.value)];
	bool differs = false;

	bs_kernel_behaviour(kernels[0], index, &first);
	for (const char *const *k = kernels; *k; k++)
		differs |= bs_kernel_behaviour(*k, index, &x) && strcmp(first.value, x.value);
	if (!differs)
		return false;
	printf("%-22s", first.name);
	last[0] = '\0';
	for (const char *const *k = kernels; *k; k++) {
		bs_kernel_behaviour(*k, index, &x);
		printf("  %-*s", width_of(*k), strcmp(last, x.value) ? x.value : ".");
		snprintf(last, sizeof(last), "%s", x.value);
	}
	printf("  %s\n", first.about);
	return true;
}

/* What they differ in, a column each; "." is what stands to its left. */
static void compare_kernels(const char *const *kernels)
{
	struct bs_kernel_behaviour x;
	unsigned int n = 0;

	printf("%-22s", "behaviour");
	for (const char *const *k = kernels; *k; k++)
		printf("  %-*s", width_of(*k), *k);
	putchar('\n');
	for (unsigned int i = 0; bs_kernel_behaviour(kernels[0], i, &x); i++)
		n += print_behaviour(kernels, i);
	if (!n)
		puts("there is none in which they differ");
}

static void list_kernel(const char *name)
{
	struct bs_kernel_behaviour x;

	printf("%s\n", name);
	for (unsigned int i = 0; bs_kernel_behaviour(name, i, &x); i++)
		printf("    %-22s %-16s %s\n", x.name, x.value, x.about);
}

/* Names behind one another, and lists of them as --kernel takes them. To be free()d, and each of them. */
static char **kernels_of(char **args)
{
	size_t n = 0, at = 0;
	char **kernels;

	for (char **a = args; *a; a++)
		n += bs_kernel_count(*a);
	kernels = cli_memory(calloc(n + 1, sizeof(*kernels)));
	for (char **a = args; *a; a++)
		for (const char *rest = *a; at < n; rest += strlen(kernels[at++]) + 1) {
			kernels[at] = cli_memory(strndup(rest, bs_kernel_span(rest)));
			if (!rest[strlen(kernels[at])]) {
				at++;
				break;
			}
		}
	return kernels;
}

static void list_kernels(char **args)
{
	char **kernels = kernels_of(args);

	for (char **k = kernels; *k; k++)
		cli_kernel(*k);
	if (kernels[0] && !kernels[1])
		list_kernel(kernels[0]);
	else
		compare_kernels(kernels[0] ? (const char *const *)kernels : bs_kernel_names());
	for (char **k = kernels; *k; k++)
		free(*k);
	free(kernels);
}

static void list_machines(char **args)
{
	const struct bs_platform *p;

	(void)args;
	for (unsigned int i = 0; (p = bs_platform_at(i)); i++)
		printf("%-10s pages of %2u KiB, blocks up to order %u, pageblocks of order %u, "
		       "reporting from order %u: %s\n",
		       p->name, 1U << (p->page_shift - 10), p->max_order, p->pageblock_order,
		       p->report_order, p->summary);
}

static void list_options(char **args)
{
	const struct bs_option *opt;
	char range[256];

	(void)args;
	for (unsigned int i = 0; (opt = bs_option_at(i)); i++) {
		bs_option_range(opt, range, sizeof(range));
		printf("--%s%s%s - %s%s%s%s\n", opt->name, opt->arg ? " " : "",
		       opt->arg ? opt->arg : "", opt->doc, range[0] ? " (" : "", range,
		       range[0] ? ")" : "");
	}
}

static void list_combinations(char **args)
{
	const struct bs_combination *k;

	(void)args;
	for (unsigned int i = 0; (k = bs_combination_at(i)); i++)
		printf("--%-13s %-8s %s; %s\n", k->option, k->is_refused ? "refused" : "warning",
		       k->why, k->advice);
}

/* For a program: "cell" is 1 for what is one number of each cell. */
static void list_metrics_tsv(void)
{
	const struct bs_metric *m;

	puts("figure\tunit\tcell\theading\tdefinition");
	for (unsigned int i = 0; (m = bs_metric_at(i)); i++)
		printf("%s\t%s\t%d\t%s\t%s\n", m->key, bs_unit_name(m->unit), m->cell,
		       m->heading ? m->heading : "", m->definition);
}

/* @most: arguments that it takes; @tsv: NULL where there is no such form of it */
static const struct {
	const char *name;
	void (*list)(char **args);
	unsigned int most;
	void (*tsv)(void);
} topics[] = {
	{"strategies", list_strategies, 0, NULL},
	{"policies", list_policies, 0, NULL},
	{"costs", list_costs, 0, NULL},
	{"devices", list_devices, 0, NULL},
	{"loads", list_loads, 0, NULL},
	{"host-policies", list_host_policies, 0, NULL},
	{"agents", list_agents, 0, NULL},
	{"workloads", list_workloads, 0, NULL},
	{"experiments", list_experiments, 0, NULL},
	{"metrics", list_metrics, 0, list_metrics_tsv},
	{"kernels", list_kernels, 2, NULL},
	{"machines", list_machines, 0, NULL},
	{"options", list_options, 0, NULL},
	{"combinations", list_combinations, 0, NULL},
};

#define NR_TOPICS (sizeof(topics) / sizeof(topics[0]))

static const struct argp_option options[] = {
	{"format", 'f', "text|tsv", 0, "how to print; tsv, for a program: of metrics alone", 0},
	{0},
};

struct list_input {
	char **args;
	bool tsv;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	static const char *const forms[] = {"text", "tsv", NULL};
	struct list_input *in = state->input;

	if (key == 'f') {
		in->tsv = cli_enum("--format", arg, forms);
		return 0;
	}
	if (key == ARGP_KEY_ARGS) {
		in->args = state->argv + state->next;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static int list(const struct list_input *in)
{
	char **args = in->args;
	const char *names[NR_TOPICS + 1] = {NULL};
	unsigned int nr = 0;

	while (args && args[0] && args[1 + nr])
		nr++;
	for (size_t i = 0; i < NR_TOPICS; i++) {
		names[i] = topics[i].name;
		if (!args || !args[0] || strcmp(topics[i].name, args[0]))
			continue;
		if (nr > topics[i].most)
			cli_usage(args[1 + topics[i].most], "`list %s` takes %s", args[0],
				  topics[i].most ? "at most two names" : "no arguments");
		if (!in->tsv)
			topics[i].list(args + 1);
		else if (topics[i].tsv)
			topics[i].tsv();
		else
			cli_usage("--format", "`list %s` has no form but text", args[0]);
		return 0;
	}
	cli_unknown("topic", args && args[0] ? args[0] : "list", names);
}

/* "strategies|devices|... [A [B]]"; to be free()d. */
static char *args_doc(void)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (size_t i = 0; f && i < NR_TOPICS; i++)
		fprintf(f, "%s%s", i ? "|" : "", topics[i].name);
	if (f) {
		fputs(" [A [B]]", f);
		fclose(f);
	}
	return cli_memory(text);
}

int cmd_list(int argc, char **argv)
{
	char *args_of = args_doc();
	const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = args_of,
		.doc = "List what there is. `list kernels` shows what the kernel models differ in, "
		       "\".\" being what stands to its left; `list kernels A B` shows two of them, a list like that of --kernel more, "
		       "`list kernels A` all that one does.",
	};
	struct list_input in = {0};
	int status;

	cli_parse(&argp, "list", argc, argv, &in);
	status = list(&in);
	free(args_of);
	return status;
}
