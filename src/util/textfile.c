// SPDX-License-Identifier: GPL-2.0-or-later
#include "textfile.h"

#include <archive.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_SIZE (256u << 10)
#define LINE_MAX_BYTES (16u << 20)
#define MAGIC_MAX 6

struct bs_textfile {
	int fd;
	char *path;
	struct archive *packed; /* NULL: the file is what it says */
	unsigned char *in; /* of a compressed file: what libarchive is handed */
	size_t in_len; /* in @in already, before the first read: what the format was told by */
	char *buf; /* decoded text: [pos, len) is unread */
	size_t len, pos, cap;
	bool eof, cut;
	uint64_t number, bytes, size;
};

static int damaged(struct bs_textfile *t, struct bs_error *err, const char *what)
{
	char where[320];

	snprintf(where, sizeof(where), "%s", t->path);
	return bs_error_set(err, BS_INPUT, 0, where, "fetch or compress the file again",
			    "%s after line %" PRIu64 " (file damaged or truncated)", what,
			    t->number);
}

/* ---- Bytes ---------------------------------------------------------------------------------- */

/* What there is, once something is there; 0 at the end. An interrupted read is an error: whoever
 * interrupts wants to be heard. */
static long read_some(struct bs_textfile *t, void *to, size_t room, struct bs_error *err)
{
	ssize_t got = read(t->fd, to, room);

	if (got < 0)
		return bs_error_set(err, BS_INPUT, errno, t->path, NULL, "cannot read");
	t->bytes += (uint64_t)got;
	return got;
}

/* libarchive's way of asking for more. */
static la_ssize_t feed(struct archive *a, void *arg, const void **to)
{
	struct bs_textfile *t = arg;
	struct bs_error err;
	long got = (long)t->in_len;

	t->in_len = 0;
	if (!got)
		got = read_some(t, t->in, READ_SIZE, &err);
	if (got < 0) {
		archive_set_error(a, errno ? errno : EIO, "cannot read");
		return -1;
	}
	*to = t->in;
	return got;
}

/* Magic numbers, as file(1) knows them. */
static bool is_packed(const unsigned char *in, size_t len)
{
	static const struct {
		unsigned char n, bytes[MAGIC_MAX];
	} magic[] = {
		{2, {0x1f, 0x8b}}, /* gzip */
		{4, {0x28, 0xb5, 0x2f, 0xfd}}, /* zstd */
		{6, {0xfd, '7', 'z', 'X', 'Z', 0}}, /* xz */
		{3, {'B', 'Z', 'h'}}, /* bzip2 */
		{4, {0x04, 0x22, 0x4d, 0x18}}, /* lz4 */
		{4, {0x02, 0x21, 0x4c, 0x18}}, /* lz4, as the kernel has it */
		{5, {0x5d, 0, 0, 0x80, 0}}, /* lzma */
	};

	for (size_t i = 0; i < sizeof(magic) / sizeof(magic[0]); i++)
		if (len >= magic[i].n && !memcmp(in, magic[i].bytes, magic[i].n))
			return true;
	return false;
}

static int open_packed(struct bs_textfile *t, struct bs_error *err)
{
	struct archive_entry *entry;
	struct archive *a = t->packed = archive_read_new();

	if (!a)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, t->path, NULL, "cannot open");
	archive_read_support_filter_gzip(a);
	archive_read_support_filter_zstd(a);
	archive_read_support_filter_xz(a);
	archive_read_support_filter_lzma(a);
	archive_read_support_filter_bzip2(a);
	archive_read_support_filter_lz4(a);
	archive_read_support_format_raw(a);
	if (archive_read_open(a, t, NULL, feed, NULL) == ARCHIVE_OK) {
		int ret = archive_read_next_header(a, &entry);

		/* Too short for its own header: libarchive takes it for what is not packed. */
		if (ret == ARCHIVE_OK && archive_filter_code(a, 0) != ARCHIVE_FILTER_NONE)
			return 0;
	}
	return damaged(t, err, "compressed data invalid");
}

/* More text to @to: how much, 0 at the end. */
static long decode(struct bs_textfile *t, char *to, size_t room, struct bs_error *err)
{
	la_ssize_t got;

	if (!t->packed)
		return read_some(t, to, room, err);
	got = archive_read_data(t->packed, to, room);
	if (got >= 0)
		return got;
	if (archive_errno(t->packed) == EINTR)
		return bs_error_set(err, BS_INPUT, EINTR, t->path, NULL, "cannot read");
	return damaged(t, err, "compressed data invalid");
}

