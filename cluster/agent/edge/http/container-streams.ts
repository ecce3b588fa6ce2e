/**
 * The calls of the v1 operator API that hold a connection open: the input and the output of a container, and sessions, whose
 * containers end with their connection (Mesos 1.11 src/slave/http.cpp, src/slave/containerizer/mesos/io/switchboard.cpp).
 */

import type { Readable } from 'node:stream';
import { decodeCall } from '../../../api/call-body';
import type { Call, ProcessIO } from '../../../api/generated/agent';
import type * as mesos from '../../../api/generated/mesos';
import { encodeBody } from '../../../api/media-type';
import { errorText } from '../../../model/error-text';
import { sendText } from '../../../runtime/http/json';
import type { Reply, Request } from '../../../runtime/http/server';
import { ResponseStream } from '../../../runtime/http/stream';
import { encodeRecord, RecordDecoder } from '../../../runtime/streams/recordio';
import { type ContainerIo, type InputWriter, NO_IO } from '../../containerizer/container-io';
import type { Container } from '../../containerizer/port';
import { terminalOf } from '../../containerizer/terminal';
import { printContainerId, rootContainerId } from '../../core/containers/operator-container';
import { type ContainerDoor, executorOf, FORBIDDEN, mayActOn } from './container-calls';
import { inputMessageError, operatorCallError } from './operator-call';
import { type OperatorMedia, RECORDIO } from './operator-media';

export interface StreamDoor extends ContainerDoor {
  /** The time between two heartbeats to a reader. */
  readonly heartbeatMs: number;
}

interface Exchange {
  readonly request: Request;
  readonly reply: Reply;
  readonly media: OperatorMedia;
}

/** Unread bytes of a reader above which a session's program waits. */
const FULL_BYTES = 256 * 1024;
/** Unread bytes of any other reader, who is cut off above them. */
const UNREAD_MAX_BYTES = 16 * 1024 * 1024;
/** The longest message of an input: Mesos' clients send pieces of a terminal. */
const MESSAGE_MAX_BYTES = 4 * 1024 * 1024;

export async function attachOutput(door: StreamDoor, exchange: Exchange, call: Call): Promise<Reply> {
  const { request, reply } = exchange;
  const id = call.attach_container_output?.container_id ?? { value: '' };
  const container = containerFor(door, request, 'output', id);
  if ('status' in container) return sendText(reply, container.status, container.text);
  try {
    const io = await attach(container.container);
    return follow(exchange, io, { door, waits: false, closed: () => undefined });
  } catch (error) {
    return sendText(reply, 500, errorText(error));
  }
}

/** Launches a session and attaches to it. It is killed when its connection ends. */
export async function launchSession(door: StreamDoor, exchange: Exchange, call: Call): Promise<Reply> {
  const { request, reply } = exchange;
  const launch = call.launch_nested_container_session ?? { container_id: { value: '' } };
  const { container_id: id, command } = launch;
  if (!mayActOn(door, request, 'session', { id, command })) return sendText(reply, 403, FORBIDDEN.text);
  const { status, text } = await door.operatorContainers.launch(launch, true);
  if (status !== 200) return sendText(reply, status, text);
  const closed = (): void => void door.operatorContainers.kill(id);
  try {
    const io = await attach(door.operatorContainers.get(id));
    if (reply.raw.destroyed) throw new Error('the client left');
    return follow(exchange, io, { door, waits: true, closed });
  } catch (error) {
    closed();
    return sendText(reply, 500, errorText(error));
  }
}

function attach(container: Container | undefined): Promise<ContainerIo> {
  return container?.attach?.() ?? Promise.reject(new Error(NO_IO));
}

/** The container of a call, which has to be in that of an executor, or standalone. */
function containerFor(
  door: StreamDoor,
  request: Request,
  action: 'input' | 'output',
  id: mesos.ContainerID,
): { readonly container: Container | undefined } | { readonly status: number; readonly text: string } {
  const root = rootContainerId(id);
  const container = door.operatorContainers.get(id);
  const isThere = door.read((state) => executorOf(state, root)) !== undefined || container !== undefined;
  if (!isThere) return { status: 404, text: `Container ${printContainerId(id)} cannot be found` };
  return mayActOn(door, request, action, { id }) ? { container } : FORBIDDEN;
}

interface Following {
  readonly door: StreamDoor;
  /** True when the program waits for a slow reader, who is cut off otherwise. */
  readonly waits: boolean;
  readonly closed: () => void;
}

