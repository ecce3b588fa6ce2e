/** Kills wait for load balancers, at most for the deadline; nothing else waits. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as scheduler from '../../../../cluster/api/generated/scheduler';
import { silentLogger } from '../../../../cluster/runtime/log';
import { Drain } from '../../../../frameworks/marathon/edge/drain';

const stops: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const kill = (task: string): scheduler.Call => ({ type: 'KILL', kill: { task_id: { value: task } } });

/** A load balancer that answers after a while. */
async function balancer(afterMs: number): Promise<{ url: string; asked: unknown[] }> {
  const asked: unknown[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => {
      body += part.toString();
    });
    request.on('end', () => {
      asked.push([request.url, JSON.parse(body)]);
      setTimeout(() => response.end(JSON.stringify({ state: 'out', connections: 0 })), afterMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function drain(urls: string[], sent: scheduler.Call[]): Drain {
  const made = new Drain({ urls, timeoutMs: 2000 }, (call) => sent.push(call), silentLogger);
  stops.push(() => made.stop());
  return made;
}

async function until(met: () => boolean): Promise<void> {
  for (let turn = 0; !met(); turn++) {
    if (turn > 500) throw new Error('too long');
    await sleep(5);
  }
}

test('a kill goes out once the load balancer has let the task go, and only once', async () => {
  const sent: scheduler.Call[] = [];
  const { url, asked } = await balancer(100);
  const made = drain([url], sent);
  made.call(kill('a'));
  made.call(kill('a'));
  await until(() => asked.length === 1);
  expect(sent).toEqual([]);
  await until(() => sent.length === 1);
  expect(asked).toEqual([['/v1/drains', { task: 'a', deadlineMs: 2000 }]]);
  expect(sent).toEqual([kill('a')]);
});

test('other calls, and kills without load balancers, go out at once', async () => {
  const sent: scheduler.Call[] = [];
  drain([], sent).call(kill('a'));
  const { url } = await balancer(0);
  drain([url], sent).call({ type: 'REVIVE' });
  expect(sent).toEqual([kill('a'), { type: 'REVIVE' }]);
});

test('a load balancer that is away holds a kill up to the deadline, since its HAProxy may serve on, and no more after', async () => {
  const sent: scheduler.Call[] = [];
  const made = new Drain(
    { urls: ['http://127.0.0.1:1'], timeoutMs: 500 },
    (call) => sent.push(call),
    silentLogger,
  );
  stops.push(() => made.stop());
  const began = performance.now();
  made.call(kill('a'));
  await until(() => sent.length === 1);
  expect(performance.now() - began).toBeGreaterThan(250);
  made.call(kill('b'));
  const second = performance.now();
  await until(() => sent.length === 2);
  expect(performance.now() - second).toBeLessThan(250);
});

test('a load balancer that restarts meanwhile is asked again', async () => {
  const sent: scheduler.Call[] = [];
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? '');
    request.resume();
    if (asked.length < 3) response.socket?.destroy();
    else response.end(JSON.stringify({ state: 'out', connections: 0 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  drain([`http://127.0.0.1:${(server.address() as AddressInfo).port}`], sent).call(kill('a'));
  await until(() => sent.length === 1);
  expect(asked).toHaveLength(3);
});