/* More text behind what is there; sets eof when the source has ended. */
static int fill(struct bs_textfile *t, struct bs_error *err)
{
	long got;

	if (t->pos) {
		memmove(t->buf, t->buf + t->pos, t->len - t->pos);
		t->len -= t->pos;
		t->pos = 0;
	}
	if (t->cap - t->len < READ_SIZE + 1) {
		char *bigger = realloc(t->buf, t->cap * 2);

		if (!bigger)
			return bs_error_set(err, BS_RESOURCE, ENOMEM, t->path, NULL, "long line");
		t->buf = bigger;
		t->cap *= 2;
	}
	got = decode(t, t->buf + t->len, t->cap - t->len - 1, err);
	if (got < 0)
		return (int)got;
	t->eof = !got;
	t->len += (size_t)got;
	return 0;
}

/* ---- Opening -------------------------------------------------------------------------------- */

/* The first bytes decide: they are in @buf, where text has them, or become the decoder's. */
static int detect(struct bs_textfile *t, struct bs_error *err)
{
	while (t->len < MAGIC_MAX && !t->eof) {
		int ret = fill(t, err);

		if (ret)
			return ret;
	}
	if (!is_packed((unsigned char *)t->buf, t->len))
		return 0;
	t->in = malloc(READ_SIZE > t->len ? READ_SIZE : t->len);
	if (!t->in)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, t->path, NULL, "cannot open");
	memcpy(t->in, t->buf, t->len);
	t->in_len = t->len;
	t->len = 0;
	t->eof = false;
	return open_packed(t, err);
}

static int open_file(struct bs_textfile *t, struct bs_error *err)
{
	struct stat st;

	t->fd = strcmp(t->path, "-") ? open(t->path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	if (t->fd < 0)
		return bs_error_set(err, BS_INPUT, errno, t->path, "check the path", "cannot open");
	if (!fstat(t->fd, &st) && S_ISREG(st.st_mode))
		t->size = (uint64_t)st.st_size;
	return detect(t, err);
}

int bs_textfile_open(const char *path, struct bs_textfile **out, struct bs_error *err)
{
	struct bs_textfile *t = calloc(1, sizeof(*t));
	int ret;

	if (!t)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "cannot open");
	t->fd = -1;
	t->cap = 4u * READ_SIZE;
	t->path = strdup(path);
	t->buf = malloc(t->cap);
	if (t->path && t->buf)
		ret = open_file(t, err);
	else
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "cannot open");
	if (ret) {
		bs_textfile_close(t);
		return ret;
	}
	*out = t;
	return 0;
}

void bs_textfile_close(struct bs_textfile *t)
{
	if (!t)
		return;
	archive_read_free(t->packed);
	if (t->fd > STDIN_FILENO)
		close(t->fd);
	free(t->in);
	free(t->buf);
	free(t->path);
	free(t);
}

/* ---- Reading -------------------------------------------------------------------------------- */

long bs_textfile_line(struct bs_textfile *t, char **line, struct bs_error *err)
{
	size_t scanned = 0;

	for (;;) {
		char *start = t->buf + t->pos, *nl;
		size_t have = t->len - t->pos;

		nl = memchr(start + scanned, '\n', have - scanned);
		if (nl || (t->eof && have)) {
			size_t n = nl ? (size_t)(nl - start) : have;

			start[n] = '\0';
			t->cut = !nl;
			t->pos += n + (nl != NULL);
			t->number++;
			*line = start;
			return (long)n;
		}
		if (t->eof)
			return -1;
		if (have > LINE_MAX_BYTES)
			return damaged(t, err, "a line of over 16 MiB");
		scanned = have;
		int ret = fill(t, err);

		if (ret)
			return ret;
	}
}

long bs_textfile_peek(struct bs_textfile *t, const char **at, size_t size, struct bs_error *err)
{
	while (t->len - t->pos < size && !t->eof) {
		int ret = fill(t, err);

		if (ret)
			return ret;
	}
	*at = t->buf + t->pos;
	return (long)(t->len - t->pos < size ? t->len - t->pos : size);
}

void bs_textfile_skip(struct bs_textfile *t, size_t n)
{
	t->pos += n < t->len - t->pos ? n : t->len - t->pos;
}

uint64_t bs_textfile_number(const struct bs_textfile *t)
{
	return t->number;
}

bool bs_textfile_line_is_cut(const struct bs_textfile *t)
{
	return t->cut;
}

uint64_t bs_textfile_read(const struct bs_textfile *t)
{
	return t->bytes;
}

uint64_t bs_textfile_size(const struct bs_textfile *t)
{
	return t->size;
}
