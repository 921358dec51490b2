// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench_import.c - `buddysim bench import`: how fast recordings are read, on text that is made for it, in
 * both of the forms that most people have, with call chains and without.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define LIVE 300000u
#define PAGES 4000000u

/** A load in which 300 thousand pages are live, as a recording prints it. */
struct text {
	FILE *out;
	uint64_t rng, ns, bytes;
	uint32_t live[LIVE], nr;
	bool used[PAGES];
};

static uint64_t next(struct text *t)
{
	t->rng ^= t->rng << 13;
	t->rng ^= t->rng >> 7;
	t->rng ^= t->rng << 17;
	return t->rng;
}

/* The fields of an allocation or of a free. */
static int event(struct text *t, char *buf, size_t size)
{
	uint32_t i, pfn;

	if (t->nr < LIVE && (t->nr < 1000 || next(t) & 1)) {
		const bool user = next(t) % 8 < 5;

		do
			pfn = 1 + (uint32_t)(next(t) % (PAGES - 1));
		while (t->used[pfn]);
		t->used[pfn] = true;
		t->live[t->nr++] = pfn;
		return snprintf(
			buf, size,
			"mm_page_alloc: page=00000000c0ffee12 pfn=%#x order=0 migratetype=%d "
			"gfp_flags=%s",
			pfn, user,
			user ? "GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP" : "GFP_KERNEL");
	}
	i = (uint32_t)(next(t) % t->nr);
	pfn = t->live[i];
	t->live[i] = t->live[--t->nr];
	t->used[pfn] = false;
	return snprintf(buf, size, "mm_page_free: page=00000000c0ffee12 pfn=%#x order=0", pfn);
}

enum form { FTRACE, PERF, PERF_CHAINS };

static void line(struct text *t, enum form form)
{
	const unsigned int cpu = (unsigned int)(next(t) % 8);
	const uint64_t pid = 20000 + next(t) % 900;
	char ev[256];
	int n;

	t->ns += next(t) % 3000;
	event(t, ev, sizeof(ev));
	if (form == FTRACE)
		n = fprintf(t->out,
			    "             cc1-%-7" PRIu64 " [%03u] ..... %5" PRIu64 ".%06" PRIu64
			    ": %s\n",
			    pid, cpu, t->ns / BS_NS_PER_S, t->ns / 1000 % 1000000, ev);
	else
		n = fprintf(t->out,
			    "             cc1 %5" PRIu64 " [%03u] %5" PRIu64 ".%06" PRIu64
			    ":        kmem:%s\n",
			    pid, cpu, t->ns / BS_NS_PER_S, t->ns / 1000 % 1000000, ev);
	if (form == PERF_CHAINS)
		n += fprintf(t->out,
			     "\tffffffff812b5a10 get_page_from_freelist+0x1a0 ([kernel.kallsyms])\n"
			     "\tffffffff812b6a10 __alloc_pages+0x1f0 ([kernel.kallsyms])\n"
			     "\tffffffff812c6a10 do_anonymous_page+0xa0 ([kernel.kallsyms])\n"
			     "\tffffffff81e00bc2 asm_exc_page_fault+0x22 ([kernel.kallsyms])\n"
			     "\t           9f838 memset+0x8 (/usr/lib/libc.so.6)\n\n");
	t->bytes += n > 0 ? (uint64_t)n : 0;
}

/* A file below TMPDIR that does not stay; NULL, and stderr has been told. */
static char *make_text(enum form form, uint64_t bytes)
{
	const char *dir = getenv("TMPDIR");
	struct text *t = calloc(1, sizeof(*t));
	char *path = NULL;
	int fd = -1;

	if (t && asprintf(&path, "%s/buddysim-bench-XXXXXX", dir && *dir ? dir : "/tmp") >= 0)
		fd = mkstemp(path);
	if (fd >= 0)
		t->out = fdopen(fd, "w");
	if (!t || !t->out) {
		cli_warn("cannot make a text: set TMPDIR to a folder with room");
		free(t);
		free(path);
		return NULL;
	}
	t->rng = UINT64_C(88172645463325252);
	while (t->bytes < bytes && !ferror(t->out))
		line(t, form);
	if (fclose(t->out)) {
		cli_warn("%s: no room", path);
		unlink(path);
		free(path);
		path = NULL;
	}
	free(t);
	return path;
}

static uint64_t cpu_ns(const struct rusage *r)
{
	return ((uint64_t)r->ru_utime.tv_sec + (uint64_t)r->ru_stime.tv_sec) * BS_NS_PER_S +
	       ((uint64_t)r->ru_utime.tv_usec + (uint64_t)r->ru_stime.tv_usec) * 1000;
}

/* What it took, in a process of its own: the memory too is that of this import alone. */
static int once(const char *path, struct rusage *used)
{
	const struct bs_import_config config = {.stop = cli_stop()};
	struct bs_trace_info info;
	struct bs_error err;
	int status = BS_RESOURCE, ret;
	char out[512];
	pid_t child;

	snprintf(out, sizeof(out), "%.500s.cborseq", path);
	child = fork();
	if (!child) {
		ret = bs_trace_import(path, out, &config, &info, &err);
		_exit(ret ? cli_error(&err) : 0);
	}
	if (child < 0 || wait4(child, &status, 0, used) < 0)
		cli_warn("cannot start a process");
	unlink(out);
	return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : BS_RESOURCE;
}

int bench_import(unsigned int form, uint64_t bytes, double *mb_per_s, double *mib)
{
	char *path = make_text((enum form)form, bytes);
	struct rusage used;
	int status;

	if (!path)
		return BS_RESOURCE;
	status = once(path, &used);
	*mb_per_s = (double)bytes * 1e3 / (double)(cpu_ns(&used) + 1);
	*mib = (double)used.ru_maxrss / 1024;
	unlink(path);
	free(path);
	return status;
}
