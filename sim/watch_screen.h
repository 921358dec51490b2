/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch_screen.h - the terminal of the live view, by ncurses. It is the one that controls the process,
 * whatever standard input, output and error are; what ends the program gives it back as it was.
 * One thread at a time may use it.
 */
#ifndef BS_SIM_WATCH_SCREEN_H
#define BS_SIM_WATCH_SCREEN_H

#include <buddysim/types.h>

#include "watch_page.h"

/* Is there a terminal that can place text? 0, or negative with @err. Nothing is changed on it. */
int watch_screen_check(struct bs_error *err);
/* Take it: 0, or negative with @err. */
int watch_screen_open(struct bs_error *err);
void watch_screen_close(void);

/* What was typed within @ms, or 0. */
int watch_screen_key(int ms);
void watch_screen_size(unsigned int *rows, unsigned int *cols);
void watch_screen_put(const struct watch_page *p);

#endif
