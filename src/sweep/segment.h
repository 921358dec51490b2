/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * segment.h - where results are kept: each process that runs cells appends what comes of them to a file
 * of its own. A thousand machines make a thousand files, however many cells there are.
 *
 * A result is two frames of zstd's format: a skippable one, which says whose result it is and how long,
 * with a checksum, and the compressed record behind it. `zstd -dc` thus prints all records of a file. Who
 * is killed while writing leaves a torn result at the end: it does not count, and nobody writes behind it.
 */
#ifndef BS_SEGMENT_H
#define BS_SEGMENT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include <buddysim/types.h>

/* @segment: number + 1; 0: nowhere */
struct bs_place {
	uint64_t offset; /* of the compressed record */
	uint32_t segment, len;
	bool failed;
};

struct bs_segments {
	char **paths;
	unsigned int nr;
	uint64_t bytes, torn;
};

/* Tell @found of each whole result in folder @dir, file by file in the order of their names. 0, or
 * negative with @err. A folder that is not there has none. */
int bs_segments_open(struct bs_segments *s, const char *dir,
		     void (*found)(void *arg, const uint8_t *id, const struct bs_place *at),
		     void *arg, struct bs_error *err);
void bs_segments_close(struct bs_segments *s);
/* The result there, to be json_decref()d; NULL with @err. */
json_t *bs_segments_read(const struct bs_segments *s, const struct bs_place *at,
			 struct bs_error *err);

struct bs_segment_writer {
	char *dir, *path; /* path: NULL until something is written */
	int fd;
	uint64_t size; /* of what is whole */
	uint64_t unsynced;
	bool torn; /* a failed write could not be taken back: nothing may follow it */
};

/* @dir: where its file will be; from now on the writer's to free(). */
void bs_segment_begin(struct bs_segment_writer *w, char *dir);
/* Append: 0, or negative with @err; what was written before is whole in any case. */
int bs_segment_add(struct bs_segment_writer *w, const uint8_t *id, bool failed,
		   const json_t *record, struct bs_error *err);
/* Until here it survives a crash of the machine. 0, or negative with @err. */
int bs_segment_end(struct bs_segment_writer *w, struct bs_error *err);

#endif
