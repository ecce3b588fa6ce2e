/**
 * SIGUSR1: Node's way to open its inspector, Mesos' way to take an agent away, marathon-lb's way to reload.
 */

import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectNothingLeft } from '../leftovers';
import { eventually } from './eventually';
import { start } from './meseta';

let folder: string;
const running: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meseta-signals-'));
});

afterEach(async () => {
  for (const child of running.splice(0).reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await ended;
  }
  await expectNothingLeft({ root: folder });
  rmSync(folder, { recursive: true, force: true });
});

/** A daemon and what it has said. */
class Daemon {
  text = '';

  constructor(readonly child: ChildProcess) {
    running.push(child);
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.text += chunk.toString();
      });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async said(pattern: RegExp): Promise<string> {
    const descendants = await eventually(
      `${pattern} of ${this.child.spawnargs[2]}`,
      () => {
        if (this.child.exitCode !== null) throw new Error(`it ended: ${this.text}`);
        return pattern.exec(this.text);
      },
      60_000,
    );
    return descendants[1] ?? descendants[0];
  }
}

const daemon = (...args: string[]): Daemon => new Daemon(start(args));

const startMaster = () => daemon('master', '--port=0', `--work_dir=${join(folder, 'master')}`);
const LISTENS = /"url":"http:\/\/([\d.]+:\d+)"[^\n]*listens"/;

const startAgent = (master: string, ...flags: readonly string[]) =>
  daemon(
    ...['agent', `--master=${master}`, '--port=0', `--work_dir=${join(folder, 'agent')}`],
    '--registration_backoff_factor=0ms',
    // Another start has another port.
    '--reconfiguration_policy=any',
    ...flags,
  );

/** The process and those it started that run Node. */
function nodes(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const children = text.split(' ').filter(Boolean).map(Number);
  const taskProcesses = children.filter(
    (child) => readlinkSync(`/proc/${child}/exe`) === readlinkSync('/proc/self/exe'),
  );
  return [pid, ...taskProcesses.flatMap(nodes)];
}

/** TCP addresses where a process listens, in the kernel's hexadecimal form. */
function listening(pid: number): string[] {
  const links = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
  const rows = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n'),
  );
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && links.includes(`socket:[${inode}]`))
    .map(([, local = '']) => local)
    .sort();
}

/** Sends SIGUSR1 to a daemon and its children of Node, and shows that none of them listens anywhere else then. */
async function expectShut(daemon: Daemon, count = 1): Promise<void> {
  const { pid, child, text } = daemon;
  const before = nodes(pid).map((one) => [one, listening(one)] as const);
  expect(before).toHaveLength(count);
  for (const [one] of before) process.kill(one, 'SIGUSR1');
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(before.map(([one]) => [one, listening(one)])).toEqual(before);
  expect(child.exitCode ?? child.signalCode).toBeNull();
  expect(daemon.text.slice(text.length)).not.toContain('Debugger');
}

/** Whether a process would live through SIGUSR1: the tenth signal, in the mask of those that are caught. */
function catchesUsr1(pid: number): boolean {
  const mask = /SigCgt:\s*([0-9a-f]+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return (BigInt(`0x${mask}`) & (1n << 9n)) !== 0n;
}

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('no daemon opens the inspector at SIGUSR1, and each lives on', async () => {
  const master = startMaster();
  const place = await master.said(LISTENS);
  const marathon = daemon(
    ...['marathon', `--master=${place}`, '--http_port=0', `--work_dir=${join(folder, 'marathon')}`],
  );
  const dns = daemon('dns', `--masters=${place}`, '--port=0', '--http-port=0', '--processes=2');
  const url = await marathon.said(LISTENS);
  const ports = [
    '--bind-address=127.0.0.1',
    ...['http-in', 'appid', 'stats', 'http'].map((name) => `--${name}-port=0`),
  ];
  const lb = daemon(
    'lb',
    `--marathon=http://${url}`,
    '--group=*',
    ...['--sse', '--stop-haproxy'],
    `--work-dir=${join(folder, 'lb')}`,
    ...ports,
  );
  await lb.said(/the load balancer serves/);
  await eventually('both processes of DNS', () => nodes(dns.pid).length === 2);
  await eventually('its HTTP interface', () => listening(dns.pid).length > 1);
  await expectShut(master);
  await expectShut(marathon);
  await expectShut(dns, 2);
  await expectShut(lb);
});

onLinux('meseta up does not open it either, with agents and executors in it', async () => {
  const up = daemon('up', '--free-ports', `--work-dir=${join(folder, 'up')}`, '--agents=2');
  await up.said(/Up in [\d.]+ s/);
  await expectShut(up);
});

onLinux('a signal that comes before the program has begun leaves nothing open', async () => {
  const master = startMaster();
  await eventually("Node's own listener", () => catchesUsr1(master.pid));
  for (let times = 0; times < 40 && !master.text.includes('listens'); times++) {
    process.kill(master.pid, 'SIGUSR1');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await master.said(LISTENS);
  await eventually('one port', () => listening(master.pid).length === 1);
  await expectShut(master);
});

onLinux('an agent leaves the cluster at SIGUSR1, its tasks with it, and may come back', async () => {
  const master = startMaster();
  const place = await master.said(LISTENS);
  const slaves = async (): Promise<number> => {
    const answer = await fetch(`http://${place}/slaves`);
    return ((await answer.json()) as { slaves: unknown[] }).slaves.length;
  };
  const agent = startAgent(place);
  await eventually('the agent', async () => (await slaves()) === 1);
  const ended = new Promise((resolve) => agent.child.once('close', resolve));
  process.kill(agent.pid, 'SIGUSR1');
  expect(await ended).toBe(0);
  expect(agent.text).toContain('unregistering and shutting down');
  expect(agent.text).not.toContain('Debugger');
  // Long before the master would miss its pings.
  await eventually('an empty cluster', async () => (await slaves()) === 0, 10_000);
  startAgent(place);
  await eventually('the agent again', async () => (await slaves()) === 1);
});

onLinux('an agent that is told to leave while it starts leaves once it has started', async () => {
  const master = startMaster();
  const started = join(folder, 'started');
  const agent = startAgent(
    await master.said(LISTENS),
    `--ip_discovery_command=touch ${started}; while [ -e ${started} ]; do sleep 0.05; done; echo 127.0.0.1`,
  );
  const ended = new Promise((resolve) => agent.child.once('close', resolve));
  await eventually('the start', () => existsSync(started));
  process.kill(agent.pid, 'SIGUSR1');
  rmSync(started);
  expect(await ended).toBe(0);
  expect(agent.text).toContain('shutting down');
});
