/** The port with TLS beside the other one, and instead of it. */

import { readFileSync } from 'node:fs';
import { type IncomingMessage, get as plainGet } from 'node:http';
import { get as secureGet } from 'node:https';
import { text } from 'node:stream/consumers';
import { systemClock } from '../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../cluster/runtime/log';
import { MemoryStore } from '../../../../cluster/state/memory';
import { parseMarathonConfig } from '../../../../frameworks/marathon/config';
import { type Marathon, startMarathon } from '../../../../frameworks/marathon/main';
import { Certificates } from '../../../cluster/runtime/tls/certificates';

const VARIABLES = ['LIBPROCESS_SSL_ENABLED', 'LIBPROCESS_SSL_CERT_FILE', 'LIBPROCESS_SSL_KEY_FILE'];

let certificates: Certificates;
let marathon: Marathon | undefined;

beforeAll(() => {
  certificates = new Certificates();
});

afterAll(() => certificates.remove());

afterEach(async () => {
  await marathon?.stop();
  marathon = undefined;
  for (const name of VARIABLES) delete process.env[name];
});

function turnTlsOn(): void {
  const values = ['1', certificates.cert, certificates.key];
  for (const [index, name] of VARIABLES.entries()) process.env[name] = values[index];
}

async function start(...args: string[]): Promise<Marathon> {
  const parsed = parseMarathonConfig({
    args: ['--master', '127.0.0.1:1', '--hostname', 'localhost', ...args],
    env: {},
  });
  if (!('config' in parsed)) throw new Error('help');
  marathon = await startMarathon(parsed.config, {
    log: silentLogger,
    clock: systemClock(),
    state: new MemoryStore(),
  });
  return marathon;
}

interface Page {
  readonly body: string;
  readonly leader: string;
}

async function pageAt(url: string): Promise<Page> {
  const options = { ca: readFileSync(certificates.ca), agent: false };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const open = url.startsWith('https:') ? secureGet : plainGet;
    open(`${url}/ping`, options, resolve).on('error', reject);
  });
  return { body: await text(answer), leader: String(answer.headers['x-marathon-leader']) };
}

test('both ports answer, and the leader is named by the one without TLS', async () => {
  turnTlsOn();
  const { http, https } = await start('--http_port', '0', '--https_port', '0');
  expect(http.url).toMatch(/^http:/);
  const leader = `http://localhost:${http.port}`;
  expect(await pageAt(http.url)).toEqual({ body: 'pong', leader });
  expect(await pageAt(String(https?.url))).toEqual({ body: 'pong', leader });
});

test('--disable_http leaves the port with TLS', async () => {
  turnTlsOn();
  const { http, https } = await start('--disable_http', '--https_port', '0');
  expect(https).toBeUndefined();
  expect(http.url).toMatch(/^https:/);
  expect(await pageAt(http.url)).toEqual({ body: 'pong', leader: `https://localhost:${http.port}` });
});

test('without a port of its own TLS is on --http_port', async () => {
  turnTlsOn();
  const { http } = await start('--http_port', '0');
  expect((await pageAt(http.url)).leader).toBe(`https://localhost:${http.port}`);
});

test.each([['--https_port', '0'], ['--https_address', '127.0.0.1'], ['--disable_http']])(
  '%s stops the start where TLS is off, with the way',
  async (...args) => {
    await expect(start('--http_port', '0', ...args)).rejects.toThrow(
      '--https_port: TLS is off; set LIBPROCESS_SSL_ENABLED=1, LIBPROCESS_SSL_CERT_FILE',
    );
  },
);
