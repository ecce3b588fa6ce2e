/**
 * Every call of the agent's v1 operator API is answered in JSON and in protobuf, here by an agent without containers: with a
 * response of its type, with nothing, or with a refusal in plain words. A type that is missing here does not compile.
 */

import type { Call } from '../../../../../cluster/api/generated/agent';
import type { HttpServer } from '../../../../../cluster/runtime/http/server';
import { AgentScript } from '../../interpreter';
import { OperatorClient } from './operator-client';
import { serve } from './running';

type Type = Exclude<Call.Type, 'UNKNOWN'>;
/** The part of a call, the status of its answer, and the text of one without a response. */
type Row = readonly [part: Omit<Call, 'type'>, status: number, text?: string];

const container_id = { value: 'c' };
const nested = { container_id: { value: 'n', parent: container_id } };
const about = { container_id };
const command = { value: 'true' };
const info = { type: 't', name: 'n' };
const NO_PARENT = 'Parent container c does not exist';
const NO_PROVIDERS = 'Resource providers are not supported by this agent';
const NOT_KILLED = (name: string): string => `Container '${name}' cannot be found (or is already killed)`;

const ROWS: Readonly<Record<Type, Row>> = {
  GET_HEALTH: [{}, 200],
  GET_FLAGS: [{}, 200],
  GET_VERSION: [{}, 200],
  GET_METRICS: [{ get_metrics: {} }, 200],
  GET_LOGGING_LEVEL: [{}, 200],
  SET_LOGGING_LEVEL: [{ set_logging_level: { level: 1, duration: { nanoseconds: 1n } } }, 200, ''],
  LIST_FILES: [{ list_files: { path: '/none' } }, 404, ''],
  READ_FILE: [{ read_file: { path: '/none', offset: 0n } }, 404, ''],
  GET_STATE: [{}, 200],
  GET_CONTAINERS: [{}, 200],
  GET_FRAMEWORKS: [{}, 200],
  GET_EXECUTORS: [{}, 200],
  GET_OPERATIONS: [{}, 200],
  GET_TASKS: [{}, 200],
  GET_AGENT: [{}, 200],
  GET_RESOURCE_PROVIDERS: [{}, 200],
  LAUNCH_NESTED_CONTAINER: [{ launch_nested_container: { ...nested, command } }, 400, NO_PARENT],
  WAIT_NESTED_CONTAINER: [{ wait_nested_container: nested }, 404, 'Container c.n cannot be found'],
  KILL_NESTED_CONTAINER: [{ kill_nested_container: nested }, 404, NOT_KILLED('c.n')],
  REMOVE_NESTED_CONTAINER: [{ remove_nested_container: nested }, 500, 'Unknown root container'],
  LAUNCH_NESTED_CONTAINER_SESSION: [
    { launch_nested_container_session: { ...nested, command } },
    400,
    NO_PARENT,
  ],
  ATTACH_CONTAINER_INPUT: [
    { attach_container_input: { type: 'CONTAINER_ID', container_id } },
    415,
    "Expecting 'Content-Type' to be application/recordio for ATTACH_CONTAINER_INPUT call",
  ],
  ATTACH_CONTAINER_OUTPUT: [{ attach_container_output: about }, 404, 'Container c cannot be found'],
  LAUNCH_CONTAINER: [{ launch_container: { ...about, command } }, 400, 'none is launched here'],
  WAIT_CONTAINER: [{ wait_container: about }, 404, 'Container c cannot be found'],
  KILL_CONTAINER: [{ kill_container: about }, 404, NOT_KILLED('c')],
  REMOVE_CONTAINER: [{ remove_container: about }, 200, ''],
  ADD_RESOURCE_PROVIDER_CONFIG: [{ add_resource_provider_config: { info } }, 501, NO_PROVIDERS],
  UPDATE_RESOURCE_PROVIDER_CONFIG: [{ update_resource_provider_config: { info } }, 501, NO_PROVIDERS],
  REMOVE_RESOURCE_PROVIDER_CONFIG: [{ remove_resource_provider_config: info }, 501, NO_PROVIDERS],
  MARK_RESOURCE_PROVIDER_GONE: [
    { mark_resource_provider_gone: { resource_provider_id: { value: 'p' } } },
    501,
    NO_PROVIDERS,
  ],
  PRUNE_IMAGES: [{ prune_images: {} }, 200, ''],
};

describe.each(['application/json', 'application/x-protobuf'] as const)('in %s', (form) => {
  let server: HttpServer;
  let client: OperatorClient;
  beforeAll(async () => {
    server = await serve(new AgentScript());
    client = new OperatorClient(server.url, form);
  });
  afterAll(() => server.close());

  test.each(Object.entries(ROWS) as [Type, Row][])('%s is answered', async (type, [part, status, text]) => {
    const answer = await client.call({ type, ...part });
    expect([answer.status, answer.response?.type ?? answer.text]).toEqual([status, text ?? type]);
  });
});
