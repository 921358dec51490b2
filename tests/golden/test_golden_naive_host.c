// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The strategies of the host's side, which take free memory where it stands, walked a second time
 * beside the real ones: shared-state and clairvoyant from STRATEGIES.md. What the
 * guest is and what is compared: bs_naive.h.
 */
#include "bs_naive.h"

#define NONE BS_NAIVE_NONE
#define UNITS BS_NAIVE_UNITS

/* ---- Free memory in units of 2 MiB ----------------------------------------------------------- */

static bool is_whole(const struct bs_naive *v, int unit)
{
	return bs_naive_find(&v->list[BS_NAIVE_M][10], unit / 2 * 1024) != NONE;
}

static bool is_free(const struct bs_naive *v, int unit)
{
	return is_whole(v, unit) || bs_naive_find(&v->list[BS_NAIVE_M][9], unit * 512) != NONE;
}

/* The second half of a free block makes one range of it with the first. Return: ranges. */
static int add_unit(const struct bs_naive *v, struct bs_naive_block *b, int n, int unit)
{
	if (unit % 2 && is_whole(v, unit) && n && b[n - 1].pfn == (unit - 1) * 512) {
		b[n - 1].order = 10;
		return n;
	}
	b[n] = (struct bs_naive_block){unit * 512, 9};
	return n + 1;
}

/* ---- shared-state, capacity: frames evicted under one lock ----------------------------------- */

#define INTERVAL (5 * BS_NS_PER_S)

struct shared_state {
	bool evicted[UNITS];
};

static void shared_state_start(struct bs_naive *v)
{
	bs_naive_wake(v, INTERVAL);
}

/* The timer ticks at multiples of the interval; without a free there is nothing to find. */
static void shared_state_freed(struct bs_naive *v, int pfn, int order)
{
	(void)pfn;
	(void)order;
	bs_naive_wake(v, INTERVAL - v->now % INTERVAL);
}

/* An evicted frame is installed before its owner has it. */
static void shared_state_allocated(struct bs_naive *v, int pfn, int order)
{
	struct shared_state *s = v->s;

	for (int frame = pfn / 512; frame < (pfn + (1 << order)) / 512; frame++) {
		if (s->evicted[frame])
			bs_naive_install(v, frame * 512, 9);
		s->evicted[frame] = false;
	}
}

/* Once over the frames: so many that are free and installed, a request, the next ones. */
static void shared_state_pass(struct bs_naive *v)
{
	struct shared_state *s = v->s;
	struct bs_naive_block batch[4];
	int frames = 0, n = 0;

	for (int frame = 0; frame < UNITS; frame++) {
		if (is_free(v, frame) && !s->evicted[frame]) {
			s->evicted[frame] = true;
			n = add_unit(v, batch, n, frame);
			frames++;
		}
		if (frames == v->capacity || (n && frame == UNITS - 1)) {
			bs_naive_request(v, batch, n);
			frames = n = 0;
		}
	}
}

static void test_shared_state(void **state)
{
	(void)state;
	bs_naive_run(
		&(struct bs_naive_kind){
			.params = "shared-state:batch=%d",
			.state_size = sizeof(struct shared_state),
			.timed = true,
			.start = shared_state_start,
			.freed = shared_state_freed,
			.allocated = shared_state_allocated,
			.pass = shared_state_pass,
		},
		301);
}

/* ---- clairvoyant, against a future made by hand ---------------------------------------------- */

#define GAP BS_NS_PER_S
#define DEVICE 3 /* ranges */

struct clairvoyant {
	bool decided[UNITS], pending[UNITS];
};

/* Once per stay: a unit is worth a report if it is left alone for longer than the gap. */
static void clairvoyant_freed(struct bs_naive *v, int pfn, int order)
{
	struct clairvoyant *s = v->s;

	for (int unit = pfn / 512; unit < (pfn + (1 << order)) / 512; unit++) {
		if (s->decided[unit])
			continue;
		s->decided[unit] = true;
		s->pending[unit] = v->future[unit] == BS_NO_TIME || v->future[unit] > v->now + GAP;
		if (s->pending[unit])
			bs_naive_wake(v, 0);
	}
}

static void clairvoyant_allocated(struct bs_naive *v, int pfn, int order)
{
	struct clairvoyant *s = v->s;

	for (int unit = pfn / 512; unit < (pfn + (1 << order)) / 512; unit++)
		s->decided[unit] = s->pending[unit] = false;
}

/* By address; the second half of a block still fits when its first has filled the batch.
 * @b: one more than the device takes. */
static int clairvoyant_fill(struct bs_naive *v, struct bs_naive_block *b)
{
	struct clairvoyant *s = v->s;
	int n = 0;

	for (int unit = 0; unit < UNITS; unit++) {
		int more;

		if (!s->pending[unit])
			continue;
		more = add_unit(v, b, n, unit);
		if (more > DEVICE)
			break;
		n = more;
		s->pending[unit] = false;
	}
	return n;
}

static void clairvoyant_pass(struct bs_naive *v)
{
	struct bs_naive_block batch[DEVICE + 1];
	int n;

	while ((n = clairvoyant_fill(v, batch)) > 0)
		bs_naive_request(v, batch, n);
}

static void test_clairvoyant(void **state)
{
	(void)state;
	bs_naive_run(
		&(struct bs_naive_kind){
			.params = "clairvoyant",
			.state_size = sizeof(struct clairvoyant),
			.device = DEVICE,
			.gap = GAP,
			.timed = true,
			.freed = clairvoyant_freed,
			.allocated = clairvoyant_allocated,
			.pass = clairvoyant_pass,
		},
		301);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shared_state),
		cmocka_unit_test(test_clairvoyant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
