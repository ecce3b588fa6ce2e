/** What becomes of a command when nobody reads its output any more. */

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectNothingLeft } from '../leftovers';
import { eventually } from './eventually';
import { start } from './meseta';

const folder = mkdtempSync(join(tmpdir(), 'meseta-output-'));
afterAll(async () => {
  await expectNothingLeft({ root: folder });
  rmSync(folder, { recursive: true, force: true });
});

it('a daemon serves on, and stops when it is told to', async () => {
  const child = start(['master', '--port=0', `--work_dir=${folder}`]);
  try {
    let port: string | undefined;
    child.stderr?.on('data', (chunk: Buffer) => {
      port ??= /127\.0\.0\.1:(\d+)/.exec(chunk.toString())?.[1];
    });
    await eventually('the master listens', () => port !== undefined);
    child.stdout?.destroy();
    child.stderr?.destroy();
    const answer = await fetch(`http://127.0.0.1:${port}/logging/toggle?level=2&duration=1secs`);
    expect(answer.status).toBe(200);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});
