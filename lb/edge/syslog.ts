/**
 * Log lines to a syslog socket as well, through the system's `logger`, because such sockets take datagrams.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import type { Logger } from '../../cluster/runtime/log';

/** A logger that also tells the socket. When `logger` is not there, it says so once and goes on. */
export function withSyslog(log: Logger, socket: string): { readonly log: Logger; stop(): void } {
  const child: ChildProcess = spawn('logger', ['--socket', socket, '--tag', 'meseta-lb'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.on('error', (error) => log.warn({ error: error.message }, 'nothing goes to syslog'));
  child.stdin?.on('error', () => undefined);
  const tell = (fields: object, text: string): void => {
    if (child.stdin?.writable) child.stdin.write(`${text} ${JSON.stringify(fields)}\n`);
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
  return { log: wrap(log), stop: () => child.stdin?.end() };
}
