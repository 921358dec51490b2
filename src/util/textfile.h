/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * textfile.h - lines of a text file, plain, gzip or zstd (recognised by content); "-" is stdin.
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

#endif
