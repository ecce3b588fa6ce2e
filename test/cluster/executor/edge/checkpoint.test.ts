import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { savedOf } from '../../../../cluster/executor/core/state';
import { loadExecutor, saveExecutor } from '../../../../cluster/executor/edge/checkpoint';
import { stateWith, taskOf } from '../play-executor';

const folder = mkdtempSync(join(tmpdir(), 'meseta-executor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a state is read as it was saved, also numbers that JSON has no words for', () => {
  const info = taskOf('a', {
    max_completion_time: { nanoseconds: 2n ** 60n },
    limits: { mem: { value: Number.POSITIVE_INFINITY } },
  });
  const saved = savedOf(stateWith('running'));
  const tasks = saved.tasks.map((task) => ({ ...task, info }));
  saveExecutor(folder, { ...saved, tasks });
  expect(loadExecutor(folder)).toEqual({ saved: { ...saved, tasks } });
  expect(readdirSync(folder)).toEqual(['executor.json']);
});

test('a folder without a state has none', () => {
  expect(loadExecutor(join(folder, 'missing'))).toEqual({ saved: undefined });
});

test.each(['', '{"version":1', '{}', 'null', '{"version":1,"random":1,"tasks":[{}],"unacknowledged":[]}'])(
  'the file %j is an error',
  (text) => {
    writeFileSync(join(folder, 'executor.json'), text);
    expect(loadExecutor(folder)).toHaveProperty('error');
  },
);

test('a state that cannot be written is an error', () => {
  expect(() => saveExecutor(join(folder, 'missing'), savedOf(stateWith('none')))).toThrow('ENOENT');
});
