/**
 * Performs a check of a task: a command in its container, an HTTP request, or a TCP connection, in its network.
 *
 * Requests and connections go to the loopback address, as in Mesos (src/checks/checker_process.cpp).
 */

import { setMaxListeners } from 'node:events';
import type * as mesos from '../../api/generated/mesos';
import { errorText } from '../../model/error-text';
import type { ExitStatus } from '../../model/exit-status';
import { printDuration } from '../../model/time';
import type { CheckOrder, CheckResult } from '../core/events';
import type { CheckCommand, RunningCheck } from './containers';
import { variablesOf } from './environment';
import { httpStatus } from './http-check';
import type { Network } from './network';

/** The place of a check: the container of its task. */
export interface CheckPlace {
  /** Runs a command as the user of the task, in its sandbox, with its environment. */
  exec(command: CheckCommand): Promise<RunningCheck>;
  /** The network of the task. */
  readonly network: Network;
}

/** Performs a check. It never rejects: an error is a result. */
export async function runCheck(order: CheckOrder, place: CheckPlace): Promise<CheckResult> {
  try {
    return { status: await perform(order, place) };
  } catch (error) {
    return { error: errorText(error) };
  }
}

function perform(order: CheckOrder, place: CheckPlace): Promise<mesos.CheckStatusInfo> {
  switch (order.type) {
    case 'COMMAND':
      return command(order, place);
    case 'HTTP':
      return http(order, place);
    case 'TCP':
      return tcp(order, place);
  }
}

type Order<Type extends CheckOrder['type']> = Extract<CheckOrder, { type: Type }>;

async function command(
  { command: info, timeoutMs }: Order<'COMMAND'>,
  place: CheckPlace,
): Promise<mesos.CheckStatusInfo> {
  const running = await place.exec(commandOf(info));
  const deadline = deadlineOf(timeoutMs, 'Command');
  try {
    const ending = await Promise.race([running.ended, deadline.passed]);
    return { type: 'COMMAND', command: { exit_code: exitCodeOf(ending) } };
  } catch (error) {
    await running.destroy();
    throw error;
  } finally {
    deadline.cancel();
  }
}

/** The program of a check: that of a shell, or the value with its arguments, whose first is its name. */
function commandOf(info: mesos.CommandInfo): CheckCommand {
  const { value = '', shell = true } = info;
  const environment = variablesOf(info);
  if (shell) return { file: '/bin/sh', arguments: ['sh', '-c', value], environment };
  const [name = value, ...rest] = info.arguments ?? [];
  return { file: value, arguments: [name, ...rest], environment };
}

function exitCodeOf(ending: ExitStatus): number {
  if ('code' in ending) return ending.code;
  throw new Error(`Command terminated with signal ${ending.signal}`);
}

async function http(
  { scheme, port, path, isIpv6, timeoutMs }: Order<'HTTP'>,
  { network }: CheckPlace,
): Promise<mesos.CheckStatusInfo> {
  const url = `${scheme}://${isIpv6 ? '[::1]' : '127.0.0.1'}:${port}${path}`;
  const deadline = deadlineOf(timeoutMs, 'HTTP request');
  try {
    const answer = httpStatus(url, { network, signal: deadline.signal });
    return { type: 'HTTP', http: { status_code: await Promise.race([answer, deadline.passed]) } };
  } finally {
    deadline.cancel();
  }
}

/** A connection that is refused is a result; only one that takes too long is an error. */
async function tcp(
  { port, isIpv6, timeoutMs }: Order<'TCP'>,
  { network }: CheckPlace,
): Promise<mesos.CheckStatusInfo> {
  const deadline = deadlineOf(timeoutMs, 'TCP connection');
  const address = { host: isIpv6 ? '::1' : '127.0.0.1', port, signal: deadline.signal };
  try {
    const succeeded = network.connect(address).then(
      (stream) => {
        stream.destroy();
        return true;
      },
      () => false,
    );
    return { type: 'TCP', tcp: { succeeded: await Promise.race([succeeded, deadline.passed]) } };
  } finally {
    deadline.cancel();
  }
}

interface Deadline {
  /** Rejects when the time is over. */
  readonly passed: Promise<never>;
  /** Aborts when the time is over, or when the check is done with. */
  readonly signal: AbortSignal;
  cancel(): void;
}

/** The limit of a check's time; one that is infinite never comes. */
function deadlineOf(timeoutMs: number, what: string): Deadline {
  const abort = new AbortController();
  // Each redirect listens for the end.
  setMaxListeners(0, abort.signal);
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_resolve, reject) => {
    if (!Number.isFinite(timeoutMs)) return;
    timer = setTimeout(() => {
      reject(new Error(`${what} timed out after ${printDuration(timeoutMs)}`));
      abort.abort();
    }, timeoutMs);
  });
  // The race with a result that came before is over.
  passed.catch(() => undefined);
  const cancel = (): void => {
    clearTimeout(timer);
    abort.abort();
  };
  return { passed, signal: abort.signal, cancel };
}
