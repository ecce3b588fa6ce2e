/**
 * Sends log lines to a syslog socket as well, by way of the program `logger`, because such sockets take datagrams.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Logger } from '../../cluster/runtime/log';

/** Limit of text that `logger` has not read; further lines are dropped. */
const UNREAD_MAX_BYTES = 1_000_000;

const END_PATIENCE_MS = 1000;

/** Time until an ended `logger` is started again. */
const AGAIN_MS = 1000;

/**
 * Wraps a logger, so that it also writes to the socket. When `logger` is missing or ends, as it may with the syslog daemon,
 * that is logged once, and lines go to the socket again as soon as that works.
 */
export function withSyslog(log: Logger, socket: string): { readonly log: Logger; stop(): void } {
  let stopped = false;
  let quiet = false;
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  const lost = (fields: object, text: string): void => {
    if (stopped) return;
    if (!quiet) log.warn({ socket, ...fields }, text);
    quiet = true;
    clearTimeout(timer);
    timer = setTimeout(start, AGAIN_MS).unref();
  };
  const start = (): void => {
    child = spawn('logger', ['--socket', socket, '--tag', 'meseta-lb'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.on('error', (error) =>
      lost({ error: error.message }, 'nothing goes to syslog: `logger` cannot be run'),
    );
    child.on('exit', (status) =>
      lost({ status: status ?? '' }, 'nothing goes to syslog until `logger`, which ended, runs again'),
    );
    child.stdin?.on('error', () => undefined);
  };
  if (!existsSync(socket)) log.warn({ socket }, 'nothing goes to syslog while there is no such socket');
  start();
  const tell = (fields: object, text: string): void => {
    const stdin = child?.stdin;
    if (!stdin?.writable || stdin.writableLength > UNREAD_MAX_BYTES) return;
    quiet = false;
    stdin.write(`${`${text} ${JSON.stringify(fields)}`.replaceAll('\n', ' ')}\n`);
  };
  const wrap = (inner: Logger): Logger => ({
    debug: (fields, text) => inner.debug(fields, text),
    info: (fields, text) => {
      inner.info(fields, text);
      tell(fields, text);
    },
    warn: (fields, text) => {
      inner.warn(fields, text);
      tell(fields, text);
    },
    error: (fields, text) => {
      inner.error(fields, text);
      tell(fields, text);
    },
    child: (fields) => wrap(inner.child(fields)),
  });
  const stop = (): void => {
    stopped = true;
    clearTimeout(timer);
    const last = child;
    if (last === undefined) return;
    last.stdin?.end();
    // Without its socket `logger` waits for it, and would outlive us.
    const end = setTimeout(() => last.kill('SIGKILL'), END_PATIENCE_MS).unref();
    last.on('exit', () => clearTimeout(end));
    if (!existsSync(socket)) last.kill('SIGKILL');
  };
  return { log: wrap(log), stop };
}
