/**
 * `meseta task exec` and `meseta task attach`: a command in the container of a task, and the terminal of a task.
 */

import { randomUUID } from 'node:crypto';
import { text, toggle } from '../../cluster/runtime/config/flags';
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
    if (command.length === 0)
      throw new StartError('Name the command to run, such as: meseta task exec -it TASK sh');
    const streams = streamsOf(terminal, flags.tty);
    const task = await findTask(flags, word);
    return await runSession(task, streams, { ...flags, command, terminal });
  },
});

interface Session {
  readonly command: readonly string[];
  readonly interactive: boolean;
  readonly tty: boolean;
  readonly user: string | undefined;
  readonly terminal: Terminal;
}

async function runSession(task: TaskPlace, streams: TerminalStreams, session: Session): Promise<number> {
  const { agent } = task;
  const { interactive, tty } = session;
  const containerId = { value: randomUUID(), parent: containerOf(task) };
  const launch = sessionOf(containerId, streams, session);
  const output = await openOutput(agent, launch);
  const connection = { agent, containerId, output, sendsInput: interactive, hasTerminal: tty };
  await connectStreams(streams, { ...connection, canDetach: false });
  return await endOf(agent, containerId);
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
    });
    const connection = { agent, containerId, output, hasTerminal: true, sendsInput: flags.stdin };
    const hasEnded = await connectStreams(streams, { ...connection, canDetach: true });
    if (!hasEnded) terminal.err(`\r\nLeft ${task.id}, which goes on\n`);
    return 0;
  },
});
