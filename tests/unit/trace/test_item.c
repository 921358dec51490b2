// SPDX-License-Identifier: GPL-2.0-or-later
/* One item of a trace file: its length, its sum, and reading what nobody promised to be right. */
#include "bs_test.h"

#include <errno.h>
#include <string.h>

#include "item.h"

static void make(struct bs_item_out *o)
{
	static const uint32_t three[] = {7, 8, 9};

	bs_out_begin(o, false, 3);
	bs_out_text(o, "n");
	bs_out_uint(o, 70000);
	bs_out_text(o, "list");
	bs_out_array(o, 2);
	bs_out_bool(o, true);
	bs_out_text(o, "x");
	bs_out_text(o, "column");
	bs_out_typed(o, three, 3, 4);
	assert_int_equal(bs_out_seal(o), 0);
}

static void test_length_and_sum_are_right(void **state)
{
	struct bs_item_out o = {0};
	uint64_t pairs;

	(void)state;
	make(&o);
	assert_int_equal(bs_in_length(o.buf, BS_ITEM_PREFIX, false, &pairs), o.len);
	assert_int_equal(pairs, 5);
	assert_true(bs_in_sum_ok(o.buf, o.len));
	o.buf[o.len / 2] ^= 1;
	assert_false(bs_in_sum_ok(o.buf, o.len));
	/* Without the tag it is no header. */
	assert_int_equal(bs_in_length(o.buf, BS_ITEM_PREFIX, true, &pairs), 0);
	bs_out_free(&o);
}

static void test_what_was_put_comes_out(void **state)
{
	struct bs_item_out o = {0};
	struct bs_item_in in;

	(void)state;
	make(&o);
	bs_in_begin(&in, o.buf, o.len);
	assert_int_equal(bs_in_expect(&in, BS_IN_MAP), 0);
	assert_int_equal(bs_in_expect(&in, BS_IN_TEXT), 0);
	assert_true(bs_in_is(&in, "bytes"));
	assert_int_equal(bs_in_expect(&in, BS_IN_UINT), 0);
	assert_int_equal(in.value, o.len);
	assert_int_equal(bs_in_expect(&in, BS_IN_TEXT), 0);
	assert_true(bs_in_is(&in, "n"));
	assert_false(bs_in_is(&in, "nn"));
	assert_int_equal(bs_in_expect(&in, BS_IN_UINT), 0);
	assert_int_equal(in.value, 70000);
	assert_int_equal(bs_in_expect(&in, BS_IN_TEXT), 0);
	/* An array with all that is in it, then a tag with what it tags: one step each. */
	assert_int_equal(bs_in_skip(&in), 0);
	assert_int_equal(bs_in_expect(&in, BS_IN_TEXT), 0);
	assert_true(bs_in_is(&in, "column"));
	assert_int_equal(bs_in_skip(&in), 0);
	assert_int_equal(bs_in_expect(&in, BS_IN_TEXT), 0);
	assert_true(bs_in_is(&in, "xxh3"));
	assert_int_equal(bs_in_expect(&in, BS_IN_BYTES), -EBADMSG);
	bs_out_free(&o);
}

/* Nothing is read behind the end, whatever a head claims to be behind it. */
static void test_lying_heads_are_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} lies[] = {
		{"", 0},
		{"\x19\x01", 2}, /* half a number */
		{"\x65"
		 "abcd",
		 5}, /* five letters, four there */
		{"\x83\x01\x02", 3}, /* three entries, two there */
		{"\x9b\xff\xff\xff\xff\xff\xff\xff\xff", 9}, /* 2^64 - 1 entries */
		{"\xbb\x7f\xff\xff\xff\xff\xff\xff\xff\x01\x02", 11},
		{"\xd8\x46", 2}, /* a tag of nothing */
	};
	struct bs_item_in in;

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		bs_in_begin(&in, lies[i].bytes, lies[i].len);
		assert_int_equal(bs_in_skip(&in), -EBADMSG);
	}
}

/* Shorter than its own prefix and sum it cannot be. */
static void test_impossible_length_is_no_item(void **state)
{
	static const unsigned char prefix[BS_ITEM_PREFIX] = {
		0xa2, 0x65, 'b', 'y', 't', 'e', 's', 0x1a, 0, 0, 0, BS_ITEM_PREFIX + 8};
	uint64_t pairs;

	(void)state;
	assert_int_equal(bs_in_length(prefix, sizeof(prefix), false, &pairs), 0);
	assert_int_equal(bs_in_length(prefix, 5, false, &pairs), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_length_and_sum_are_right),
		cmocka_unit_test(test_what_was_put_comes_out),
		cmocka_unit_test(test_lying_heads_are_refused),
		cmocka_unit_test(test_impossible_length_is_no_item),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
