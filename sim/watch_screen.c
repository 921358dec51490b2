// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch_screen.h"

#include <curses.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* ncurses knows one terminal at a time, and so does who has to give it back. */
static struct {
	SCREEN *screen;
	FILE *in, *out;
	bool has_colours;
	/* For those who end the program: where, what it was like, what puts it right. */
	volatile sig_atomic_t taken;
	volatile sig_atomic_t drawn; /* somebody is writing to it */
	int fd;
	struct termios before;
	char leave[128];
	size_t leave_bytes;
} tty;

static _Thread_local volatile sig_atomic_t draws; /* ... and that is this thread */

/* ---- Given back, whatever happens ----------------------------------------------------------------- */

static int add_char(int c)
{
	if (tty.leave_bytes < sizeof(tty.leave))
		tty.leave[tty.leave_bytes++] = (char)c;
	return c;
}

/* Nothing may be drawn behind the words that give it back. Who draws looks at @taken first, and is done in a moment
 * unless its terminal is stopped. */
static void wait_for_drawing(void)
{
	const struct timespec ms = {.tv_nsec = 1000000};

	for (int i = 0; i < 500 && !draws && __atomic_load_n(&tty.drawn, __ATOMIC_SEQ_CST); i++)
		nanosleep(&ms, NULL);
}

/* What a signal handler may do; the terminal's own words for it were looked up before. */
static void give_back(void)
{
	ssize_t n;

	if (!tty.taken)
		return;
	__atomic_store_n(&tty.taken, 0, __ATOMIC_SEQ_CST);
	wait_for_drawing();
	n = write(tty.fd, tty.leave, tty.leave_bytes);
	(void)n;
	tcsetattr(tty.fd, TCSANOW, &tty.before);
}

static void on_end(int sig)
{
	const int error = errno;

	give_back();
	errno = error;
	raise(sig); /* its handler is the default again */
}

