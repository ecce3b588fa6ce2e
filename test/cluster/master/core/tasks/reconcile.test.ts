import { MasterScript } from '../../interpreter';

const BASE = [
  'start',
  'agent a',
  'agent b',
  'framework web caps=PARTITION_AWARE',
  'advance 1',
  'accept web O0 t1',
];

/** The answer for a task of the framework, or for an unknown one at an agent in each condition. */
test.each<{ name: string; before?: readonly string[]; asked: string; told: readonly string[] }>([
  { name: 'a task of ours', asked: 't1', told: ['t1 TASK_STAGING'] },
  { name: 'one that runs', before: ['status a web t1 TASK_RUNNING'], asked: 't1', told: ['t1 TASK_RUNNING'] },
  { name: 'a task nobody knows', asked: 't9', told: ['t9 TASK_UNKNOWN'] },
  { name: 'one at a registered agent', asked: 't9@M-S0', told: ['t9 TASK_GONE'] },
  { name: 'one at an agent nobody knows', asked: 't9@M-S7', told: ['t9 TASK_UNKNOWN'] },
  {
    name: 'one at an unreachable agent',
    before: ['dead b', 'advance 90'],
    asked: 't9@M-S1',
    told: ['t9 TASK_UNREACHABLE'],
  },
  {
    name: 'one at an agent that is gone',
    before: ['markGone M-S1'],
    asked: 't9@M-S1',
    told: ['t9 TASK_GONE_BY_OPERATOR'],
  },
  {
    name: 'a lost task itself',
    before: ['dead a', 'advance 90'],
    asked: 't1@M-S0',
    told: ['t1 TASK_UNREACHABLE'],
  },
  { name: 'all tasks', asked: '', told: ['t1 TASK_STAGING'] },
])('$name: $told', ({ before = [], asked, told }) => {
  const script = new MasterScript();
  script.play(...BASE, ...before);
  const out = script.play(`reconcile web ${asked}`.trim());
  expect(out.flatMap((line) => /UPDATE (\w+ TASK_\w+)/.exec(line)?.[1] ?? [])).toEqual(told);
});

test('a framework that knows no partitions hears LOST', () => {
  const script = new MasterScript();
  script.play('start', 'framework web');
  expect(script.play('reconcile web t9').join()).toContain('UPDATE t9 TASK_LOST');
});

test('while an agent may still come back nobody is told that its tasks are lost', () => {
  const script = new MasterScript();
  script.play(...BASE, 'restart', 'reframework web');
  expect(
    script.play('reconcile web t9@M-S0', 'reconcile web t9').filter((line) => line.includes('UPDATE')),
  ).toEqual([]);
});
