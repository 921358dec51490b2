// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * user.c - a program that does with memory what its standard input says, and says so in the module's log
 *
 * One command a line, sizes and offsets in KiB. An area is a letter.
 *
 *   map A SIZE [OFFSET]      OFFSET beyond a boundary of 1 GiB
 *   touch A OFF LEN STEP [r] write (read) a byte every STEP, upwards;  down: downwards
 *   rtouch A OFF LEN SEED    write each page once, in an order drawn from SEED
 *   adv A OFF LEN ADVICE     madvise, by number;  unmap, prot (read only), lock A OFF LEN
 *   where A OFF LEN          its pages: "u at ADDRESS PFN+N -N PFN*N", N consecutive ones, none, the same N times
 *   fork ... endfork         a child does these lines and exits, waited for;  spawn: not waited for
 *   sleep MS                 set FILE VALUE                 mark TEXT
 *   o COMMAND                for the module
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096UL
#define MAX_LINES 4000

static char text[65536], *lines[MAX_LINES];
static int nr_lines, oracle;
static long offsets[26]; /* of the areas, KiB */

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/* One write is one command of the module's. */
static void say(const char *command)
{
	if (write(oracle, command, strlen(command)) < 0)
		die(command);
}

static char *at(char area, long off)
{
	const uint64_t base = 0x100000000000UL + (uint64_t)(area - 'a') * 0x100000000UL;

	return (char *)(base + (uint64_t)(offsets[area - 'a'] + off) * 1024);
}

static void write_byte(char *p)
{
	*(volatile char *)p = 1;
}

/* ---- Where its pages are --------------------------------------------------------------------- */

static bool present(uint64_t entry)
{
	return entry >> 63;
}

static uint64_t pfn_of(uint64_t entry)
{
	return entry & ((1UL << 55) - 1);
}

/* How many entries from @e on are one run, of @n; *@sign: which of the three kinds. */
static long run_length(const uint64_t *e, long n, char *sign)
{
	long i;

	*sign = '-';
	for (i = 1; !present(*e) && i < n && !present(e[i]); i++)
		;
	if (!present(*e))
		return i;
	*sign = '*';
	for (i = 1; i < n && present(e[i]) && pfn_of(e[i]) == pfn_of(*e); i++)
		;
	if (i > 1)
		return i;
	*sign = '+';
	for (i = 1; i < n && present(e[i]) && pfn_of(e[i]) == pfn_of(*e) + (uint64_t)i; i++)
		;
	return i;
}

static void where(char *start, long pages)
{
	uint64_t e[512];
	char out[1100];
	long n, len;
	/* A child has tables of its own: opened each time. */
	int fd = open("/proc/self/pagemap", O_RDONLY);

	for (; pages > 0; pages -= n, start += n * (long)PAGE) {
		int used = sprintf(out, "u at %p", (void *)start);

		n = pages < 512 ? pages : 512;
		if (pread(fd, e, (size_t)n * 8, (off_t)((uintptr_t)start / PAGE * 8)) != n * 8)
			die("pagemap");
		for (long i = 0; i < n; i += len) {
			char sign;

			len = run_length(e + i, n - i, &sign);
			if (sign == '-')
				used += sprintf(out + used, " -+%ld", len);
			else
				used += sprintf(out + used, " %lu%c%ld", pfn_of(e[i]), sign, len);
			if (used > 1000) {
				say(out);
				used = sprintf(out, "u at %p",
					       (void *)(start + (i + len) * (long)PAGE));
			}
		}
		say(out);
	}
	close(fd);
}

/* ---- Commands -------------------------------------------------------------------------------- */

static void touch_at_random(char *start, long pages, uint64_t seed)
{
	uint32_t *order = malloc((size_t)pages * sizeof(*order));
	uint64_t rng = seed * 0x9E3779B97F4A7C15ULL + 1;

	if (!order)
		die("rtouch");
	for (long i = 0; i < pages; i++)
		order[i] = (uint32_t)i;
	for (long i = pages - 1; i > 0; i--) {
		uint32_t held = order[i];
		long j;

		rng = rng * 6364136223846793005ULL + 1442695040888963407ULL;
		j = (long)((rng >> 33) % (uint64_t)(i + 1));
		order[i] = order[j];
		order[j] = held;
	}
	for (long i = 0; i < pages; i++)
		write_byte(start + order[i] * PAGE);
	free(order);
}

