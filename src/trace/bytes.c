// SPDX-License-Identifier: GPL-2.0-or-later
#include "bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "digest.h"
#include "outfile.h"

#define BUF_SIZE (256u << 10)
static const unsigned char zstd_magic[4] = {0x28, 0xb5, 0x2f, 0xfd};

struct bs_bytes_in {
	int fd;
	char *path;
	uint64_t offset;
	ZSTD_DCtx *zs; /* NULL: plain */
	unsigned char *buf; /* compressed bytes */
	size_t len, pos;
	bool frame_open;
	struct bs_digest *digest; /* of what is read; or NULL */
};

struct bs_bytes_out {
	struct bs_outfile file;
	char *path;
	ZSTD_CCtx *zs; /* NULL: plain */
	unsigned char *buf;
};

/* ---- In ------------------------------------------------------------------------------------- */

static int cannot_read(struct bs_bytes_in *in, struct bs_error *err)
{
	return bs_error_set(err, BS_INPUT, errno, in->path, "check the path and its permissions",
			    "cannot read");
}

/* read() until @n bytes or the end. */
static long read_all(struct bs_bytes_in *in, void *buf, size_t n, struct bs_error *err)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r = read(in->fd, (char *)buf + got, n - got);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return cannot_read(in, err);
		if (!r)
			break;
		got += (size_t)r;
	}
	if (in->digest)
		bs_digest_add(in->digest, buf, got);
	return (long)got;
}

void bs_bytes_digest(struct bs_bytes_in *in, struct bs_digest *d)
{
	in->digest = d;
}

int bs_bytes_drain(struct bs_bytes_in *in, struct bs_error *err)
{
	char buf[1 << 14];
	long got;

	while ((got = read_all(in, buf, sizeof(buf), err)) > 0)
		;
	return (int)got;
}

static int start(struct bs_bytes_in *in, struct bs_error *err)
{
	unsigned char magic[4];
	long got = read_all(in, magic, sizeof(magic), err);

	if (got < 0)
		return (int)got;
	if (lseek(in->fd, 0, SEEK_SET) < 0)
		return bs_error_set(err, BS_INPUT, errno, in->path,
				    "a trace is read more than once: give a file, no pipe",
				    "cannot seek");
	if (got < 4 || memcmp(magic, zstd_magic, 4))
		return 0;
	in->zs = ZSTD_createDCtx();
	in->buf = malloc(BUF_SIZE);
	if (!in->zs || !in->buf)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, in->path, NULL, "zstd");
	return 0;
}

/* @at: where the file called @path is found. */
static int open_at(const char *at, const char *path, struct bs_bytes_in **out, struct bs_error *err)
{
	struct bs_bytes_in *in = calloc(1, sizeof(*in));
	int ret;

	if (!in)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "cannot open");
	in->fd = -1;
	in->path = strdup(path);
	if (!in->path) {
		ret = bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "cannot open");
	} else {
		in->fd = open(at, O_RDONLY | O_CLOEXEC);
		if (in->fd < 0)
			ret = bs_error_set(err, BS_INPUT, errno, path, "check the path",
					   "cannot open");
		else
			ret = start(in, err);
	}
	if (ret) {
		bs_bytes_close(in);
		return ret;
	}
	*out = in;
	return 0;
}

int bs_bytes_open(const char *path, struct bs_bytes_in **out, struct bs_error *err)
{
	return open_at(path, path, out, err);
}

int bs_bytes_open_again(const struct bs_bytes_in *of, struct bs_bytes_in **out,
			struct bs_error *err)
{
	char at[64];

	snprintf(at, sizeof(at), "/proc/self/fd/%d", of->fd);
	return open_at(at, of->path, out, err);
}

void bs_bytes_close(struct bs_bytes_in *in)
{
	if (!in)
		return;
	if (in->fd >= 0)
		close(in->fd);
	ZSTD_freeDCtx(in->zs);
	free(in->buf);
	free(in->path);
	free(in);
}

int bs_bytes_rewind(struct bs_bytes_in *in, struct bs_error *err)
{
	if (lseek(in->fd, 0, SEEK_SET) < 0)
		return cannot_read(in, err);
	if (in->zs)
		ZSTD_DCtx_reset(in->zs, ZSTD_reset_session_only);
	in->offset = in->len = in->pos = 0;
	in->frame_open = false;
	return 0;
}

