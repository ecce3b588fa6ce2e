import {
  emptyResolverHistory,
  RETRY_MS,
  type ResolverHistory,
  resolverAnswered,
  resolverFailed,
  resolverOrder,
} from '../../../../dns/core/forward/resolver-order';

const [A, B, C] = ['a', 'b', 'c'].map((host) => ({ host, port: 53 })) as [Host, Host, Host];
interface Host {
  host: string;
  port: number;
}

const order = (state: ResolverHistory, now: number, resolvers = [A, B, C]): string =>
  resolverOrder(state, resolvers, now)
    .map(({ host }) => host)
    .join('');

test('resolvers that answer are asked as configured', () => {
  const state = emptyResolverHistory();
  resolverAnswered(state, B);
  expect(order(state, 0)).toBe('abc');
});

test('one that did not answer is asked last, and none is left out', () => {
  const state = emptyResolverHistory();
  resolverFailed(state, A, 1000);
  expect(order(state, 1001)).toBe('bca');
  resolverFailed(state, B, 2000);
  expect(order(state, 2001)).toBe('cab');
  resolverFailed(state, C, 3000);
  expect(order(state, 3001)).toBe('abc');
  resolverFailed(state, A, 4000);
  expect(order(state, 4001)).toBe('bca');
});

test('after a while a single question tries it first; the next ones wait for the answer', () => {
  const state = emptyResolverHistory();
  resolverFailed(state, A, 0);
  expect(order(state, RETRY_MS - 1)).toBe('bca');
  expect(order(state, RETRY_MS)).toBe('abc');
  expect(order(state, RETRY_MS)).toBe('bca');
  expect(order(state, RETRY_MS + 5000)).toBe('bca');
  expect(order(state, 2 * RETRY_MS)).toBe('abc');
  resolverAnswered(state, A);
  expect(order(state, 2 * RETRY_MS + 1)).toBe('abc');
  expect(state.silent.size).toBe(0);
});

test('of several that are due, one question tries one', () => {
  const state = emptyResolverHistory();
  resolverFailed(state, A, 0);
  resolverFailed(state, B, 0);
  expect(order(state, RETRY_MS)).toBe('acb');
  expect(order(state, RETRY_MS)).toBe('bca');
  expect(order(state, RETRY_MS)).toBe('cab');
});

test('resolvers on one host are told apart by their ports', () => {
  const state = emptyResolverHistory();
  const [first, second] = [
    { host: 'a', port: 53 },
    { host: 'a', port: 5353 },
  ];
  resolverFailed(state, first, 0);
  expect(resolverOrder(state, [first, second], 1)).toEqual([second, first]);
});

test('a single resolver is always asked', () => {
  const state = emptyResolverHistory();
  resolverFailed(state, A, 0);
  expect(order(state, 1, [A])).toBe('a');
});
