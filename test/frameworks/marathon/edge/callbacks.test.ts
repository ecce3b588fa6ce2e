import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { VirtualClock } from '../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../cluster/runtime/log';
import { MemoryStore } from '../../../../cluster/state/memory';
import type { BusEvent } from '../../../../frameworks/marathon/api/events';
import { type CallbackSettings, Callbacks } from '../../../../frameworks/marathon/edge/callbacks';
import { until } from '../../fake-master';

const SETTINGS: CallbackSettings = { endpoints: [], requestMs: 5000, slowMs: 5000, waitingMax: 100 };

const clock = new VirtualClock(0);
let store: MemoryStore;
let server: Server;
let url: string;
/** The bodies that came to the subscriber. */
let bodies: string[];
let status: number;
let callbacks: Callbacks;

const open = (settings: Partial<CallbackSettings> = {}): Promise<Callbacks> =>
  Callbacks.open({ ...SETTINGS, ...settings }, { store, clock, log: silentLogger });

const event = (appId: string): BusEvent => ({
  appId,
  eventType: 'app_terminated_event',
  timestamp: '2030-01-01T00:00:00.000Z',
});

const appIds = (): string[] => bodies.map((body) => (JSON.parse(body) as { appId: string }).appId);

beforeEach(async () => {
  bodies = [];
  status = 200;
  store = new MemoryStore();
  server = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?x=1`;
});

afterEach(async () => {
  callbacks.stop();
  server.closeAllConnections();
  await new Promise((resolve) => void server.close(resolve));
});

test('events are posted as JSON, one after the other', async () => {
  callbacks = await open({ endpoints: [url] });
  for (const appId of ['/a', '/b', '/c']) callbacks.publish(event(appId));
  await until('three events', () => bodies.length === 3);
  expect(appIds()).toEqual(['/a', '/b', '/c']);
  expect(JSON.parse(bodies[0] ?? '')).toEqual(event('/a'));
});

test('subscriptions outlive a restart, and their end does, too', async () => {
  callbacks = await open();
  await callbacks.subscribe(url);
  await callbacks.subscribe('http://other/');
  callbacks.stop();
  callbacks = await open({ endpoints: ['http://third/'] });
  expect(callbacks.urls).toEqual([url, 'http://other/', 'http://third/']);
  await callbacks.unsubscribe(url);
  callbacks.stop();
  callbacks = await open();
  expect(callbacks.urls).toEqual(['http://other/', 'http://third/']);
});

test('a subscriber that fails gets nothing for a while, and then events again', async () => {
  callbacks = await open({ endpoints: [url] });
  status = 500;
  callbacks.publish(event('/a'));
  await until('the first event', () => bodies.length === 1);
  await until('the pause', () => {
    callbacks.publish(event('/lost'));
    return callbacks.paused(url);
  });
  const before = bodies.length;
  status = 200;
  callbacks.publish(event('/skipped'));
  clock.advance(1_000_000);
  callbacks.publish(event('/b'));
  await until('the event after the pause', () => appIds().includes('/b'));
  expect(appIds().slice(before)).toEqual(['/b']);
});

test('one who unsubscribed gets nothing any more', async () => {
  callbacks = await open({ endpoints: [url] });
  callbacks.publish(event('/a'));
  await until('the first event', () => bodies.length === 1);
  await callbacks.unsubscribe(url);
  callbacks.publish(event('/b'));
  await callbacks.subscribe(url);
  callbacks.publish(event('/c'));
  await until('the event of the new subscription', () => bodies.length === 2);
  expect(appIds()).toEqual(['/a', '/c']);
});
