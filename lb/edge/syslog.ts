/**
 * Log lines to a syslog socket as well, through the system's `logger`, because such sockets take datagrams.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Logger } from '../../cluster/runtime/log';

/** Unread text kept for `logger`; a line more is not told. */
const UNREAD_MAX_BYTES = 1_000_000;

const END_PATIENCE_MS = 1000;

/** A logger that also tells the socket. When `logger` is not there, it says so once and goes on. */
export function withSyslog(log: Logger, socket: string): { readonly log: Logger; stop(): void } {
  const child: ChildProcess = spawn('logger', ['--socket', socket, '--tag', 'meseta-lb'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  let stopped = false;
  if (!existsSync(socket)) log.warn({ socket }, 'nothing goes to syslog while there is no such socket');
  child.on('error', (error) => log.warn({ error: error.message }, 'nothing goes to syslog'));
  child.on('exit', (status) => {
    if (!stopped)
      log.warn({ socket, status: status ?? '' }, 'nothing goes to syslog any more: `logger` ended');
  });
  child.stdin?.on('error', () => undefined);
  const tell = (fields: object, text: string): void => {
    const { stdin } = child;
    if (!stdin?.writable || stdin.writableLength > UNREAD_MAX_BYTES) return;
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
    child.stdin?.end();
    // Without its socket `logger` waits for it, and would outlive us.
    const end = setTimeout(() => child.kill('SIGKILL'), END_PATIENCE_MS).unref();
    child.on('exit', () => clearTimeout(end));
    if (!existsSync(socket)) child.kill('SIGKILL');
  };
  return { log: wrap(log), stop };
}
