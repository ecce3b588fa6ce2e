/**
 * Hostile pages in a real browser on the machine of a cluster without credentials: they read nothing and change nothing,
 * and our own pages and addresses that a person types work.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Chromium, hasBrowser, type Page, startChromium, withBrowser } from './chromium';
import { eventually } from './eventually';
import { Up } from './meseta';

const EVIL = 'evil.example';

let folder: string;
let up: Up | undefined;
let browser: Chromium | undefined;
let hostile: Server | undefined;

beforeAll(async () => {
  if (!hasBrowser) return;
  folder = mkdtempSync(join(tmpdir(), 'meseta-browser-'));
  up = await Up.start(join(folder, 'work'));
  hostile = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<title>hostile</title><body></body>');
  });
  await new Promise<void>((done) => hostile?.listen(0, '127.0.0.1', done));
  browser = await startChromium([EVIL]);
});

afterAll(async () => {
  await browser?.close();
  await new Promise((done) => (hostile ? hostile.close(done) : done(undefined)));
  await up?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const place = (part: string, which = 0): string => up?.place(part, which) ?? '';
const portOf = (url: string): string => new URL(url).port;

/** A tab on a page, and the answers it gets from then on, as the network has them. */
async function tab(url: string): Promise<{ page: Page; answers: Map<string, number> }> {
  if (!browser) throw new Error('no browser');
  const page = await browser.newPage();
  await page.goto(url);
  const answers = new Map<string, number>();
  page.on('response', (response) => answers.set(response.url(), response.status()));
  return { page, answers };
}

const hostilePage = (host: string): string =>
  `http://${host}:${(hostile?.address() as AddressInfo | undefined)?.port ?? 0}/`;

async function counts() {
  const json = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T;
  const { frameworks } = await json<{ frameworks: { name: string }[] }>(`${place('master')}/frameworks`);
  const agent = await json<{ frameworks: unknown[] }>(`${place('agent 1')}/state`);
  const metrics = await (await fetch(`${place('lb')}/metrics`)).text();
  return {
    frameworks: frameworks.map(({ name }) => name),
    running: agent.frameworks.length,
    reloads: /^lb_reloads (\d+)/m.exec(metrics)?.[1],
  };
}

/** Everything a page can send without being asked: each is a script that ends when it is over. */
function attacks(): Record<string, string> {
  const [master, agent, lb] = [place('master'), place('agent 1'), place('lb')];
  const quiet = '.then(() => 0, () => 0)';
  const tag = (kind: string, url: string): string =>
    `new Promise((done) => { const it = document.createElement('${kind}'); it.onload = it.onerror = done;
      it.src = ${JSON.stringify(url)}; document.body.append(it); })`;
  const form = (url: string): string =>
    `new Promise((done) => { const frame = document.createElement('iframe'); frame.name = 'f' + Math.random();
      document.body.append(frame); const form = document.createElement('form'); form.method = 'POST';
      form.target = frame.name; form.enctype = 'text/plain'; form.action = ${JSON.stringify(url)};
      document.body.append(form); frame.onload = done; form.submit(); })`;
  const post = (url: string, mode: string): string =>
    `fetch(${JSON.stringify(url)}, { method: 'POST', mode: '${mode}', body: 'x',
      headers: { 'Libprocess-From': 'scheduler(1)@127.0.0.1:9' } })${quiet}`;
  const run = `${agent}/slave(1)/mesos.internal.RunTaskMessage`;
  const register = `${master}/master/mesos.internal.RegisterFrameworkMessage`;
  return {
    [`${master}/state`]: `fetch('${master}/state', { mode: 'no-cors' })${quiet}`,
    [`${place('marathon')}/v2/apps`]: `fetch('${place('marathon')}/v2/apps', { mode: 'no-cors' })${quiet}`,
    [`${place('dns', 1)}/v1/enumerate`]: `fetch('${place('dns', 1)}/v1/enumerate', { mode: 'no-cors' })${quiet}`,
    [`${master}/state?jsonp=steal`]: tag('script', `${master}/state?jsonp=steal`),
    [`${agent}/state?jsonp=steal`]: tag('script', `${agent}/state?jsonp=steal`),
    [`${place('haproxy', 2)}/metrics`]: `fetch('${place('haproxy', 2)}/metrics', { mode: 'no-cors' })${quiet}`,
    [`${place('haproxy', 2)}/_mlb_signal/hup`]: tag('img', `${place('haproxy', 2)}/_mlb_signal/hup`),
    [`${lb}/_mlb_signal/usr1`]: tag('img', `${lb}/_mlb_signal/usr1`),
    [`${lb}/_mlb_signal/hup`]: tag('iframe', `${lb}/_mlb_signal/hup`),
    [`${master}/logging/toggle?level=3&duration=1mins`]: tag(
      'img',
      `${master}/logging/toggle?level=3&duration=1mins`,
    ),
    [run]: form(run),
    [`${run}?1`]: post(`${run}?1`, 'no-cors'),
    [register]: form(register),
    [`${register}?1`]: post(`${register}?1`, 'no-cors'),
  };
}

