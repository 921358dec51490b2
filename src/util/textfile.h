/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * textfile.h - lines of a text file; "-" is stdin. What is compressed (gzip, zstd, xz, bzip2, lz4, ...)
 * is recognised by content and read as what is in it.
 */
#ifndef BS_TEXTFILE_H
#define BS_TEXTFILE_H

#include <buddysim/types.h>

struct bs_textfile;

/* 0, or negative with @err naming the path. */
int bs_textfile_open(const char *path, struct bs_textfile **out, struct bs_error *err);
void bs_textfile_close(struct bs_textfile *t);
/* Next line without its newline, NUL-terminated, valid until the next call: its length, or -1 at
 * the end, or another negative with @err (read error, damaged compression, line over 16 MiB). */
long bs_textfile_line(struct bs_textfile *t, char **line, struct bs_error *err);
/* Number of the line last returned, from 1. */
uint64_t bs_textfile_number(const struct bs_textfile *t);
/* Had the line last returned no newline? Then it is the file's last one. */
bool bs_textfile_line_is_cut(const struct bs_textfile *t);
/* Up to @size bytes from the current place that stay unread: how many. Fewer at the end; negative with
 * @err. */
long bs_textfile_peek(struct bs_textfile *t, const char **at, size_t size, struct bs_error *err);
/* Pass over @n of the bytes that were seen so. */
void bs_textfile_skip(struct bs_textfile *t, size_t n);
/* How many bytes of the file were read, and how many it has (0: a pipe, which does not say). */
uint64_t bs_textfile_read(const struct bs_textfile *t);
uint64_t bs_textfile_size(const struct bs_textfile *t);

#endif
