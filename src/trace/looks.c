// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * looks.c - what people hand to an import that is something else: the binary files that the tools write,
 * and text that has no events of ours. Each is named, with the command that makes something of it.
 */
#include <stdio.h>
#include <string.h>

#include "looks.h"

static const struct {
	unsigned int at, n;
	const char *bytes, *what, *advice; /* %s: the path */
} binaries[] = {
	{0, 8, "PERFILE2", "this is perf.data",
	 "run: perf script -i %s --show-lost-events | buddysim trace import - -o ..."},
	{0, 8, "2ELIFREP", "this is perf.data",
	 "run: perf script -i %s --show-lost-events | buddysim trace import - -o ..."},
	{0, 8, "PERFFILE", "this is perf.data",
	 "run: perf script -i %s --show-lost-events | buddysim trace import - -o ..."},
	{0, 10, "\x17\x08\x44tracing", "this is trace.dat",
	 "run: trace-cmd report -i %s | buddysim trace import - -o ..."},
	{0, 3, "\xd9\xd9\xf7", "this is a native trace already",
	 "use it as it is: buddysim trace info %s"},
	{0, 2, "\xff\xfe", "this is UTF-16, as PowerShell writes it",
	 "run: iconv -f UTF-16 -t UTF-8 %s | buddysim trace import - -o ..."},
	{0, 2, "\xfe\xff", "this is UTF-16",
	 "run: iconv -f UTF-16 -t UTF-8 %s | buddysim trace import - -o ..."},
	{0, 4, "\xc1\x1f\xfc\xc1", "this is a stream of LTTng",
	 "run babeltrace on its folder: babeltrace FOLDER | buddysim trace import - -o ..."},
	{0, 4, "\xc1\xfc\x1f\xc1", "this is a stream of LTTng",
	 "run babeltrace on its folder: babeltrace FOLDER | buddysim trace import - -o ..."},
	{0, 4,
	 "\x7f"
	 "ELF",
	 "this is a program", "import the text of a recording, not %s"},
	{0, 4, "PK\x03\x04", "this is a zip archive",
	 "run: unzip -p %s | buddysim trace import - -o ..."},
	{257, 5, "ustar", "this is a tar archive",
	 "run: tar -xOf %s | buddysim trace import - -o ..."},
	{0, 2, "BZ", "this is bzip2, and damaged", "fetch %s again"},
	{0, 9, "heaptrack", "this is an allocator trace of malloc, not of pages",
	 "record kmem:mm_page_alloc and mm_page_free: traces/capture/record.sh, not %s"},
};

int bs_looks_binary(const char *path, const char *first, size_t len, struct bs_error *err)
{
	char advice[400];
	const char *atrace;

	for (size_t i = 0; i < sizeof(binaries) / sizeof(binaries[0]); i++) {
		if (len < binaries[i].at + binaries[i].n ||
		    memcmp(first + binaries[i].at, binaries[i].bytes, binaries[i].n))
			continue;
		snprintf(advice, sizeof(advice), binaries[i].advice, path);
		return bs_error_set(err, BS_INPUT, 0, path, advice, "%s", binaries[i].what);
	}
	atrace = memmem(first, len, "TRACE:\n", 7);
	if (atrace && (size_t)(atrace + 9 - first) <= len && atrace[7] == 0x78 &&
	    memchr("\x01\x9c\xda\x5e", atrace[8], 4))
		return bs_error_set(err, BS_INPUT, 0, path, "record without atrace -z",
				    "this is what atrace -z writes");
	/* Its comments are text; the numbers behind them have bytes that are 0. */
	if (len > 9 && !memcmp(first, "# tracer:", 9) && memchr(first, 0, len) &&
	    memmem(first, len, "type: ", 6))
		return bs_error_set(err, BS_INPUT, 0, path, "echo 0 >options/bin, and record again",
				    "this is ftrace text with options/bin");
	return 0;
}

/* ---- Text ------------------------------------------------------------------------------------ */

#define RECORD \
	"record kmem:mm_page_alloc, mm_page_free and mm_page_free_batched: traces/capture/record.sh"

