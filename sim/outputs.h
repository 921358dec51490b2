/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outputs.h - where results go: what cannot be written is found before anything is computed. */
#ifndef BS_SIM_OUTPUTS_H
#define BS_SIM_OUTPUTS_H

#include <buddysim/buddysim.h>

/* Can a file of that name be made or replaced ("-": stdout; NULL: none is wanted)? 0, or the exit
 * status; stderr has been told why not. */
int outputs_check_file(const char *path);
/* The same for a folder, which is made with its parents. */
int outputs_check_folder(const char *path);
/* Is there room for about @bytes where @path is, a file to be made or a folder that is there? As above;
 * what is no regular file has room. */
int outputs_check_room(const char *path, uint64_t bytes);

/*
 * Folder for trace number @index of @nr: @dir itself if it is the only one. Else DIR/NAME, NAME being
 * the trace's file name without its .cborseq or .cborseq.zst, and -2, -3 ... behind it where an
 * earlier one has that name. To be free()d; NULL when out of memory.
 */
char *outputs_folder(const char *dir, char *const *traces, unsigned int nr, unsigned int index);

#endif
