import { SlicedWork } from '../../../cluster/runtime/sliced-work';

/** Work whose turns the test takes; a step of a generator takes one millisecond. */
function bench(activeMax = 2) {
  let clock = 0;
  const turns: (() => void)[] = [];
  const log: string[] = [];
  const work = new SlicedWork({ sliceMs: 3, activeMax, now: () => clock, later: (next) => turns.push(next) });
  function* steps(name: string, count: number): Generator<void, string> {
    for (let step = 1; step <= count; step++) {
      clock += 1;
      log.push(`${name}${step}`);
      yield;
    }
    return `${name} done`;
  }
  return {
    log,
    work,
    steps,
    /** Takes turns until there are none. */
    finish: () => {
      for (let turn = turns.shift(); turn; turn = turns.shift()) turn();
    },
    turn: () => turns.shift()?.(),
  };
}

it('does small work at once', async () => {
  const { log, work, steps } = bench();
  const done = work.run({ begin: () => steps('a', 2) });
  expect(log).toEqual(['a1', 'a2']);
  expect(await done).toBe('a done');
});

it('takes turns, a slice each, so that long work does not hold up other work', async () => {
  const { log, work, steps, finish } = bench();
  const both = [work.run({ begin: () => steps('a', 7) }), work.run({ begin: () => steps('b', 4) })];
  expect(log.join(' ')).toBe('a1 a2 a3 b1 b2 b3');
  finish();
  expect(log.slice(6).join(' ')).toBe('a4 a5 a6 b4 a7');
  expect(await Promise.all(both)).toEqual(['a done', 'b done']);
});

it('begins no more than may be under way; those that wait under one key are done once for all who ask', async () => {
  const { log, work, steps, finish } = bench(1);
  const began: string[] = [];
  const ask = (who: string, key: string) =>
    work.run({ key, began: () => began.push(who), begin: () => steps(key, 5) });
  const all = [ask('one', 'a'), ask('two', 'b'), ask('three', 'b'), ask('four', 'a')];
  expect(began).toEqual(['one']);
  finish();
  expect(began).toEqual(['one', 'two', 'three', 'four']);
  expect(log.filter((step) => step.endsWith('1'))).toEqual(['a1', 'b1', 'a1']);
  expect(await Promise.all(all)).toEqual(['a done', 'b done', 'b done', 'a done']);
});

it('gives up what nobody wants any more, and everything when it stops', async () => {
  const { log, work, steps, finish, turn } = bench(1);
  let wanted = true;
  const left = work.run({ begin: () => steps('a', 9), isWanted: () => wanted });
  const next = work.run({ begin: () => steps('b', 9) });
  wanted = false;
  turn();
  expect(await left).toBeUndefined();
  expect(log.join(' ')).toBe('a1 a2 a3 b1 b2 b3');
  work.stop();
  finish();
  expect(await next).toBeUndefined();
  expect(log).toHaveLength(6);
});

it('tells of work that throws, and goes on with the rest', async () => {
  const { work, steps, finish } = bench(1);
  const broken = work.run({
    begin: () => {
      throw new Error('no such thing');
    },
  });
  const next = work.run({ begin: () => steps('b', 4) });
  await expect(broken).rejects.toThrow('no such thing');
  finish();
  expect(await next).toBe('b done');
});
