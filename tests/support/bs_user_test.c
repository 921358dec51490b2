// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_test.h"

#include <stdarg.h>
#include <string.h>

#include "bs_user_test.h"

static void say(struct bs_user_test *t, const char *format, ...)
{
	const size_t n = strlen(t->text);
	va_list args;

	va_start(args, format);
	vsnprintf(t->text + n, sizeof(t->text) - n, format, args);
	va_end(args);
}

/* +PFN: given out; with its order and mask where they are not those of a page. */
static bs_pfn alloc(void *arg, unsigned int order, unsigned int gfp)
{
	struct bs_user_test *t = arg;
	bs_pfn pfn;

	if (order == BS_USER_HUGE_ORDER && t->no_huge) {
		t->no_huge--;
		say(t, " -o%u:%x", order, gfp);
		return BS_NO_PFN;
	}
	pfn = order == BS_USER_HUGE_ORDER ? t->next_huge : t->next;
	*(order == BS_USER_HUGE_ORDER ? &t->next_huge : &t->next) += (bs_pfn)1 << order;
	say(t, " +%u%s%.0u:%x", pfn, order ? "o" : "", order, gfp);
	return pfn;
}

static void one_free(void *arg, bs_pfn pfn, unsigned int order)
{
	say(arg, " %u%s%.0u", pfn, order ? "o" : "", order);
}

/* Longer runs as FIRST..LAST. */
static void list(struct bs_user_test *t, const struct bs_user_page *p, unsigned int n)
{
	for (unsigned int i = 0, k; i < n; i = k) {
		const int step = i + 1 < n && p[i + 1].pfn < p[i].pfn ? -1 : 1;

		for (k = i + 1; k < n && !p[i].order && !p[k].order &&
				p[k].pfn == p[k - 1].pfn + (bs_pfn)step;)
			k++;
		if (k - i > 2) {
			say(t, " %u..%u", p[i].pfn, p[k - 1].pfn);
		} else {
			k = i + 1;
			one_free(t, p[i].pfn, p[i].order);
		}
	}
}

static void together(void *arg, const struct bs_user_page *p, unsigned int n)
{
	say(arg, " (");
	list(arg, p, n);
	say(arg, " )");
}

static void later(void *arg, const struct bs_user_page *p, unsigned int n)
{
	say(arg, " later(");
	list(arg, p, n);
	say(arg, " )");
}

static void failed(void *arg)
{
	(void)arg;
	fail();
}

static void unswapped(void *arg, unsigned int pages, bool in)
{
	struct bs_user_test *t = arg;

	*(in ? &t->swapped_in : &t->swap_gone) += pages;
}

static const struct bs_user_ops ops = {.alloc = alloc,
				       .free = one_free,
				       .hand_over = together,
				       .later = later,
				       .failed = failed,
				       .unswapped = unswapped};

void bs_user_test_begin(struct bs_user_test *t, const char *kernel)
{
	*t = (struct bs_user_test){.next = 1, .next_huge = 5120};
	t->u = bs_user_create(kernel, &ops, t);
	assert_non_null(t->u);
}

void bs_user_test_end(struct bs_user_test *t)
{
	bs_user_destroy(t->u);
}

void bs_user_test_is(struct bs_user_test *t, const char *text)
{
	assert_string_equal(t->text, text);
	t->text[0] = '\0';
}
