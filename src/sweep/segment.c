// SPDX-License-Identifier: GPL-2.0-or-later
#include "segment.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <xxhash.h>
#include <zstd.h>

#define SKIPPABLE 0x184D2A5BU /* one of the sixteen numbers that zstd's readers step over */
#define MAGIC "bscell1" /* with its NUL: 8 bytes */
#define LEVEL 3
#define MOST (1U << 30) /* bytes of one record */
#define SYNC_EVERY (UINT64_C(1) << 20)

/* Little-endian, as zstd's own frames are. */
struct head {
	uint32_t skippable, size; /* of what follows */
	char magic[8];
	uint8_t id[32];
	uint32_t failed, len;
	uint64_t hash; /* of all before it but the first two fields, and of the compressed record */
};

_Static_assert(sizeof(struct head) == 64, "as it lies in the file");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a head is read as it lies in the file");

static uint64_t hash_of(const struct head *h, const void *record)
{
	const size_t from = offsetof(struct head, magic);
	const uint64_t seed = XXH64((const char *)h + from, offsetof(struct head, hash) - from, 0);

	return XXH64(record, h->len, seed);
}

/* ---- Reading ------------------------------------------------------------------------------------- */

typedef void found_fn(void *arg, const uint8_t *id, const struct bs_place *at);

/* Results up to the first that is not whole; how many bytes they take. */
static uint64_t walk(const char *map, uint64_t size, unsigned int segment, found_fn *found,
		     void *arg)
{
	uint64_t at = 0;
	struct head h;

	while (size - at >= sizeof(h)) {
		struct bs_place place = {.segment = segment, .offset = at + sizeof(h)};

		memcpy(&h, map + at, sizeof(h));
		if (h.skippable != SKIPPABLE || h.size != sizeof(h) - 8 ||
		    memcmp(h.magic, MAGIC, sizeof(h.magic)) || h.len > size - at - sizeof(h) ||
		    h.hash != hash_of(&h, map + place.offset))
			break;
		place.len = h.len;
		place.failed = h.failed;
		found(arg, h.id, &place);
		at += sizeof(h) + h.len;
	}
	return at;
}

static int cannot(const char *path, int error, const char *what, struct bs_error *err)
{
	return bs_error_set(err, BS_RESOURCE, error, path, NULL, "cannot %s", what);
}

static int scan(struct bs_segments *s, unsigned int number, found_fn *found, void *arg,
		struct bs_error *err)
{
	const char *path = s->paths[number];
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret = 0;
	struct stat st;
	char *map;

	if (fd < 0 || fstat(fd, &st)) {
		ret = cannot(path, errno, "read results", err);
	} else if (st.st_size) {
		map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (map == MAP_FAILED) {
			ret = cannot(path, errno, "read results", err);
		} else {
			const uint64_t size = (uint64_t)st.st_size;

			s->bytes += size;
			s->torn += walk(map, size, number + 1, found, arg) != size;
			munmap(map, (size_t)st.st_size);
		}
	}
	if (fd >= 0)
		close(fd);
	return ret;
}

int bs_segments_open(struct bs_segments *s, const char *dir, found_fn *found, void *arg,
		     struct bs_error *err)
{
	char *pattern;
	glob_t files;
	int ret;

	*s = (struct bs_segments){0};
	if (asprintf(&pattern, "%s/*.zst", dir) < 0)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, dir, NULL, "cannot read results");
	ret = glob(pattern, 0, NULL, &files);
	free(pattern);
	if (ret == GLOB_NOMATCH)
		return 0;
	if (ret)
		return cannot(dir, ret == GLOB_NOSPACE ? ENOMEM : EIO, "read results", err);
	s->paths = calloc(files.gl_pathc, sizeof(*s->paths));
	ret = s->paths ? 0 : cannot(dir, ENOMEM, "read results", err);
	for (size_t i = 0; i < files.gl_pathc && !ret; i++) {
		s->paths[s->nr] = strdup(files.gl_pathv[i]);
		ret = s->paths[s->nr] ? scan(s, s->nr, found, arg, err)
				      : cannot(dir, ENOMEM, "read results", err);
		s->nr += s->paths[s->nr] != NULL;
	}
	globfree(&files);
	return ret;
}

void bs_segments_close(struct bs_segments *s)
{
	for (unsigned int i = 0; i < s->nr; i++)
		free(s->paths[i]);
	free(s->paths);
	*s = (struct bs_segments){0};
}

static int load(const char *path, const struct bs_place *at, char *to)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret = 0;
	size_t have = 0;

	if (fd < 0)
		return errno;
	while (have < at->len && !ret) {
		const ssize_t n = pread(fd, to + have, at->len - have, (off_t)(at->offset + have));

		if (n < 0 && errno == EINTR)
			continue;
		ret = n < 0 ? errno : n ? 0 : EIO;
		have += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	return ret;
}