static long read_zstd(struct bs_bytes_in *in, void *buf, size_t n, struct bs_error *err)
{
	ZSTD_outBuffer out = {buf, n, 0};

	while (out.pos < n) {
		ZSTD_inBuffer src;
		size_t ret, before = out.pos;

		if (in->pos == in->len) {
			long got = read_all(in, in->buf, BUF_SIZE, err);

			if (got < 0)
				return got;
			in->pos = 0;
			in->len = (size_t)got;
		}
		src = (ZSTD_inBuffer){in->buf, in->len, in->pos};
		ret = ZSTD_decompressStream(in->zs, &out, &src);
		in->pos = src.pos;
		if (ZSTD_isError(ret))
			return -EBADMSG;
		/* 0 without progress on an empty input: between two frames, at the end. */
		if (in->len || out.pos != before)
			in->frame_open = ret != 0;
		if (!in->len && out.pos == before) {
			if (in->frame_open && !out.pos)
				return -EBADMSG;
			break;
		}
	}
	return (long)out.pos;
}

long bs_bytes_read(struct bs_bytes_in *in, void *buf, size_t n, struct bs_error *err)
{
	long got = in->zs ? read_zstd(in, buf, n, err) : read_all(in, buf, n, err);

	if (got > 0)
		in->offset += (uint64_t)got;
	return got;
}

uint64_t bs_bytes_behind(const struct bs_bytes_in *in, uint64_t *of)
{
	const off_t at = lseek(in->fd, 0, SEEK_CUR);
	struct stat st;

	*of = !fstat(in->fd, &st) && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	return at > 0 ? (uint64_t)at : 0;
}

uint64_t bs_bytes_offset(const struct bs_bytes_in *in)
{
	return in->offset;
}

bool bs_bytes_compressed(const struct bs_bytes_in *in)
{
	return in->zs != NULL;
}

/* ---- Out ------------------------------------------------------------------------------------ */

static bool ends_in_zst(const char *path)
{
	size_t n = strlen(path);

	return n >= 4 && !strcmp(path + n - 4, ".zst");
}

int bs_bytes_create(const char *path, struct bs_bytes_out **out, struct bs_error *err)
{
	struct bs_bytes_out *o = calloc(1, sizeof(*o));
	int ret;

	if (!o)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "cannot write");
	ret = bs_outfile_open(&o->file, path, err);
	if (ret) {
		free(o);
		return ret;
	}
	o->path = strdup(path);
	if (ends_in_zst(path)) {
		o->zs = ZSTD_createCCtx();
		o->buf = malloc(BUF_SIZE);
	}
	if (!o->path || (ends_in_zst(path) && (!o->zs || !o->buf))) {
		bs_bytes_abandon(o);
		return bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "cannot write");
	}
	/* Only the chunks' own sums would notice damage in zstd's literals. */
	if (o->zs)
		ZSTD_CCtx_setParameter(o->zs, ZSTD_c_checksumFlag, 1);
	*out = o;
	return 0;
}

static int put(struct bs_bytes_out *o, const void *buf, size_t n, struct bs_error *err)
{
	if (fwrite(buf, 1, n, o->file.f) != n)
		return bs_outfile_failed(&o->file, err);
	return 0;
}

static int put_zstd(struct bs_bytes_out *o, const void *buf, size_t n, ZSTD_EndDirective end,
		    struct bs_error *err)
{
	ZSTD_inBuffer src = {buf, n, 0};

	for (;;) {
		ZSTD_outBuffer dst = {o->buf, BUF_SIZE, 0};
		size_t left = ZSTD_compressStream2(o->zs, &dst, &src, end);
		int ret;

		if (ZSTD_isError(left))
			return bs_error_set(err, BS_RESOURCE, 0, o->path, NULL, "zstd: %s",
					    ZSTD_getErrorName(left));
		ret = put(o, o->buf, dst.pos, err);
		if (ret)
			return ret;
		if (end == ZSTD_e_end ? !left : src.pos == src.size)
			return 0;
	}
}

int bs_bytes_write(struct bs_bytes_out *o, const void *buf, size_t n, struct bs_error *err)
{
	return o->zs ? put_zstd(o, buf, n, ZSTD_e_continue, err) : put(o, buf, n, err);
}

int bs_bytes_finish(struct bs_bytes_out *o, struct bs_error *err)
{
	int ret = o->zs ? put_zstd(o, NULL, 0, ZSTD_e_end, err) : 0;

	if (!ret && fflush(o->file.f))
		ret = bs_error_set(err, BS_RESOURCE, errno ? errno : EIO, o->path,
				   "check the free space there", "writing failed");
	return ret;
}

int bs_bytes_fd(const struct bs_bytes_out *o)
{
	return bs_outfile_fd(&o->file);
}

int bs_bytes_commit(struct bs_bytes_out *o, struct bs_error *err)
{
	int ret = bs_outfile_commit(&o->file, err);

	bs_bytes_abandon(o);
	return ret;
}

void bs_bytes_abandon(struct bs_bytes_out *o)
{
	if (!o)
		return;
	bs_outfile_abandon(&o->file);
	ZSTD_freeCCtx(o->zs);
	free(o->buf);
	free(o->path);
	free(o);
}
