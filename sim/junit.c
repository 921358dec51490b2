// SPDX-License-Identifier: GPL-2.0-or-later
#include "junit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "outputs.h"

int junit_begin(struct junit *j, const char *path)
{
	int status;

	*j = (struct junit){.path = path};
	if (!path)
		return 0;
	status = outputs_check_file(path);
	if (!status)
		j->cases = cli_memory(open_memstream(&j->text, &j->size));
	return status;
}

/* As an attribute's value. XML knows no other control characters than these, escaped or not, and the
 * file says that it is UTF-8: a byte that is neither becomes a question mark. */
static void put_text(FILE *f, const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		switch (*c) {
		case '<':
			fputs("&lt;", f);
			break;
		case '&':
			fputs("&amp;", f);
			break;
		case '"':
			fputs("&quot;", f);
			break;
		case '\n':
		case '\t':
			fprintf(f, "&#%u;", *c);
			break;
		default:
			fputc(*c < 0x20 || *c > 0x7e ? '?' : *c, f);
		}
	}
}

void junit_case(struct junit *j, enum junit_verdict verdict, const char *group, const char *name,
		const char *message)
{
	static const char *const element[] = {
		[JUNIT_FAILED] = "failure", [JUNIT_ERROR] = "error", [JUNIT_SKIPPED] = "skipped"};

	if (!j->cases)
		return;
	j->nr[verdict]++;
	fputs("  <testcase classname=\"", j->cases);
	put_text(j->cases, group);
	fputs("\" name=\"", j->cases);
	put_text(j->cases, name);
	if (verdict == JUNIT_PASSED) {
		fputs("\"/>\n", j->cases);
		return;
	}
	fprintf(j->cases, "\">\n    <%s message=\"", element[verdict]);
	put_text(j->cases, message);
	fputs("\"/>\n  </testcase>\n", j->cases);
}

static void print(const struct junit *j, const char *suite, FILE *f)
{
	fprintf(f,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuite name=\"%s\" tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\">\n"
		"%s</testsuite>\n",
		suite,
		j->nr[JUNIT_PASSED] + j->nr[JUNIT_FAILED] + j->nr[JUNIT_ERROR] +
			j->nr[JUNIT_SKIPPED],
		j->nr[JUNIT_FAILED], j->nr[JUNIT_ERROR], j->nr[JUNIT_SKIPPED], j->text);
}

static int write_whole(const struct junit *j, const char *suite, char *path)
{
	const int fd = mkstemp(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	int bad;

	if (!f)
		return -errno;
	fchmod(fd, 0644);
	print(j, suite, f);
	bad = ferror(f) ? -EIO : 0;
	if (fclose(f) && !bad)
		bad = -errno;
	if (!bad && rename(path, j->path))
		bad = -errno;
	if (bad)
		unlink(path);
	return bad;
}

int junit_end(struct junit *j, const char *suite)
{
	struct bs_error err;
	char *path;
	int ret;

	if (!j->cases)
		return 0;
	fclose(j->cases);
	j->cases = NULL;
	if (!strcmp(j->path, "-")) {
		print(j, suite, stdout);
		ret = 0;
	} else {
		if (asprintf(&path, "%s.tmp-XXXXXX", j->path) < 0)
			path = NULL;
		ret = write_whole(j, suite, cli_memory(path));
		free(path);
	}
	free(j->text);
	if (!ret)
		return 0;
	bs_error_set(&err, BS_RESOURCE, -ret, j->path, NULL, "cannot write");
	return cli_error(&err);
}
