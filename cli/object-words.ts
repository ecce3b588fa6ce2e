/**
 * The words that name an object on a command line, for completion: the objects of a master, of Marathon and of Chronos, by
 * the name of the positional argument.
 *
 * Always true: nobody waits for a cluster that does not answer, and no trouble is told.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../cluster/runtime/auth/caller';
import type { FlagTable } from '../cluster/runtime/config/flags';
import { isEnd } from './agent-api';
import { type ChronosTarget, chronosFlags, readSummary, withChronos } from './chronos-api';
import { type MarathonTarget, marathonFlags, withMarathon } from './marathon-api';
import { masterFlags, readPage } from './master-api';

type Environment = Readonly<Record<string, string | undefined>>;

/** The time that a shell waits for words. */
const ASK_MS = 1500;

interface Place {
  readonly flags: ReadonlyMap<string, string>;
  readonly env: Environment;
}

const WORDS: Readonly<Record<string, (place: Place) => Promise<readonly string[]>>> = {
  task: async (place) => {
    const page = await readPage(masterOf(place), '/tasks?limit=1000000&order=asc');
    const { tasks } = page as { readonly tasks: readonly { readonly id: string; readonly state: string }[] };
    return tasks.filter(({ state }) => !isEnd(state)).map(({ id }) => id);
  },
  agent: async (place) => {
    const page = await readPage(masterOf(place), '/slaves');
    return (page as { readonly slaves: readonly { readonly id: string }[] }).slaves.map(({ id }) => id);
  },
  app: async (place) => {
    const page = await withMarathon(marathonOf(place), (api) => api.json('GET', '/v2/apps'));
    return (page as { readonly apps: readonly { readonly id: string }[] }).apps.map(({ id }) => id);
  },
  pod: async (place) => {
    const page = await withMarathon(marathonOf(place), (api) => api.json('GET', '/v2/pods'));
    return (page as readonly { readonly id: string }[]).map(({ id }) => id);
  },
  group: async (place) => {
    const page = await withMarathon(marathonOf(place), (api) =>
      api.json('GET', '/v2/groups?embed=group.groups'),
    );
    return groupIds(page as GroupTree);
  },
  deployment: async (place) => {
    const page = await withMarathon(marathonOf(place), (api) => api.json('GET', '/v2/deployments'));
    return (page as readonly { readonly id: string }[]).map(({ id }) => id);
  },
  framework: async (place) => {
    const page = await readPage(masterOf(place), '/frameworks');
    return (page as { readonly frameworks: readonly { readonly id: string }[] }).frameworks.map(
      ({ id }) => id,
    );
  },
  role: async (place) => {
    const page = await readPage(masterOf(place), '/roles');
    return (page as { readonly roles: readonly { readonly name: string }[] }).roles.map(({ name }) => name);
  },
  job: async (place) => {
    const jobs = await withChronos(chronosOf(place), readSummary);
    return jobs.map(({ name }) => name);
  },
};

interface GroupTree {
  readonly id: string;
  readonly groups?: readonly GroupTree[];
}

function groupIds({ id, groups = [] }: GroupTree): string[] {
  return [id, ...groups.flatMap(groupIds)];
}

function masterOf(place: Place) {
  return {
    master: flagOrVariable(place, 'master', masterFlags.master) ?? '',
    ...callerOf(place, 'MESETA_MASTER'),
  };
}

function marathonOf(place: Place): MarathonTarget {
  return {
    marathon: flagOrVariable(place, 'marathon', marathonFlags.marathon) ?? '',
    ...callerOf(place, 'MESETA_MARATHON'),
  };
}

function chronosOf(place: Place): ChronosTarget {
  return {
    chronos: flagOrVariable(place, 'chronos', chronosFlags.chronos) ?? '',
    ...callerOf(place, 'MESETA_CHRONOS'),
  };
}

/** Those that are files are not read: a completion goes on without. */
function callerOf({ env, flags }: Place, prefix: string): Caller {
  return {
    credentials: flags.get('credentials') ?? env[`${prefix}_CREDENTIALS`],
    token: flags.get('token') ?? env[`${prefix}_TOKEN`],
    ca: flags.get('ca') ?? env['MESETA_CA'],
  };
}

function flagOrVariable(
  { flags, env }: Place,
  name: string,
  { env: variable = '', fallback }: { readonly env?: string; readonly fallback: string },
): string | undefined {
  return flags.get(name) ?? (env[variable] || fallback);
}

/** The objects that may be named next, after these words of a command. */
export async function objectWords(
  words: readonly string[],
  command: { readonly flags?: FlagTable; readonly positionals?: readonly string[] },
  env: Environment,
): Promise<readonly string[]> {
  const { flags, count } = splitWords(words, command.flags ?? {});
  const label = command.positionals?.[count]?.replace(/[[\].]/g, '') ?? '';
  const ask = WORDS[label];
  if (!ask) return [];
  const late = new AbortController();
  const none: readonly string[] = [];
  const answer = ask({ flags, env }).catch(() => none);
  const waited = await Promise.race([answer, sleep(ASK_MS, none, { signal: late.signal })]);
  late.abort();
  return waited;
}

/** The values of flags among words, and how many words are none of either. */
function splitWords(words: readonly string[], table: FlagTable) {
  const flags = new Map<string, string>();
  let count = 0;
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!word.startsWith('-')) {
      count += 1;
      continue;
    }
    const [name = '', ...value] = word.replace(/^--?/, '').split('=');
    const flag = table[name] ?? Object.values(table).find(({ short }) => short === name);
    if (value.length > 0) flags.set(name, value.join('='));
    else if (flag?.value !== undefined) flags.set(name, rest.shift() ?? '');
  }
  return { flags, count };
}
