/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim_options.h - the library's table of options as options of a verb: all of them, or some. */
#ifndef BS_SIM_OPTIONS_H
#define BS_SIM_OPTIONS_H

#include "cli.h"
#include "progress.h"

struct sim_options {
	struct bs_options lib;
	const char *const *names; /* those that the verb takes, NULL-terminated; NULL: all */
	const char *strategies; /* "A:x=1,y=2,B": if none is given; set after sim_options_init() */
	/* Who wants the options as they are typed, instead of having them set in @lib; or NULL. */
	void (*take)(void *arg, const struct bs_option *opt, const char *text);
	void *take_arg;
	struct argp argp; /* a child of the verb's; its input is the struct sim_options */
	struct argp_child child[2];
	struct progress *progress; /* NULL: nobody is to see it */
};

/* Defaults, and the argp child that reads @names. */
void sim_options_init(struct sim_options *o, const char *const *names);
void sim_options_free(struct sim_options *o);
/* Progress on the terminal from now on, if there is one and it is wanted; and no longer. */
void sim_options_progress(struct sim_options *o);
void sim_options_progress_end(struct sim_options *o);
/* Tell @p how far a comparison is. */
void sim_progress_tell(struct progress *p, const struct bs_sim_config *c,
		       const struct bs_progress *is);

#endif
