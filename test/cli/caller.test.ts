/** Client commands show who they are and whom they trust, by flags, variables and files, in one way for all of them. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../../cli/command-list';
import { bearerAuthenticator } from '../../cluster/runtime/auth/bearer';
import type { HttpServer } from '../../cluster/runtime/http/server';
import { tlsSettings } from '../../cluster/runtime/tls/settings';
import { startTestServer } from '../cluster/runtime/http/test-server';
import { Certificates } from '../cluster/runtime/tls/certificates';
import { type Ran, runWith } from './commands/run';

const certificates = new Certificates();
const folder = mkdtempSync(join(tmpdir(), 'caller-'));
let server: HttpServer;

beforeAll(async () => {
  server = await startTestServer({
    tls: tlsSettings(certificates.env()),
    routes: [{ path: '/v2/apps', methods: { GET: () => ({ apps: [] }) } }],
    credentials: { user: 'me', password: 'secret' },
    bearer: bearerAuthenticator({ tokens: new Map([['me', 'token-of-me']]), now: () => 0 }),
  });
});
afterAll(async () => {
  await server.close();
  certificates.remove();
  rmSync(folder, { recursive: true });
});

function fileOf(text: string): string {
  const file = join(folder, 'secret');
  writeFileSync(file, text, { mode: 0o600 });
  return `file://${file}`;
}

const list = (env: Record<string, string>, ...args: string[]): Promise<Ran> =>
  runWith({ MESETA_MARATHON: server.url, MESETA_CA: certificates.ca, ...env }, ['app', 'list', ...args]);

test.each<[way: string, args: () => string[], env: () => Record<string, string>]>([
  ['a token', () => ['--token=token-of-me'], () => ({})],
  ['a token in a file', () => ['--token', fileOf('token-of-me\n')], () => ({})],
  ['a token in a variable', () => [], () => ({ MESETA_MARATHON_TOKEN: 'token-of-me' })],
  ['a token in the file of a variable', () => [], () => ({ MESETA_MARATHON_TOKEN: fileOf('token-of-me\n') })],
  ['credentials', () => ['--credentials=me:secret'], () => ({})],
  ['credentials in a file', () => ['--credentials', fileOf('me:secret\n')], () => ({})],
  ['credentials in a variable', () => [], () => ({ MESETA_MARATHON_CREDENTIALS: 'me:secret' })],
  ['a token beside credentials', () => ['--credentials=x:y', '--token=token-of-me'], () => ({})],
  ['--ca', () => ['--ca', certificates.ca, '--token=token-of-me'], () => ({ MESETA_CA: '/nowhere' })],
])('%s is taken', async (_way, args, env) => {
  expect(await list(env(), ...args())).toMatchObject({ status: 0, err: '' });
});

test.each<[way: string, args: string[], env: Record<string, string>, status: number, reason: string]>([
  ['nobody', [], {}, 1, 'say who you are with --credentials or --token: file://PATH is the file that has it'],
  ['a wrong token', ['--token=hunter2'], {}, 1, 'Marathon answered 401'],
  ['no authority', ['--token=token-of-me'], { MESETA_CA: '' }, 1, 'has a certificate that is not trusted'],
  [
    'another authority',
    ['--ca', certificates.strangerCert],
    {},
    1,
    'Name the file of its authority with --ca',
  ],
  ['a file that is not there', ['--ca=/nowhere'], {}, 1, '--ca: /nowhere cannot be read'],
  ['a file without a certificate', ['--ca', certificates.key], {}, 1, 'has no certificate in PEM'],
  [
    '--insecure',
    ['--insecure'],
    {},
    2,
    '--insecure cannot be used: certificates are always checked; name the file',
  ],
])('%s is refused with the way out', async (_way, args, env, status, reason) => {
  const { status: ended, err } = await list(env, ...args);
  expect(ended).toBe(status);
  expect(err).toContain(reason);
  expect(err).not.toMatch(/hunter2|token-of-me/);
});

describe('every command that asks a daemon', () => {
  /** Flags that name a daemon to ask. */
  const PLACES = ['marathon', 'chronos', 'master', 'dns', 'lb'];
  /** Daemons, and commands of the originals with flags of their own. */
  const OTHERS =
    /^(up|demo|master|agent|executor|marathon|chronos|dns|lb|lb zdd|lb render|emulate agents|job import)$/;
  const rows = COMMANDS.filter(({ name }) => !OTHERS.test(name));

  test.each(rows.map(({ name, load }) => [name, load] as const))(
    '%s has --token and --ca',
    async (_name, load) => {
      const { flags = {} } = await load();
      if (!PLACES.some((place) => place in flags)) return;
      expect(Object.keys(flags)).toEqual(expect.arrayContaining(['token', 'ca', 'insecure']));
      expect(flags['token']?.secret).toBe(true);
    },
  );
});
