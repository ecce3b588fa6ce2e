import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentConfig } from '../../../../../cluster/agent/config';
import type { ContainerSpec } from '../../../../../cluster/agent/core/state/container-spec';
import { claimsError, executorTokens } from '../../../../../cluster/agent/edge/executors/executor-tokens';
import { readJwt } from '../../../../../cluster/runtime/auth/jwt';
import { silentLogger } from '../../../../../cluster/runtime/log';

const folder = mkdtempSync(join(tmpdir(), 'meseta-tokens-'));
const path = join(folder, 'key');
writeFileSync(path, 'secret', { mode: 0o600 });
afterAll(() => rmSync(folder, { recursive: true }));

const SPEC: ContainerSpec = {
  containerId: 'C',
  frameworkId: 'F',
  executorId: 'E',
  directory: '/sandbox',
  user: undefined,
  command: undefined,
  environment: { PATH: '/bin' },
  container: undefined,
  resources: [],
  limits: {},
};
const CLAIMS = { fid: 'F', eid: 'E', cid: 'C' };

test('each executor gets a token with its ids, signed with the key', () => {
  const addToken = executorTokens({ jwt_secret_key: path } as AgentConfig, silentLogger);
  const { MESOS_EXECUTOR_AUTHENTICATION_TOKEN: token = '', ...others } = addToken(SPEC).environment;
  expect(readJwt(token, Buffer.from('secret'), 0)).toEqual({ claims: CLAIMS });
  expect(others).toEqual({ PATH: '/bin' });
});

test('without a key there are no tokens', () => {
  expect(executorTokens({} as AgentConfig, silentLogger)(SPEC)).toBe(SPEC);
});

test.each([
  [CLAIMS, undefined],
  [{ ...CLAIMS, fid: 'X' }, "an 'fid' claim with the framework ID F, which is set in the call"],
  [{ ...CLAIMS, eid: 'X' }, "an 'eid' claim with the executor ID E, which is set in the call"],
  [{ ...CLAIMS, cid: 'X' }, "a 'cid' claim with the correct active ContainerID"],
  [{}, "an 'fid' claim with the framework ID F, which is set in the call"],
])('of the claims %j it is said: %s', (claims, text) => {
  const error = claimsError({ claims }, CLAIMS);
  if (text === undefined) expect(error).toBeUndefined();
  else expect(error).toMatch(new RegExp(`^Authenticated principal '.*' does not contain ${text}$`));
});

test('an operator, who has no claims, is named in the refusal', () => {
  expect(claimsError({ value: 'ops' }, CLAIMS)).toContain("principal 'ops' does not");
});
