import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  openSecrets,
  type SecretFlags,
} from '../../../../../cluster/agent/containerizer/secrets/secret-store';
import type { Secret } from '../../../../../cluster/api/generated/mesos';
import { type Logger, silentLogger } from '../../../../../cluster/runtime/log';

const folder = mkdtempSync(join(tmpdir(), 'store-'));
afterAll(() => rmSync(folder, { recursive: true }));

const NONE: SecretFlags = {
  secrets_dir: undefined,
  secrets_by_role: false,
  secret_resolver: undefined,
  secret_resolver_conf: undefined,
};
const STORE = `module.exports = ({ configuration }) => ({
  resolve: async ({ name, key }, { role, taskId }) => {
    if (name === 'broken') throw new Error('refused hunter2');
    if (name === 'odd') return 42;
    if (name === 'large') return Buffer.alloc(2 ** 20 + 1);
    if (name === 'bytes') return new Uint8Array([0, 255]);
    return role === configuration.role ? [name, key, taskId].join(' ') : undefined;
  },
});`;
const asker = { containerId: 'c', frameworkId: 'F', executorId: 'e', taskId: 't', role: 'web' };
const reference = (name: string, key?: string): Secret => ({ type: 'REFERENCE', reference: { name, key } });

const lines: string[] = [];
const log: Logger = { ...silentLogger, warn: (fields) => void lines.push(JSON.stringify(fields)) };

function moduleOf(code: string): string {
  const file = join(folder, 'store.js');
  writeFileSync(file, code);
  return file;
}

const open = () =>
  openSecrets({ ...NONE, secret_resolver: moduleOf(STORE), secret_resolver_conf: '{"role": "web"}' }, log);

test('a module resolves references for those who may have them, and values stay as they are', async () => {
  const secrets = await open();
  const value: Secret = { type: 'VALUE', value: { data: Buffer.from('v').toString('base64') } };
  expect((await secrets.resolve(reference('db', 'password'), asker)).toString()).toBe('db password t');
  expect(await secrets.resolve(reference('bytes'), asker)).toEqual(Buffer.from([0, 255]));
  expect((await secrets.resolve(value, asker)).toString()).toBe('v');
});

test.each([
  ['db', { ...asker, role: 'eng' }, "Secret 'db' is not there, or not for this container"],
  ['odd', asker, "Secret 'odd' cannot be had: --secret_resolver returned neither text nor bytes"],
  ['large', asker, "Secret 'large' is larger than 1048576 bytes"],
  ['broken', asker, "Secret 'broken' cannot be had: the log of the agent has the words of --secret_resolver"],
])('the secret %s is refused with the reason', async (name, sender, reason) => {
  const secrets = await open();
  await expect(secrets.resolve(reference(name), sender)).rejects.toThrow(new Error(reason));
});

test('the words of a module are in the log alone', async () => {
  lines.length = 0;
  const secrets = await open();
  await expect(secrets.resolve(reference('broken'), asker)).rejects.not.toThrow('hunter2');
  expect(lines.join()).toContain('refused hunter2');
});

test.each<[flags: Partial<SecretFlags>, reason: string]>([
  [{ secrets_by_role: true }, '--secrets_by_role: it divides --secrets_dir, which is missing'],
  [{ secret_resolver_conf: '{}' }, '--secret_resolver_conf: it is for --secret_resolver'],
  [{ secret_resolver: '/s.js', secrets_dir: '/s' }, 'both resolve references: leave one of them out'],
  [{ secret_resolver: '/gone.js' }, 'the plugin /gone.js is not there'],
  [{ secret_resolver: 'org_example_resolver' }, 'plugins are modules'],
  [{ secret_resolver: '/s.js', secret_resolver_conf: '{' }, '--secret_resolver_conf is not JSON'],
])('%o stops the start', async (flags, reason) => {
  await expect(openSecrets({ ...NONE, ...flags }, log)).rejects.toThrow(reason);
});
