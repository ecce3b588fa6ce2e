import {
  areSameServers,
  hasSameOptions,
  isChecked,
  printServerWords,
} from '../../../../lb/core/render/server-line';
import { serverLine } from '../../builders';

const line = serverLine('a', '10.0.0.1:1', 'check inter 2s', { id: 7 });

test.each([
  ['weight and disabled differ', { weight: 3, draining: true }, true],
  ['the name differs', { name: 'b' }, false],
  ['the endpoint differs', { endpoint: '10.0.0.2:1' }, false],
  ['the id differs', { id: undefined }, false],
  ['the options differ', { options: 'check' }, false],
  ['no command can make one of them', { changeable: false }, false],
])('two lines have the same options when %s: %j is %s', (_about, more, same) => {
  expect(hasSameOptions(line, { ...line, ...more })).toBe(same);
});

test.each([
  ['nothing', [{ ...line }], true],
  ['the weight', [{ ...line, weight: 3 }], false],
  ['disabled', [{ ...line, draining: true }], false],
  ['the number', [line, serverLine('b', '10.0.0.1:2')], false],
])('lists of servers differ in %s', (_about, other, same) => {
  expect(areSameServers([line], other)).toBe(same);
});

test('a backend without servers differs from a section that has no servers', () => {
  expect([areSameServers([], undefined), areSameServers(undefined, undefined)]).toEqual([false, true]);
});

test('a health check is a word, not a part of one', () => {
  expect([isChecked(line), isChecked({ ...line, options: 'check-ssl verify none' })]).toEqual([true, false]);
});

test('the words of a server come in the order of add server', () => {
  expect(printServerWords({ ...line, weight: 3 })).toBe('10.0.0.1:1 id 7 check inter 2s weight 3');
  expect(printServerWords(serverLine('a', '[::1]:1'))).toBe('[::1]:1');
});
