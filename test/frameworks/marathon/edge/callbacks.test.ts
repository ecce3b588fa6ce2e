import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { VirtualClock } from '../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../cluster/runtime/log';
import { MemoryStore } from '../../../../cluster/state/memory';
import type { BusEvent } from '../../../../frameworks/marathon/api/events';
import {
  type CallbackSettings,
  Callbacks,
  isCallbackUrl,
} from '../../../../frameworks/marathon/edge/callbacks';
import { until } from '../../fake-master';

const SETTINGS: CallbackSettings = { endpoints: [], requestMs: 5000, slowMs: 5000, waitingMax: 100 };

const clock = new VirtualClock(0);
let store: MemoryStore;
let server: Server;
let url: string;
/** The bodies that came to the subscriber. */
let bodies: string[];
/** The headers that show who sent them. */
let senders: (string | undefined)[];
let status: number;
let answer: string;
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
  senders = [];
  status = 200;
  answer = '';
  store = new MemoryStore();
  server = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      senders.push(request.headers.authorization);
      response.writeHead(status).end(answer);
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

test('credentials of a URL are sent as basic authentication, and may be stars when it unsubscribes', async () => {
  const secret = url.replace('http://', 'http://me:p%40ss@');
  callbacks = await open({ endpoints: [secret] });
  callbacks.publish(event('/a'));
  await until('the event', () => bodies.length === 1);
  expect(senders).toEqual([`Basic ${Buffer.from('me:p@ss').toString('base64')}`]);
  await callbacks.unsubscribe(url.replace('http://', 'http://***@'));
  expect(callbacks.urls).toEqual([]);
});

test('a subscriber that answers with very much has failed', async () => {
  answer = 'x'.repeat(1024 * 1024);
  callbacks = await open({ endpoints: [url] });
  callbacks.publish(event('/a'));
  await until('the pause', () => callbacks.paused(url));
  expect(bodies).toHaveLength(1);
});

test('there is a bound for subscribers', async () => {
  const many = Array.from({ length: 1000 }, (_, index) => `http://host:81/${index}`);
  callbacks = await open({ endpoints: many.slice(1) });
  expect(callbacks.isFull).toBe(false);
  await callbacks.subscribe('http://host:81/0');
  expect(callbacks.isFull).toBe(true);
});

test.each<[url: string, isOne: boolean]>([
  ['http://host:81/hook?x=1', true],
  ['HTTPS://me:secret@host', true],
  ['ftp://host/', false],
  ['http://', false],
  ['http://169.254.169.254/latest', false],
  ['http://2852039166/', false],
  ['http://[fe80::1]/', false],
  ['http://[::ffff:169.254.169.254]/', false],
  ['http://host/\r\nX-Header: 1', false],
  ['http://host/a b', false],
])('%j is a URL for callbacks: %s', (text, isOne) => {
  expect(isCallbackUrl(text)).toBe(isOne);
});
