/**
 * A store whose disk is full for a while: a process of its own cannot let its files grow past a limit, and then
 * can again. All that it acknowledged is there at the next opening.
 */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const STORE = join(__dirname, '../../dist/cluster/state/local.js');

/** Commits before, while and after no file may be longer than 100 kB; prints the names acknowledged and those found. */
const PROGRAM = `
  const { execFileSync } = require('node:child_process');
  const { LocalStore } = require(process.argv[1]);
  const limit = (bytes) => execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=' + bytes + ':']);
  process.on('SIGXFSZ', () => undefined);
  const acknowledged = { before: 0, full: 0, after: 0 };
  async function main() {
    let store = await LocalStore.open(process.argv[2]);
    const names = [];
    const fill = async (phase, count) => {
      for (let index = 0; index < count; index++) {
        const name = phase + index;
        const isStored = await store.commit([{ name, value: Buffer.alloc(3000, name) }]).then(() => true, () => false);
        if (isStored) { names.push(name); acknowledged[phase]++; }
      }
    };
    await fill('before', 5);
    limit(100000);
    await fill('full', 50);
    limit('unlimited');
    await fill('after', 20);
    await store.close();
    store = await LocalStore.open(process.argv[2]);
    console.log(JSON.stringify({ acknowledged, names: names.sort(), found: await store.names() }));
    await store.close();
  }
  main();
`;

test('a store on a full disk has all it acknowledged, and acknowledges nothing more until it is opened again', async () => {
  const root = mkdtempSync(join(tmpdir(), 'meseta-full-'));
  try {
    const args = ['-e', PROGRAM, STORE, join(root, 'state')];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const { acknowledged, names, found } = JSON.parse(stdout);
    expect(found).toEqual(names);
    expect(acknowledged.before).toBe(5);
    expect(acknowledged.full).toBeLessThan(40);
    expect(acknowledged.after).toBe(0);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
