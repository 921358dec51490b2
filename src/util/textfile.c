// SPDX-License-Identifier: GPL-2.0-or-later
#include "textfile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define IN_SIZE (256u << 10)
#define LINE_MAX_BYTES (16u << 20)

enum coding { PLAIN, GZIP, ZSTD_CODED };

struct bs_textfile {
	FILE *f;
	char *path;
	enum coding coding;
	z_stream gz;
	bool gz_ready, frame_open;
	ZSTD_DStream *zs;
	unsigned char *in;
	size_t in_len, in_pos;
	char *buf; /* decoded text: [pos, len) is unread */
	size_t len, pos, cap;
	bool eof;
	uint64_t number;
};

static int damaged(struct bs_textfile *t, struct bs_error *err, const char *what)
{
	char where[320];

	snprintf(where, sizeof(where), "%s", t->path);
	return bs_error_set(err, BS_INPUT, 0, where, "fetch or compress the file again",
			    "%s after line %" PRIu64 " (file damaged or truncated)", what,
			    t->number);
}

static int refill_input(struct bs_textfile *t, struct bs_error *err)
{
	if (t->in_pos < t->in_len)
		return 0;
	t->in_len = fread(t->in, 1, IN_SIZE, t->f);
	t->in_pos = 0;
	if (ferror(t->f))
		return bs_error_set(err, BS_INPUT, errno, t->path, NULL, "cannot read");
	return 0;
}

static int decode_gzip(struct bs_textfile *t, char *out, size_t room, size_t *got,
		       struct bs_error *err)
{
	int ret;

	if (!t->frame_open) {
		inflateReset(&t->gz);
		t->frame_open = true;
	}
	t->gz.next_in = t->in + t->in_pos;
	t->gz.avail_in = (uInt)(t->in_len - t->in_pos);
	t->gz.next_out = (unsigned char *)out;
	t->gz.avail_out = (uInt)room;
	ret = inflate(&t->gz, Z_NO_FLUSH);
	t->in_pos = t->in_len - t->gz.avail_in;
	*got = room - t->gz.avail_out;
	if (ret == Z_STREAM_END)
		t->frame_open = false;
	else if (ret != Z_OK && ret != Z_BUF_ERROR)
		return damaged(t, err, "gzip data invalid");
	return 0;
}

static int decode_zstd(struct bs_textfile *t, char *out, size_t room, size_t *got,
		       struct bs_error *err)
{
	ZSTD_inBuffer in = {t->in, t->in_len, t->in_pos};
	ZSTD_outBuffer o = {out, room, 0};
	size_t ret = ZSTD_decompressStream(t->zs, &o, &in);

	t->in_pos = in.pos;
	*got = o.pos;
	if (ZSTD_isError(ret))
		return damaged(t, err, "zstd data invalid");
	t->frame_open = ret != 0;
	return 0;
}

/* More decoded text behind what is there; sets eof when the source has ended. */
static int fill(struct bs_textfile *t, struct bs_error *err)
{
	size_t got = 0;
	int ret;

	if (t->pos) {
		memmove(t->buf, t->buf + t->pos, t->len - t->pos);
		t->len -= t->pos;
		t->pos = 0;
	}
	if (t->cap - t->len < IN_SIZE + 1) {
		char *bigger = realloc(t->buf, t->cap * 2);

		if (!bigger)
			return bs_error_set(err, BS_RESOURCE, ENOMEM, t->path, NULL, "long line");
		t->buf = bigger;
		t->cap *= 2;
	}
	ret = refill_input(t, err);
	if (ret)
		return ret;
	if (t->in_pos == t->in_len) {
		t->eof = true;
		return t->frame_open ? damaged(t, err, "compressed data ends early") : 0;
	}
	if (t->coding == GZIP)
		ret = decode_gzip(t, t->buf + t->len, t->cap - t->len - 1, &got, err);
	else if (t->coding == ZSTD_CODED)
		ret = decode_zstd(t, t->buf + t->len, t->cap - t->len - 1, &got, err);
	else {
		got = t->in_len - t->in_pos;
		memcpy(t->buf + t->len, t->in + t->in_pos, got);
		t->in_pos = t->in_len;
	}
	t->len += got;
	return ret;
}

static int detect(struct bs_textfile *t, struct bs_error *err)
{
	int ret = refill_input(t, err);

	if (ret)
		return ret;
	if (t->in_len >= 2 && t->in[0] == 0x1f && t->in[1] == 0x8b) {
		t->coding = GZIP;
		if (inflateInit2(&t->gz, 15 + 16) != Z_OK)
			return bs_error_set(err, BS_RESOURCE, ENOMEM, t->path, NULL, "gzip");
		t->gz_ready = t->frame_open = true;
	} else if (t->in_len >= 4 && !memcmp(t->in, "\x28\xb5\x2f\xfd", 4)) {
		t->coding = ZSTD_CODED;
		t->zs = ZSTD_createDStream();
		if (!t->zs)
			return bs_error_set(err, BS_RESOURCE, ENOMEM, t->path, NULL, "zstd");
	}
	return 0;
}

int bs_textfile_open(const char *path, struct bs_textfile **out, struct bs_error *err)
{
	struct bs_textfile *t = calloc(1, sizeof(*t));
	int ret;

	if (!t)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "cannot open");
	t->cap = 4u * IN_SIZE;
	t->path = strdup(path);
	t->in = malloc(IN_SIZE);
	t->buf = malloc(t->cap);
	if (!t->path || !t->in || !t->buf) {
		bs_textfile_close(t);
		return bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "cannot open");
	}
	t->f = strcmp(path, "-") ? fopen(path, "re") : stdin;
	if (!t->f) {
		ret = bs_error_set(err, BS_INPUT, errno, path, "check the path", "cannot open");
		bs_textfile_close(t);
		return ret;
	}
	ret = detect(t, err);
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
	if (t->f && t->f != stdin)
		fclose(t->f);
	if (t->gz_ready)
		inflateEnd(&t->gz);
	ZSTD_freeDStream(t->zs);
	free(t->in);
	free(t->buf);
	free(t->path);
	free(t);
}

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

uint64_t bs_textfile_number(const struct bs_textfile *t)
{
	return t->number;
}
