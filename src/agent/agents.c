// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#define BS_AGENT(id) extern const struct bs_agent bs_agent_##id;
#include "agents.def"
#undef BS_AGENT

static const struct bs_agent *const agents[] = {
#define BS_AGENT(id) &bs_agent_##id,
#include "agents.def"
#undef BS_AGENT
};
#define NR (sizeof(agents) / sizeof(agents[0]))

const struct bs_agent *bs_agent_at(unsigned int index)
{
	return index < NR ? agents[index] : NULL;
}

static const struct bs_named *named_at(unsigned int index)
{
	return index < NR ? &agents[index]->is : NULL;
}

static const struct bs_named_list list = {"--agent", "agent", named_at};

int bs_agent_parse(const char *text, const struct bs_agent **agent, uint64_t **values,
		   struct bs_error *err)
{
	const int index = bs_named_parse(&list, text, values, err);

	*agent = index < 0 ? NULL : agents[index];
	return index < 0 ? index : 0;
}

bool bs_agent_name(unsigned int index, const char **name, const char **summary,
		   const struct bs_param **params)
{
	return bs_named_tell(&list, index, name, summary, params);
}

int bs_agent_check(const char *text, struct bs_error *err)
{
	return bs_named_check(&list, text, err);
}

char *bs_agent_text(const char *text)
{
	return bs_named_text(&list, text);
}

bool bs_agent_is_idle(const char *text)
{
	const int index = bs_named_find(&list, text, NULL);

	return index >= 0 && !agents[index]->tick;
}

bool bs_agent_saves(const char *text)
{
	const int index = bs_named_find(&list, text, NULL);

	return index >= 0 && agents[index]->saves;
}
