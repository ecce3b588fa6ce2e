import { printResources, readResources } from '../../../../../cluster/model/resources';
import {
  consumePorts,
  consumeScalar,
  remainderOf,
  scalarAmount,
  usableResources,
} from '../../../../../frameworks/kit/core/match/resources';
import { readWords } from '../../../../cluster/master/operation-words';

const read = (words: string) => readResources(readWords(words));

test.each([
  ['cpus:4', ['*'], 'cpus:4'],
  ['cpus:4', ['web'], ''],
  ['cpus(web):2;cpus:4', ['*', 'web'], 'cpus(web):2; cpus:4'],
  ['cpus(web):2;cpus:4', ['web'], 'cpus(web):2'],
  ['cpus{REV}:2;cpus:4', ['*'], 'cpus:4'],
  ['disk(web)[v1]:5;disk(web):9', ['web'], 'disk(web):9'],
])('of %s the roles %j may use %s', (words, roles, usable) => {
  expect(printResources(usableResources(read(words), new Set(roles)))).toBe(usable);
});

test.each([
  ['cpus:4', 1000, 'cpus:1'],
  ['cpus(web):2;cpus:4', 1000, 'cpus(web):1'],
  ['cpus:4;cpus(web):2', 3000, 'cpus(web):2; cpus:1'],
  ['mem:4', 1000, ''],
])('of %s the app takes %i milli cpus, reserved ones first: %s', (words, milli, taken) => {
  expect(printResources(consumeScalar(read(words), 'cpus', milli))).toBe(taken);
});

test('ports are taken from the resource that has them, reserved ones first', () => {
  const offered = read('ports:1-9;ports(web):10-19');
  expect(printResources(consumePorts(offered, [2, 11]))).toBe('ports:[2-2]; ports(web):[11-11]');
});

test('amounts add up over roles, and the remainder is what is left', () => {
  const offered = read('cpus(web):2;cpus:4');
  expect([scalarAmount(offered, 'cpus'), scalarAmount(offered, 'mem')]).toEqual([6000, 0]);
  const consumed = consumeScalar(offered, 'cpus', 3000);
  expect(printResources(remainderOf(offered, consumed))).toBe('cpus:3');
});
