/**
 * The servers that are measured side by side, each a process of its own on one core: NSD, a bare datagram echo, ours, and
 * the original when `MESETA_BENCH_MESOS_DNS` has its command (`{config}` stands for the settings file).
 */

import { type ChildProcess, execFileSync, type StdioOptions, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { benchFolder, endWithBench } from '../leftovers';

export interface ServerProcess {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

const SERVER_CORE = '0';

/** Processor time of a process and its children so far, in seconds. */
export function cpuSeconds(pid: number): number {
  const ticks = (process: number): number => {
    try {
      const fields = readFileSync(`/proc/${process}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return Number(fields[11]) + Number(fields[12]);
    } catch {
      return 0;
    }
  };
  return processesOf(pid).reduce((sum, process) => sum + ticks(process), 0) / 100;
}

/** A process and all that it started. */
export function processesOf(pid: number): number[] {
  return [pid, ...childrenOf(pid)];
}

function childrenOf(pid: number): number[] {
  try {
    const text = execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
    return text
      .split('\n')
      .filter(Boolean)
      .map(Number)
      .flatMap((child) => [child, ...childrenOf(child)]);
  } catch {
    return [];
  }
}

/** Memory in use and the most there was, in megabytes. */
export function memoryOf(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const value = (name: string): number =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024);
  return { now: value('VmRSS'), peak: value('VmHWM') };
}

/** A port that is free for UDP and TCP. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  const server = createServer();
  const isTaken = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(true)).listen(port, '127.0.0.1', () => resolve(false));
  });
  if (!isTaken) await new Promise<void>((resolve) => server.close(() => resolve()));
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return isTaken ? await freePort() : port;
}

/** Starts a program bound to one core, or to all of them. */
export function startServer(
  name: string,
  port: number,
  command: readonly string[],
  options: { readonly cores?: string; readonly clean?: string } = {},
): ServerProcess {
  const stdio: StdioOptions = ['ignore', 'ignore', process.env['BENCH_DEBUG'] ? 'inherit' : 'ignore'];
  const started = spawn('taskset', ['-c', options.cores ?? SERVER_CORE, ...command], { stdio });
  const child: ChildProcess = endWithBench(started);
  let stopping = false;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.on('error', () => undefined);
  child.once('exit', (status) => {
    if (!stopping) throw new Error(`${name} ended by itself (status ${status}): ${command.join(' ')}`);
  });
  const stop = async (): Promise<void> => {
    stopping = true;
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), 3000);
    await ended;
    clearTimeout(kill);
    if (options.clean) rmSync(options.clean, { recursive: true, force: true });
  };
  return { name, port, pid: child.pid ?? 0, stop };
}

/** NSD with the records that are asked for. */
export async function startNsd(zone: string): Promise<ServerProcess> {
  const folder = benchFolder('bench-nsd-');
  const port = await freePort();
  writeFileSync(join(folder, 'mesos.zone'), zone);
  writeFileSync(
    join(folder, 'nsd.conf'),
    [
      'server:',
      `  ip-address: 127.0.0.1@${port}`,
      `  zonesdir: "${folder}"`,
      `  database: ""`,
      `  pidfile: "${folder}/nsd.pid"`,
      `  xfrdfile: "${folder}/xfrd.state"`,
      `  zonelistfile: "${folder}/zone.list"`,
      '  username: ""',
      '  chroot: ""',
      '  server-count: 1',
      '  round-robin: yes',
      '  rrl-ratelimit: 0',
      '  rrl-whitelist-ratelimit: 0',
      'remote-control:',
      '  control-enable: no',
      'zone:',
      '  name: mesos',
      '  zonefile: mesos.zone',
      '',
    ].join('\n'),
  );
  return startServer('NSD', port, ['nsd', '-d', '-c', join(folder, 'nsd.conf')], { clean: folder });
}

const ECHO = `
const socket = require('node:dgram').createSocket('udp4');
socket.on('message', (bytes, from) => { bytes[2] |= 0x84; socket.send(bytes, from.port, from.address); });
socket.bind(Number(process.argv[1]), '127.0.0.1');
`;

/** The least a Node process can do with a datagram: send it back, marked as a reply. */
export async function startEcho(): Promise<ServerProcess> {
  const port = await freePort();
  return startServer('bare Node echo', port, [process.execPath, '-e', ECHO, String(port)]);
}

export interface OursOptions {
  readonly master: number;
  readonly processes?: number;
  readonly cores?: string;
  readonly httpPort?: number;
}

/** Our own server, as it is built. */
export async function startOurs({
  master,
  processes = 1,
  cores,
  httpPort,
}: OursOptions): Promise<ServerProcess> {
  const port = await freePort();
  const entry = join(__dirname, '..', '..', '..', 'bin', 'meseta');
  const args = [
    ...['dns', '--masters', `127.0.0.1:${master}`, '--port', String(port), '--processes', String(processes)],
    ...[
      '--external',
      'off',
      '--log-level',
      process.env['BENCH_DEBUG'] ? 'debug' : 'warn',
      ...(httpPort ? ['--http-port', String(httpPort)] : ['--http', 'off']),
    ],
  ];
  const name = processes === 1 ? 'ours' : `ours, ${processes} processes`;
  return startServer(name, port, [process.execPath, entry, ...args], cores ? { cores } : {});
}

/** The original, when there is a command for it. */
export async function startOriginal(master: number): Promise<ServerProcess | undefined> {
  const command = process.env['MESETA_BENCH_MESOS_DNS'];
  if (!command) return undefined;
  const folder = benchFolder('bench-original-');
  const port = await freePort();
  const settings = {
    ...{ masters: [`127.0.0.1:${master}`], port, listener: '127.0.0.1', httpOn: false, externalOn: false },
    ...{ domain: 'mesos', refreshSeconds: 3600 },
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(settings));
  const words = command.split(/\s+/).map((word) => word.replace('{config}', join(folder, 'config.json')));
  return startServer('Mesos-DNS', port, words, { clean: folder });
}
