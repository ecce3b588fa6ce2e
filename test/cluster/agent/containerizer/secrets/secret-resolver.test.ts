import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkSecretFolder,
  SECRET_BYTES_MAX,
} from '../../../../../cluster/agent/containerizer/secrets/secret-folder';
import { secretResolver } from '../../../../../cluster/agent/containerizer/secrets/secret-resolver';
import type { Secret } from '../../../../../cluster/api/generated/mesos';

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'meseta-secrets-'));
  folder = join(root, 'secrets');
  mkdirSync(join(folder, 'team'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (name: string, text: string | Buffer, mode = 0o600): void => {
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), mode);
};
const reference = (name: string, key?: string): Secret => ({ type: 'REFERENCE', reference: { name, key } });
const asker = { containerId: 'c', frameworkId: 'F', executorId: 'e', taskId: 't', role: 'web' };
const resolve = (secret: Secret, of: string | undefined = folder) =>
  secretResolver({ folder: of }).resolve(secret, asker);

test('a value is resolved as it is, with all of its bytes', async () => {
  const bytes = Buffer.from([0, 255, 10, 65]);
  const secret: Secret = { type: 'VALUE', value: { data: bytes.toString('base64') } };
  expect(await resolve(secret)).toEqual(bytes);
  expect(await secretResolver({}).resolve(secret, asker)).toEqual(bytes);
});

test('a reference is a file of the folder, or a text in its JSON, as they are at that time', async () => {
  put('db', 'hunter2\n');
  put('team/api', '{"user": "ann", "password": "päss"}', 0o400);
  expect((await resolve(reference('db'))).toString()).toBe('hunter2\n');
  expect((await resolve(reference('/team/api', 'password'))).toString()).toBe('päss');
  put('db', 'changed');
  expect((await resolve(reference('db'))).toString()).toBe('changed');
});

test('a link inside of the folder is followed', async () => {
  put('team/api', 'inside');
  symlinkSync('team/api', join(folder, 'link'));
  expect((await resolve(reference('link'))).toString()).toBe('inside');
});

describe('--secrets_by_role', () => {
  const byRole = (secret: Secret, role: string | undefined) =>
    secretResolver({ folder, isByRole: true }).resolve(secret, { ...asker, role });

  beforeEach(() => {
    for (const role of ['web', 'eng', 'eng%2Fweb', '*']) mkdirSync(join(folder, role));
    put('web/db', 'of web');
    put('eng/db', 'of eng');
    put('eng%2Fweb/db', 'of eng/web');
    put('*/db', 'of all');
    put('db', 'of nobody');
  });

  test.each([
    ['web', 'db', 'of web'],
    ['eng', 'db', 'of eng'],
    ['eng/web', 'db', 'of eng/web'],
    ['*', 'db', 'of all'],
  ])('%s has the secret %s of its own', async (role, name, text) => {
    expect((await byRole(reference(name), role)).toString()).toBe(text);
  });

  test.each<[role: string | undefined, name: string, reason: string]>([
    ['web', 'eng/db', 'has no such file'],
    ['web', '../eng/db', 'is not the name of a file'],
    ['eng', 'web/db', 'has no such file'],
    ['none', 'db', 'has no such file'],
    [undefined, 'db', 'is for a role, and the container has none'],
    ['', 'db', "'' is not the name of a role"],
    ['.', 'db', "'.' is not the name of a role"],
    ['..', 'db', "'..' is not the name of a role"],
  ])('%s does not get %s', async (role, name, reason) => {
    await expect(byRole(reference(name), role)).rejects.toThrow(reason);
  });

  test('no link leads to another role', async () => {
    symlinkSync('../eng/db', join(folder, 'web/link'));
    symlinkSync('eng', join(folder, 'linked'));
    await expect(byRole(reference('link'), 'web')).rejects.toThrow('leads out of --secrets_dir');
    await expect(byRole(reference('db'), 'linked')).rejects.toThrow('leads out of --secrets_dir');
  });
});

test('a reference needs the folder', async () => {
  await expect(secretResolver({}).resolve(reference('db'), asker)).rejects.toThrow(
    "Default secret resolver cannot resolve references: 'db' needs --secrets_dir, which this agent does not have",
  );
  await expect(resolve(reference('db'), join(root, 'gone'))).rejects.toThrow(
    "Secret 'db' cannot be read: the folder of --secrets_dir is not there",
  );
});

test.each<[Secret, string]>([
  [{ type: 'REFERENCE' }, "Secret of type REFERENCE must have the 'reference' field set"],
  [{ type: 'VALUE' }, "Secret of type VALUE must have the 'value' field set"],
  [
    { type: 'REFERENCE', reference: { name: 'a' }, value: { data: '' } },
    "Secret 'a' of type REFERENCE must not have the 'value' field set",
  ],
  [{}, 'Secret has no value'],
  ...['', '/', '.', 'a/../db', '../outside', 'a\0b'].map((name): [Secret, string] => [
    reference(name),
    `Secret '${name}' is not the name of a file below --secrets_dir`,
  ]),
  [reference('missing'), "Secret 'missing' is not there: --secrets_dir of this agent has no such file"],
  [reference('team'), "Secret 'team' is no plain file"],
  [reference('out'), "Secret 'out' leads out of --secrets_dir"],
  [reference('out/passwd'), "Secret 'out/passwd' leads out of --secrets_dir"],
  [reference('open'), "Secret 'open' is in a file that others on the machine may use: chmod 600 it"],
  [reference('large'), `Secret 'large' is larger than ${SECRET_BYTES_MAX} bytes`],
  [reference('text', 'user'), "Secret 'text' has no keys: its file is not JSON"],
  [reference('json', 'user'), "Secret 'json' has no text with the key 'user'"],
  [reference('json', 'toString'), "Secret 'json' has no text with the key 'toString'"],
  [reference('list', 'length'), "Secret 'list' has no text with the key 'length'"],
])('%j is refused: %s', async (secret, reason) => {
  symlinkSync('/etc', join(folder, 'out'));
  put('open', 'hunter2', 0o644);
  put('large', Buffer.alloc(SECRET_BYTES_MAX + 1));
  put('text', 'hunter2');
  put('json', '{"user": {"name": "hunter2"}}');
  put('list', '["hunter2"]');
  const error = await resolve(secret).then(
    () => undefined,
    (refusal: unknown) => refusal,
  );
  expect(error).toEqual(new Error(reason));
});

test('a pipe in the folder is refused and not waited for', async () => {
  execFileSync('mkfifo', ['-m', '600', join(folder, 'pipe')]);
  await expect(resolve(reference('pipe'))).rejects.toThrow("Secret 'pipe' is no plain file");
});

(process.getuid?.() === 0 ? test : test.skip)('a file of another user is refused (needs root)', async () => {
  put('other', 'hunter2');
  chownSync(join(folder, 'other'), 65_534, 65_534);
  await expect(resolve(reference('other'))).rejects.toThrow(
    "Secret 'other' is in a file of another user: chown it to that of the agent",
  );
});

test('a flag that names no folder stops the start', () => {
  expect(() => checkSecretFolder(undefined)).not.toThrow();
  expect(() => checkSecretFolder(folder)).not.toThrow();
  expect(() => checkSecretFolder(join(root, 'gone'))).toThrow(/^--secrets_dir: .*gone is not a folder/);
});
