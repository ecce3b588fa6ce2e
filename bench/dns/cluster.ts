/**
 * A cluster on paper, as large as wanted, and a master that tells of it: `/master/state`, the event stream, changes at a rate.
 */

import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeRecord } from '../../cluster/runtime/streams/recordio';

const AGENTS = 1000;
const FRAMEWORK = 'f-0000';

export interface PaperCluster {
  readonly tasks: number;
  /** Tasks that share one name. */
  readonly perName: number;
}

function agentAddress(number: number): string {
  return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
}

function agentId(number: number): string {
  return `8a1e6c2d-3c1b-4a55-9f0a-0d1c2b3a4f5e-S${number}`;
}

function taskName(number: number, { perName }: PaperCluster): string {
  return `svc-${Math.floor(number / perName)}`;
}

/** An address in 172.16.0.0/12, another one for each task and each move. */
function taskAddress(number: number, move = 0): string {
  const value = (number + move * 131_071) & 0xfffff;
  return `172.${16 + (value >> 16)}.${(value >> 8) & 255}.${value & 255}`;
}

/** The state document of a master at a port, in parts. */
export function* statePieces(cluster: PaperCluster, port: number): Generator<string> {
  const pid = `master@127.0.0.1:${port}`;
  yield `{"version":"1.11.0","pid":"${pid}","leader":"${pid}","slaves":[`;
  for (let number = 0; number < AGENTS; number++) {
    yield `${number ? ',' : ''}${JSON.stringify({
      id: agentId(number),
      hostname: `agent-${number}`,
      port: 5051,
      pid: `slave(1)@${agentAddress(number)}:5051`,
      resources: { disk: 100_000, mem: 64_000, gpus: 0, cpus: 32, ports: '[31000-32000]' },
      active: true,
    })}`;
  }
  yield `],"frameworks":[{"id":"${FRAMEWORK}","name":"marathon","hostname":"10.9.9.9","active":true,"tasks":[`;
  for (let number = 0; number < cluster.tasks; number++)
    yield `${number ? ',' : ''}${JSON.stringify(stateTask(number, cluster))}`;
  yield '],"completed_tasks":[],"executors":[]}],"completed_frameworks":[]}';
}

/** One task with what a real master writes about it, about 900 octets. */
function stateTask(number: number, cluster: PaperCluster): object {
  const port = 31_000 + (number % 1000);
  const name = taskName(number, cluster);
  return {
    id: `${name}.instance-${number}-7f1e.${name}.1`,
    name,
    framework_id: FRAMEWORK,
    executor_id: '',
    slave_id: agentId(number % AGENTS),
    state: 'TASK_RUNNING',
    resources: { disk: 0, mem: 128, gpus: 0, cpus: 0.1, ports: `[${port}-${port}]` },
    role: '*',
    statuses: ['TASK_STARTING', 'TASK_RUNNING'].map((state, index) => ({
      state,
      timestamp: 1_700_000_000 + number / 1000 + index,
      container_status: {
        container_id: { value: `0b0e1c2d-${number}` },
        network_infos: [{ ip_addresses: [{ protocol: 'IPv4', ip_address: taskAddress(number) }] }],
      },
    })),
    discovery: {
      visibility: 'FRAMEWORK',
      name,
      ports: { ports: [{ number: port, protocol: 'tcp', name: 'http' }] },
    },
    container: { type: 'MESOS', network_infos: [{ name: 'net' }] },
    labels: [{ key: 'HAPROXY_GROUP', value: 'external' }],
  };
}

/** The update that moves a task to another address. */
export function moved(number: number, move: number, cluster: PaperCluster): object {
  const name = taskName(number, cluster);
  return {
    type: 'TASK_UPDATED',
    task_updated: {
      framework_id: { value: FRAMEWORK },
      state: 'TASK_RUNNING',
      status: {
        task_id: { value: `${name}.instance-${number}-7f1e.${name}.1` },
        state: 'TASK_RUNNING',
        timestamp: 1_800_000_000 + move,
        container_status: { network_infos: [{ ip_addresses: [{ ip_address: taskAddress(number, move) }] }] },
      },
    },
  };
}

/** The same cluster as the event stream begins with. */
function subscribed(cluster: PaperCluster): Buffer {
  const agents = Array.from({ length: AGENTS }, (_, number) => ({
    agent_info: { id: { value: agentId(number) }, hostname: agentAddress(number) },
    pid: `slave(1)@${agentAddress(number)}:5051`,
  }));
  const framework_info = { id: { value: FRAMEWORK }, name: 'marathon', hostname: '10.9.9.9' };
  const tasks = Array.from({ length: cluster.tasks }, (_, number) => v1Task(number, cluster));
  const get_state = {
    get_agents: { agents },
    get_frameworks: { frameworks: [{ framework_info }] },
    get_tasks: { tasks },
  };
  return encodeRecord(
    JSON.stringify({ type: 'SUBSCRIBED', subscribed: { get_state, heartbeat_interval_seconds: 15 } }),
  );
}

function v1Task(number: number, cluster: PaperCluster): object {
  const stateForm = stateTask(number, cluster) as {
    id: string;
    name: string;
    statuses: object[];
    discovery: object;
  };
  const port = 31_000 + (number % 1000);
  return {
    name: stateForm.name,
    task_id: { value: stateForm.id },
    framework_id: { value: FRAMEWORK },
    agent_id: { value: agentId(number % AGENTS) },
    state: 'TASK_RUNNING',
    resources: [{ name: 'ports', type: 'RANGES', ranges: { range: [{ begin: port, end: port }] } }],
    statuses: stateForm.statuses,
    discovery: stateForm.discovery,
  };
}

export interface PaperMaster {
  readonly port: number;
  /** Sends an event to all who follow. */
  push(event: object): void;
  followers(): number;
  /** How many octets the state has. */
  readonly stateBytes: number;
  /** How long JSON.parse takes for it, in seconds: what this machine is worth. */
  parseSeconds(): number;
  stop(): Promise<void>;
}

/** Serves the cluster; with `stream` also its event stream. */
export async function startPaperMaster(
  cluster: PaperCluster,
  { stream }: { stream: boolean },
): Promise<PaperMaster> {
  const streams = new Set<ServerResponse>();
  let state: Buffer = Buffer.alloc(0);
  let first: Buffer = Buffer.alloc(0);
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      if (request.url === '/master/state') response.end(state);
      else if (stream && body.includes('SUBSCRIBE')) {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write(first);
        streams.add(response);
        response.on('close', () => streams.delete(response));
      } else response.writeHead(404).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  state = Buffer.from([...statePieces(cluster, port)].join(''));
  if (stream) first = subscribed(cluster);
  return {
    port,
    stateBytes: state.length,
    parseSeconds: () => {
      const text = state.toString();
      const begun = performance.now();
      JSON.parse(text);
      return (performance.now() - begun) / 1000;
    },
    followers: () => streams.size,
    push: (event) => {
      const record = encodeRecord(JSON.stringify(event));
      for (const response of streams) response.write(record);
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
