/** `meseta app explain`: why instances of an app wait, agent by agent, and the smallest change that would place them. */

import { integer } from '../../cluster/runtime/config/flags';
import { flagCommand } from '../command';
import { appPath, findApp, json, marathonFlags, withMarathon } from '../marathon-api';
import { printJson, printTable } from '../print';

interface AppExplanation {
  readonly appId: string;
  readonly instances: number;
  readonly waiting: number;
  readonly reasons: readonly string[];
  readonly heldKills: readonly string[];
  readonly agents: readonly {
    readonly hostname: string;
    readonly offeredAt: string;
    readonly matches: boolean;
    readonly refusals: readonly { readonly message: string }[];
  }[];
  readonly smallestChange: { readonly message: string } | null;
}

/** The reason of an app without such instances, which the first line tells. */
const NOTHING_WAITS = 'no instance waits for a launch';

export const explain = flagCommand({
  flags: {
    ...marathonFlags,
    json,
    limit: integer({ help: 'agents to list', fallback: 50, min: 0, max: 100_000 }),
  },
  positionals: ['app'],
  run: async ({ flags, positionals: [word = ''] }, terminal) => {
    const explanation = await withMarathon(flags, async (api) => {
      const { id } = await findApp(api, word);
      return (await api.json('GET', `${appPath(id)}/explain`)) as AppExplanation;
    });
    terminal.out(flags.json ? printJson(explanation) : printExplanation(explanation, flags.limit));
    return 0;
  },
});

function printExplanation(
  { appId, instances, waiting, reasons, heldKills, agents, smallestChange }: AppExplanation,
  limit: number,
): string {
  const rows = agents
    .slice(0, limit)
    .flatMap(({ hostname, offeredAt, matches, refusals }) =>
      matches
        ? [[hostname, offeredAt, 'has room']]
        : refusals.map(({ message }, index) =>
            index === 0 ? [hostname, offeredAt, message] : ['', '', message],
          ),
    );
  return [
    `${countWaiting(waiting, instances, appId)}\n`,
    ...reasons.filter((reason) => reason !== NOTHING_WAITS).map((reason) => `  ${reason}\n`),
    ...heldKills.map((reason) => `  ${reason}\n`),
    ...(smallestChange ? [`Smallest change: ${smallestChange.message}\n`] : []),
    ...(rows.length > 0 ? [printTable(['host', 'last offer', 'refused because'], rows)] : []),
    ...(agents.length > limit ? [`${agents.length - limit} more agents: see --limit\n`] : []),
  ].join('');
}

function countWaiting(waiting: number, instances: number, appId: string): string {
  if (waiting === 0) return `No instance of ${appId} waits for a launch`;
  const [noun, verb] =
    instances === 1 ? ['instance', 'waits'] : ['instances', waiting === 1 ? 'waits' : 'wait'];
  return `${waiting} of ${instances} ${noun} of ${appId} ${verb} for a launch`;
}
