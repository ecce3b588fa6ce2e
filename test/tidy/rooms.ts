/**
 * The rooms of each core, lowest first: a room imports only rooms below it, and nothing imports the files that stand flat
 * in a core (step.ts and its like) but those files.
 */

import { sources } from './tree';

const LADDERS: Readonly<Record<string, readonly string[]>> = {
  'cluster/master/core': [
    'offer-constraints',
    'allocator',
    'read',
    'registry',
    'state',
    'scheduler-events',
    'registrar',
    'maintenance',
    'validate',
    'authorize',
    'roles',
    'drain',
    'offers',
    'tasks',
    'operations',
    'frameworks',
    'agents',
    'quota',
    'accept',
    'scheduler-calls',
    'operator-calls',
    'recovery',
  ],
  'frameworks/kit/core': ['turn', 'values', 'constraints', 'match', 'task', 'session'],
  'frameworks/marathon/core': [
    'state',
    'apps',
    'instances',
    'residency',
    'task',
    'health',
    'match',
    'launch',
    'deployments',
    'scheduler',
    'groups',
    'rehearse',
  ],
  'frameworks/chronos/core': [
    'schedule',
    'jobs',
    'graph',
    'runs',
    'notify',
    'state',
    'dispatch',
    'launch',
    'import',
  ],
  'lb/core': [
    'timers',
    'versions',
    'issues',
    'templates',
    'labels',
    'apps',
    'services',
    'vhosts',
    'model',
    'render',
    'reload',
    'refresh',
    'drains',
    'removal',
    'traffic',
    'zdd',
  ],
  'dns/core': [
    'names',
    'facts',
    'zone',
    'read',
    'records',
    'table',
    'live',
    'answer',
    'forward',
    'builder',
    'supervisor',
  ],
};

/** Imports of a core that run up its ladder, and rooms that stand on none. */
export function climbingImports(): string[] {
  return sources.flatMap(({ path, imports }) => {
    const ladder = ladderOf(path);
    if (!ladder) return [];
    const height = heightOf(path, ladder);
    if (height < 0) return [`${path}:1 is in a room that test/tidy/rooms.ts does not name`];
    return imports
      .filter(({ target, local }) => local && target.startsWith(`${ladder.core}/`))
      .filter(({ target }) => roomOf(target, ladder.core) !== roomOf(path, ladder.core))
      .filter(({ target }) => heightOf(target, ladder) >= height)
      .map(({ target, line }) => `${path}:${line} imports ${target}, which is above it`);
  });
}

interface Ladder {
  readonly core: string;
  readonly rooms: readonly string[];
}

function ladderOf(path: string): Ladder | undefined {
  const entry = Object.entries(LADDERS).find(([core]) => path.startsWith(`${core}/`));
  return entry && { core: entry[0], rooms: entry[1] };
}

/** The folder of a file below its core; empty for a file that stands flat. */
function roomOf(path: string, core: string): string {
  return path
    .slice(core.length + 1)
    .split('/')
    .slice(0, -1)
    .join('/');
}

/** The place of a file's room on the ladder, from 0; flat files are at the top; -1 when it has none. */
function heightOf(path: string, { core, rooms }: Ladder): number {
  const room = roomOf(path, core);
  return room === '' ? rooms.length : rooms.indexOf(room);
}
