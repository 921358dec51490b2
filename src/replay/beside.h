/* SPDX-License-Identifier: GPL-2.0-or-later */
/* beside.h - the start state that lies beside a trace. */
#ifndef BS_BESIDE_H
#define BS_BESIDE_H

#include <buddysim/types.h>

/* What --state is given to mean it. */
#define BS_STATE_BESIDE "beside"

/* The file with the states of @trace: its name without .cborseq or .cborseq.zst, and .state.txt.zst, .state.txt.gz,
 * .state.txt or .state behind it, the first there is. Returns 0 and *@path, to be freed, or negative with @err. */
int bs_state_beside(const char *trace, char **path, struct bs_error *err);

#endif
