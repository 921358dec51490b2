// SPDX-License-Identifier: GPL-2.0-or-later
/* options_strategies.c - lists of strategies, and of agents that stand beside each of them. */
#include <buddysim/report.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options_own.h"
#include "options_read.h"
#include "spec.h"

/* ---- Lists of names with parameters ---------------------------------------------------------- */

static int append_param(struct bs_words *words, const struct bs_option *opt, const char *text,
			size_t len, struct bs_error *err)
{
	char **last, *joined;
	size_t own;

	if (!words->nr)
		return bs_option_refuse(opt, text, "write a name before its parameters", err);
	last = &words->at[words->nr - 1];
	own = bs_spec_own_length(*last);
	if (!(*last)[own])
		own = 0;
	if (asprintf(&joined, "%s%c%.*s", *last, strchr(*last + own, ':') ? ',' : ':', (int)len,
		     text) < 0)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, *last, NULL, "cannot be read");
	free(*last);
	*last = joined;
	return 0;
}

static int add_all(const struct bs_option *opt, struct bs_words *words, struct bs_error *err)
{
	const char *name;

	for (unsigned int i = 0; (name = opt->word(i)); i++)
		if (!bs_words_add(words, name, strlen(name), err))
			return -ENOMEM;
	return 0;
}

/* "x=1" belongs to what is in front of it; in "a:x=1" and "x=1+a:y=2" the first of both signs says which it is. */
static bool is_param(const char *item, size_t len)
{
	const char *equals = memchr(item, '=', len), *colon = memchr(item, ':', len);

	return equals && (!colon || equals < colon);
}

static int read_list(struct bs_words *words, const struct bs_option *opt, const char *text,
		     struct bs_error *err)
{
	const char *item = text;
	int ret = 0;

	while (!ret) {
		const size_t len = strcspn(item, ",");

		if (!len)
			return bs_option_refuse(
				opt, text, "write NAME,NAME:param=value,... without empty names",
				err);
		if (len == strlen("all") && !strncmp(item, "all", len))
			ret = add_all(opt, words, err);
		else if (is_param(item, len))
			ret = append_param(words, opt, item, len, err);
		else if (!bs_words_add(words, item, len, err))
			ret = -ENOMEM;
		if (!item[len])
			break;
		item += len + 1;
	}
	return ret;
}

/* ---- Both ------------------------------------------------------------------------------------ */

char *bs_agent_beside(const char *strategy, const char *agent)
{
	char *text;

	if (bs_agent_is_idle(agent))
		return strdup(strategy);
	return asprintf(&text, "%s+%s", strategy, agent) < 0 ? NULL : text;
}

static int add_beside(struct bs_options *o, const char *strategy, const char *agent,
		      struct bs_error *err)
{
	char *text;
	int ret;

	if (strategy[bs_spec_own_length(strategy)])
		return bs_error_set(err, BS_USAGE, 0, strategy, "leave one of them out",
				    "has an agent, and --agent names others");
	text = bs_agent_beside(strategy, agent);
	if (!text)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, strategy, NULL, "cannot be read");
	ret = bs_words_add(&o->beside, text, strlen(text), err) ? 0 : -ENOMEM;
	free(text);
	return ret;
}

/* Each strategy with each agent; what is in the configuration grows. */
static int combine(struct bs_options *o, struct bs_error *err)
{
	const struct bs_words *all = o->agents.nr ? &o->beside : &o->strategies;
	int ret = 0;

	for (unsigned int i = 0; i < o->beside.nr; i++)
		free(o->beside.at[i]);
	o->beside.nr = 0;
	for (unsigned int i = 0; i < o->strategies.nr; i++)
		for (unsigned int k = 0; k < o->agents.nr && !ret; k++)
			ret = add_beside(o, o->strategies.at[i], o->agents.at[k], err);
	o->config.strategies = (const char *const *)all->at;
	o->config.nr_strategies = all->nr;
	o->config.agents = (const char *const *)o->agents.at;
	o->config.nr_agents = o->agents.nr;
	return ret;
}

BS_OPTION_READER(bs_add_strategies)
{
	const int ret = read_list(&o->strategies, opt, text, err);

	return ret ? ret : combine(o, err);
}

BS_OPTION_READER(bs_add_agents)
{
	int ret = read_list(&o->agents, opt, text, err);

	for (unsigned int i = 0; i < o->agents.nr && !ret; i++)
		ret = bs_agent_check(o->agents.at[i], err);
	return ret ? ret : combine(o, err);
}
