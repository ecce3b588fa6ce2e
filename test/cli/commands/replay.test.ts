import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileRecorder } from '../../../cluster/runtime/recording/recording';
import { runAt } from './run';

const folder = mkdtempSync(join(tmpdir(), 'meseta-replay-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const EXECUTOR = {
  frameworkId: 'f',
  executorId: 'e',
  seed: 1,
  startedAt: 0,
  shutdownGraceMs: 0,
  recoveryTimeoutMs: 0,
};

/** Records these events of a machine and replays them by the command. */
async function replaying(machine: string, boot: unknown, ...events: readonly object[]) {
  const path = join(folder, `${machine}.rec`);
  const recorder = new FileRecorder(path, { machine, boot });
  for (const event of events) recorder.event(event);
  await recorder.end({});
  return { path, ...(await runAt('127.0.0.1:1', ['replay', path])) };
}

test.each([
  ['at its boot value', 'lb', {}, []],
  [
    'at event 2 of 2',
    'executor',
    EXECUTOR,
    [
      { kind: 'agent.kill', at: 1, taskId: 't' },
      { kind: 'of.old', at: 2 },
    ],
  ],
])(
  'a machine that breaks %s is told in a line with the place, and no stack',
  async (place, machine, boot, events) => {
    const { path, status, out, err } = await replaying(machine, boot, ...events);
    expect([status, out]).toEqual([1, '']);
    expect(err).toContain(`meseta: ${path}: the machine breaks ${place}: `);
    expect(err).toMatch(/\(in .*\)\. Either the process broke there, too, or another version recorded it\n$/);
    expect(err.trim().split('\n')).toHaveLength(1);
  },
);

test('a state that is another than the recorded one is told', async () => {
  const { status, out } = await replaying('executor', EXECUTOR, { kind: 'agent.kill', at: 1, taskId: 't' });
  expect([status, out]).toEqual([1, expect.stringContaining('DIFFERENT')]);
});
