/**
 * The v1 operator API of the agent, `POST /api/v1` (Mesos 1.11 Http::api in src/slave/http.cpp).
 *
 * Calls that read are answered. Calls that would change containers or resource providers are refused with the
 * reason.
 */

import { readCallBody } from '../../../api/call-body';
import type { Call, Response } from '../../../api/generated/agent';
import { type MediaType, readAccept } from '../../../api/media-type';
import { encodeWhole, Part } from '../../../api/slices';
import type { Acls } from '../../../model/acls';
import { isAllowed, thing } from '../../../model/authorizer';
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
import type { ContainerPages } from './container-pages';

export interface AgentOperatorDoor {
  readonly read: <T>(view: (state: AgentState) => T) => T;
  readonly flags: Record<string, string>;
  readonly metrics: () => Record<string, number>;
  readonly acls: Acls | undefined;
  readonly files: VirtualFiles;
  readonly verbosity: Verbosity;
  readonly containers: ContainerPages;
}

/** The member of the response to a call; undefined for an empty 200; or a refusal. */
type Answer = Part | object | undefined | { readonly status: number; readonly text: string };
type Row = (door: AgentOperatorDoor, request: Request, call: Call) => Answer | Promise<Answer>;

const FORBIDDEN = { status: 403, text: '403 Forbidden.' };

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
  // There are no images here, so there is nothing to prune.
  PRUNE_IMAGES: ({ acls }, request) =>
    isAllowed(acls, 'prune_images', principalOf(request)) ? undefined : FORBIDDEN,
};

/** Calls whose answer has a body even when it is empty. */
const WITH_BODY: ReadonlySet<Call.Type> = new Set<Call.Type>(['GET_CONTAINERS']);

function filteredState({ read, acls }: AgentOperatorDoor, request: Request): AgentState {
  return read((state) => filterState(state, acls, principalOf(request)));
}

/** Calls with a part of their own, which is required. */
const WITH_PART =
  /^(GET_METRICS|SET_LOGGING_LEVEL|LIST_FILES|READ_FILE|(LAUNCH|WAIT|KILL|REMOVE|ATTACH|ADD|UPDATE|MARK)_.*)$/;

function callError({ type, ...parts }: Call): string | undefined {
  if (type === undefined) return "Expecting 'type' to be present";
  const part = type.toLowerCase();
  return WITH_PART.test(type) && !(part in parts) ? `Expecting '${part}' to be present` : undefined;
}

const RECORDIO = 'application/recordio';
const NOT_ACCEPTABLE = `Expecting 'Accept' to allow application/json or application/x-protobuf or ${RECORDIO}`;

export async function handleOperator(
  door: AgentOperatorDoor,
  request: Request,
  reply: Reply,
): Promise<Reply> {
  const body = request.body as Buffer | undefined;
  const read = readCallBody('mesos.v1.agent.Call', request.headers['content-type'], body);
  if ('status' in read) {
    const text = read.status === 415 ? `${read.text} or ${RECORDIO}` : read.text;
    return sendText(reply, read.status, text);
  }
  const { call } = read;
  const wrong = callError(call);
  if (wrong) return sendText(reply, 400, `Failed to validate agent::Call: ${wrong}`);
  const accept = readAccept(request.headers.accept);
  if (!accept) return sendText(reply, 406, NOT_ACCEPTABLE);
  const row = call.type && ROWS[call.type];
  if (!row) return sendText(reply, 501, `This agent does not carry out ${call.type} yet`);
  return send(reply, accept, call.type ?? 'UNKNOWN', await row(door, request, call));
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
