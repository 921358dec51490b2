/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * progress.h - how far something is that takes longer than a moment: one line on standard error, if that is a
 * terminal, with rate and time to go. Whoever does it says what is done; a thread shows it, so that the line
 * goes on where nothing is said for a while, and nothing is shown of what is over soon.
 */
#ifndef BS_SIM_PROGRESS_H
#define BS_SIM_PROGRESS_H

#include <buddysim/types.h>

struct progress;

/* From now on; NULL: nobody is to see it, which all the others take. @quiet: it is not wanted. */
struct progress *progress_begin(bool quiet);
/* The line is gone. */
void progress_end(struct progress *p);

/*
 * @what: "reading"; it begins anew when that changes. @done of @of @unit ("cells"; 0: nobody knows of how
 * many); a @unit of bytes is "MB".
 */
void progress_tell(struct progress *p, const char *what, uint64_t done, uint64_t of,
		   const char *unit);
/* Behind all that. "": nothing. */
void progress_note(struct progress *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Something is about to be printed: the line is gone until the next one is told. */
void progress_wipe(struct progress *p);

/* Who is told of @unit of @what, both of them there until the end; NULL if nobody is to see it. @p keeps it. */
const struct bs_ear *progress_ear(struct progress *p, const char *what, const char *unit);

#endif
