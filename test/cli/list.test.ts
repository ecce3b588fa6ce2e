import type { Terminal } from '../../cli/command';
import { listCommand } from '../../cli/list';
import { StartError } from '../../cluster/runtime/lifecycle';

jest.mock('node:timers/promises', () => ({
  setTimeout: async () => {
    rounds++;
    if (rounds >= 5) throw new Error('Ctrl-C');
  },
}));
let rounds = 0;

async function watch(readings: readonly (number | Error)[], clear?: () => void): Promise<string[]> {
  rounds = 0;
  const printed: string[] = [];
  const terminal: Terminal = {
    env: {},
    out: (text) => void printed.push(text),
    err: () => undefined,
    ...(clear && { clear }),
  };
  const list = listCommand({
    flags: {},
    read: async () => {
      const reading = readings[Math.min(rounds, readings.length - 1)];
      if (reading instanceof Error) throw reading;
      return reading;
    },
    print: (number) => `${number}\n`,
  });
  const row = { name: 'numbers', about: '', load: async () => list };
  await expect(list(['--watch'], terminal, row)).rejects.toThrow('Ctrl-C');
  return printed;
}

it('prints again what has changed, after a blank line where there is no terminal', async () => {
  expect(await watch([1, 1, 2])).toEqual(['1\n', '\n', '2\n']);
});

it('clears a terminal first', async () => {
  let cleared = 0;
  expect(await watch([1, 2], () => cleared++)).toEqual(['1\n', '2\n']);
  expect(cleared).toBe(2);
});

it('tells that a cluster cannot be reached, and goes on', async () => {
  expect(await watch([1, new StartError('The master cannot be reached'), 1])).toEqual([
    '1\n',
    '\n',
    'The master cannot be reached\n',
    '\n',
    '1\n',
  ]);
});
