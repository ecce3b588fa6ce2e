import { executorNeed, executorPath } from '../../../../../frameworks/marathon/core/apps/executor';

test.each([
  ['', '//cmd', undefined],
  ['//cmd', '/opt/executor', undefined],
  ['', '/opt/executor', '/opt/executor'],
  ['own', '//cmd', 'own'],
])('the executor %j, where %j is that of apps that name none, is at %j', (executor, fallback, path) => {
  expect(executorPath({ executor }, { executor: fallback })).toBe(path);
});

test('resources are for an executor with a path', () => {
  const executorResources = { cpus: 0.5, mem: 64, disk: 10 };
  const settings = { executor: '//cmd' };
  expect(executorNeed({ executor: 'own', executorResources }, settings)).toEqual({
    ...executorResources,
    gpus: 0,
  });
  expect(executorNeed({ executor: '', executorResources }, settings)).toBeUndefined();
  expect(executorNeed({ executor: 'own' }, settings)).toBeUndefined();
});
