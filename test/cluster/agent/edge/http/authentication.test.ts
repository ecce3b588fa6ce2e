/**
 * The realms of the agent's HTTP API, by its flags.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentFlags } from '../../../../../cluster/agent/config';
import {
  agentAccess,
  EXECUTOR,
  READONLY,
  READWRITE,
} from '../../../../../cluster/agent/edge/http/authentication';
import { systemClock } from '../../../../../cluster/runtime/clock';
import { parseFlags } from '../../../../../cluster/runtime/config/flags';
import { silentLogger } from '../../../../../cluster/runtime/log';

const folder = mkdtempSync(join(tmpdir(), 'meseta-realms-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const secretFile = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};

const CREDENTIALS = JSON.stringify({ credentials: [{ principal: 'ops', secret: 'pass' }] });

/** The schemes of each realm. */
function schemesOf(...args: readonly string[]): Record<string, readonly string[]> {
  const { flags } = parseFlags(agentFlags, {
    command: 'test',
    about: '',
    env: {},
    args: [
      ...['--master=127.0.0.1:5050', '--authenticate_http_readonly', '--authenticate_http_readwrite'],
      `--http_credentials=${secretFile('credentials', CREDENTIALS)}`,
      `--jwt_secret_key=${secretFile('key', 'secret')}`,
      ...args,
    ],
  });
  const access = agentAccess(flags, { clock: systemClock(), log: silentLogger });
  const realms = [...(access?.realms ?? [])];
  return Object.fromEntries(
    realms.map(([realm, authenticators]) => [realm, authenticators.map(({ scheme }) => scheme)]),
  );
}

test('tokens of executors are for their own API and for changes, and not for reads', () => {
  expect(schemesOf()).toEqual({ [READONLY]: ['Basic'], [READWRITE]: ['Basic'] });
  expect(schemesOf('--authenticate_http_executors')).toEqual({
    [READONLY]: ['Basic'],
    [READWRITE]: ['Basic', 'Bearer'],
    [EXECUTOR]: ['Bearer'],
  });
});

test('tokens that operators have, too, are taken once in each realm', () => {
  expect(schemesOf('--authenticate_http_executors', '--http_authenticators=basic, jwt')).toMatchObject({
    [READONLY]: ['Basic', 'Bearer'],
    [READWRITE]: ['Basic', 'Bearer'],
  });
});
