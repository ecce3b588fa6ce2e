import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { savedOf } from '../../../../cluster/executor/core/state';
import { loadExecutor, printSaved, saveExecutor } from '../../../../cluster/executor/edge/checkpoint';
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
  expect(readdirSync(folder)).toEqual(['executor.jsonl']);
});

test('the last state counts, but for one that was cut short, and the file stays small', () => {
  const path = join(folder, 'executor.jsonl');
  const [first, second] = [savedOf(stateWith('none')), savedOf(stateWith('running'))];
  saveExecutor(folder, first);
  saveExecutor(folder, second);
  expect(loadExecutor(folder)).toEqual({ saved: second });
  appendFileSync(path, `\n${printSaved(first).slice(0, 20)}`);
  expect(loadExecutor(folder)).toEqual({ saved: second });
  saveExecutor(folder, first);
  expect(loadExecutor(folder)).toEqual({ saved: first });
  for (let turn = 0; turn < 400; turn++) saveExecutor(folder, first);
  expect(loadExecutor(folder)).toEqual({ saved: first });
  expect(statSync(path).size).toBeLessThan(70_000);
});

test('a folder without a state has none', () => {
  expect(loadExecutor(join(folder, 'missing'))).toEqual({ saved: undefined });
});

test.each(['', '{"version":1', '{}', 'null', '{"version":1,"random":1,"tasks":[{}],"unacknowledged":[]}'])(
  'the file %j is an error',
  (text) => {
    writeFileSync(join(folder, 'executor.jsonl'), text);
    expect(loadExecutor(folder)).toHaveProperty('error');
  },
);

test('a state that cannot be written is an error', () => {
  expect(() => saveExecutor(join(folder, 'missing'), savedOf(stateWith('none')))).toThrow('ENOENT');
});
