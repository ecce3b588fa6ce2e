import { DEFAULT_MINIMA, meetsMinima } from '../../../../../cluster/master/core/allocator/minimum';
import { readResources } from '../../../../../cluster/model/resources';
import { readWords } from '../../operation-words';

test.each([
  ['', false],
  ['cpus:0.01', true],
  ['cpus:0.009', false],
  ['mem:32', true],
  ['mem:31', false],
  ['cpus:0.009;mem:31;disk:1000', false],
  ['cpus(db):0.005;cpus:0.005', true],
])('without a flag an offer of %p is large enough: %p', (words, expected) => {
  expect(meetsMinima(readResources(readWords(words)), DEFAULT_MINIMA)).toBe(expected);
});

test('an alternative needs all of its amounts', () => {
  const both = [
    new Map([
      ['cpus', 1000],
      ['mem', 64_000],
    ]),
  ];
  expect(meetsMinima(readResources(readWords('cpus:2;mem:63')), both)).toBe(false);
  expect(meetsMinima(readResources(readWords('cpus:1;mem:64')), both)).toBe(true);
});

test('without alternatives any resources do, and no resources never do', () => {
  expect(meetsMinima(readResources(readWords('disk:1')), [])).toBe(true);
  expect(meetsMinima([], [])).toBe(false);
});
