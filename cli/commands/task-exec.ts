/**
 * `meseta task exec` and `meseta task attach`: a command in the container of a task, and the terminal of a task.
 */

import { randomUUID } from 'node:crypto';
import { text, toggle, UsageError } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import { type AgentTarget, type ContainerId, callAgent, findTask, type TaskPlace } from '../agent-api';
import { flagCommand, type Terminal, type TerminalStreams } from '../command';
import { openOutput } from '../container/agent-stream';
import { connectStreams, END_MS, sizeOf, streamsOf, within } from '../container/run-in-terminal';
import { masterFlags } from '../master-api';

export const exec = flagCommand({
  flags: {
    ...masterFlags,
    interactive: toggle({ help: 'pass standard input on', fallback: false, short: 'i' }),
    tty: toggle({ help: 'give the command this terminal', fallback: false, short: 't' }),
    user: text({ help: 'run it as another user than the task', value: 'NAME', short: 'u' }),
  },
  positionals: ['task', '[command...]'],
  passThrough: true,
  run: async ({ flags, positionals: [word = '', ...rest] }, terminal) => {
    const command = rest[0] === '--' ? rest.slice(1) : rest;
    assertCommand(command, rest);
    const streams = streamsOf(terminal, flags.tty);
    const task = await findTask(flags, word);
    return await runSession(task, streams, { ...flags, command, terminal });
  },
});

function assertCommand([program]: readonly string[], rest: readonly string[]): void {
  if (program === undefined)
    throw new UsageError('Name the command to run, such as: meseta task exec -it TASK sh');
  if (program.startsWith('-') && rest[0] !== '--')
    throw new UsageError(`'${program}' is no command: flags of 'task exec' come before the task`);
}

interface Session {
  readonly command: readonly string[];
  readonly interactive: boolean;
  readonly tty: boolean;
  readonly user: string | undefined;
  readonly terminal: Terminal;
}

/** The statuses of a shell for a program that cannot be run, and for one whose reader has gone. */
const NOT_RUN = 127;
const UNREAD = 141;
/** Time in which a command has to end after a signal. */
const STOP_MS = 3000;

async function runSession(task: TaskPlace, streams: TerminalStreams, session: Session): Promise<number> {
  const { agent } = task;
  const { interactive, tty, terminal } = session;
  const containerId = { value: randomUUID(), parent: containerOf(task) };
  const output = await openOutput(agent, sessionOf(containerId, streams, session)).catch((error: unknown) => {
    if (error instanceof StartError && error.message.includes(CANNOT_RUN)) return error.message;
    throw error;
  });
  if (typeof output === 'string') {
    terminal.err(`meseta: ${output}\n`);
    return NOT_RUN;
  }
  const connection = { agent, containerId, output, sendsInput: interactive, hasTerminal: tty };
  return await withSignals(async (stop) => {
    const end = await connectStreams(streams, { ...connection, canDetach: false, stop });
    if (end === 'ended') return await endOf(agent, containerId);
    // The agent ends the command with the connection.
    await within(
      STOP_MS,
      endOf(agent, containerId).catch(() => undefined),
    );
    return end === 'unread' ? UNREAD : SIGNALED + Number(stop.reason);
  });
}

/** The words of an agent for a program that is not there. */
const CANNOT_RUN = 'Failed to execute';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs a function with a signal of ours for those of the system; its reason is the number. A second one ends all. */
async function withSignals<T>(run: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const stopped = (_name: string, number: number): void => stop.abort(number);
  for (const signal of SIGNALS) process.once(signal, stopped);
  try {
    return await run(stop.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, stopped);
  }
}

function containerOf({ id, hasEnded, containerId }: TaskPlace): ContainerId {
  if (hasEnded) throw new StartError(`Task ${id} has ended`);
  if (!containerId) throw new StartError(`Task ${id} has no container yet`);
  return containerId;
}

function sessionOf(
  container_id: ContainerId,
  streams: TerminalStreams,
  { command, tty, user, terminal }: Session,
): object {
  const [value] = command;
  const { TERM: term } = terminal.env;
  const variables = tty && term !== undefined ? [{ name: 'TERM', value: term }] : [];
  const program = { shell: false, value, arguments: command, environment: { variables }, user };
  const container = tty ? { type: 'MESOS', tty_info: { window_size: sizeOf(streams) } } : undefined;
  const launch_nested_container_session = { container_id, command: program, container };
  return { type: 'LAUNCH_NESTED_CONTAINER_SESSION', launch_nested_container_session };
}

/** The exit status of a session, as a shell tells it; its container is forgotten then. */
async function endOf(agent: AgentTarget, container_id: ContainerId): Promise<number> {
  const wait = callAgent(agent, { type: 'WAIT_NESTED_CONTAINER', wait_nested_container: { container_id } });
  const answer = (await within(END_MS, wait)) as
    | { wait_nested_container?: { exit_status?: number; message?: string } }
    | undefined;
  const { exit_status: status, message } = answer?.wait_nested_container ?? {};
  const remove = { type: 'REMOVE_NESTED_CONTAINER', remove_nested_container: { container_id } };
  await callAgent(agent, remove).catch(() => undefined);
  if (status === undefined) throw new StartError(message ?? 'The end of the command is not known');
  const signal = status & 0x7f;
  return signal === 0 ? status >> 8 : SIGNALED + signal;
}

/** The exit status of a program that a signal has ended begins here. */
const SIGNALED = 128;

export const attach = flagCommand({
  flags: {
    ...masterFlags,
    stdin: toggle({ help: 'pass what is typed on', fallback: true }),
  },
  positionals: ['task'],
  run: async ({ flags, positionals: [word = ''] }, terminal) => {
    const streams = streamsOf(terminal, false);
    const task = await findTask(flags, word);
    const containerId = containerOf(task);
    const { agent } = task;
    const output = await openOutput(agent, {
      type: 'ATTACH_CONTAINER_OUTPUT',
      attach_container_output: { container_id: containerId },
    }).catch((error: unknown) => {
      throw hasNoTerminal(error) ? noTerminal(task) : error;
    });
    const connection = { agent, containerId, output, hasTerminal: true, sendsInput: flags.stdin };
    const end = await connectStreams(streams, { ...connection, canDetach: true });
    if (end === 'detached') terminal.err(`\r\nLeft ${task.id}, which goes on\n`);
    return 0;
  },
});

/** Also in the words of the original's agents. */
function hasNoTerminal(error: unknown): boolean {
  return error instanceof StartError && error.message.includes('I/O switchboard server was disabled');
}

function noTerminal({ id }: TaskPlace): StartError {
  return new StartError(
    `Task ${id} has no terminal to attach to: see 'meseta task logs -f ${id}', or run a program with one by 'meseta task exec -it ${id} sh'`,
  );
}