static json_t *decompress(const char *path, const char *data, size_t len, struct bs_error *err)
{
	const unsigned long long size = ZSTD_getFrameContentSize(data, len);
	json_error_t why;
	json_t *record = NULL;
	char *text;
	size_t n;

	if (size > MOST) {
		bs_error_set(err, BS_INPUT, 0, path, "remove it; its cells are run again",
			     "holds a result that is damaged");
		return NULL;
	}
	text = malloc((size_t)size + 1);
	n = text ? ZSTD_decompress(text, (size_t)size, data, len) : 0;
	if (!text)
		cannot(path, ENOMEM, "read a result", err);
	else if (ZSTD_isError(n) || !(record = json_loadb(text, n, 0, &why)))
		bs_error_set(err, BS_INPUT, 0, path, "remove it; its cells are run again",
			     "holds a result that is damaged");
	free(text);
	return record;
}

json_t *bs_segments_read(const struct bs_segments *s, const struct bs_place *at,
			 struct bs_error *err)
{
	const char *path = s->paths[at->segment - 1];
	char *data = malloc((size_t)at->len + 1);
	json_t *record = NULL;
	int error = data ? load(path, at, data) : ENOMEM;

	if (error)
		cannot(path, error, "read a result", err);
	else
		record = decompress(path, data, at->len, err);
	free(data);
	return record;
}

/* ---- Writing -------------------------------------------------------------------------------------- */

void bs_segment_begin(struct bs_segment_writer *w, char *dir)
{
	*w = (struct bs_segment_writer){.dir = dir, .fd = -1};
}

/* Nobody else has a file of that name, on whatever machine. */
static int create(struct bs_segment_writer *w, struct bs_error *err)
{
	if (asprintf(&w->path, "%s/XXXXXX.zst", w->dir) < 0) {
		w->path = NULL;
		return cannot(w->dir, ENOMEM, "write results", err);
	}
	w->fd = mkostemps(w->path, 4, O_CLOEXEC | O_APPEND);
	if (w->fd < 0)
		return cannot(w->path, errno, "write results", err);
	if (fchmod(w->fd, 0644))
		return cannot(w->path, errno, "write results", err);
	return 0;
}

/* All of it, or errno and none of it: what a failed write left is cut off again. */
static int put(struct bs_segment_writer *w, const struct head *h, const void *data)
{
	const size_t all = sizeof(*h) + h->len;
	size_t done = 0;

	while (done < all) {
		const bool in_head = done < sizeof(*h);
		const struct iovec io[2] = {
			{(char *)(uintptr_t)h + done, in_head ? sizeof(*h) - done : 0},
			{(char *)(uintptr_t)data + (in_head ? 0 : done - sizeof(*h)),
			 in_head ? h->len : all - done},
		};
		const ssize_t n = writev(w->fd, in_head ? io : io + 1, in_head ? 2 : 1);
		const int error = errno;

		if (n < 0 && error == EINTR)
			continue;
		if (n < 0) {
			/* Or it is torn, which readers know. */
			if (ftruncate(w->fd, (off_t)w->size))
				w->torn = true;
			return error;
		}
		done += (size_t)n;
	}
	w->size += all;
	w->unsynced += all;
	return 0;
}

static int sync_now(struct bs_segment_writer *w, struct bs_error *err)
{
	w->unsynced = 0;
	return fdatasync(w->fd) ? cannot(w->path, errno, "write results", err) : 0;
}

/* The compressed record, to be free()d, and its length in @h. */
static void *compress(const json_t *record, struct head *h)
{
	char *text = json_dumps(record, JSON_COMPACT | JSON_ENSURE_ASCII);
	const size_t len = text ? strlen(text) : 0, room = ZSTD_compressBound(len);
	void *data = text ? malloc(room) : NULL;
	const size_t n = data ? ZSTD_compress(data, room, text, len, LEVEL) : 0;

	free(text);
	if (!data || ZSTD_isError(n) || n > MOST) {
		free(data);
		return NULL;
	}
	h->len = (uint32_t)n;
	return data;
}

int bs_segment_add(struct bs_segment_writer *w, const uint8_t *id, bool failed,
		   const json_t *record, struct bs_error *err)
{
	struct head h = {
		.skippable = SKIPPABLE, .size = sizeof(h) - 8, .magic = MAGIC, .failed = failed};
	void *data = compress(record, &h);
	int ret = 0;

	if (!data)
		return cannot(w->dir, ENOMEM, "write results", err);
	memcpy(h.id, id, sizeof(h.id));
	h.hash = hash_of(&h, data);
	if (w->fd < 0)
		ret = create(w, err);
	if (!ret) {
		const int error = w->torn ? EIO : put(w, &h, data);

		ret = error ? cannot(w->path, error, "write results", err) : 0;
	}
	free(data);
	return !ret && w->unsynced > SYNC_EVERY ? sync_now(w, err) : ret;
}

int bs_segment_end(struct bs_segment_writer *w, struct bs_error *err)
{
	int ret = 0;

	if (w->fd >= 0) {
		ret = w->unsynced ? sync_now(w, err) : 0;
		if (!w->size)
			unlink(w->path);
		if (close(w->fd) && !ret)
			ret = cannot(w->path, errno, "write results", err);
	}
	free(w->path);
	free(w->dir);
	bs_segment_begin(w, NULL);
	return ret;
}
