/** Kills wait for load balancers, at most for the deadline; nothing else waits. */

import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as scheduler from '../../../../cluster/api/generated/scheduler';
import { VirtualClock } from '../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../cluster/runtime/log';
import { Drain } from '../../../../frameworks/kit/edge/drain';

const stops: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const kill = (task: string): scheduler.Call => ({ type: 'KILL', kill: { task_id: { value: task } } });

const letGo = (response: ServerResponse): unknown =>
  response.end(JSON.stringify({ state: 'out', connections: 0 }));

/** A load balancer: `respond` gets each response once the request is read, with the number of requests so far. */
async function balancer(
  respond: (response: ServerResponse, count: number) => void,
): Promise<{ url: string; bodies: unknown[] }> {
  const bodies: unknown[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => {
      body += part.toString();
    });
    request.on('end', () => {
      bodies.push([request.url, JSON.parse(body)]);
      respond(response, bodies.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies };
}

const LIMIT_MS = 30_000;

function drain(
  urls: string[],
  sent: scheduler.Call[],
  { clock = new VirtualClock(), timeoutMs = LIMIT_MS } = {},
): Drain {
  const queue = new Drain({ urls, timeoutMs }, (call) => sent.push(call), silentLogger, clock);
  stops.push(() => queue.stop());
  return queue;
}

async function until(met: () => boolean): Promise<void> {
  for (let turn = 0; !met(); turn++) {
    if (turn > 5000) throw new Error('too long');
    await sleep(5);
  }
}

/** Moves time to the end of the pause before the next attempt, and returns the time. */
async function endPause(clock: VirtualClock): Promise<number> {
  await until(() => clock.next() !== undefined);
  clock.advance((clock.next() ?? 0) - clock.now());
  return clock.now();
}

test('a kill goes out once the load balancer has let the task go, and only once', async () => {
  const sent: scheduler.Call[] = [];
  const held: ServerResponse[] = [];
  const { url, bodies } = await balancer((response) => held.push(response));
  const queue = drain([url], sent);
  queue.call(kill('a'));
  queue.call(kill('a'));
  await until(() => held.length === 1);
  expect(sent).toEqual([]);
  for (const response of held) letGo(response);
  await until(() => sent.length === 1);
  expect(bodies).toEqual([['/v1/drains', { task: 'a', deadlineMs: LIMIT_MS }]]);
  expect(sent).toEqual([kill('a')]);
});

test('other calls, and kills without load balancers, go out at once', async () => {
  const sent: scheduler.Call[] = [];
  drain([], sent).call(kill('a'));
  const { url } = await balancer(letGo);
  drain([url], sent).call({ type: 'REVIVE' });
  expect(sent).toEqual([kill('a'), { type: 'REVIVE' }]);
});

test('a load balancer that is away holds a kill up to the deadline, since its HAProxy may serve on, and no more after', async () => {
  const sent: scheduler.Call[] = [];
  const clock = new VirtualClock();
  const queue = drain(['http://127.0.0.1:1'], sent, { clock, timeoutMs: 500 });
  queue.call(kill('a'));
  expect([await endPause(clock), sent]).toEqual([200, []]);
  expect([await endPause(clock), sent]).toEqual([400, []]);
  // Another pause would end after the deadline.
  await until(() => sent.length === 1);
  queue.call(kill('b'));
  // Time stands still: a kill that waited for a second attempt would never go out.
  await until(() => sent.length === 2);
  expect(sent).toEqual([kill('a'), kill('b')]);
  expect([clock.now(), clock.next()]).toEqual([400, undefined]);
});

test('a load balancer that restarts meanwhile is asked again, with the time that is left', async () => {
  const sent: scheduler.Call[] = [];
  const clock = new VirtualClock();
  const { url, bodies } = await balancer((response, count) => {
    if (count === 3) letGo(response);
    else response.socket?.destroy();
  });
  drain([url], sent, { clock }).call(kill('a'));
  await endPause(clock);
  await endPause(clock);
  await until(() => sent.length === 1);
  const deadlines = [LIMIT_MS, LIMIT_MS - 200, LIMIT_MS - 400];
  expect(bodies).toEqual(deadlines.map((deadlineMs) => ['/v1/drains', { task: 'a', deadlineMs }]));
});
