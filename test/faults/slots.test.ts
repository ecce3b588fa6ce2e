import { executionsIn, openSlots, slotFaults } from './slots';

const LINES = ['start a 1000 t1 1100', 'start b 1000 t2 1200', 'end a 1000 t1 1900', 'end b 1000 t2 1950'];

test('executions are read, with those that have not ended', () => {
  const executions = executionsIn([...LINES, 'start a 2000 t3 2100']);
  expect(executions).toHaveLength(3);
  expect(executions.at(-1)).toEqual({
    job: 'a',
    slot: 2000,
    taskId: 't3',
    startedAt: 2100,
    endedAt: undefined,
  });
  expect(openSlots(executions, { jobs: ['a', 'b'], first: 1000, last: 2500, periodMs: 1000 })).toEqual([
    'a 2000',
    'b 2000',
  ]);
  expect(slotFaults(executions, 500)).toEqual([]);
});

test.each([
  ['a second execution', ['start a 1000 t3 2000', 'end a 1000 t3 2100'], 'a 1000 ran 2 times'],
  ['a late one', ['start a 2000 t3 2900', 'end a 2000 t3 3000'], 'a 2000 began 900 ms after its slot'],
  ['one beside another', ['start a 1500 t3 1800', 'end a 1500 t3 2500'], 't3 of a began before t1 had ended'],
])('%s is seen', (_name, lines, fault) => {
  expect(slotFaults(executionsIn([...LINES, ...lines]), 500)).toEqual([fault]);
});
