/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli.h - what the verbs share: how an error is printed, how options are read, the verbs' list.
 * stdout is data, stderr is talk; exit status: MEANING.md, exit status.
 */
#ifndef BS_CLI_H
#define BS_CLI_H

#include <argp.h>
#include <stdint.h>

#include <buddysim/buddysim.h>

#include "describe.h"

extern const struct cli_command cli_commands[]; /* ends with a NULL name */

int cmd_compare(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_advise(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_state(int argc, char **argv);
int cmd_sweep(int argc, char **argv);
int cmd_experiment(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_bench(int argc, char **argv);
int cmd_calibrate(int argc, char **argv);

#define CLI_AGAIN 0x1000 /* argp_option.flags: may be given more than once, and each counts */
/* Parse with @argp as "buddysim VERB"; argp's own usage errors end the program with status 2. An
 * option that is unknown is told its nearest name, one that is given twice is refused. With
 * --describe alone it describes the options for the build (describe.h), and ends the program. */
void cli_parse(const struct argp *argp, const char *verb, int argc, char **argv, void *input);

/* Run the verb of @verb's own that argv[1] names; --help and --describe without one tell of them all. */
int cli_verbs(const char *verb, const struct cli_command *verbs, int argc, char **argv);

/* Print "buddysim: where: text; advice" on stderr. Returns the exit status it deserves. */
int cli_error(const struct bs_error *e);
/* From now on the program ends with BS_RESOURCE, and says so, if what it printed did not arrive. */
void cli_watch_stdout(void);
/* strdup() and the like: end the program with BS_RESOURCE where there is no memory. */
void *cli_memory(void *p);
void cli_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* One line on stderr, then exit with status 2. */
_Noreturn void cli_usage(const char *option, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* From now on SIGINT and SIGTERM do not end the program but set the flag returned, for the library to
 * stop at; its error then ends the program with status BS_INTERRUPTED. */
const volatile int *cli_stop(void);

/* Value of an option; a bad one ends the program with one line and status 2. */
uint64_t cli_size(const char *option, const char *text);
uint64_t cli_time(const char *option, const char *text);
uint64_t cli_uint(const char *option, const char *text, uint64_t min, uint64_t max);
/* Index of @text in the NULL-terminated @names. */
unsigned int cli_enum(const char *option, const char *text, const char *const *names);
/* "@text: unknown @what; did you mean ...", and all the @names; status 2. */
_Noreturn void cli_unknown(const char *what, const char *text, const char *const *names);
enum bs_format cli_format(const char *text);
/* A kernel model, perhaps with changes behind a colon; one that is none ends the program. */
const char *cli_kernel(const char *text);
/* ... of --machine. */
enum bs_machine_kind cli_machine(const char *text);

#endif