async function attack(host: string): Promise<void> {
  const before = await counts();
  const { page, answers } = await tab(hostilePage(host));
  await page.evaluate('window.stolen = []; window.steal = (value) => window.stolen.push(value); 0');
  const all = attacks();
  for (const script of Object.values(all)) await page.evaluate(`${script}.then(() => 0)`);
  const sent = Object.keys(all);
  await eventually('every answer', () => sent.every((url) => answers.has(url)));
  expect(sent.filter((url) => answers.get(url) !== 403).map((url) => [url, answers.get(url)])).toEqual([]);
  const read = `fetch('${place('master')}/state').then((it) => it.text(), () => 'blocked')`;
  expect(await page.evaluate(read)).toBe('blocked');
  const socket = `new Promise((done) => { const it = new WebSocket('${place('master').replace('http', 'ws')}/state');
    it.onopen = () => done('open'); it.onerror = () => done('refused'); })`;
  expect(await page.evaluate(socket)).toBe('refused');
  expect(await page.evaluate('window.stolen')).toEqual([]);
  await page.close();
  expect(await counts()).toEqual(before);
}

withBrowser('a page of another site, or on another port, reads and changes nothing', async () => {
  await attack(EVIL);
  await attack('127.0.0.1');
});

withBrowser('a page whose name was made to point here is refused everything, messages too', async () => {
  const before = await counts();
  const stats = await tab(`http://${EVIL}:${portOf(place('haproxy', 2))}/haproxy?stats`);
  const read = (path: string): Promise<string> =>
    stats.page.evaluate(`fetch('${path}').then(async (it) => it.status + ' ' + (await it.text()))`);
  for (const path of ['/haproxy?stats', '/metrics', '/_haproxy_getconfig', '/_mlb_signal/usr1'])
    expect(await read(path)).toMatch(/^403 .*--allowed_hosts/);
  await stats.page.close();
  const places = [place('master'), place('agent 1'), place('marathon'), place('dns', 1), place('lb')];
  for (const url of places) {
    const { page } = await tab(`http://${EVIL}:${portOf(url)}/`);
    const ask = (path: string, more = '{}'): Promise<[number, string]> =>
      page.evaluate(`fetch('${path}', ${more}).then(async (it) => [it.status, await it.text()])`);
    for (const path of ['/state', '/v2/apps', '/v1/config', '/_haproxy_getconfig', '/metrics'])
      expect(await ask(path)).toEqual([403, expect.stringContaining('--allowed_hosts')]);
    const headers =
      "{ method: 'POST', body: 'x', headers: { 'Libprocess-From': 'scheduler(1)@127.0.0.1:9' } }";
    for (const path of [
      '/master/mesos.internal.RegisterFrameworkMessage',
      '/slave(1)/mesos.internal.RunTaskMessage',
      '/_mlb_signal/usr1',
      '/api/v1',
    ])
      expect((await ask(path, headers))[0]).toBe(403);
    await page.close();
  }
  expect(await counts()).toEqual(before);
});

withBrowser(
  'our own pages, followed links and typed addresses work, and change nothing by themselves',
  async () => {
    const before = await counts();
    for (const [url, path] of [
      [place('master'), '/state'],
      [place('master').replace('127.0.0.1', 'localhost'), '/state'],
      [place('agent 1'), '/state'],
      [place('marathon'), '/v2/apps'],
      [place('dns', 1), '/v1/config'],
      [place('lb'), '/issues'],
      [place('haproxy', 2), '/haproxy?stats'],
    ] as const) {
      const { page } = await tab(`${url}${path}`);
      expect(await page.evaluate(`fetch('${path}').then((it) => it.status)`)).toBe(200);
      await page.close();
    }
    const { page } = await tab(`${place('master')}/state`);
    const call =
      "{ method: 'POST', body: JSON.stringify({ type: 'GET_HEALTH' }), headers: { 'content-type': 'application/json' } }";
    expect(await page.evaluate(`fetch('/api/v1', ${call}).then((it) => it.status)`)).toBe(200);
    // Even a page of ours sends no messages.
    const message = "{ method: 'POST', headers: { 'Libprocess-From': 'scheduler(1)@127.0.0.1:9' } }";
    const register = '/master/mesos.internal.RegisterFrameworkMessage';
    expect(await page.evaluate(`fetch('${register}', ${message}).then((it) => it.status)`)).toBe(403);
    await page.close();

    const { page: link, answers: followed } = await tab(hostilePage(EVIL));
    await link.evaluate(`location.href = '${place('master')}/state'; 0`);
    await eventually('a followed link', () => followed.get(`${place('master')}/state`) === 200);
    await link.close();
    for (const name of ['usr1', 'hup']) {
      // As when it is typed, or a mail has the link.
      const { page: typed, answers: signalled } = await tab(hostilePage(EVIL));
      const signal = `${place('lb')}/_mlb_signal/${name}`;
      await typed.goto(signal);
      expect(signalled.get(signal)).toBe(403);
      await typed.close();
    }
    expect(await counts()).toEqual(before);
    // As before, by a program.
    expect((await fetch(`${place('lb')}/_mlb_signal/usr1`)).status).toBe(200);
  },
);