function follow({ reply, media }: Exchange, io: ContainerIo, following: Following): Reply {
  const { door, waits, closed } = following;
  const send = (message: ProcessIO): void =>
    stream.write(encodeRecord(encodeBody('mesos.v1.agent.ProcessIO', media.accept, message)));
  const beat = setInterval(() => send(heartbeat(door.heartbeatMs)), door.heartbeatMs);
  const stream = new ResponseStream(reply, {
    headers: { ...answerHeaders(media), 'transfer-encoding': 'chunked' },
    unreadMaxBytes: UNREAD_MAX_BYTES,
    closed: () => {
      clearInterval(beat);
      attachment.detach();
      closed();
    },
  });
  const attachment = io.read({
    write: (name, data) => {
      send({
        type: 'DATA',
        data: { type: name === 'stderr' ? 'STDERR' : 'STDOUT', data: data.toString('base64') },
      });
      return !waits || stream.unreadBytes < FULL_BYTES;
    },
    ended: () => stream.close('the container has ended'),
  });
  if (waits) reply.raw.on('drain', () => attachment.resume());
  return reply;
}

function answerHeaders({ accept, wantsStream }: OperatorMedia): Record<string, string> {
  return wantsStream
    ? { 'content-type': RECORDIO, 'message-content-type': accept }
    : { 'content-type': accept };
}

function heartbeat(intervalMs: number): ProcessIO {
  const interval = { nanoseconds: BigInt(intervalMs) * 1_000_000n };
  return { type: 'CONTROL', control: { type: 'HEARTBEAT', heartbeat: { interval } } };
}

/** An end of a stream of input: the answer to it. */
interface InputAnswer {
  readonly status: number;
  readonly text: string;
}

/** Takes a stream of records: the container that it is for, and then what is written to it. */
export async function takeInput(door: StreamDoor, exchange: Exchange): Promise<Reply> {
  const { request, reply, media } = exchange;
  const calls = readCalls(request.body as Readable, media);
  const { status, text } = await inputAnswer(door, request, calls);
  void calls.return(undefined).catch(() => undefined);
  // Nobody reads on after the answer.
  return sendText(reply.header('connection', 'close'), status, text);
}

type Calls = AsyncGenerator<{ readonly call: Call } | InputAnswer, undefined>;

async function* readCalls(body: Readable, { content }: OperatorMedia): Calls {
  const decoder = new RecordDecoder(MESSAGE_MAX_BYTES);
  try {
    for await (const chunk of body)
      for (const record of decoder.feed(chunk as Buffer)) yield readCall(record, content);
  } catch (error) {
    yield { status: 400, text: errorText(error) };
  }
  return undefined;
}

function readCall(record: Buffer, content: OperatorMedia['content']): { readonly call: Call } | InputAnswer {
  const decoded = decodeCall('mesos.v1.agent.Call', content, record);
  if ('status' in decoded) return decoded;
  const error = operatorCallError(decoded.call);
  return error === undefined ? decoded : { status: 400, text: `Failed to validate agent::Call: ${error}` };
}

async function inputAnswer(door: StreamDoor, request: Request, calls: Calls): Promise<InputAnswer> {
  const first = await calls.next();
  if (first.done) return { status: 400, text: 'Received EOF while reading request body' };
  if ('status' in first.value) return first.value;
  const { type, attach_container_input: input } = first.value.call;
  if (type !== 'ATTACH_CONTAINER_INPUT')
    return { status: 415, text: `Streaming 'Content-Type' ${RECORDIO} is not supported for ${type} call` };
  if (input?.type !== 'CONTAINER_ID' || !input.container_id)
    return { status: 400, text: "Expecting 'attach_container_input.type' to be CONTAINER_ID" };
  const container = containerFor(door, request, 'input', input.container_id);
  if ('status' in container) return container;
  return await writeInput(container.container, calls);
}

async function writeInput(container: Container | undefined, calls: Calls): Promise<InputAnswer> {
  let writer: InputWriter | undefined;
  try {
    writer = (await attach(container)).takeInput();
    if (!writer) return { status: 409, text: 'Multiple input connections are not allowed' };
    const hasTerminal = container !== undefined && terminalOf(container.spec) !== undefined;
    const over = writer.ended.then((): InputAnswer => ({ status: 200, text: '' }));
    return await Promise.race([copyInput(calls, writer, hasTerminal), over]);
  } catch (error) {
    return { status: 500, text: errorText(error) };
  } finally {
    writer?.release();
  }
}

async function copyInput(calls: Calls, writer: InputWriter, hasTerminal: boolean): Promise<InputAnswer> {
  for await (const read of calls) {
    if ('status' in read) return read;
    const { attach_container_input: input = {} } = read.call;
    const error = inputMessageError(input);
    if (error !== undefined) return { status: 400, text: error };
    const { data, control } = input.process_io ?? {};
    if (data) await writeData(writer, data.data ?? '', hasTerminal);
    else if (control?.type === 'TTY_INFO') {
      if (!hasTerminal) return { status: 400, text: NO_TERMINAL };
      await writer.resize(control.tty_info?.window_size ?? { rows: 0, columns: 0 });
    }
  }
  return { status: 200, text: '' };
}

const NO_TERMINAL = 'Unable to set the window size: Inappropriate ioctl for device';

/** Data of no length is the end of the input; a terminal has none but the one that is typed. */
async function writeData(writer: InputWriter, base64: string, hasTerminal: boolean): Promise<void> {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length > 0) await writer.write(bytes);
  else if (!hasTerminal) await writer.end();
}
