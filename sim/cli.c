// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

void cli_parse(const struct argp *argp, const char *verb, int argc, char **argv, void *input)
{
	static char name[64]; /* argp keeps the pointer for its messages */

	if (argc == 2 && !strcmp(argv[1], "--describe")) {
		describe_options(argp);
		exit(BS_OK);
	}
	snprintf(name, sizeof(name), "buddysim %s", verb);
	argv[0] = name;
	argp_err_exit_status = BS_USAGE;
	argp_parse(argp, argc, argv, 0, NULL, input);
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
