import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readModules, readModulesFolder } from '../../../../../cluster/agent/edge/flags/modules';

const LOGGER = 'org_apache_mesos_LogrotateContainerLogger';
const json = (...modules: object[]): string =>
  JSON.stringify({ libraries: [{ file: '/lib/x.so', modules }] });

it('reads the parameters of modules that are built in', () => {
  const parameters = [{ key: 'max_stdout_size', value: '1MB' }];
  expect([...readModules(json({ name: LOGGER, parameters }))]).toEqual([
    [LOGGER, [['max_stdout_size', '1MB']]],
  ]);
  expect(readModules('').size).toBe(0);
});

it.each([
  [json({ name: 'org_apache_mesos_TestIsolator' }), 'cannot be loaded: modules are C++ libraries'],
  [json({ name: LOGGER }, { name: LOGGER }), 'is there twice'],
  [json({}), '"name" must be a text'],
  ['{', 'the JSON of modules cannot be read'],
  ['[]', 'expected a JSON object'],
  ['{"libraries":[1]}', '"libraries" must be a JSON array of objects'],
])('refuses %s', (text, error) => {
  expect(() => readModules(text)).toThrow(error);
});

it('reads all files of a folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meseta-modules-'));
  writeFileSync(join(folder, 'a.json'), json({ name: LOGGER }));
  writeFileSync(join(folder, 'b.json'), json({ name: 'org_apache_mesos_LoadQoSController' }));
  expect([...readModulesFolder(folder).keys()]).toHaveLength(2);
  rmSync(folder, { recursive: true });
});
