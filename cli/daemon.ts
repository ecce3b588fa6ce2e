/**
 * Runs a daemon until a signal or its own end, and stops it in order.
 */

import { keepFilesPrivate } from '../cluster/runtime/files/private';
import type { Running } from '../cluster/runtime/lifecycle';
import type { Terminal } from './command';

/** The longest time of a stop after a failure: the supervisor waits for the end. */
const FAILED_STOP_MS = 60_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Resolves when the process gets this signal. */
export function onSignal(signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => process.once(signal, () => resolve()));
}

export interface DaemonEnd {
  /** Called by the daemon when it has to end by itself. */
  readonly fail: (reason: string) => void;
}

/**
 * Starts, waits for a signal or a failure, stops. Returns 0 after a signal, 1 after a failure. A second signal does not
 * cut the stop short: everything that was started has to end. `signals` are those that end the daemon.
 */
export async function runDaemon(
  terminal: Terminal,
  start: (end: DaemonEnd) => Promise<{ running: Running; finished?: Promise<number> }>,
  signals: readonly NodeJS.Signals[] = SIGNALS,
): Promise<number> {
  keepFilesPrivate();
  let settle: (status: number) => void = () => undefined;
  const over = new Promise<number>((resolve) => {
    settle = resolve;
  });
  let limit: NodeJS.Timeout | undefined;
  const fail = (reason: string): void => {
    terminal.err(`meseta stops: ${reason}\n`);
    limit ??= setTimeout(() => process.exit(1), FAILED_STOP_MS);
    settle(1);
  };
  const onSignal = (): void => settle(0);
  const onError = (error: unknown): void =>
    fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
  for (const signal of signals) process.on(signal, onSignal);
  process.on('uncaughtException', onError);
  process.on('unhandledRejection', onError);
  try {
    const { running, finished } = await start({ fail });
    const status = await (finished ? Promise.race([over, finished]) : over);
    terminal.err('Stopping ...\n');
    await running.stop();
    return status;
  } finally {
    clearTimeout(limit);
    for (const signal of signals) process.off(signal, onSignal);
    process.off('uncaughtException', onError);
    process.off('unhandledRejection', onError);
  }
}
