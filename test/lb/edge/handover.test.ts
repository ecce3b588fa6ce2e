/** What the next load balancer has to know: written whole, read back, and nothing of what does not fit. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../../cluster/runtime/log';
import { Handover } from '../../../lb/edge/handover';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lb-memory-'));
  path = join(folder, 'memory.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (): Handover => new Handover(path, silentLogger);
const loaded = { worker: 7, since: '123', structure: 'abc', binds: ['*:80'] };

test('what is kept is there for the next one, and the rest of it stays', () => {
  open().keep({ loaded });
  open().keep({ drained: [['t1', 5]], weights: [['/web', 7]] });
  open().keep({ certificates: [['/a.pem', '1 2 3']] });
  const next = open();
  expect(next.loaded).toEqual(loaded);
  expect([...next.drained]).toEqual([['t1', 5]]);
  expect([...next.weights]).toEqual([['/web', 7]]);
  expect(next.certificates).toEqual([['/a.pem', '1 2 3']]);
});

test.each([
  ['nothing', ''],
  ['half a text', '{"version":1,"loa'],
  ['another version', JSON.stringify({ version: 2, loaded })],
  [
    'other things',
    JSON.stringify({ version: 1, loaded: { worker: 'x' }, drained: [['t'], 5, null], weights: {} }),
  ],
])('%s counts as nothing remembered', (_name, text) => {
  writeFileSync(path, text);
  const handover = open();
  expect([handover.loaded, handover.drained.size, handover.weights.size]).toEqual([undefined, 0, 0]);
});

test('a disk that takes nothing is told, and the process knows it all the same', () => {
  mkdirSync(`${path}.tmp`);
  const told: string[] = [];
  const handover = new Handover(path, { ...silentLogger, warn: (_fields, text) => void told.push(text) });
  handover.keep({ loaded });
  expect([handover.loaded, told.length]).toEqual([loaded, 1]);
});
