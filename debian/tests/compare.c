/* What compare does, as a function: each strategy, and how much the host held in vain. */
#include <buddysim/buddysim.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	struct bs_options o;
	struct bs_result *r = NULL;
	struct bs_error err;
	uint64_t held;

	bs_options_init(&o);
	o.config.trace_path = argv[argc - 1];
	if (bs_option_set(&o, bs_option_find("strategy"), "none,rotation,boundary", &err) ||
	    bs_option_set(&o, bs_option_find("device"), "model", &err) ||
	    bs_compare(&o.config, &r, &err))
		return fprintf(stderr, "%s: %s\n", err.where, err.text), 1;
	for (unsigned int i = 0; i < bs_result_cells(r); i++)
		if (!bs_result_metric(r, i, "held_mib_s", &held))
			printf("%-10s %8llu MiB x s\n", bs_result_label(r, i),
			       (unsigned long long)held);
	bs_result_free(r);
	bs_options_free(&o);
	return 0;
}
