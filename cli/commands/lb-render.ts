/**
 * `meseta lb render`: the HAProxy configuration for a list of apps, without Marathon and HAProxy.
 */

import { readFileSync } from 'node:fs';
import { errorText } from '../../cluster/model/error-text';
import { systemClock } from '../../cluster/runtime/clock';
import { list, requiredText, toggle, UsageError } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import { silentLogger } from '../../cluster/runtime/log';
import { expandLbArgs, lbFlags, readLbConfig } from '../../lb/config';
import { renderApps } from '../../lb/edge/render/main';
import { type Command, flagCommand } from '../command';

const command = flagCommand({
  flags: {
    ...lbFlags,
    apps: requiredText({
      value: 'PATH',
      help: "Marathon's answer to GET /v2/apps?embed=apps.tasks, a list of apps or one app; - is standard input",
    }),
    address: list({ value: 'HOST=ADDRESS', help: "An agent's address; may be given several times" }),
    maps: toggle({ help: 'Print the map files too, as comments', fallback: false }),
  },
  run: async ({ flags }, terminal) => {
    // Without --group all apps are rendered, whatever their group.
    const group = flags.group.length > 0 ? flags.group : ['*'];
    const config = readLbConfig({ ...flags, group }, terminal.env);
    const logs = { clock: systemClock(), log: silentLogger };
    const {
      config: text,
      maps,
      issues,
    } = await renderApps(config, appsIn(readJson(flags.apps)), readAddresses(flags.address), logs);
    for (const issue of issues) terminal.err(`${issue}\n`);
    terminal.out(text);
    if (flags.maps && maps)
      for (const [name, lines] of Object.entries<string>({ ...maps }))
        for (const line of lines.split('\n').filter(Boolean)) terminal.out(`# map ${name}: ${line}\n`);
    return 0;
  },
});

export const lbRender: Command = (args, terminal, row) => command(expandLbArgs(args), terminal, row);

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path === '-' ? 0 : path, 'utf8'));
  } catch (error) {
    throw new StartError(`--apps: ${errorText(error)}`);
  }
}

type Json = Record<string, unknown>;

/** The apps in the form of Marathon's answer, from one app or a list in the form of a request. */
function appsIn(json: unknown): unknown {
  const list: unknown = isObject(json) && !('id' in json) ? json['apps'] : json;
  const apps: unknown[] = Array.isArray(list) ? list : [list];
  let next = FIRST_PORT;
  const chosen = (port: unknown): unknown => (port === 0 ? next++ : port);
  return isObject(json) && list === undefined ? json : { apps: apps.map((app) => asRunning(app, chosen)) };
}

/** The first service port that Marathon would choose. */
const FIRST_PORT = 10_000;
/** The first port of tasks on an agent. */
const FIRST_TASK_PORT = 31_000;
const SHOWN_MAX = 100;

/**
 * Completes an app that was not posted to Marathon yet: it gets tasks on this machine and service ports.
 */
function asRunning(app: unknown, chosen: (port: unknown) => unknown): unknown {
  if (!isObject(app) || 'tasks' in app) return app;
  const { ports, portDefinitions: definitions, instances } = app;
  const count = Math.max(lengthOf(ports), lengthOf(definitions), 1);
  const task = (_none: unknown, index: number): Json => ({
    id: `${String(app['id']).replaceAll('/', '')}.${index}`,
    host: '127.0.0.1',
    ports: Array.from({ length: count }, (_port, portIndex) => FIRST_TASK_PORT + index * count + portIndex),
  });
  const withPort = (definition: unknown): unknown =>
    isObject(definition) ? { ...definition, port: chosen(definition['port']) } : definition;
  return {
    ...app,
    tasks: Array.from({ length: Math.min(Number(instances ?? 1) || 1, SHOWN_MAX) }, task),
    ...(Array.isArray(ports) && { ports: ports.map(chosen) }),
    ...(Array.isArray(definitions) && { portDefinitions: definitions.map(withPort) }),
  };
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readAddresses(texts: readonly string[]): Map<string, string> {
  const pairs = texts.map((text) => {
    const separator = text.indexOf('=');
    if (separator < 1) throw new UsageError(`--address: "${text}" is not HOST=ADDRESS`);
    return [text.slice(0, separator), text.slice(separator + 1)] as const;
  });
  return new Map(pairs);
}
