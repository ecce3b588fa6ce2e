/**
 * The endpoints of every libprocess process: `/version`, `/system/stats.json`, `/logging/toggle`.
 */

import { readDuration } from '../../model/time';
import { VERSION_INFO } from '../build';
import { systemStats } from '../system';
import type { Verbosity } from '../verbosity';
import { queryOf, sendJson, sendText } from './json';
import { always, type Handler, type Reply, type Request, type Route } from './server';

export interface CommonRoutesOptions {
  readonly verbosity: Verbosity;
  readonly realms: { readonly readonly: string; readonly readwrite: string };
  /** True when the sender may use `/logging/toggle`. */
  readonly mayToggle: (request: Request) => boolean;
}

export function commonRoutes({ verbosity, realms, mayToggle }: CommonRoutesOptions): Route[] {
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

/** Shows the level without parameters; with both it is set for a while. Texts as in the original. */
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
