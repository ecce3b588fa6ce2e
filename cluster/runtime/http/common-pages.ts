/**
 * The pages that every process of libprocess has: `/version`, `/system/stats.json`, `/logging/toggle`,
 * `/help` and `/__processes__`.
 */

import { readDuration } from '../../model/time';
import { VERSION_INFO } from '../build';
import { systemStats } from '../system';
import type { Verbosity } from '../verbosity';
import { queryOf, sendJson, sendText } from './json';
import { always, type Handler, type Reply, type Request, type Route } from './server';

export interface CommonPages {
  readonly verbosity: Verbosity;
  readonly realms: { readonly readonly: string; readonly readwrite: string };
  /** Whether the sender may use `/logging/toggle`. */
  readonly mayToggle: (request: Request) => boolean;
}

export function commonRoutes({ verbosity, realms, mayToggle }: CommonPages): Route[] {
  const json =
    (make: () => unknown): Handler =>
    (request, reply) =>
      sendJson(request, reply, JSON.stringify(make()));
  const toggle: Handler = (request, reply) =>
    mayToggle(request) ? toggleLogging(verbosity, request, reply) : sendText(reply, 403, '403 Forbidden.');
  return [
    { path: '/version', methods: { GET: json(() => VERSION_INFO) }, anyMethod: always },
    { path: '/system/stats.json', methods: { GET: json(systemStats) }, anyMethod: always },
    {
      path: '/logging/toggle',
      realm: realms.readwrite,
      changes: true,
      methods: { GET: toggle, POST: toggle },
      anyMethod: always,
    },
  ];
}

/** Without parameters the level; with both it is set for a while. Texts as in the original. */
function toggleLogging(verbosity: Verbosity, request: Request, reply: Reply): Reply {
  const { level, duration } = queryOf(request);
  if (level === undefined && duration === undefined) return sendText(reply, 200, `${verbosity.level}\n`);
  if (duration === undefined) return sendText(reply, 400, "Expecting 'duration=value' in query.\n");
  if (level === undefined) return sendText(reply, 400, "Expecting 'level=value' in query.\n");
  const number = /^-?\d{1,9}$/.test(level) ? Number(level) : undefined;
  if (number === undefined) return sendText(reply, 400, `Failed to convert '${level}' to number.\n`);
  if (number < 0) return sendText(reply, 400, `Invalid level '${number}'.\n`);
  const ms = readDuration(duration);
  if (ms === undefined || ms < 0) return sendText(reply, 400, `Invalid duration '${duration}'.\n`);
  verbosity.set(number, ms);
  return sendText(reply, 200, '');
}

/** `/help`: which paths there are and what each takes, for people; `?format=json` for programs. */
export function helpRoutes(main: string, routes: readonly Route[]): Route[] {
  const fixed = routes.filter(({ path }) => path !== '/');
  const processes = new Map<string, Route[]>();
  for (const route of fixed) {
    const id = processOf(route.path, main);
    processes.set(id, [...(processes.get(id) ?? []), route]);
  }
  const all: Handler = (request, reply) => {
    if (queryOf(request)['format'] === 'json') return sendJson(request, reply, helpJson(processes));
    const lines = [...processes.keys()].sort().map((id) => `> [/${id}](/help/${id})`);
    return reply.type('text/x-markdown').send(`## HELP\n${lines.join('\n')}\n`);
  };
  const one: Handler = (request, reply) => {
    const [id = '', ...rest] = (request.params as { '*': string })['*'].split('/').filter(Boolean);
    const name = rest.join('/');
    const found = processes.get(id)?.filter(({ path }) => name === '' || nameOf(path, id) === `/${name}`);
    if (!found || found.length === 0) {
      const shown = name === '' ? `/${id}` : `/${id}/${name}`;
      return sendText(reply, 400, `No help available for '${shown}'.\n`);
    }
    return reply.type('text/x-markdown').send(`## \`/${id}\` ##\n${found.map(helpLine).join('\n')}\n`);
  };
  const ids: Handler = (request, reply) =>
    sendJson(request, reply, JSON.stringify([...processes.keys()].sort().map((id) => ({ id, events: [] }))));
  return [
    { path: '/help', methods: { GET: all }, anyMethod: always },
    { path: '/help/*', methods: { GET: one }, anyMethod: always },
    { path: '/__processes__', methods: { GET: ids }, anyMethod: always },
  ];
}

/** Processes beside the main one, by the first part of their paths. */
export const OTHER_PROCESSES = [
  'files',
  'metrics',
  'system',
  'version',
  'logging',
  'help',
  'registrar(1)',
  '__processes__',
] as const;

function processOf(path: string, main: string): string {
  const first = path.split('/')[1] ?? '';
  return (OTHER_PROCESSES as readonly string[]).includes(first) ? first : main;
}

function nameOf(path: string, id: string): string {
  return path.startsWith(`/${id}/`) ? path.slice(id.length + 1) : path;
}

function helpLine({ path, methods, realm }: Route): string {
  const asks = realm === undefined ? '' : ` (asks who it is in the realm ${realm} when that is turned on)`;
  return `> ${Object.keys(methods).join(', ')} ${path}${asks}`;
}

function helpJson(processes: ReadonlyMap<string, readonly Route[]>): string {
  const shown = [...processes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, routes]) => ({
      id,
      endpoints: routes.map((route) => ({ name: nameOf(route.path, id), text: helpLine(route) })),
    }));
  return JSON.stringify({ processes: shown });
}
