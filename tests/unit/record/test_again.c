// SPDX-License-Identifier: GPL-2.0-or-later
/* again.c: the command line that runs a cell once more is whole, and a shell reads it as it was meant. */
#include "bs_test.h"

#include <stdio.h>
#include <stdlib.h>

#include "again.h"

static struct bs_sim_config plain(void)
{
	struct bs_sim_config cfg;

	bs_sim_defaults(&cfg);
	cfg.trace_path = "t.cborseq";
	cfg.host.device.kind = "model";
	cfg.guest.machine.kernel = "linux-6.1";
	cfg.guest.machine.memory_bytes = UINT64_C(1) << 30;
	cfg.guest.machine.nr_cpus = 2;
	return cfg;
}

/* The line; NULL if there is none. To be free()d. */
static char *again(const struct bs_sim_config *cfg, const char *label)
{
	const struct bs_outcome o = {
		.cfg = cfg, .label = label, .words = label, .kernel = cfg->guest.machine.kernel};
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	const bool is_there = bs_again_print(f, &o);

	assert_int_equal(fclose(f), 0);
	assert_int_equal(is_there, size > 0);
	if (is_there)
		return text;
	free(text);
	return NULL;
}

static void assert_no_part(const struct bs_sim_config *cfg, const char *label, const char *part)
{
	char *text = again(cfg, label);

	assert_non_null(text);
	assert_null(strstr(text, part));
	free(text);
}

static void assert_line(const struct bs_sim_config *cfg, const char *label, const char *part)
{
	char *text = again(cfg, label);

	assert_non_null(text);
	assert_says(text, part);
	assert_int_equal(strcspn(text, "\n"), strlen(text) - 1);
	free(text);
}

static void test_everything_is_spelled_out(void **state)
{
	static const char *const parts[] = {
		"buddysim run t.cborseq -s rotation:order=9 --seed 1 ",
		" --kernel linux-6.1 --memory 1073741824B --machine qemu-pc --cpus 2 ",
		" --device model --capacity 32 ",
		" --weight 100000ns --tail 30000000000ns --repeat 3 --gap 5ns\n",
	};
	struct bs_sim_config cfg = plain();

	(void)state;
	cfg.window.repeat = 3;
	cfg.window.gap = 5;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		assert_line(&cfg, "rotation:order=9", parts[i]);
}

static void test_numbers_of_any_size(void **state)
{
	struct bs_sim_config cfg = plain();

	(void)state;
	cfg.seed = cfg.window.check_every = UINT64_MAX;
	assert_line(&cfg, "none", " --seed 18446744073709551615 ");
	assert_line(&cfg, "none", " --check 18446744073709551615\n");
}

static void test_a_shell_reads_names_as_they_are(void **state)
{
	struct bs_sim_config cfg = plain();
	char label[3000] = "./", part[3100];

	(void)state;
	cfg.trace_path = "it's $HOME.cborseq";
	assert_line(&cfg, "none", "run 'it'\\''s $HOME.cborseq' -s none ");
	memset(label + 2, 'x', 2900);
	strcpy(label + 2902, ".so:a=1");
	snprintf(part, sizeof(part), " -s %s --seed", label);
	assert_line(&cfg, label, part);
}

/* A dump decides what the guest is. */
static void test_a_guest_from_a_dump(void **state)
{
	struct bs_sim_config cfg = plain();
	char *text;

	(void)state;
	cfg.guest.state_path = "d.txt";
	cfg.guest.machine.shuffle = true;
	text = again(&cfg, "none");
	assert_says(text, " --state d.txt ");
	assert_null(strstr(text, "--memory"));
	assert_null(strstr(text, "--kernel"));
	assert_null(strstr(text, "--shuffle"));
	free(text);
}

/* Costs: a preset by its name, those of a file one by one, in front of what was said of the device. */
static void test_costs(void **state)
{
	struct bs_sim_config cfg = plain();
	struct bs_device_costs costs;

	(void)state;
	assert_true(bs_cost_preset("null", &costs));
	cfg.host.device.costs = &costs;
	cfg.host.device.params = "error_every=3";
	assert_line(&cfg, "rotation", " --device model:error_every=3 ");
	assert_line(&cfg, "rotation", " --costs null ");
	costs.per_request = 77;
	assert_line(&cfg, "rotation", " --device model:per_request=77ns,round_trip=0ns,");
	assert_line(&cfg, "rotation", ",error_every=3 --capacity");
	/* What was said goes over the file's, and stands there once. */
	cfg.host.device.params = "per_request=5ns";
	assert_line(&cfg, "rotation", " --device model:round_trip=0ns,");
	assert_line(&cfg, "rotation", ",per_request=5ns --capacity");
}

static void test_what_the_host_asked(void **state)
{
	static const struct bs_host_event events[] = {
		{.time = 5, .ask = BS_HOST_TARGET, .value = 4096},
		{.time = 6, .ask = BS_HOST_PRESSURE, .value = 90},
		{.time = 7, .ask = BS_HOST_PAUSE, .value = 8, .guest = 1},
		{.time = 9, .ask = BS_HOST_SNAPSHOT},
		{.time = 9, .ask = BS_HOST_RESTORE, .guest = 1},
	};
	struct bs_sim_config cfg = plain();

	(void)state;
	cfg.host.events = events;
	cfg.host.nr_events = 5;
	cfg.host.memory_bytes = 1 << 20;
	assert_line(&cfg, "balloon",
		    " --host-event 5ns:target=4096B --host-event 7ns:pause=8ns,guest=1");
	assert_line(&cfg, "rotation:gate=9",
		    " --host-event 6ns:pressure=90 --host-event 7ns:pause=");
	assert_line(&cfg, "rotation",
		    " --host-event 9ns:snapshot --host-event 9ns:restore,guest=1 --weight");
	assert_line(&cfg, "rotation:gate=9", " --host-memory 1048576B --host-poll 1000000000ns ");
	/* Nobody hears it: it would be refused. */
	cfg.host.nr_events = 2;
	assert_no_part(&cfg, "rotation", "--host");
	assert_no_part(&cfg, "balloon", "--host-memory");
}

/* No option says where a guest's memory lies, other than as its machine has it. */
static void test_no_line_for_what_no_option_says(void **state)
{
	struct bs_sim_config cfg = plain();

	(void)state;
	cfg.guest.machine.nr_zones = 1;
	assert_null(again(&cfg, "none"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything_is_spelled_out),
		cmocka_unit_test(test_numbers_of_any_size),
		cmocka_unit_test(test_a_shell_reads_names_as_they_are),
		cmocka_unit_test(test_a_guest_from_a_dump),
		cmocka_unit_test(test_costs),
		cmocka_unit_test(test_what_the_host_asked),
		cmocka_unit_test(test_no_line_for_what_no_option_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
