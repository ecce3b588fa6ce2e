/**
 * Load by dnsperf, and single questions whose time is taken.
 */

import { execFile } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { endWithBench } from '../leftovers';
import { cpuSeconds, type ServerProcess } from './servers';

const LOAD_CORE = '1';

export interface Measured {
  readonly qps: number;
  /** Processor time of the server for one question, in microseconds. */
  readonly cpu: number;
  readonly lost: number;
}

export function writeQuestions(path: string, questions: readonly (readonly [string, string])[]): void {
  writeFileSync(path, questions.map(([name, type]) => `${name} ${type}\n`).join(''));
}

/** Asks as fast as answers come, for some seconds. */
export async function runLoad(server: ServerProcess, questions: string, seconds: number): Promise<Measured> {
  const args = ['-s', '127.0.0.1', '-p', String(server.port), '-d', questions, '-l', String(seconds)];
  const before = cpuSeconds(server.pid);
  const text = await run('taskset', [
    '-c',
    LOAD_CORE,
    'dnsperf',
    ...args,
    '-c',
    '20',
    '-q',
    '200',
    '-T',
    '1',
  ]);
  const spent = cpuSeconds(server.pid) - before;
  const read = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0);
  const completed = read(/Queries completed:\s+(\d+)/);
  return {
    qps: read(/Queries per second:\s+([\d.]+)/),
    cpu: completed > 0 ? (spent * 1e6) / completed : 0,
    lost: read(/Queries lost:\s+(\d+)/),
  };
}

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, out: string, err: string): void =>
      error && !out ? reject(new Error(`${command}: ${err || error.message}`)) : resolve(out);
    endWithBench(execFile(command, args, { maxBuffer: 16 * 1024 * 1024 }, done));
  });
}

/** One question as bytes. */
export function question(id: number, name: string, type = 1): Buffer {
  const labels = name
    .split('.')
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id & 0xffff, 0);
  header.writeUInt16BE(0x0100, 2);
  header.writeUInt16BE(1, 4);
  return Buffer.concat([header, ...labels, Buffer.from([0, 0, type, 0, 1])]);
}

/** Asks one question after another and remembers how long each took. */
export class Client {
  readonly times: number[] = [];
  private readonly socket: Socket = createSocket('udp4');
  private readonly waiting = new Map<number, (reply: Buffer) => void>();
  private id = 0;

  constructor(private readonly port: number) {
    this.socket.on('message', (reply) => this.waiting.get(reply.readUInt16BE(0))?.(reply));
    this.socket.on('error', () => undefined);
  }

  /** The reply; undefined when none came within the time. */
  ask(name: string, timeoutMs = 2000): Promise<Buffer | undefined> {
    const id = ++this.id & 0xffff;
    const begun = performance.now();
    return new Promise((resolve) => {
      const done = (reply: Buffer | undefined): void => {
        clearTimeout(limit);
        this.waiting.delete(id);
        this.times.push(performance.now() - begun);
        resolve(reply);
      };
      const limit = setTimeout(() => done(undefined), timeoutMs);
      this.waiting.set(id, done);
      this.socket.send(question(id, name), this.port, '127.0.0.1');
    });
  }

  close(): void {
    this.socket.close();
  }
}

export function percentile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Waits until each of the servers knows a name. */
export async function ready(servers: readonly ServerProcess[], name: string): Promise<void> {
  for (const server of servers) {
    const client = new Client(server.port);
    const end = performance.now() + 60_000;
    for (;;) {
      const reply = await client.ask(name, 100);
      if (reply && reply.readUInt16BE(6) > 0) break;
      if (performance.now() > end) throw new Error(`${server.name} does not answer`);
      await pause(20);
    }
    client.close();
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
