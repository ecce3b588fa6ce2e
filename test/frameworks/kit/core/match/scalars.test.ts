import { printResources, readResources } from '../../../../../cluster/model/resources';
import { addNeeds, consumeNeed, lackingScalars } from '../../../../../frameworks/kit/core/match/scalars';
import { readWords } from '../../../../cluster/master/operation-words';

const read = (words: string) => readResources(readWords(words));
const need = { cpus: 1.5, mem: 64, disk: 0, gpus: 0 };

test.each([
  ['cpus:2;mem:64', []],
  ['cpus(web):1;cpus:0.5;mem:64', []],
  ['cpus:1;mem:64', ['cpus']],
  ['cpus:1', ['cpus', 'mem']],
])('of %s a task lacks %j', (words, lacking) => {
  expect(lackingScalars(read(words), need)).toEqual(lacking);
});

test('a task takes what it needs, reserved resources first', () => {
  const usable = read('cpus(web):1;cpus:4;mem:100;ports:1-9');
  expect(printResources(consumeNeed(usable, need, [3, 4]))).toBe(
    'cpus(web):1; cpus:0.5; mem:64; ports:[3-4]',
  );
});

test('thousandths are rounded and not cut off', () => {
  expect(lackingScalars(read('cpus:0.3'), { ...need, cpus: 0.1 + 0.2, mem: 0 })).toEqual([]);
});

test('the needs of two parts add up', () => {
  expect(addNeeds(need, { cpus: 0.5, mem: 32, disk: 10, gpus: 1 })).toEqual({
    cpus: 2,
    mem: 96,
    disk: 10,
    gpus: 1,
  });
});
