// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "examples.h"

#define MOST_OPTIONS 128

int cli_error(const struct bs_error *e)
{
	fprintf(stderr, "buddysim: %s%s%s", e->where, e->where[0] ? ": " : "", e->text);
	if (e->advice[0])
		fprintf(stderr, "; %s", e->advice);
	fputc('\n', stderr);
	return e->status;
}

void cli_warn(const char *fmt, ...)
{
	va_list ap;

	fputs("buddysim: warning: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

_Noreturn void cli_usage(const char *option, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "buddysim: %s: ", option);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(BS_USAGE);
}

/* ---- What argp does not do ------------------------------------------------------------------- */

static const char *const of_argp[] = {"help", "usage", NULL};

/* The option that the long @name, up to '=', stands for, in full or the first letters of it. */
static const struct argp_option *find_long(const struct argp *argp, const char *name)
{
	const size_t len = strcspn(name, "=");
	const struct argp_option *found = NULL;

	for (const struct argp_option *o = argp->options; o && (o->name || o->doc); o++)
		if (o->name && !strncmp(o->name, name, len) && (!found || !o->name[len]))
			found = o;
	for (const struct argp_child *c = argp->children; c && c->argp && !found; c++)
		found = find_long(c->argp, name);
	return found;
}

static const struct argp_option *find_short(const struct argp *argp, char key)
{
	const struct argp_option *found = NULL;

	for (const struct argp_option *o = argp->options; o && (o->name || o->doc); o++)
		if (o->name && o->key == key)
			return o;
	for (const struct argp_child *c = argp->children; c && c->argp && !found; c++)
		found = find_short(c->argp, key);
	return found;
}

static unsigned int add_names(const struct argp *argp, const char **names, unsigned int nr)
{
	for (const struct argp_option *o = argp->options; o && (o->name || o->doc); o++)
		if (o->name && nr < MOST_OPTIONS)
			names[nr++] = o->name;
	for (const struct argp_child *c = argp->children; c && c->argp; c++)
		nr = add_names(c->argp, names, nr);
	return nr;
}

static bool is_of_argp(const char *name)
{
	const size_t len = strcspn(name, "=");

	for (const char *const *n = of_argp; *n; n++)
		if (!strncmp(*n, name, len))
			return true;
	return false;
}

static _Noreturn void unknown_option(const struct argp *argp, const char *word, const char *verb)
{
	const char *names[MOST_OPTIONS + 1] = {NULL}, *near;
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	add_names(argp, names, 0);
	near = bs_nearest(names, name);
	cli_usage(word, "unknown option of %s; %s%s%s`buddysim %s --help` lists them", verb,
		  near ? "did you mean --" : "", near ? near : "", near ? "? " : "", verb);
}

/* Of two values only one can count, but where each adds one. */
static void check_once(const struct argp_option *o, const struct argp_option **seen)
{
	const struct bs_option *lib = bs_option_find(o->name);
	unsigned int n = 0;
	char option[64];

	if (!o->arg || (o->flags & CLI_AGAIN) || (lib && lib->again))
		return;
	while (seen[n] && seen[n] != o)
		n++;
	snprintf(option, sizeof(option), "--%s", o->name);
	if (seen[n])
		cli_usage(option, "is given twice; only one can count: leave one out");
	if (n < MOST_OPTIONS)
		seen[n] = o;
}

/* Each word that is an option: an unknown one has a nearest name. The value of an option may look like one.
 * Is there one that asks for help? */
static bool check_words(const struct argp *argp, const char *verb, int argc, char **argv)
{
	const struct argp_option *seen[MOST_OPTIONS + 1] = {NULL};

	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		const char *w = argv[i];
		const struct argp_option *o = NULL;

		if (!strcmp(w, "--help") || !strcmp(w, "-?") ||
		    (!strcmp(w, "-h") && !find_short(argp, 'h'))) {
			return true;
		} else if (!strncmp(w, "--", 2)) {
			o = find_long(argp, w + 2);
			if (!o && !is_of_argp(w + 2))
				unknown_option(argp, w, verb);
			i += o && o->arg && !strchr(w, '=');
		} else if (*w == '-' && w[1]) {
			o = find_short(argp, w[1]);
			i += o && o->arg && !w[2];
		}
		if (o)
			check_once(o, seen);
	}
	return false;
}

void cli_parse(const struct argp *argp, const char *verb, int argc, char **argv, void *input)
{
	static char name[64]; /* argp keeps the pointer for its messages */

	if (argc == 2 && !strcmp(argv[1], "--describe")) {
		describe_options(argp);
		examples_describe(verb);
		exit(BS_OK);
	}
	snprintf(name, sizeof(name), "buddysim %s", verb);
	if (check_words(argp, verb, argc, argv)) {
		argp_help(argp, stdout, ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK, name);
		/* argp would break the lines of what is to be copied. */
		examples_print(verb);
		exit(BS_OK);
	}
	argv[0] = name;
	argp_err_exit_status = BS_USAGE;
	argp_parse(argp, argc, argv, 0, NULL, input);
}

