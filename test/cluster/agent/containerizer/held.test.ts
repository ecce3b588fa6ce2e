import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killHeld, mayHaveRun } from '../../../../cluster/agent/containerizer/held';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meseta-held-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string | undefined>>): void {
  for (const [name, text] of Object.entries(files))
    if (text === undefined) mkdirSync(join(folder, name));
    else writeFileSync(join(folder, name), text);
}

/** No process has this number. */
const GONE = 2 ** 30;

test.each<[string, Readonly<Record<string, string | undefined>>, boolean]>([
  ['without files', {}, false],
  ['of a holder that has read no plan', { alive: '' }, false],
  ['whose program could not be executed', { processes: `${GONE} 1 0\n`, status: 'failed 2\n' }, false],
  ['whose starter has refused', { processes: `${GONE} 1 0\n`, status: 'refused 1\n' }, false],
  ['of a holder that was killed while it started', { processes: `${GONE} 1 0\n` }, true],
  ['whose program was started', { processes: `${GONE} 1 ${GONE}\n` }, true],
  ['whose program has ended', { processes: `${GONE} 1 ${GONE}\n`, status: 'exited 0\n' }, true],
  ['whose files are damaged', { processes: undefined, status: undefined }, true],
])('a folder %s may have had a program: %j %s', (_name, files, expected) => {
  write(files);
  expect(mayHaveRun(folder)).toBe(expected);
});

test('a holder that was never there has no folder', () => {
  expect(mayHaveRun(join(folder, 'missing'))).toBe(false);
});

test.each<[string, Readonly<Record<string, string | undefined>>, boolean]>([
  ['whose end is kept', { processes: `${GONE} 1 ${GONE}\n`, status: 'exited 0\n' }, true],
  ['whose holder was killed', { processes: `${GONE} 1 ${GONE}\n` }, false],
  ['whose files are damaged', { processes: undefined }, false],
  ['without files', {}, true],
])('all processes of a folder %s are known to be gone: %j %s', async (_name, files, expected) => {
  write(files);
  expect(await killHeld(folder)).toBe(expected);
});
