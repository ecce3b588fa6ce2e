/**
 * The v1 operator API of the agent, `POST /api/v1` (Mesos 1.11 Http::api in src/slave/http.cpp).
 *
 * Calls about containers are in `container-calls.ts`, and those that hold a connection open in `container-streams.ts`.
 * Calls that would change resource providers are refused with the reason.
 */

import { decodeCall } from '../../../api/call-body';
import type { Call, Response } from '../../../api/generated/agent';
import type { Image } from '../../../api/generated/mesos';
import type { MediaType } from '../../../api/media-type';
import { encodeWhole, Part } from '../../../api/slices';
import { isAllowed, thing } from '../../../model/authorizer';
import { errorText } from '../../../model/error-text';
import { VERSION_INFO } from '../../../runtime/build';
import { listFiles, readFile } from '../../../runtime/files/v1-files';
import type { VirtualFiles } from '../../../runtime/files/virtual-files';
import { principalOf } from '../../../runtime/http/access';
import { sendText } from '../../../runtime/http/json';
import type { Reply, Request } from '../../../runtime/http/server';
import type { Verbosity } from '../../../runtime/verbosity';
import type { AgentState } from '../../core/state/state';
import { filterState } from '../../views/filter-state';
import { getAgent, getExecutors, getFrameworks, getOperations, getTasks } from '../../views/operator';
import { CONTAINER_ROWS, FORBIDDEN } from './container-calls';
import type { ContainerPages } from './container-pages';
import { attachOutput, launchSession, type StreamDoor, takeInput } from './container-streams';
import { operatorCallError } from './operator-call';
import { type OperatorMedia, RECORDIO, readMedia } from './operator-media';

export interface AgentOperatorDoor extends StreamDoor {
  /** The refusal of all calls until the containers of an earlier run are known. */
  readonly unready: () => string | undefined;
  readonly flags: Record<string, string>;
  readonly metrics: () => Record<string, number>;
  readonly files: VirtualFiles;
  readonly verbosity: Verbosity;
  readonly containers: ContainerPages;
  /** Removes images that no container has, but for these. */
  readonly pruneImages: (excluded: readonly Image[]) => Promise<void>;
}

/** The member of the response to a call; undefined for an empty 200; or a refusal. */
type Answer = Part | object | undefined | { readonly status: number; readonly text: string };
type Row = (door: AgentOperatorDoor, request: Request, call: Call) => Answer | Promise<Answer>;

const NO_PROVIDERS = { status: 501, text: 'Resource providers are not supported by this agent' };

/** Calls about the configuration of resource providers. */
const changeProviders: Row = ({ acls }, request) =>
  isAllowed(acls, 'modify_resource_provider_configs', principalOf(request)) ? NO_PROVIDERS : FORBIDDEN;

const ROWS: Partial<Record<Call.Type, Row>> = {
  GET_HEALTH: () => ({ healthy: true }),
  GET_FLAGS: ({ acls, flags }, request) =>
    isAllowed(acls, 'view_flags', principalOf(request))
      ? { flags: Object.entries(flags).map(([name, value]) => ({ name, value })) }
      : FORBIDDEN,
  GET_VERSION: () => ({ version_info: VERSION_INFO }),
  GET_METRICS: ({ metrics }) => ({
    metrics: Object.entries(metrics()).map(([name, value]) => ({ name, value })),
  }),
  GET_LOGGING_LEVEL: ({ verbosity }) => ({ level: verbosity.level }),
  SET_LOGGING_LEVEL: ({ acls, verbosity }, request, { set_logging_level: wanted }) => {
    if (!isAllowed(acls, 'set_log_level', principalOf(request))) return FORBIDDEN;
    verbosity.set(wanted?.level ?? 0, Number(wanted?.duration.nanoseconds ?? 0) / 1e6);
    return undefined;
  },
  LIST_FILES: ({ files }, request, call) => listFiles(files, call.list_files?.path, principalOf(request)),
  READ_FILE: ({ files }, request, call) => readFile(files, call.read_file ?? {}, principalOf(request)),
  GET_STATE: (door, request) => {
    const state = filteredState(door, request);
    return new Part({
      get_tasks: new Part(getTasks(state)),
      get_executors: new Part(getExecutors(state)),
      get_frameworks: new Part(getFrameworks(state)),
    });
  },
  GET_CONTAINERS: async ({ containers }, request, { get_containers: filter }) => {
    const list = await containers.wire(request, filter);
    return list.length === 0 ? undefined : { containers: list };
  },
  GET_FRAMEWORKS: (door, request) => new Part(getFrameworks(filteredState(door, request))),
  GET_EXECUTORS: (door, request) => new Part(getExecutors(filteredState(door, request))),
  GET_OPERATIONS: ({ read, acls }, request) => {
    const mayView = (role: string): boolean =>
      isAllowed(acls, 'view_roles', principalOf(request), thing(role));
    return read((state) => getOperations(state, mayView));
  },
  GET_TASKS: (door, request) => new Part(getTasks(filteredState(door, request))),
  GET_AGENT: ({ read }) => read(getAgent),
  GET_RESOURCE_PROVIDERS: () => ({}),
  PRUNE_IMAGES: async ({ acls, pruneImages }, request, { prune_images: call }) => {
    if (!isAllowed(acls, 'prune_images', principalOf(request))) return FORBIDDEN;
    try {
      await pruneImages(call?.excluded_images ?? []);
      return undefined;
    } catch (error) {
      return { status: 500, text: `Failed to prune images: ${errorText(error)}` };
    }
  },
  ADD_RESOURCE_PROVIDER_CONFIG: changeProviders,
  UPDATE_RESOURCE_PROVIDER_CONFIG: changeProviders,
  REMOVE_RESOURCE_PROVIDER_CONFIG: changeProviders,
  MARK_RESOURCE_PROVIDER_GONE: ({ acls }, request) =>
    isAllowed(acls, 'mark_resource_providers_gone', principalOf(request)) ? NO_PROVIDERS : FORBIDDEN,
  ...CONTAINER_ROWS,
};

