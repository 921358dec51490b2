// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * llfree.c - a trace of LLFree's kernel as the text of ftrace, which every importer knows how to take. Events of
 * several CPUs are put in order as LLFree's own replay puts them: by time, an allocation before a free.
 */
#include "llfree.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <fcntl.h>

#include <buddysim/gfp.h>
#include <buddysim/trace.h>

struct file {
	const unsigned char *at;
	size_t pages; /* behind the header */
	uint32_t nr_cpus;
};

/* Where a CPU is. */
struct cursor {
	size_t page; /* file.pages: at its end */
	unsigned int n;
	struct bs_llfree_event event;
};

static const unsigned char *page_at(const struct file *f, size_t i)
{
	return f->at + (i + 1) * BS_LLFREE_PAGE;
}

/* Nothing else begins with three numbers that fit the file's size and its pages. */
static bool looks_right(struct file *f, size_t size)
{
	uint32_t said;

	if (size < 2 * BS_LLFREE_PAGE || size % BS_LLFREE_PAGE)
		return false;
	said = bs_llfree_get32(f->at);
	f->nr_cpus = bs_llfree_get32(f->at + 4);
	f->pages = size / BS_LLFREE_PAGE - 1;
	/* As the kernel gives it out, the last page is missing: it counts the header. */
	if (said != f->pages && said != f->pages + 1)
		return false;
	if (!f->nr_cpus || f->nr_cpus > BS_LLFREE_MAX_CPUS ||
	    bs_llfree_get32(f->at + 8) > BS_LLFREE_MAX_PFN)
		return false;
	for (size_t i = 0; i < f->pages; i++)
		if (bs_llfree_get32(page_at(f, i)) >= f->nr_cpus)
			return false;
	return true;
}

/* The CPU's next event; what is zero was never written. */
static void advance(const struct file *f, struct cursor *c, uint32_t cpu)
{
	for (; c->page < f->pages; c->page++, c->n = 0) {
		const unsigned char *page = page_at(f, c->page);

		if (bs_llfree_get32(page) != cpu || c->n == BS_LLFREE_EVENTS)
			continue;
		c->event = bs_llfree_unpack(page + BS_LLFREE_EVENT * (1 + c->n));
		if (c->event.us || c->event.pfn || c->event.alloc) {
			c->n++;
			return;
		}
	}
}

static void print(FILE *out, const struct bs_llfree_event *e, uint32_t cpu)
{
	char gfp[512];

	fprintf(out, " <...>-%" PRIu32 " [%03" PRIu32 "] ..... %" PRIu64 ".%06" PRIu64 ": ", e->pid,
		cpu, e->us / 1000000, e->us % 1000000);
	if (!e->alloc) {
		fprintf(out, "mm_page_free: page=0 pfn=0x%" PRIx32 " order=%u\n", e->pfn, e->order);
		return;
	}
	bs_gfp_format(e->gfp & BS_LLFREE_GFP, gfp, sizeof(gfp));
	fprintf(out,
		"mm_page_alloc: page=0 pfn=0x%" PRIx32 " order=%u migratetype=%u gfp_flags=%s\n",
		e->pfn, e->order, bs_gfp_migratetype(e->gfp), gfp);
}

static int print_all(const struct file *f, FILE *out)
{
	struct cursor *c = calloc(f->nr_cpus, sizeof(*c));

	if (!c)
		return -ENOMEM;
	for (uint32_t cpu = 0; cpu < f->nr_cpus; cpu++)
		advance(f, &c[cpu], cpu);
	for (;;) {
		uint32_t next = f->nr_cpus;

		for (uint32_t cpu = 0; cpu < f->nr_cpus; cpu++) {
			const struct bs_llfree_event *e = &c[cpu].event;
			const struct bs_llfree_event *best = next < f->nr_cpus ? &c[next].event : e;

			if (c[cpu].page == f->pages)
				continue;
			if (next == f->nr_cpus || e->us < best->us ||
			    (e->us == best->us && e->alloc && !best->alloc))
				next = cpu;
		}
		if (next == f->nr_cpus)
			break;
		print(out, &c[next].event, next);
		advance(f, &c[next], next);
	}
	free(c);
	return 0;
}

int bs_llfree_text(const char *path, FILE *out, struct bs_error *err)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct file f = {0};
	struct stat st;
	int ret = 1;

	/* Who cannot be read will be told of by who reads it as text. */
	if (fd < 0)
		return 1;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size > 0) {
		void *at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);

		f.at = at;
		if (at != MAP_FAILED && looks_right(&f, (size_t)st.st_size))
			ret = print_all(&f, out);
		if (at != MAP_FAILED)
			munmap(at, (size_t)st.st_size);
	}
	close(fd);
	if (ret == 0 && fflush(out))
		ret = -errno;
	return ret < 0 ? bs_error_set(err, BS_RESOURCE, -ret, path, NULL, "reading a trace") : ret;
}