static void touch(char *start, long len, long step, bool read, bool down)
{
	for (long i = 0; i < len; i += step) {
		char *p = start + (down ? len - step - i : i) * 1024;

		if (read)
			(void)*(volatile char *)p;
		else
			write_byte(p);
	}
}

static void set(const char *file, const char *value)
{
	const char *name = strrchr(file, '/');
	char mark[1100];
	int fd;

	snprintf(mark, sizeof(mark), "u * set %s %s", name ? name + 1 : file, value);
	say(mark);
	fd = open(file, O_WRONLY);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		die(file);
	close(fd);
}

static int do_on_area(const char *verb, char area, char *p, long off, long len, long x, bool read)
{
	const size_t bytes = (size_t)len * 1024;

	if (!strcmp(verb, "map")) { /* A SIZE [OFFSET] */
		offsets[area - 'a'] = len;
		return mmap(at(area, 0), (size_t)off * 1024, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED;
	}
	if (!strcmp(verb, "adv"))
		return madvise(p, bytes, (int)x);
	if (!strcmp(verb, "unmap"))
		return munmap(p, bytes);
	if (!strcmp(verb, "prot"))
		return mprotect(p, bytes, PROT_READ);
	if (!strcmp(verb, "lock"))
		return mlock(p, bytes);
	if (!strcmp(verb, "where"))
		where(p, len / 4);
	else if (!strcmp(verb, "rtouch"))
		touch_at_random(p, len / 4, (uint64_t)x);
	else if (x > 0 && (!strcmp(verb, "touch") || !strcmp(verb, "down")))
		touch(p, len, x, read, verb[0] == 'd');
	else
		return -1;
	return 0;
}

static void do_line(const char *line)
{
	char verb[16] = "", area = 'a', how = 'w', file[200], rest[900], mark[1000];
	long off = 0, len = 0, x = 0;
	int words;

	if (sscanf(line, "set %199s %899[^\n]", file, rest) == 2) {
		set(file, rest);
	} else if (sscanf(line, "o %899[^\n]", rest) == 1) {
		say(rest);
	} else if (sscanf(line, "mark %899[^\n]", rest) == 1) {
		snprintf(mark, sizeof(mark), "u * %s", rest);
		say(mark);
	} else if (sscanf(line, "sleep %ld", &x) == 1) {
		usleep((useconds_t)x * 1000);
	} else {
		words = sscanf(line, "%15s %c %ld %ld %ld %c", verb, &area, &off, &len, &x, &how);
		if (words < 3 || area < 'a' || area > 'z' ||
		    do_on_area(verb, area, at(area, off), off, len, x, how == 'r')) {
			fprintf(stderr, "user: \"%s\" failed\n", line);
			exit(2);
		}
	}
}

static bool begins(const char *line, const char *word)
{
	return !strncmp(line, word, strlen(word));
}

/* Which lines are said before they are done: not those that say something themselves. */
static bool is_said(const char *line)
{
	return !begins(line, "mark") && !begins(line, "o ") && !begins(line, "where") &&
	       !begins(line, "set");
}

static int end_of_fork(int i)
{
	for (int depth = 0; i < nr_lines; i++) {
		if (begins(lines[i], "fork") || begins(lines[i], "spawn"))
			depth++;
		if (begins(lines[i], "endfork") && !--depth)
			return i;
	}
	fprintf(stderr, "user: a fork without its end\n");
	exit(2);
}

static void do_lines(int from, int to)
{
	char text_of[1000];

	for (int i = from; i < to; i++) {
		const bool waits = begins(lines[i], "fork");
		int end;
		pid_t child;

		if (waits || begins(lines[i], "spawn")) {
			end = end_of_fork(i);
			child = fork();
			if (!child) {
				do_lines(i + 1, end);
				_exit(0);
			}
			if (waits)
				waitpid(child, NULL, 0);
			i = end;
			continue;
		}
		if (is_said(lines[i])) {
			snprintf(text_of, sizeof(text_of), "u %s", lines[i]);
			say(text_of);
		}
		do_line(lines[i]);
	}
}

int main(void)
{
	size_t used = 0;
	ssize_t n;

	while ((n = read(0, text + used, sizeof(text) - 1 - used)) > 0)
		used += (size_t)n;
	for (char *p = strtok(text, "\n"); p && nr_lines < MAX_LINES; p = strtok(NULL, "\n"))
		lines[nr_lines++] = p;
	oracle = open("/proc/pa_oracle", O_WRONLY);
	if (oracle < 0)
		die("/proc/pa_oracle");
	do_lines(0, nr_lines);
	return 0;
}