#define MAX_VERBS 16

int cli_verbs(const char *verb, const struct cli_command *verbs, int argc, char **argv)
{
	const char *names[MAX_VERBS + 1] = {NULL};
	char what[64];

	if (argc >= 2 &&
	    (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "-?"))) {
		printf("Usage: buddysim %s VERB [OPTION...] ARGUMENT\n\n", verb);
		for (const struct cli_command *c = verbs; c->name; c++)
			printf("  %-9s %s\n", c->name, c->summary);
		examples_print(verb);
		printf("\n`buddysim %s VERB --help` describes a verb.\n", verb);
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "--describe")) {
		describe_verbs(verbs);
		return 0;
	}
	for (size_t i = 0; verbs[i].name && i < MAX_VERBS; i++) {
		if (argc >= 2 && !strcmp(argv[1], verbs[i].name))
			return verbs[i].run(argc - 1, argv + 1);
		names[i] = verbs[i].name;
	}
	snprintf(what, sizeof(what), "verb of %s", verb);
	cli_unknown(what, argc < 2 ? verb : argv[1], names);
}

static uint64_t read_value(const char *option, const char *text, enum bs_param_type type,
			   uint64_t min, uint64_t max)
{
	const struct bs_param p = {.name = option, .type = type, .min = min, .max = max};
	struct bs_error err;
	uint64_t v = 0;

	if (bs_param_value(&p, "option", text, &v, &err))
		cli_usage(option, "cannot be \"%s\"; %s", text, err.advice);
	return v;
}

uint64_t cli_size(const char *option, const char *text)
{
	return read_value(option, text, BS_PARAM_SIZE, 0, UINT64_C(1) << 50);
}

uint64_t cli_time(const char *option, const char *text)
{
	return read_value(option, text, BS_PARAM_TIME, 0, UINT64_C(1) << 60);
}

uint64_t cli_uint(const char *option, const char *text, uint64_t min, uint64_t max)
{
	return read_value(option, text, BS_PARAM_UINT, min, max);
}

unsigned int cli_enum(const char *option, const char *text, const char *const *names)
{
	const struct bs_param p = {.name = option, .type = BS_PARAM_ENUM, .names = names};
	struct bs_error err;
	uint64_t v = 0;

	if (bs_param_value(&p, "option", text, &v, &err))
		cli_usage(option, "cannot be \"%s\"; %s", text, err.advice);
	return (unsigned int)v;
}

enum bs_format cli_format(const char *text)
{
	struct bs_options o;
	struct bs_error err;
	enum bs_format f;

	bs_options_init(&o);
	if (bs_option_set(&o, bs_option_find("format"), text, &err))
		exit(cli_error(&err));
	f = o.program.format;
	if (f > BS_FORMAT_CSV)
		cli_usage("--format", "%s is for tables of figures; here it is text, json or csv",
			  text);
	bs_options_free(&o);
	return f;
}

_Noreturn void cli_unknown(const char *what, const char *text, const char *const *names)
{
	char advice[512];

	bs_nearest_advice("there is", names, text, advice, sizeof(advice));
	cli_usage(text, "unknown %s; %s", what, advice);
}

enum bs_machine_kind cli_machine(const char *text)
{
	const char *names[BS_NR_MACHINES + 1] = {NULL};

	for (unsigned int i = 0; i < BS_NR_MACHINES; i++)
		names[i] = bs_platform_at(i)->name;
	return (enum bs_machine_kind)cli_enum("--machine", text, names);
}

const char *cli_kernel(const char *text)
{
	struct bs_error err;

	if (bs_kernel_check(text, &err))
		exit(cli_error(&err));
	return text;
}

/* ---- Standard output -------------------------------------------------------------------------- */

/* Whatever way the program ends. What it printed is data: that it got lost is no success. */
static void check_stdout(int status, void *arg)
{
	struct bs_error err;
	int error = 0;

	(void)arg;
	if (fflush(stdout))
		error = errno;
	else if (!ferror(stdout))
		return;
	/* It failed before, and the cause is forgotten: it will be the same again. */
	else if (write(STDOUT_FILENO, "\n", 1) < 0)
		error = errno;
	if (status > BS_UNEQUAL)
		return;
	bs_error_set(&err, BS_RESOURCE, error, "standard output",
		     "make room there, or use --output", "writing failed");
	_exit(cli_error(&err));
}

void *cli_memory(void *p)
{
	if (p)
		return p;
	fputs("buddysim: out of memory\n", stderr);
	exit(BS_RESOURCE);
}

void cli_watch_stdout(void)
{
	on_exit(check_stdout, NULL);
}

/* ---- Signals -------------------------------------------------------------------------------- */

static volatile int stop_requested;

static void on_stop(int sig)
{
	(void)sig;
	__atomic_store_n(&stop_requested, 1, __ATOMIC_RELAXED);
}

const volatile int *cli_stop(void)
{
	/* Without SA_RESTART: who waits for input that does not come is to notice, too. */
	struct sigaction sa = {.sa_handler = on_stop};

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	return &stop_requested;
}
