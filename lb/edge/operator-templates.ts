/**
 * Reads the operator's templates, and adapts or refuses parts that do not fit this load balancer or today's HAProxy.
 */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StartError } from '../../cluster/runtime/lifecycle';
import { type TemplateName, templateNames } from '../core/templates/template-table';

/** Templates whose text stands within a server's line. */
const WITHIN_LINE = /^BACKEND_SERVER_(HTTP|TCP)_HEALTHCHECK_OPTIONS$/;

/** Directives that HAProxy has removed, with their successors. */
const DROPPED: readonly (readonly [directive: RegExp, advice: string])[] = [
  [/^req(i?rep)$/, 'http-request replace-path, replace-uri or replace-header'],
  [/^req(add|set)$/, 'http-request add-header or set-header'],
  [/^reqi?(del|allow|deny|pass|tarpit)$/, 'http-request del-header, allow, deny or tarpit'],
  [/^rspi?rep$/, 'http-response replace-header'],
  [/^rspadd$/, 'http-response add-header'],
  [/^rspi?(del|deny)$/, 'http-response del-header or deny'],
  [/^block$/, 'http-request deny'],
  [/^(nbproc|bind-process)$/, 'nbthread, or nothing: HAProxy uses all processors by itself'],
];

/**
 * Reads `HAPROXY_<NAME>` of the environment (where `\n` is a line end), else the file of that name in `templates/` of the
 * task's sandbox, else in the folder. Each text ends with a line end.
 */
export function readTemplateTexts(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
): Map<TemplateName, string> {
  const texts = new Map<TemplateName, string>();
  const sandbox = env['MESOS_SANDBOX'];
  const folders = sandbox ? [join(sandbox, 'templates'), folder] : [folder];
  for (const name of templateNames) {
    const variable = env[`HAPROXY_${name}`];
    const text = variable
      ? variable.replaceAll('\\n', '\n')
      : folders.map((path) => readIfThere(join(path, `HAPROXY_${name}`))).find((file) => file !== undefined);
    if (text === undefined) continue;
    const lines = text.replaceAll('\r\n', '\n');
    const whole = lines === '' || lines.endsWith('\n') || WITHIN_LINE.test(name);
    texts.set(name, whole ? lines : `${lines}\n`);
    requireToday(name, lines);
  }
  const head = texts.get('HEAD');
  if (head !== undefined) texts.set('HEAD', checkedHead(head));
  return texts;
}

/** Throws a StartError for a directive that HAProxy has removed; the text names its successor. */
function requireToday(name: TemplateName, text: string): void {
  text.split('\n').forEach((line, index) => {
    const [directive = ''] = line.trim().split(/\s+/);
    const advice = DROPPED.find(([pattern]) => pattern.test(directive))?.[1];
    if (advice === undefined) return;
    throw new StartError(
      `The template HAPROXY_${name} has "${directive}" in line ${index + 1}, which HAProxy dropped; use ${advice}.`,
    );
  });
}

/** The socket line of marathon-lb's own head, whose folder exists only in its container. */
const OLD_SOCKET = /^[ \t]*stats socket (\/\S+).*\n/gm;

function checkedHead(head: string): string {
  const daemon = head.split('\n').findIndex((line) => /^\s*daemon\s*(#.*)?$/.test(line));
  if (daemon >= 0)
    throw new StartError(
      `The template HAPROXY_HEAD has the directive "daemon" in line ${daemon + 1}: HAProxy runs under the load ` +
        'balancer; remove that line.',
    );
  if (!/^[ \t]*global[ \t]*$/m.test(head))
    throw new StartError('The template HAPROXY_HEAD has no line "global".');
  const lua = head.split('\n').find((line) => {
    const path = /^\s*lua-load(?:-per-thread)?\s+(\S+)/.exec(line)?.[1];
    return path !== undefined && !OWN_LUA.test(line) && !existsSync(path);
  });
  if (lua !== undefined)
    throw new StartError(`The template HAPROXY_HEAD has "${lua.trim()}", and there is no such file.`);
  return head.replace(OLD_SOCKET, (line, path: string) => (existsSync(dirname(path)) ? line : ''));
}

/** marathon-lb's own Lua scripts, which the load balancer's API replaces. */
const OWN_LUA = /^[ \t]*lua-load\s+\S*\/(getpids|getconfig|getmaps|signalmlb)\.lua[ \t]*$/;
const OWN_SERVICE =
  /^[ \t]*http-request use-service lua\.(getpids|getconfig|getvhostmap|getappmap|signalmlbhup|signalmlbusr1)\b.*$/;
const TO_API = '  use_backend meseta_admin if { path_beg /_haproxy_get } or { path_beg /_mlb_signal/ }';

/** Removes marathon-lb's Lua scripts from a head and forwards their paths to the API. */
export function replaceLua(head: string, adminBind: string): string {
  const lines = head.split('\n').filter((line) => !OWN_LUA.test(line));
  const first = lines.findIndex((line) => OWN_SERVICE.test(line));
  if (first < 0) return lines.join('\n');
  const passed = lines.flatMap((line, index) =>
    index === first ? [TO_API] : OWN_SERVICE.test(line) ? [] : [line],
  );
  const backend = `\nbackend meseta_admin\n  mode http\n  server admin ${adminBind}\n`;
  return `${passed.join('\n').trimEnd()}\n${backend}`;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
