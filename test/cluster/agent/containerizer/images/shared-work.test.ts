/**
 * Work that several wait for.
 */

import { SharedWork } from '../../../../../cluster/agent/containerizer/images/shared-work';

const never = new AbortController().signal;

it('is done once for all who wait, and again for those who come later', async () => {
  const work = new SharedWork<number>();
  let count = 0;
  const begin = async (): Promise<number> => ++count;
  expect(await Promise.all([1, 2].map(() => work.join('a', never, begin)))).toEqual([1, 1]);
  expect(await work.join('b', never, begin)).toBe(2);
  expect(await work.join('a', never, begin)).toBe(3);
});

it('goes on when one of several leaves, and is ended when the last one does', async () => {
  const work = new SharedWork<never>();
  const [first, second] = [new AbortController(), new AbortController()];
  let ended: AbortSignal | undefined;
  const begin = (signal: AbortSignal): Promise<never> => {
    ended = signal;
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('ended')));
    });
  };
  const waits = [first, second].map(({ signal }) => work.join('a', signal, begin));
  const outcomes = Promise.allSettled(waits);
  first.abort(new Error('first'));
  await expect(waits[0]).rejects.toThrow('first');
  expect(ended?.aborted).toBe(false);
  second.abort(new Error('second'));
  await outcomes;
  expect(ended?.aborted).toBe(true);
});

it('tells its failure to all, and is tried again', async () => {
  const work = new SharedWork<number>();
  const fail = (): Promise<number> => Promise.reject(new Error('broken'));
  const outcomes = await Promise.allSettled([1, 2].map(() => work.join('a', never, fail)));
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await work.join('a', never, async () => 1)).toBe(1);
});