static bool is_hex_dump(const char *line)
{
	unsigned int words = 0;
	size_t n;

	while ((n = strspn(line, "0123456789abcdef")) == 8) {
		words++;
		line += n;
		line += *line == ' ';
	}
	return words >= 3 && !*line;
}

/* "00000fa1 00000001 000010b1eed50534 type: 653" */
static bool is_hex(const char *line)
{
	unsigned int pid, cpu;
	unsigned long long ns;
	int end = 0;

	return sscanf(line, "%8x %8x %16llx type: %n", &pid, &cpu, &ns, &end) == 3 && end > 40;
}

/* "4001 1 100000100 type: 345", or the same with the fields in hex */
static bool is_raw(const char *line)
{
	unsigned long long ns;
	unsigned int pid, cpu;
	char word[16];

	return sscanf(line, "%u %u %llu %15s", &pid, &cpu, &ns, word) == 4 && ns > 1000000 &&
	       (!strcmp(word, "type:") || !strcmp(word, "Unknown") || !strcmp(word, "#"));
}

const char *bs_looks_like(const char *line, const char **advice)
{
	static const struct {
		const char *text, *what, *advice;
		bool first; /* at the line's beginning */
	} signs[] = {
		{"# tracer: function_graph", "function_graph output without page allocator events",
		 "enable events/kmem too, and options/funcgraph-abstime", true},
		{"<!DOCTYPE html", "a page, as systrace makes it, without page allocator events",
		 "record with the kmem events: traces/capture/record.sh", true},
		{"<html", "a page, as systrace makes it, without page allocator events",
		 "record with the kmem events: traces/capture/record.sh", true},
		{"\"traceEvents\"", "JSON for Chrome's trace viewer",
		 "import the ftrace text that it was made from", false},
		{"Node 0, zone", "/proc/buddyinfo or pagetypeinfo, a state and no trace",
		 "run: buddysim state info", true},
		{"= Start", "an allocator trace of malloc (mtrace), not of pages", RECORD, true},
		{"malloc(", "an allocator trace of malloc, not of pages", RECORD, false},
		{"calloc(", "an allocator trace of malloc, not of pages", RECORD, false},
		{"kmalloc:", "a recording of kmalloc, not of pages", RECORD, false},
		{"kmem_cache_alloc", "a recording of slab objects, not of pages", RECORD, false},
		{"{\"", "JSON", RECORD, true},
		{"# Samples:", "perf report, which has no events", "run perf script instead", true},
		{"# Total Lost Samples", "perf report, which has no events",
		 "run perf script instead", true},
		{"Performance counter stats for", "perf stat, which has no events",
		 "run perf record and perf script instead: traces/capture/record-perf.sh", true},
		{"kmem:mm_page_alloc(", "perf trace, which leaves out the CPU",
		 "run perf record and perf script instead: traces/capture/record-perf.sh", false},
		{"kmem:mm_page_free(", "perf trace, which leaves out the CPU",
		 "run perf record and perf script instead: traces/capture/record-perf.sh", false},
		{", event.fields = {", "LTTng by babeltrace with all names",
		 "run babeltrace without --names and --fields", false},
		{"00000000: ", "a hex dump of a file", "import the file itself", true},
	};
	const char *p = line + strspn(line, " \t");

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		const bool here = signs[i].first
					  ? !strncasecmp(p, signs[i].text, strlen(signs[i].text))
					  : strstr(p, signs[i].text) != NULL;

		if (here) {
			*advice = signs[i].advice;
			return signs[i].what;
		}
	}
	if (strstr(p, " pfn=") && strstr(p, " order=") && !strstr(p, "mm_page")) {
		*advice = "print them: perf script -F +event";
		return "events without their names";
	}
	*advice = "echo 0 >options/raw; echo 0 >options/hex; echo 0 >options/bin, and record again";
	/* Both may have nothing but decimal digits: the widths tell. */
	if (is_raw(p) && !is_hex(p))
		return "ftrace text with options/raw";
	return is_hex(p) || is_hex_dump(p) ? "ftrace text with options/hex" : NULL;
}