/** Calls that are answered by a stream. */
const STREAMS: Partial<Record<Call.Type, typeof attachOutput>> = {
  ATTACH_CONTAINER_OUTPUT: attachOutput,
  LAUNCH_NESTED_CONTAINER_SESSION: launchSession,
};

/** Calls whose answer has a body even when it is empty. */
const WITH_BODY: ReadonlySet<Call.Type> = new Set<Call.Type>(['GET_CONTAINERS']);

function filteredState({ read, acls }: AgentOperatorDoor, request: Request): AgentState {
  return read((state) => filterState(state, acls, principalOf(request)));
}

export async function handleOperator(
  door: AgentOperatorDoor,
  request: Request,
  reply: Reply,
): Promise<Reply> {
  const unready = door.unready();
  if (unready !== undefined) return sendText(reply, 503, unready);
  const media = readMedia(request.headers);
  if ('status' in media) return sendText(reply, media.status, media.text);
  const exchange = { request, reply, media };
  if (media.isStream) return await takeInput(door, exchange);
  const read = readCall(request, media);
  if ('status' in read) return sendText(reply, read.status, read.text);
  const { call } = read;
  const type = call.type ?? 'UNKNOWN';
  const stream = STREAMS[type];
  if (stream) return await stream(door, exchange, call);
  if (media.wantsStream) return sendText(reply, 406, `Streaming response is not supported for ${type} call`);
  const row = ROWS[type];
  if (!row) return sendText(reply, 501, '501 Not Implemented.');
  return send(reply, media.accept, type, await row(door, request, call));
}

function readCall(request: Request, { content }: OperatorMedia): ReturnType<typeof decodeOperatorCall> {
  const read = decodeOperatorCall(content, request.body as Buffer | undefined);
  if ('status' in read) return read;
  const error = operatorCallError(read.call);
  if (error !== undefined) return { status: 400, text: `Failed to validate agent::Call: ${error}` };
  if (read.call.type !== 'ATTACH_CONTAINER_INPUT') return read;
  return { status: 415, text: `Expecting 'Content-Type' to be ${RECORDIO} for ${read.call.type} call` };
}

function decodeOperatorCall(content: MediaType, body: Buffer = Buffer.alloc(0)) {
  return decodeCall('mesos.v1.agent.Call', content, body);
}

function send(reply: Reply, accept: MediaType, type: Call.Type, answer: Answer): Reply {
  if (answer !== undefined && 'status' in answer) return sendText(reply, answer.status, answer.text);
  if (answer === undefined && !WITH_BODY.has(type)) return sendText(reply, 200, '');
  return reply.type(accept).send(encodeResponse(type, accept, answer));
}

function encodeResponse(type: Call.Type, accept: MediaType, answer: Response | object | undefined): Buffer {
  const name = type.toLowerCase();
  const part = new Part({ type, ...(answer === undefined ? {} : { [name]: answer }) });
  const slices = encodeWhole('mesos.v1.agent.Response', accept, part);
  let slice = slices.next();
  while (!slice.done) slice = slices.next();
  return slice.value;
}
