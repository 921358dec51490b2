// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_list.c - `buddysim list`: what there is, printed from the tables that the program uses. */
#include <stdio.h>
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
		putchar('\n');
	}
}

static int list_strategies(char **args)
{
	const struct bs_strategy *s;

	(void)args;
	for (unsigned int i = 0; (s = bs_strategy_at(i)); i++) {
		printf("%s - %s\n    origin: %s\n", s->name, s->summary, s->origin);
		print_params(s->params);
	}
	return 0;
}

static int list_devices(char **args)
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
	return 0;
}

static int list_workloads(char **args)
{
	const struct bs_generator *g;

	(void)args;
	for (unsigned int i = 0; (g = bs_generator_at(i)); i++) {
		printf("%s - %s\n", g->name, g->summary);
		print_params(g->params);
	}
	return 0;
}

static int list_metrics(char **args)
{
	const struct bs_metric *m;

	(void)args;
	for (unsigned int i = 0; (m = bs_metric_at(i)); i++)
		printf("%-26s %-8s %s\n", m->key, bs_unit_name(m->unit), m->definition);
	return 0;
}

static int compare_kernels(const char *a, const char *b)
{
	struct bs_kernel_behaviour x, y;
	unsigned int i;

	if (!bs_kernel_behaviour(a, 0, &x))
		cli_usage(a, "unknown kernel; `buddysim list kernels` names them");
	if (!bs_kernel_behaviour(b, 0, &y))
		cli_usage(b, "unknown kernel; `buddysim list kernels` names them");
	printf("%-22s %-16s %-16s\n", "behaviour", a, b);
	for (i = 0; bs_kernel_behaviour(a, i, &x) && bs_kernel_behaviour(b, i, &y); i++)
		if (strcmp(x.value, y.value))
			printf("%-22s %-16s %-16s %s\n", x.name, x.value, y.value, x.about);
	return 0;
}

static int list_kernels(char **args)
{
	struct bs_kernel_behaviour x;

	if (args[0] && args[1])
		return compare_kernels(args[0], args[1]);
	for (const char *const *k = bs_kernel_names(); *k; k++) {
		if (args[0] && strcmp(args[0], *k))
			continue;
		printf("%s\n", *k);
		for (unsigned int i = 0; bs_kernel_behaviour(*k, i, &x); i++)
			printf("    %-22s %-16s %s\n", x.name, x.value, x.about);
	}
	return 0;
}

static const struct {
	const char *name;
	int (*run)(char **args);
} topics[] = {
	{"strategies", list_strategies}, {"devices", list_devices}, {"workloads", list_workloads},
	{"metrics", list_metrics},	 {"kernels", list_kernels}, {NULL, NULL},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	char ***args = state->input;

	(void)arg;
	if (key == ARGP_KEY_ARGS) {
		*args = state->argv + state->next;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

int cmd_list(int argc, char **argv)
{
	static const struct argp argp = {
		.parser = parse,
		.args_doc = "strategies|devices|workloads|metrics|kernels [A B]",
		.doc = "List what there is. `list kernels A B` shows only what two kernel models "
		       "differ in.",
	};
	char **args = NULL;

	cli_parse(&argp, "list", argc, argv, &args);
	if (!args || !args[0])
		cli_usage("list", "say what: strategies, devices, workloads, metrics or kernels");
	for (unsigned int i = 0; topics[i].name; i++)
		if (!strcmp(topics[i].name, args[0]))
			return topics[i].run(args + 1);
	cli_usage(args[0],
		  "cannot be listed; use strategies, devices, workloads, metrics, kernels");
}
