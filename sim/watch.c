// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "real_time.h"
#include "watch_layout.h"
#include "watch_pace.h"
#include "watch_screen.h"

#define FRAME_MS 50
#define AT_LEAST_NS (BS_NS_PER_S / 5) /* whoever waits looks up so often, be it for nothing */
#define TEXT 256

/* @lock: of all that is below it; what the view points to is in @texts. */
struct watch {
	const char *verb;
	const volatile int *stop;
	struct bs_viewer viewer;
	bool chosen; /* the speed is somebody's choice */
	pthread_t thread;
	sigset_t signals; /* before */
	volatile unsigned int wants;

	pthread_mutex_t lock;
	pthread_cond_t turn;
	bool over;
	struct watch_pace pace;
	struct watch_shown shown;
	struct watch_row *rows;
	char texts[4][TEXT], trace[TEXT];

	/* The drawing thread's own. */
	struct watch_shown drawn;
	char drawn_texts[4][TEXT];
	struct watch_page page;
};

static bool stops(const struct watch *w)
{
	return __atomic_load_n(w->stop, __ATOMIC_RELAXED);
}

/* ---- The thread that runs the comparison ----------------------------------------------------------- */

/* A view's texts are there for as long as it is looked at. */
static void keep_texts(struct bs_view *v, char texts[4][TEXT])
{
	const char **const of[] = {&v->label, &v->strategy, &v->params, &v->kernel};

	for (unsigned int i = 0; i < 4; i++) {
		if (*of[i] != texts[i])
			snprintf(texts[i], TEXT, "%s", *of[i] ? *of[i] : "");
		*of[i] = texts[i];
	}
}

/* So that all of it takes about a minute, and a cell no less than can be followed. */
static void choose_speed(struct watch *w, const struct bs_view *v)
{
	const unsigned int seconds = v->cells > 1 ? 60 / v->cells : 20;

	if (!w->pace.begun && !w->chosen)
		watch_pace_for(&w->pace, v->end, seconds > 5 ? seconds : 5);
}

static void wait_for(struct watch *w, uint64_t ns)
{
	real_cond_wait(&w->turn, &w->lock, ns < AT_LEAST_NS ? ns : AT_LEAST_NS);
}

static bs_ns look(void *arg, const struct bs_view *v)
{
	struct watch *w = arg;
	struct watch_go go;

	pthread_mutex_lock(&w->lock);
	w->shown.view = *v;
	keep_texts(&w->shown.view, w->texts);
	w->shown.seen = true;
	choose_speed(w, v);
	for (;;) {
		go = watch_pace_look(&w->pace, v, real_ns());
		if (go.goes || stops(w))
			break;
		wait_for(w, go.real);
	}
	/* Who draws asks for the next look when this one is on the screen; a pass may come before that. */
	__atomic_store_n(&w->wants, watch_pace_wants(&w->pace) & ~(unsigned int)BS_VIEW_NOW,
			 __ATOMIC_RELAXED);
	pthread_mutex_unlock(&w->lock);
	return go.goes ? go.next : BS_NO_TIME;
}

static void row(void *arg, const struct bs_view_row *r)
{
	struct watch *w = arg;
	struct watch_row *more, *here;

	pthread_mutex_lock(&w->lock);
	more = realloc(w->rows, (w->shown.nr_rows + 1) * sizeof(*more));
	if (more) {
		w->rows = more;
		here = &more[w->shown.nr_rows++];
		snprintf(here->label, sizeof(here->label), "%s", r->label);
		here->held_mib_s = r->held_mib_s;
		here->cost = r->cost;
		here->failed = r->failed;
	}
	pthread_mutex_unlock(&w->lock);
}

static void progress(void *arg, const struct bs_progress *p)
{
	struct watch *w = arg;

	pthread_mutex_lock(&w->lock);
	w->shown.progress = *p;
	/* Events happen in the next one, and it is not to be seen yet. */
	if (p->cell != w->shown.view.cell && p->cell < p->cells && p->now) {
		w->shown.seen = false;
		if (w->pace.begun)
			watch_pace_cell(&w->pace, p->cell);
	}
	pthread_mutex_unlock(&w->lock);
}

/* ---- The thread that draws -------------------------------------------------------------------------- */

static void typed(struct watch *w, int key, bs_ns at)
{
	struct watch_pace *p = &w->pace;

	if (w->shown.help && key != 'q') {
		w->shown.help = false;
		return;
	}
	switch (key) {
	case ' ':
		watch_pace_pause(p, at);
		break;
	case 's':
		watch_pace_step(p, WATCH_INSTANT, at);
		break;
	case '.':
		watch_pace_step(p, WATCH_SAMPLE, at);
		break;
	case 'p':
		watch_pace_step(p, WATCH_TO_PASS, at);
		break;
	case '+':
	case '=':
		watch_pace_faster(p, at);
		w->chosen = true;
		break;
	case '-':
		watch_pace_slower(p, at);
		w->chosen = true;
		break;
	case 'n':
		watch_pace_skip(p);
		break;
	case '?':
	case 'h':
		w->shown.help = true;
		break;
	case 'q':
		kill(getpid(), SIGINT);
		break;
	}
}

