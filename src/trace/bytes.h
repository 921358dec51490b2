/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bytes.h - the bytes of a trace file in order, plain or through zstd, to and from a buffer. */
#ifndef BS_TRACE_BYTES_H
#define BS_TRACE_BYTES_H

#include <buddysim/types.h>

struct bs_bytes_in;
struct bs_digest;
struct bs_bytes_out;

/* zstd is recognised by its magic number. 0 or negative with @err. */
int bs_bytes_open(const char *path, struct bs_bytes_in **out, struct bs_error *err);
/* The very file of @of once more, from its beginning, whatever has its path by now. */
int bs_bytes_open_again(const struct bs_bytes_in *of, struct bs_bytes_in **out,
			struct bs_error *err);
void bs_bytes_close(struct bs_bytes_in *in);
int bs_bytes_rewind(struct bs_bytes_in *in, struct bs_error *err);
/* As many of @n bytes as there are, fewer only at the end; negative with @err: cannot read, or
 * -EBADMSG without @err's fields set when zstd finds its data damaged or cut short. */
long bs_bytes_read(struct bs_bytes_in *in, void *buf, size_t n, struct bs_error *err);
/* From now on whatever is read of the file, as it lies there, is added to @d; NULL: not any more. */
void bs_bytes_digest(struct bs_bytes_in *in, struct bs_digest *d);
/* Read the file to its end, whatever it holds: for the digest. 0, or negative with @err. */
int bs_bytes_drain(struct bs_bytes_in *in, struct bs_error *err);
/* How many bytes were handed out; decompressed ones. */
uint64_t bs_bytes_offset(const struct bs_bytes_in *in);
/* How many bytes of the file were read, and how many it has; 0: it is no file. */
uint64_t bs_bytes_behind(const struct bs_bytes_in *in, uint64_t *of);
bool bs_bytes_compressed(const struct bs_bytes_in *in);

/* Compressed if the name ends in .zst. The file appears at commit. */
int bs_bytes_create(const char *path, struct bs_bytes_out **out, struct bs_error *err);
int bs_bytes_write(struct bs_bytes_out *o, const void *buf, size_t n, struct bs_error *err);
/* Nothing more comes: everything is in the file. */
int bs_bytes_finish(struct bs_bytes_out *o, struct bs_error *err);
/* A finished file that can be read, or -1. */
int bs_bytes_fd(const struct bs_bytes_out *o);
/* After bs_bytes_finish(); @o is gone in any case. */
int bs_bytes_commit(struct bs_bytes_out *o, struct bs_error *err);
void bs_bytes_abandon(struct bs_bytes_out *o);

#endif
