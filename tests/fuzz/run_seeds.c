// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run_seeds.c - a fuzz target without libFuzzer: every file of the folders named is run as it is,
 * cut short at places spread over it, and with a byte or a digit changed there. Always the same
 * inputs: what breaks here breaks again.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PLACES 48

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of its own, so that a sanitizer sees one byte too far. */
static void run(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void run_variants(uint8_t *data, size_t size)
{
	static const uint8_t flips[] = {0x01, 0x80, 0xff, '0' ^ '9'};

	run(data, size);
	for (size_t i = 0; i < PLACES && i < size; i++) {
		size_t at = size <= PLACES ? i : i * size / PLACES;

		run(data, at);
		data[at] ^= flips[i % sizeof(flips)];
		run(data, size);
		data[at] ^= flips[i % sizeof(flips)];
	}
}

static int run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	uint8_t *data;
	int ret = -1;

	if (!f || fstat(fileno(f), &st) || !S_ISREG(st.st_mode)) {
		fprintf(stderr, "%s: %s\n", path, f ? "no regular file" : strerror(errno));
	} else {
		data = malloc((size_t)st.st_size + 1);
		if (data && fread(data, 1, (size_t)st.st_size, f) == (size_t)st.st_size) {
			run_variants(data, (size_t)st.st_size);
			ret = 0;
		}
		free(data);
	}
	if (f)
		fclose(f);
	return ret;
}

static int run_folder(const char *path, unsigned int *files)
{
	struct dirent **entry;
	int n = scandir(path, &entry, NULL, alphasort), ret = n < 0 ? -1 : 0;

	if (n < 0)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	for (int i = 0; i < n; i++) {
		char *name = NULL;

		if (entry[i]->d_name[0] != '.' &&
		    asprintf(&name, "%s/%s", path, entry[i]->d_name) >= 0) {
			ret |= run_file(name);
			(*files)++;
			free(name);
		}
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
	return ret;
}

int main(int argc, char **argv)
{
	unsigned int files = 0;
	int ret = 0;

	for (int i = 1; i < argc; i++)
		ret |= run_folder(argv[i], &files);
	if (!files)
		fprintf(stderr, "no seed was run: name a folder that has some\n");
	return ret || !files;
}
