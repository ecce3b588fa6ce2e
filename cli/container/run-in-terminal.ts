/**
 * Connects this terminal, or these streams, with the input and output of a container.
 *
 * Always true: a terminal is left as it was, however this ends.
 */

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText } from '../../cluster/model/error-text';
import { StartError } from '../../cluster/runtime/lifecycle';
import type { AgentTarget, ContainerId } from '../agent-api';
import type { Terminal, TerminalStreams } from '../command';
import { type InputStream, type OutputStream, openInput } from './agent-stream';
import { DetachKeys } from './detach-keys';

export interface Connection {
  readonly agent: AgentTarget;
  readonly containerId: ContainerId;
  readonly output: OutputStream;
  /** True when what is typed, or comes on standard input, goes to the container. */
  readonly sendsInput: boolean;
  /** True when the container has a terminal, which gets the size of this one. */
  readonly hasTerminal: boolean;
  /** True when the keys of `detach-keys.ts` leave the container. */
  readonly canDetach: boolean;
  /** Leaves the container when it aborts. */
  readonly stop?: AbortSignal;
}

/** The streams of this process. A StartError where they are to be a terminal and are none. */
export function streamsOf(terminal: Terminal, needsTerminal: boolean): TerminalStreams {
  const streams = terminal.streams?.();
  const isTerminal = streams?.input.isTTY === true && streams.output.isTTY === true;
  if (!streams || (needsTerminal && !isTerminal))
    throw new StartError('Standard input and output are not a terminal: leave out -t');
  return streams;
}

/** The size of a terminal. */
export function sizeOf({ output }: TerminalStreams): { readonly rows: number; readonly columns: number } {
  return { rows: output.rows ?? 0, columns: output.columns ?? 0 };
}

/** The way in which a connection ends: with the container, by the keys, by a signal, or since nobody reads its output. */
export type ConnectionEnd = 'ended' | 'detached' | 'stopped' | 'unread';

/** Copies until the container has ended, or is left before. */
export async function connectStreams(
  streams: TerminalStreams,
  connection: Connection,
): Promise<ConnectionEnd> {
  const { agent, containerId, output, sendsInput, hasTerminal, stop } = connection;
  const takesInput = sendsInput || !hasTerminal;
  const input = takesInput ? openInput(agent, containerId) : undefined;
  const end = { way: 'ended' as ConnectionEnd, refusal: undefined as StartError | undefined };
  const leave = (way: ConnectionEnd) => (): void => {
    end.way = way;
    output.close();
  };
  const unread = leave('unread');
  const stopped = leave('stopped');
  const letGo = input ? feed(streams, input, { ...connection, detach: leave('detached') }) : () => undefined;
  void input?.refused.then((refusal) => {
    end.refusal = refusal;
    if (refusal) output.close();
  });
  streams.output.once('error', unread);
  stop?.addEventListener('abort', stopped, { once: true });
  try {
    await copyOutput(streams, output);
  } catch (error) {
    if (end.refusal) throw end.refusal;
    if (end.way === 'ended') throw new StartError(`The connection to the agent broke: ${errorText(error)}`);
  } finally {
    letGo();
    streams.output.off('error', unread);
    stop?.removeEventListener('abort', stopped);
    input?.close();
    output.close();
  }
  return end.way;
}

async function copyOutput({ output, error }: TerminalStreams, { messages }: OutputStream): Promise<void> {
  for await (const { data } of messages) {
    if (!data) continue;
    const stream = data.type === 'STDERR' ? error : output;
    if (!stream.write(Buffer.from(data.data ?? '', 'base64'))) await once(stream, 'drain');
  }
  // The process may end before a slow reader has the rest.
  await new Promise<void>((resolve) => output.write('', () => resolve()));
}

type Feeding = Pick<Connection, 'sendsInput' | 'hasTerminal' | 'canDetach'> & { readonly detach: () => void };

/** Sends what comes; the function that is returned lets go of the terminal. */
function feed(streams: TerminalStreams, to: InputStream, feeding: Feeding): () => void {
  const { input, output } = streams;
  const { sendsInput, hasTerminal, canDetach, detach } = feeding;
  if (!sendsInput) {
    to.end();
    return () => undefined;
  }
  const keys = new DetachKeys();
  const data = (chunk: Buffer): void => {
    const typed = canDetach ? keys.type(chunk) : { data: chunk, isDetached: false };
    if (typed.data.length > 0 && !to.data(typed.data)) input.pause();
    if (typed.isDetached) detach();
  };
  const ended = (): void => to.end();
  const resized = (): void => to.resize(sizeOf(streams));
  input.on('data', data);
  input.on('end', ended);
  to.onDrain(() => input.resume());
  const isRaw = hasTerminal && input.isTTY;
  if (isRaw) input.setRawMode(true);
  if (hasTerminal) {
    resized();
    output.on('resize', resized);
  }
  return () => {
    if (isRaw) input.setRawMode(false);
    input.off('data', data);
    input.off('end', ended);
    output.off('resize', resized);
    input.pause();
  };
}

/** Time in which the agent tells the end of a container whose output has ended. */
export const END_MS = 10_000;

/** Resolves with undefined when a promise takes too long. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  const late = new AbortController();
  try {
    return await Promise.race([promise, sleep(ms, undefined, { signal: late.signal })]);
  } finally {
    late.abort();
  }
}
