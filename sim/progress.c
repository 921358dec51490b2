// SPDX-License-Identifier: GPL-2.0-or-later
#include "progress.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "real_time.h"

#define FIRST_NS (BS_NS_PER_S / 2) /* what is over by then is not shown */
#define EVERY_NS (BS_NS_PER_S / 10) /* a person reads no more */

/* @lock: of what is below it. @said: something is to be shown; @shown: is it? */
struct progress {
	pthread_t thread;
	struct bs_ear ear;
	const char *ear_what, *ear_unit;
	bool dumb; /* the terminal knows no more than the beginning of the line */

	pthread_mutex_t lock;
	pthread_cond_t turn;
	bool over, said, shown;
	char what[64], unit[16], note[128];
	uint64_t done, of;
	uint64_t begin_ns, first_ns; /* of @what; of all */
	size_t width; /* of the line */
};

/* ---- The line ------------------------------------------------------------------------------------- */

static bool is_bytes(const struct progress *p)
{
	return !strcmp(p->unit, "MB");
}

static void put_rate(const struct progress *p, FILE *f, double rate)
{
	if (is_bytes(p))
		fprintf(f, ", %.1f MB/s", rate / 1e6);
	else if (rate >= 1e6)
		fprintf(f, ", %.1f M %s/s", rate / 1e6, p->unit);
	else if (rate >= 1e4)
		fprintf(f, ", %.0f k %s/s", rate / 1e3, p->unit);
	else
		fprintf(f, ", %.*f %s/s", rate < 10, rate, p->unit);
}

static void put_duration(FILE *f, double seconds)
{
	if (seconds < 100)
		fprintf(f, ", %.0f s to go", seconds);
	else if (seconds < 100 * 60)
		fprintf(f, ", %.0f min to go", seconds / 60);
	else
		fprintf(f, ", %.1f h to go", seconds / 3600);
}

static void put_done(const struct progress *p, FILE *f)
{
	if (is_bytes(p))
		fprintf(f, ": %.0f MB", (double)p->done / 1e6);
	else if (p->of && p->of < 100000)
		fprintf(f, ": %" PRIu64 " of %" PRIu64 " %s", p->done, p->of, p->unit);
	else
		fprintf(f, ": %.1f M %s", (double)p->done / 1e6, p->unit);
	if (p->of)
		fprintf(f, ", %.0f %%", 100 * (double)p->done / (double)p->of);
}

static void put_line(const struct progress *p, FILE *f)
{
	const double seconds = (double)(real_ns() - p->begin_ns) / 1e9;
	const double rate = seconds > 0 ? (double)p->done / seconds : 0;

	fputs(p->what, f);
	if (p->unit[0]) {
		put_done(p, f);
		if (rate > 0)
			put_rate(p, f, rate);
		if (rate > 0 && p->of >= p->done)
			put_duration(f, (double)(p->of - p->done) / rate);
	} else {
		fprintf(f, ": %.0f s", seconds);
	}
	if (p->note[0])
		fprintf(f, "; %s", p->note);
}

static size_t columns(void)
{
	struct winsize w;

	return !ioctl(STDERR_FILENO, TIOCGWINSZ, &w) && w.ws_col > 1 ? w.ws_col - 1u : 79;
}

static void wipe(struct progress *p)
{
	if (p->shown && p->dumb)
		fprintf(stderr, "\r%*s\r", (int)p->width, "");
	else if (p->shown)
		fputs("\r\033[K", stderr);
	fflush(stderr);
	p->shown = false;
}

/* A line that is longer than the terminal is wide would leave its beginning behind. */
static void show(struct progress *p)
{
	char line[512] = "";
	const size_t most = columns();
	FILE *f = fmemopen(line, sizeof(line), "w");

	if (!f)
		return;
	put_line(p, f);
	fclose(f);
	line[sizeof(line) - 1] = '\0';
	if (strlen(line) > most)
		line[most] = '\0';
	wipe(p);
	p->width = strlen(line);
	p->shown = true;
	fprintf(stderr, "%s", line);
	fflush(stderr);
}

static void *shows(void *arg)
{
	struct progress *p = arg;

	pthread_mutex_lock(&p->lock);
	while (!p->over) {
		real_cond_wait(&p->turn, &p->lock, EVERY_NS);
		if (p->said && !p->over && real_ns() - p->first_ns >= FIRST_NS)
			show(p);
	}
	wipe(p);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* ---- What is told --------------------------------------------------------------------------------- */

void progress_tell(struct progress *p, const char *what, uint64_t done, uint64_t of,
		   const char *unit)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	/* Fewer than before: the next one of the kind. */
	if (!p->begin_ns || done < p->done || strcmp(p->what, what)) {
		p->begin_ns = real_ns();
		snprintf(p->what, sizeof(p->what), "%s", what);
	}
	snprintf(p->unit, sizeof(p->unit), "%s", unit);
	p->done = done;
	p->of = of;
	p->said = true;
	pthread_mutex_unlock(&p->lock);
}

void progress_note(struct progress *p, const char *fmt, ...)
{
	va_list ap;

	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	va_start(ap, fmt);
	vsnprintf(p->note, sizeof(p->note), fmt, ap);
	va_end(ap);
	pthread_mutex_unlock(&p->lock);
}

void progress_wipe(struct progress *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	wipe(p);
	p->said = false;
	pthread_mutex_unlock(&p->lock);
}

static void hear(void *arg, uint64_t done, uint64_t of)
{
	struct progress *p = arg;

	progress_tell(p, p->ear_what, done, of, p->ear_unit);
}

const struct bs_ear *progress_ear(struct progress *p, const char *what, const char *unit)
{
	if (!p)
		return NULL;
	p->ear_what = what;
	p->ear_unit = unit;
	p->ear = (struct bs_ear){.tell = hear, .arg = p};
	return &p->ear;
}

/* ---- Life ------------------------------------------------------------------------------------------ */

/* Signals are for those who do the work. */
static int start(struct progress *p)
{
	sigset_t all, before;
	int ret;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = pthread_create(&p->thread, NULL, shows, p);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ret;
}

struct progress *progress_begin(bool quiet)
{
	const char *term = getenv("TERM");
	struct progress *p;

	if (quiet || !isatty(STDERR_FILENO))
		return NULL;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->dumb = !term || !*term || !strcmp(term, "dumb");
	p->first_ns = real_ns();
	pthread_mutex_init(&p->lock, NULL);
	real_cond_init(&p->turn);
	if (!start(p))
		return p;
	free(p);
	return NULL;
}

void progress_end(struct progress *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->over = true;
	pthread_cond_signal(&p->turn);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thread, NULL);
	pthread_cond_destroy(&p->turn);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
