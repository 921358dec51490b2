/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_text.h - the dump format record by record, for readers that meet dumps among other records.
 */
#ifndef BS_STATE_TEXT_H
#define BS_STATE_TEXT_H

#include <buddysim/state.h>

#include "state_compact.h"

struct bs_state_reader {
	struct bs_state *state; /* being filled; the reader's until it is taken */
	struct bs_state head; /* what the latest pa_oracle line said; without zones */
	struct bs_state_pages cache; /* page cache of the next dump */
	bool open; /* between dump and enddump */
};

enum bs_state_record {
	BS_RECORD_NONE, /* not a record of a dump, and none is open */
	BS_RECORD_PART, /* taken in */
	BS_RECORD_COMPLETE, /* enddump: @r->state is whole, the caller takes it */
};

/* Take in one line, which is changed. Negative with @err: malformed, or no record of a dump while
 * one is open. @where: "file:12" is made of @path and @number only when needed. */
int bs_state_reader_line(struct bs_state_reader *r, char *line, const char *path, uint64_t number,
			 struct bs_error *err);
void bs_state_reader_init(struct bs_state_reader *r);
void bs_state_reader_free(struct bs_state_reader *r);

#endif
