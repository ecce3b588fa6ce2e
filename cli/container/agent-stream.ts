/**
 * Calls of an agent's v1 operator API that hold a connection open: output that comes as records, and input that is sent so.
 */

import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text as readText } from 'node:stream/consumers';
import type { ProcessIO } from '../../cluster/api/generated/agent';
import { errorText } from '../../cluster/model/error-text';
import { authorizationOf, trustOf } from '../../cluster/runtime/auth/caller';
import { StartError } from '../../cluster/runtime/lifecycle';
import { encodeRecord, RecordDecoder } from '../../cluster/runtime/streams/recordio';
import type { AgentTarget, ContainerId } from '../agent-api';

const JSON_TYPE = 'application/json';
const RECORDIO = 'application/recordio';

interface Opened {
  readonly sent: ClientRequest;
  readonly answered: Promise<IncomingMessage>;
}

function open(agent: AgentTarget, headers: Readonly<Record<string, string>>): Opened {
  const url = new URL('/api/v1', agent.url);
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const sent = request(url, {
    method: 'POST',
    agent: false,
    headers: { ...headers, ...authorizationOf(agent) },
    ...trustOf(agent),
  });
  sent.setNoDelay(true);
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve);
    sent.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        new StartError(
          `The agent on ${agent.hostname} cannot be reached at ${agent.url} (${error.code ?? error.message})`,
        ),
      ),
    );
  });
  answered.catch(() => undefined);
  return { sent, answered };
}

/** The output of a container. */
export interface OutputStream {
  /** Ends when the container has ended, or the connection. */
  readonly messages: AsyncIterable<ProcessIO>;
  close(): void;
}

/** Reads the output that a call is answered by. Rejects with a StartError that has the agent's reason. */
export async function openOutput(agent: AgentTarget, call: object): Promise<OutputStream> {
  const headers = { 'content-type': JSON_TYPE, accept: RECORDIO, 'message-accept': JSON_TYPE };
  const { sent, answered } = open(agent, headers);
  sent.end(JSON.stringify(call));
  const answer = await answered;
  if (answer.statusCode !== 200) throw await refusal(agent, answer);
  return { messages: readMessages(answer), close: () => sent.destroy() };
}

async function* readMessages(answer: IncomingMessage): AsyncGenerator<ProcessIO, void> {
  const decoder = new RecordDecoder();
  for await (const chunk of answer)
    for (const record of decoder.feed(chunk as Buffer)) yield JSON.parse(record.toString()) as ProcessIO;
}

async function refusal({ hostname }: AgentTarget, answer: IncomingMessage): Promise<StartError> {
  // A refusal whose reason breaks off is still one.
  const reason = (await readText(answer).catch(errorText)).trim();
  return new StartError(`The agent on ${hostname} answered ${answer.statusCode}: ${reason}`);
}

/** The input of a container. */
export interface InputStream {
  data(bytes: Buffer): boolean;
  /** Ends the input of a container without a terminal. */
  end(): void;
  resize(size: { readonly rows: number; readonly columns: number }): void;
  onDrain(resume: () => void): void;
  close(): void;
  /** The reason why the agent takes no input; undefined at its end. */
  readonly refused: Promise<StartError | undefined>;
}

const HEARTBEAT_MS = 30_000;
/** The statuses of those who may not write the input, or have somebody else write it. */
const REFUSALS = [401, 403, 409];

/** Opens the input of a container. */
export function openInput(agent: AgentTarget, container_id: ContainerId): InputStream {
  const headers = { 'content-type': RECORDIO, 'message-content-type': JSON_TYPE, accept: JSON_TYPE };
  const { sent, answered } = open(agent, headers);
  const send = (attach_container_input: object): boolean =>
    !sent.destroyed &&
    !sent.writableEnded &&
    sent.write(encodeRecord(JSON.stringify({ type: 'ATTACH_CONTAINER_INPUT', attach_container_input })));
  const control = (part: object): boolean =>
    send({ type: 'PROCESS_IO', process_io: { type: 'CONTROL', control: part } });
  const data = (bytes: Buffer): boolean => {
    const part = { type: 'STDIN', data: bytes.toString('base64') };
    return send({ type: 'PROCESS_IO', process_io: { type: 'DATA', data: part } });
  };
  send({ type: 'CONTAINER_ID', container_id });
  const heartbeat = { interval: { nanoseconds: HEARTBEAT_MS * 1_000_000 } };
  const beat = setInterval(() => control({ type: 'HEARTBEAT', heartbeat }), HEARTBEAT_MS);
  return {
    data,
    end: () => {
      data(Buffer.alloc(0));
      sent.end();
    },
    resize: (window_size) => void control({ type: 'TTY_INFO', tty_info: { window_size } }),
    onDrain: (resume) => void sent.on('drain', resume),
    close: () => {
      clearInterval(beat);
      sent.destroy();
    },
    // A container that ended before tells its end by its output.
    refused: answered.then(
      (answer) => (REFUSALS.includes(answer.statusCode ?? 0) ? refusal(agent, answer) : undefined),
      () => undefined,
    ),
  };
}
