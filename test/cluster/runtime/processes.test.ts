import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { findProcesses, killFound, signalAll } from '../../../cluster/runtime/processes';

const MARK = 'MESETA_TEST_MARK';
const mark = randomUUID();
const children: ChildProcess[] = [];

/** A process that waits, with our mark in its environment. */
async function marked(): Promise<ChildProcess> {
  const child = spawn('sleep', ['60'], { env: { ...process.env, [MARK]: mark }, stdio: 'ignore' });
  children.push(child);
  await once(child, 'spawn');
  return child;
}

const find = (): number[] => findProcesses(MARK, (value) => value === mark);

describe('processes of this machine', () => {
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  it('are found by their environment, and killed until none is left', async () => {
    const first = await marked();
    const two = await marked();
    const gone = Promise.all([once(first, 'exit'), once(two, 'exit')]);
    expect(find().sort()).toEqual([first.pid, two.pid].sort());
    expect(findProcesses(MARK, (value) => value === 'another')).toEqual([]);
    expect(await killFound(find)).toBe(2);
    await gone;
    expect(find()).toEqual([]);
  });

  it('may be gone already when they are signalled', async () => {
    const child = await marked();
    const gone = once(child, 'exit');
    signalAll([child.pid as number], 'SIGKILL');
    await gone;
    expect(() => signalAll([child.pid as number], 'SIGTERM')).not.toThrow();
    expect(await killFound(find)).toBe(0);
  });
});