static void take_state(struct watch *w, int key)
{
	const uint64_t real = real_ns();
	struct watch_shown *s = &w->shown;

	s->now = watch_pace_now(&w->pace, &s->view, real);
	if (key)
		typed(w, key, s->now);
	s->now = watch_pace_now(&w->pace, &s->view, real);
	s->speed = watch_speed(&w->pace);
	s->mode = stops(w)	   ? WATCH_STOPS
		  : w->pace.skips  ? WATCH_SKIPS
		  : w->pace.step   ? WATCH_STEPS
		  : w->pace.paused ? WATCH_STANDS
				   : WATCH_RUNS;
	if (s->seen)
		watch_rates_look(&s->rates, &s->view, s->now, real);
	__atomic_store_n(&w->wants, watch_pace_wants(&w->pace), __ATOMIC_RELAXED);
	pthread_cond_signal(&w->turn);
}

static void draw(struct watch *w)
{
	unsigned int rows, cols;

	watch_screen_size(&rows, &cols);
	watch_page_clear(&w->page, rows, cols);
	watch_layout(&w->drawn, &w->page);
	watch_screen_put(&w->page);
}

static void *draws(void *arg)
{
	struct watch *w = arg;
	struct watch_row *rows = NULL;
	bool over = false;

	pthread_sigmask(SIG_SETMASK, &w->signals, NULL);
	while (!over) {
		const int key = watch_screen_key(FRAME_MS);

		pthread_mutex_lock(&w->lock);
		take_state(w, key);
		over = w->over;
		w->drawn = w->shown;
		keep_texts(&w->drawn.view, w->drawn_texts);
		free(rows);
		rows = calloc(w->shown.nr_rows + 1, sizeof(*rows));
		if (rows && w->rows)
			memcpy(rows, w->rows, w->shown.nr_rows * sizeof(*rows));
		w->drawn.rows = rows;
		w->drawn.nr_rows = rows ? w->shown.nr_rows : 0;
		pthread_mutex_unlock(&w->lock);
		draw(w);
	}
	free(rows);
	return NULL;
}

/* ---- Life ------------------------------------------------------------------------------------------ */

int watch_check(void)
{
	struct bs_error err;

	return watch_screen_check(&err) ? cli_error(&err) : 0;
}

struct watch *watch_create(const char *verb)
{
	struct watch *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->verb = verb;
	pthread_mutex_init(&w->lock, NULL);
	real_cond_init(&w->turn);
	return w;
}

void watch_destroy(struct watch *w)
{
	if (!w)
		return;
	pthread_cond_destroy(&w->turn);
	pthread_mutex_destroy(&w->lock);
	free(w->rows);
	free(w);
}

int watch_begin(struct watch *w, struct bs_sim_config *config, const volatile int *stop,
		struct bs_error *err)
{
	int ret = watch_screen_open(err);
	const char *slash = strrchr(config->trace_path, '/');
	sigset_t drawing;

	if (ret)
		return ret;
	w->stop = stop;
	w->over = false;
	/* It stands, or goes on, as before: at the beginning of this one. */
	watch_pace_cell(&w->pace, UINT_MAX);
	w->pace.begun = false;
	snprintf(w->trace, sizeof(w->trace), "%s", slash ? slash + 1 : config->trace_path);
	w->shown = (struct watch_shown){.verb = w->verb, .trace = w->trace};
	w->viewer = (struct bs_viewer){.arg = w, .wants = &w->wants, .look = look, .row = row};
	/* They are about the screen. */
	sigemptyset(&drawing);
	sigaddset(&drawing, SIGWINCH);
	sigaddset(&drawing, SIGTSTP);
	pthread_sigmask(SIG_BLOCK, &drawing, &w->signals);
	ret = pthread_create(&w->thread, NULL, draws, w);
	if (ret) {
		pthread_sigmask(SIG_SETMASK, &w->signals, NULL);
		watch_screen_close();
		return bs_error_set(err, BS_RESOURCE, ret, "--watch", NULL, "no thread");
	}
	config->output.viewer = &w->viewer;
	config->output.progress = progress;
	config->output.progress_arg = w;
	return 0;
}

void watch_end(struct watch *w)
{
	pthread_mutex_lock(&w->lock);
	w->over = true;
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	watch_screen_close();
	pthread_sigmask(SIG_SETMASK, &w->signals, NULL);
	free(w->rows);
	w->rows = NULL;
}
