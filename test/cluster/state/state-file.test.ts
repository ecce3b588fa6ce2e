import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStateFile, writeStateFile } from '../../../cluster/state/state-file';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meseta-state-file-'));
  path = join(folder, 'state');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const VARIABLES = [
  { name: 'a/ü\n', value: Buffer.from([0, 10, 255]) },
  { name: 'empty', value: Buffer.alloc(0) },
  { name: 'sha256', value: Buffer.from('x'.repeat(200_000)) },
];
const STATE = { component: 'marathon', variables: VARIABLES };

it('has all variables again, and only its owner reads it', async () => {
  await writeStateFile(path, STATE);
  expect(await readStateFile(path, 'marathon')).toEqual(VARIABLES);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('replaces a file of its kind and nothing else', async () => {
  await writeStateFile(path, STATE);
  await writeStateFile(path, { component: 'marathon', variables: [] });
  expect(await readStateFile(path, 'marathon')).toEqual([]);
  for (const text of ['', 'ssh-rsa AAAA', '{"meseta":"state"}']) {
    writeFileSync(path, text);
    await expect(writeStateFile(path, STATE)).rejects.toThrow('is no file of a state');
    expect(readFileSync(path, 'utf8')).toBe(text);
  }
  expect(existsSync(`${path}.new`)).toBe(false);
});

it('is refused unless it is whole', async () => {
  await writeStateFile(path, STATE);
  const whole = readFileSync(path, 'utf8');
  const lines = whole.split('\n');
  for (const [text, reason] of [
    ['', 'not whole'],
    ['other', 'no file of a state'],
    [lines.slice(0, -2).join('\n'), 'not whole'],
    [whole.slice(0, -10), 'no variable'],
    [[lines[0], ...lines.slice(2)].join('\n'), 'not whole'],
    [whole.replace('AAr/', 'AAr+'), 'not whole'],
    [`${whole}more\n`, 'goes on'],
    [whole.replace('"form":1', '"form":2'), 'newer version (form 2, and this one reads 1)'],
    [whole.replace('"marathon"', '"chronos"'), 'has the state of chronos, not of marathon'],
    [whole.replace('"value"', '"vague"'), 'no variable'],
  ] as const) {
    writeFileSync(path, text);
    await expect(readStateFile(path, 'marathon')).rejects.toThrow(reason);
  }
});

it('says which file is missing', async () => {
  await expect(readStateFile(path, 'marathon')).rejects.toThrow(path);
});
