/**
 * The layers of the imports: model <- api <- core <- views <- edge <- main. Components meet on the wire, never in each
 * other's code.
 */

import { dirname } from 'node:path';
import type { Import, Source } from './tree';

/** Libraries that every edge stands on. */
const GROUND = ['model', 'api', 'runtime', 'state', 'zookeeper', 'election'].map(
  (name) => `cluster/${name}/`,
);

/** Components that run the machine of another one: the emulator is many agents that run nothing. */
const RUNS_PARTS_OF: Readonly<Record<string, readonly string[]>> = {
  'cluster/emulator': [
    'cluster/agent/core/',
    'cluster/agent/edge/master/detector',
    'cluster/agent/edge/messages',
  ],
};

/** What every framework stands on. */
const SHARED = ['frameworks/scheduler/', 'frameworks/kit/'];

type Layer = 'api' | 'core' | 'views' | 'edge' | 'packet';

interface Place {
  /** The folder that has core/, edge/ and main.ts, such as `cluster/master`. */
  readonly component: string;
  readonly layer: Layer;
}

/** Rooms of an edge that are folders beside it, for they are big; a `core/` in them is below their component's core. */
const EDGE_ROOMS = ['cluster/agent/containerizer', 'cluster/agent/docker'];

/** Where a file stands; undefined when no rule says what may stand there. */
function placeOf(path: string): Place | undefined {
  const room = EDGE_ROOMS.find((folder) => path.startsWith(`${folder}/`));
  if (room !== undefined && !path.startsWith(`${room}/core/`))
    return { component: dirname(room), layer: 'edge' };
  const match = /^(.+?)\/(api|core|views|edge|packet)\//.exec(path);
  if (match) return { component: match[1] as string, layer: match[2] as Layer };
  const root = /^(.+)\/(main|config)\.ts$/.exec(path);
  return root ? { component: root[1] as string, layer: 'edge' } : undefined;
}

const isApi = (path: string): boolean => /(^|\/)api\//.test(path);
const within = (path: string, folders: readonly string[]): boolean =>
  folders.some((folder) => path.startsWith(folder));

/** Imports of local files that the layers do not allow. */
export function layerOffenders(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    source.imports
      .filter((one) => one.local && !mayImport(source.path, one))
      .map((one) => `${source.path}:${one.line} imports ${one.target}`),
  );
}

function mayImport(from: string, { target, typeOnly }: Import): boolean {
  if (from.startsWith('test/')) return true;
  if (target.startsWith('test/')) return false;
  if (from.startsWith('bench/')) return true;
  if (from.startsWith('cli/')) return mayCliImport(target);
  if (from.startsWith('cluster/model/')) return within(target, ['cluster/model/']);
  if (from.startsWith('cluster/runtime/')) return within(target, ['cluster/model/', 'cluster/runtime/']);
  if (from.startsWith('cluster/state/'))
    return within(target, ['cluster/model/', 'cluster/runtime/', 'cluster/state/']);
  const place = placeOf(from);
  return place !== undefined && mayLayerImport(place, target, typeOnly);
}

function mayLayerImport({ component, layer }: Place, target: string, typeOnly: boolean): boolean {
  const shared = component.startsWith('frameworks/') ? SHARED : [];
  const sharedCores = shared.map((folder) => `${folder}core/`);
  const room = EDGE_ROOMS.includes(component) ? [`${dirname(component)}/core/`] : [];
  const pure = ['cluster/model/', `${component}/core/`, ...room];
  switch (layer) {
    case 'api':
      return within(target, ['cluster/model/']) || isApi(target);
    case 'packet':
      return within(target, [`${component}/packet/`]);
    case 'core':
      return within(target, [...pure, ...sharedCores]) || (typeOnly && isApi(target));
    case 'views':
      return within(target, [...pure, ...sharedCores, `${component}/views/`]) || (typeOnly && isApi(target));
    case 'edge': {
      const others = [...shared, ...(RUNS_PARTS_OF[component] ?? [])];
      return within(target, [...GROUND, `${component}/`, ...others]) || isApi(target);
    }
  }
}

/** The command line puts processes together and replays their machines. */
function mayCliImport(target: string): boolean {
  return (
    within(target, ['cli/', ...GROUND]) ||
    isApi(target) ||
    /\/(main|config)\.ts$/.test(target) ||
    /\/core\/step\.ts$/.test(target) ||
    /\/(core|edge)\/machine\.ts$/.test(target)
  );
}

/** Files whose place has no rule: a component has api, core, views, edge, main.ts and config.ts, and nothing else. */
export function homeless(sources: readonly Source[]): string[] {
  const known = ['test/', 'bench/', 'cli/', 'cluster/model/', 'cluster/runtime/', 'cluster/state/'];
  return sources
    .filter(({ path }) => !within(path, known) && placeOf(path) === undefined)
    .map(({ path }) => `${path}:1 stands in no layer`);
}

/** Packages that a layer does without. */
export function packageOffenders(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    source.imports
      .filter((one) => !one.local && !mayUse(source.path, one.target))
      .map((one) => `${source.path}:${one.line} imports ${one.target}`),
  );
}

function mayUse(from: string, name: string): boolean {
  if (from.startsWith('test/')) return true;
  if (from.startsWith('cluster/model/')) return false;
  switch (placeOf(from)?.layer) {
    case 'core':
    case 'views':
      return false;
    case 'api':
      return !name.startsWith('node:');
    case 'packet':
      return name === 'dns2';
    default:
      return true;
  }
}

/** Each ring of files that import each other, once, beginning with its first file. */
export function cycles(sources: readonly Source[]): string[] {
  const next = new Map(
    sources.map(({ path, imports }) => [path, imports.filter(({ local }) => local).map((one) => one.target)]),
  );
  const found = new Set<string>();
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      found.add(ring(trail.slice(start)));
      return;
    }
    if (done.has(path)) return;
    for (const target of next.get(path) ?? []) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const { path } of sources) walk(path, []);
  return [...found];
}

function ring(paths: readonly string[]): string {
  const first = paths.indexOf([...paths].sort()[0] as string);
  const turned = [...paths.slice(first), ...paths.slice(0, first)];
  return `${turned[0]}:1 is in a ring: ${[...turned, turned[0]].join(' -> ')}`;
}