/* Those that end the program at once. SIGINT and SIGTERM end the run, and that the view. */
static void catch_ends(void)
{
	static const int ends[] = {SIGHUP, SIGQUIT, SIGABRT, SIGSEGV,
				   SIGBUS, SIGFPE,  SIGILL,  SIGPIPE};
	const struct sigaction sa = {.sa_handler = on_end,
				     .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
	struct sigaction old;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (!sigaction(ends[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(ends[i], &sa, NULL);
}

static void prepare_leaving(void)
{
	static const char *const names[] = {"sgr0", "op", "cnorm", "rmkx", "rmcup"};

	tty.leave_bytes = 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *text = tigetstr(names[i]);

		if (text && text != (const char *)-1)
			tputs(text, 1, add_char);
	}
}

/* ---- Taken ---------------------------------------------------------------------------------------- */

static int refused(struct bs_error *err, const char *why)
{
	return bs_error_set(err, BS_USAGE, 0, "--watch", "leave it out", "%s", why);
}

int watch_screen_check(struct bs_error *err)
{
	const char *term = getenv("TERM");
	FILE *f = fopen("/dev/tty", "r+");
	bool can_place;
	int found;

	if (!f)
		return refused(err, "needs a terminal, and there is none");
	fclose(f);
	if (!term || !*term || !strcmp(term, "dumb"))
		return refused(
			err, "needs a terminal on which text can be placed, and TERM says that it "
			     "is none");
	can_place = setupterm(term, STDERR_FILENO, &found) == OK && tigetstr("cup");
	if (cur_term)
		del_curterm(cur_term);
	if (!can_place)
		return bs_error_set(err, BS_USAGE, 0, "--watch", "set TERM, or leave it out",
				    "nothing is known of the terminal TERM=%s", term);
	return 0;
}

static void choose_colours(void)
{
	static const struct {
		short style, colour;
	} of[] = {
		{WATCH_USED, COLOR_BLUE},   {WATCH_RAW, COLOR_YELLOW},
		{WATCH_BELOW, COLOR_RED},   {WATCH_PCP, COLOR_MAGENTA},
		{WATCH_HANDS, COLOR_CYAN},  {WATCH_TOLD, COLOR_GREEN},
		{WATCH_KEPT, COLOR_RED},    {WATCH_REST, COLOR_MAGENTA},
		{WATCH_OTHER, COLOR_WHITE}, {WATCH_ALERT, COLOR_YELLOW},
	};
	const char *no = getenv("NO_COLOR");

	tty.has_colours = !(no && *no) && has_colors() && start_color() == OK;
	if (!tty.has_colours)
		return;
	use_default_colors();
	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++)
		init_pair(of[i].style, of[i].colour, -1);
}

int watch_screen_open(struct bs_error *err)
{
	static bool ever;
	int ret = watch_screen_check(err);

	if (ret)
		return ret;
	tty.in = fopen("/dev/tty", "r");
	tty.out = fopen("/dev/tty", "w");
	if (tty.in && tty.out && !tcgetattr(fileno(tty.out), &tty.before))
		tty.screen = newterm(NULL, tty.out, tty.in);
	if (!tty.screen) {
		watch_screen_close();
		return refused(err, "cannot use the terminal");
	}
	tty.fd = fileno(tty.out);
	prepare_leaving();
	tty.taken = 1;
	catch_ends();
	if (!ever)
		atexit(give_back);
	ever = true;
	choose_colours();
	/* Ctrl-C stays a signal. */
	cbreak();
	noecho();
	nonl();
	curs_set(0);
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	return 0;
}

void watch_screen_close(void)
{
	if (tty.screen) {
		endwin();
		delscreen(tty.screen);
	}
	tty.taken = 0;
	tty.screen = NULL;
	if (tty.in)
		fclose(tty.in);
	if (tty.out)
		fclose(tty.out);
	tty.in = tty.out = NULL;
}

/* ---- Used ----------------------------------------------------------------------------------------- */

int watch_screen_key(int ms)
{
	int key;

	timeout(ms);
	key = getch();
	return key == ERR || key == KEY_RESIZE ? 0 : key;
}

void watch_screen_size(unsigned int *rows, unsigned int *cols)
{
	*rows = (unsigned int)getmaxy(stdscr);
	*cols = (unsigned int)getmaxx(stdscr);
}

static attr_t attributes(unsigned int style)
{
	static const attr_t plain[WATCH_NR_STYLES] = {
		[WATCH_TITLE] = A_REVERSE, [WATCH_STRONG] = A_BOLD, [WATCH_FAINT] = A_DIM,
		[WATCH_ALERT] = A_BOLD,	   [WATCH_HANDS] = A_BOLD,
	};

	if (tty.has_colours && style >= WATCH_ALERT)
		return plain[style] | COLOR_PAIR(style);
	return plain[style];
}

/* ncurses ignores Ctrl-Z while it writes: one that comes then waits until it is heard again. */
static void show(void)
{
	sigset_t stop, before;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	pthread_sigmask(SIG_BLOCK, &stop, &before);
	refresh();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static bool begin_drawing(void)
{
	draws = 1;
	__atomic_store_n(&tty.drawn, 1, __ATOMIC_SEQ_CST);
	return __atomic_load_n(&tty.taken, __ATOMIC_SEQ_CST);
}

static void end_drawing(void)
{
	__atomic_store_n(&tty.drawn, 0, __ATOMIC_SEQ_CST);
	draws = 0;
}

static void put_chars(const struct watch_page *p)
{
	erase();
	for (unsigned int r = 0; r < p->rows; r++)
		for (unsigned int c = 0; c < p->cols; c++) {
			const struct watch_char *k = &p->at[r][c];

			if (k->c != ' ' || k->style)
				mvaddch((int)r, (int)c,
					(chtype)(unsigned char)k->c | attributes(k->style));
		}
}

void watch_screen_put(const struct watch_page *p)
{
	if (begin_drawing()) {
		put_chars(p);
		show();
	}
	end_drawing();
}
