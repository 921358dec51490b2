// SPDX-License-Identifier: GPL-2.0-or-later
#include "tracedat.h"

#include <errno.h>
#include <string.h>

#define MAGIC "\x17\x08\x44tracing"

#ifndef BS_HAVE_TRACECMD

bool bs_is_tracedat(const char *first, size_t len)
{
	(void)first;
	(void)len;
	return false;
}

int bs_tracedat_begin(const char *path, int *fd, pid_t *reader, struct bs_error *err)
{
	(void)fd;
	(void)reader;
	return bs_error_set(err, BS_INPUT, ENOSYS, path, NULL, "built without libtracecmd");
}

int bs_tracedat_end(const char *path, pid_t reader, struct bs_error *err)
{
	(void)path;
	(void)reader;
	(void)err;
	return 0;
}

#else

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <trace-cmd.h>

/* The reader's exit status. */
enum { DONE, CANNOT_OPEN, BAD_CLOCK, BROKEN_PIPE };

bool bs_is_tracedat(const char *first, size_t len)
{
	return len >= sizeof(MAGIC) - 1 && !memcmp(first, MAGIC, sizeof(MAGIC) - 1);
}

/* ---- The reader ------------------------------------------------------------------------------ */

struct dat {
	struct tep_handle *tep;
	const char *buffer; /* name of the instance, or NULL */
	struct trace_seq seq;
	FILE *out;
};

/* One record as a line. The fields are printed by the recorded kernel's own format, names of gfp masks and
 * all: there is no question of its version. */
static int print(struct tracecmd_input *handle, struct tep_record *record, int cpu, void *arg)
{
	struct dat *d = arg;
	struct tep_event *event = tep_find_event_by_record(d->tep, record);

	(void)handle;
	/* Negative: how many is not known. */
	if (record->missed_events > 0)
		fprintf(d->out, "CPU:%d [LOST %lld EVENTS]\n", cpu,
			(long long)record->missed_events);
	else if (record->missed_events)
		fprintf(d->out, "CPU:%d [LOST EVENTS]\n", cpu);
	if (!event)
		return 0;
	trace_seq_reset(&d->seq);
	tep_print_event(d->tep, &d->seq, record, "%s", TEP_PRINT_INFO);
	trace_seq_terminate(&d->seq);
	fprintf(d->out, "%s%s%s-%d [%03d] ..... %llu.%09llu: %s: %.*s\n",
		d->buffer ? d->buffer : "", d->buffer ? ": " : "", "task",
		tep_data_pid(d->tep, record), cpu, record->ts / 1000000000, record->ts % 1000000000,
		event->name, (int)strcspn(d->seq.buffer, "\n"), d->seq.buffer);
	return ferror(d->out);
}

static int print_handle(struct tracecmd_input *handle, const char *buffer, FILE *out)
{
	struct dat d = {.tep = tracecmd_get_tep(handle), .buffer = buffer, .out = out};
	int ret;

	trace_seq_init(&d.seq);
	ret = tracecmd_iterate_events(handle, NULL, 0, print, &d);
	trace_seq_destroy(&d.seq);
	return ret;
}

/* The options name all trace clocks, the one in use in brackets, as the kernel's own file does. */
static bool has_bad_clock(const char *path)
{
	static const char *const bad[] = {"[counter]", "[uptime]", "[x86-tsc]"};
	const size_t most = 16u << 20;
	char *head = malloc(most);
	FILE *f = fopen(path, "re");
	bool found = false;
	size_t n;

	if (head && f) {
		n = fread(head, 1, most, f);
		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
			found |= memmem(head, n, bad[i], strlen(bad[i])) != NULL;
	}
	if (f)
		fclose(f);
	free(head);
	return found;
}

static int read_dat(const char *path, int fd)
{
	struct tracecmd_input *handle;
	FILE *out = fdopen(fd, "w");
	int silent = open("/dev/null", O_WRONLY | O_CLOEXEC);

	/* It prints what it thinks of a file, whatever it is told. */
	if (silent >= 0) {
		dup2(silent, STDOUT_FILENO);
		dup2(silent, STDERR_FILENO);
	}
	tep_set_loglevel(TEP_LOG_NONE);
	tracecmd_set_loglevel(TEP_LOG_NONE);
	if (has_bad_clock(path))
		return BAD_CLOCK;
	handle = tracecmd_open(path, TRACECMD_FL_LOAD_NO_PLUGINS);
	if (!handle || !out)
		return CANNOT_OPEN;
	print_handle(handle, NULL, out);
	for (int i = 0; i < tracecmd_buffer_instances(handle); i++) {
		struct tracecmd_input *h = tracecmd_buffer_instance_handle(handle, i);

		if (h)
			print_handle(h, tracecmd_buffer_instance_name(handle, i), out);
	}
	return fclose(out) ? BROKEN_PIPE : DONE;
}

/* ---- Here ------------------------------------------------------------------------------------ */

int bs_tracedat_begin(const char *path, int *fd, pid_t *reader, struct bs_error *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return bs_error_set(err, BS_RESOURCE, errno, path, NULL, "cannot make a pipe");
	*reader = fork();
	if (!*reader)
		_exit(read_dat(path, ends[1]));
	close(ends[1]);
	if (*reader > 0) {
		*fd = ends[0];
		return 0;
	}
	close(ends[0]);
	return bs_error_set(err, BS_RESOURCE, errno, path, NULL, "cannot start a reader");
}

int bs_tracedat_end(const char *path, pid_t reader, struct bs_error *err)
{
	int status = 0;

	while (waitpid(reader, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == BAD_CLOCK)
		return bs_error_set(err, BS_INPUT, 0, path,
				    "the trace clock was counter, uptime or x86-tsc: record with "
				    "trace-cmd record -C mono",
				    "this is trace.dat, and its times are not seconds");
	if (WIFEXITED(status) && WEXITSTATUS(status) != CANNOT_OPEN)
		return 0;
	return bs_error_set(err, BS_INPUT, 0, path,
			    "see what trace-cmd report says of it, and import its text",
			    "this is trace.dat, and libtracecmd cannot read it (damaged?)");
}

#endif
