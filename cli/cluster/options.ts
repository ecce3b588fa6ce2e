/**
 * The flags of `meseta up`, and the arguments of each part that follow from them.
 */

import { availableParallelism, totalmem, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { integer, port, text, toggle, type Values } from '../../cluster/runtime/config/flags';
import { allowedHostsFlag } from '../../cluster/runtime/http/hosts';

export const upFlags = {
  agents: integer({ help: 'agents to run', fallback: 1, min: 0, max: 64 }),
  'work-dir': text({ help: 'folder of everything that is kept', fallback: './.meseta', value: 'PATH' }),
  'master-port': port({ help: 'port of the master', fallback: 5050 }),
  'agent-port': port({ help: 'port of the first agent; the next ones follow', fallback: 5051 }),
  'marathon-port': port({ help: 'port of Marathon', fallback: 8080 }),
  'chronos-port': port({ help: 'port of Chronos', fallback: 4400 }),
  'dns-port': port({ help: 'port of DNS, UDP and TCP', fallback: 8053 }),
  'dns-http-port': port({ help: 'port of the HTTP interface of DNS', fallback: 8123 }),
  'http-port': port({ help: 'port of HAProxy for virtual hosts', fallback: 8880 }),
  'appid-port': port({ help: 'port of HAProxy for X-Marathon-App-Id', fallback: 9091 }),
  'stats-port': port({ help: "port of HAProxy's statistics", fallback: 9090 }),
  'lb-port': port({ help: "port of the load balancer's API", fallback: 9092 }),
  'service-port': port({ help: 'lowest service port that apps get', fallback: 10_000 }),
  'free-ports': toggle({ help: 'let the system choose every port', fallback: false }),
  chronos: toggle({ help: 'run Chronos', fallback: true }),
  dns: toggle({ help: 'run DNS', fallback: true }),
  lb: toggle({ help: 'run the load balancer', fallback: true }),
  haproxy: text({ help: 'the haproxy program', value: 'PATH', fallbackText: 'found on PATH' }),
  record: text({ help: 'folder for a recording of each part, for meseta replay', value: 'FOLDER' }),
  allowed_hosts: allowedHostsFlag('allowed-hosts'),
  resources: text({ help: 'what each agent offers', fallbackText: "this machine's, shared out" }),
};

export type UpOptions = Values<typeof upFlags>;

/** Ports of tasks, divided among the agents of the machine, so that no two offer the same port. */
const TASK_PORTS = [31_000, 32_000] as const;

/** Marathon's own number of service ports. */
const SERVICE_PORTS = 10_000;

const numbered = (options: UpOptions, number: number): string => String(options['free-ports'] ? 0 : number);

export function masterArgs(options: UpOptions): string[] {
  const args = [
    `--port=${numbered(options, options['master-port'])}`,
    `--work_dir=${join(options['work-dir'], 'master')}`,
  ];
  return [...args, '--cluster=meseta', ...common(options, 'master')];
}

/** The arguments of agent number `index` (from 0). Each has a loopback address of its own, so that hosts differ. */
export function agentArgs(options: UpOptions, index: number, master: string): string[] {
  const address = process.platform === 'linux' ? `127.0.0.${index + 1}` : '127.0.0.1';
  return [
    `--master=${master}`,
    `--ip=${address}`,
    `--port=${numbered(options, options['agent-port'] + index)}`,
    `--work_dir=${join(options['work-dir'], `agent-${index + 1}`)}`,
    `--resources=${agentShare(options, index)}`,
    '--registration_backoff_factor=0ms',
    // A cluster may be started with other options, and no task outlives it.
    '--reconfiguration_policy=any',
    `--executor_environment_variables=${JSON.stringify({ PATH: taskPath() })}`,
    ...common(options, `agent-${index + 1}`),
  ];
}

/** This machine's cpus and memory in equal parts; ports in parts that do not overlap. */
function agentShare(options: UpOptions, index: number): string {
  const { agents, resources } = options;
  const [first, last] = TASK_PORTS;
  const size = Math.floor((last - first + 1) / Math.max(1, agents));
  const begin = first + index * size;
  const ports = `ports:[${begin}-${index === agents - 1 ? last : begin + size - 1}]`;
  if (resources !== undefined)
    return /(^|;)\s*ports[:(]/.test(resources) ? resources : `${resources};${ports}`;
  const cpus = Math.floor((availableParallelism() * 1000) / agents) / 1000;
  const mem = Math.floor((totalmem() / 1024 / 1024 - 1024) / agents);
  return `cpus:${cpus};mem:${Math.max(mem, 256)};${ports}`;
}

/** The PATH of tasks; it has the Node that runs this process. */
function taskPath(): string {
  const usual = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  return [...new Set([dirname(process.execPath), ...usual])].join(':');
}

/** The arguments of Marathon. `lbPort` is the port of the load balancer's API; undefined without a load balancer. */
export function marathonArgs(options: UpOptions, master: string, lbPort: number | undefined): string[] {
  return [
    ...(lbPort === undefined ? [] : [`--lb_drain=http://127.0.0.1:${lbPort}`]),
    `--master=${master}`,
    `--http_port=${numbered(options, options['marathon-port'])}`,
    `--work_dir=${join(options['work-dir'], 'marathon')}`,
    `--local_port_min=${options['service-port']}`,
    `--local_port_max=${Math.min(65_535, options['service-port'] + SERVICE_PORTS)}`,
    '--hostname=127.0.0.1',
    `--mesos_user=${userInfo().username}`,
    ...common(options, 'marathon'),
  ];
}

export function chronosArgs(options: UpOptions, master: string): string[] {
  return [
    `--master=${master}`,
    `--http_port=${numbered(options, options['chronos-port'])}`,
    `--work_dir=${join(options['work-dir'], 'chronos')}`,
    '--hostname=127.0.0.1',
    `--user=${userInfo().username}`,
    ...common(options, 'chronos'),
  ];
}

export function dnsArgs(options: UpOptions, master: string): string[] {
  return [
    `--masters=${master}`,
    `--port=${numbered(options, options['dns-port'])}`,
    `--http-port=${numbered(options, options['dns-http-port'])}`,
    ...hostArgs(options),
    ...(options.record === undefined ? [] : [`--record=${options.record}`]),
  ];
}

export function lbArgs(options: UpOptions, marathon: string, lbPort: number): string[] {
  return [
    `--marathon=${marathon}`,
    '--group=*',
    '--sse',
    '--health-check',
    '--stop-haproxy',
    '--bind-address=127.0.0.1',
    `--work-dir=${join(options['work-dir'], 'lb')}`,
    `--http-in-port=${numbered(options, options['http-port'])}`,
    `--appid-port=${numbered(options, options['appid-port'])}`,
    `--stats-port=${numbered(options, options['stats-port'])}`,
    `--http-port=${lbPort}`,
    ...common(options, 'lb'),
    ...(options.haproxy === undefined ? [] : [`--haproxy=${options.haproxy}`]),
  ];
}

/** The arguments that most parts share: allowed hosts, and a recording. */
function common(options: UpOptions, part: string): string[] {
  const record = options.record === undefined ? [] : [`--record=${join(options.record, `${part}.rec`)}`];
  return [...hostArgs(options), ...record];
}

function hostArgs({ allowed_hosts }: UpOptions): string[] {
  return allowed_hosts.map((names) => `--allowed_hosts=${names}`);
}
