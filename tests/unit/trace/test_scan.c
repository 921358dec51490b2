// SPDX-License-Identifier: GPL-2.0-or-later
/* What no checksum can know: whether each event can be. */
#include "bs_test.h"
#include "bs_trace_test.h"

#include <string.h>

static void test_scan_refuses_what_cannot_be(void **state)
{
	(void)state;

	static const struct {
		struct bs_trace_event ev;
		const char *text;
	} bad[] = {
		{{.kind = BS_EV_FREE, .arg = 1, .order = 3}, "not within the block"},
		{{.kind = BS_EV_FREE, .arg = 1, .order = 1, .offset = 1}, "not aligned"},
		{{.kind = BS_EV_FREE, .arg = 1, .offset = 4}, "not within the block"},
		{{.kind = BS_EV_FREE, .arg = 2}, "not live"},
		{{.kind = BS_EV_FREE, .arg = 3}, "not live"},
		{{.kind = BS_EV_FREE, .arg = 1, .order = 2}, "a part that is not live"},
	};
	struct bs_trace_event ev[] = {
		{.kind = BS_EV_FAILED},
		{.kind = BS_EV_ALLOC},
		{.kind = BS_EV_FREE, .arg = 1},
		{.kind = BS_EV_ALLOC, .order = 2},
		{.kind = BS_EV_FREE, .arg = 1, .offset = 1},
		{0},
	};
	const char *a = bs_test_path("a.cborseq");

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct bs_trace *t;
		struct bs_error err;

		ev[5] = bad[i].ev;
		bs_test_write_trace(a, NULL, ev, 6);
		assert_ok(bs_trace_open(a, &t, &err), &err);
		assert_true(bs_trace_scan(t, false, &err) < 0);
		assert_non_null(strstr(err.where, "chunk 1, event 5"));
		if (!strstr(err.text, bad[i].text))
			fail_msg("%s", err.text);
		/* Not damage: keeping whole chunks does not help. */
		assert_true(bs_trace_scan(t, true, &err) < 0);
		bs_trace_close(t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scan_refuses_what_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
