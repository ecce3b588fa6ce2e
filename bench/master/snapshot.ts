/**
 * Big reads beside everything else: 100,000 running tasks; `/state`, GET_STATE, GET_TASKS and others, and the first event
 * of SUBSCRIBE in JSON and protobuf, while `/health` is asked every few milliseconds. The longest answer of `/health`
 * is how long the master's loop was held up.
 */

import { request } from 'node:http';
import { atSize, type Sized } from './size';
import { filled, pollHealth } from './state';

const AGENTS = Number(process.env['BENCH_AGENTS'] ?? 1000);
const FRAMEWORKS = 10;
const TASKS_PER_AGENT = 10;
const TYPES = ['application/json', 'application/x-protobuf'] as const;
const CALLS = ['GET_STATE', 'GET_TASKS', 'GET_AGENTS', 'GET_FRAMEWORKS', 'SUBSCRIBE'] as const;

export async function benchSnapshot(): Promise<void> {
  const resources = '--resources=cpus:1000;mem:10000000;disk:1000000;ports:[31000-32000]';
  await atSize(AGENTS, [resources], async (sized) => {
    const running = [];
    for (let index = 0; index < FRAMEWORKS; index++) {
      running.push(await filled(sized, `run-${index}`, (index + 1) * AGENTS * TASKS_PER_AGENT));
    }
    await measure(sized, 'nothing', () => new Promise((done) => setTimeout(() => done(0), 3000)));
    for (const which of ['/state, first', '/state, again'])
      await measure(sized, which, () => readState(sized));
    for (const type of CALLS)
      for (const accept of TYPES) await measure(sized, `${type} ${accept}`, () => read(sized, type, accept));
    for (const scheduler of running) await scheduler.stop();
  });
}

async function measure(sized: Sized, what: string, run: () => Promise<number>): Promise<void> {
  const health = pollHealth(sized);
  await new Promise((done) => setTimeout(done, 1000));
  const began = performance.now();
  const bytes = await run();
  const took = performance.now() - began;
  const longest = Math.max(...(await health.stop()));
  process.stdout.write(
    `${what}: ${(bytes / 1e6).toFixed(1)} MB in ${took.toFixed(0)} ms; ` +
      `/health meanwhile at most ${longest.toFixed(0)} ms\n`,
  );
}

async function readState({ url }: Sized): Promise<number> {
  return (await (await fetch(`${url}/state`)).arrayBuffer()).byteLength;
}

/** The bytes of an answer, or of the first event of a stream. */
function read({ url }: Sized, type: string, accept: string): Promise<number> {
  const headers = { 'Content-Type': 'application/json', Accept: accept };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/api/v1`, { method: 'POST', headers }, (answer) => {
      let bytes = 0;
      let head = '';
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (type !== 'SUBSCRIBE') return;
        if (!head.includes('\n')) head += chunk.toString('latin1', 0, 20);
        if (bytes >= Number.parseInt(head, 10)) {
          sent.destroy();
          resolve(bytes);
        }
      });
      answer.once('end', () => resolve(bytes));
    });
    sent.once('error', reject);
    sent.end(JSON.stringify({ type }));
  });
}
