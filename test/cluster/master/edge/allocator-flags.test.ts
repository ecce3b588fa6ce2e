import { type MasterConfig, masterFlags, masterSettings } from '../../../../cluster/master/config';
import { hostsIn } from '../../../../cluster/master/edge/whitelist';
import { parseFlags } from '../../../../cluster/runtime/config/flags';

function read(...args: string[]): MasterConfig {
  return parseFlags(masterFlags, { command: 'meseta master', about: '', args, env: {} }).flags;
}

test("the allocator's flags have the defaults of Mesos", () => {
  expect(masterSettings(read()).allocator).toEqual({
    minima: [{ cpus: 10 }, { mem: 32_000 }],
    filterGpus: true,
    excludedNames: [],
    randomRoles: false,
    randomFrameworks: false,
    recoveryFactor: 0.8,
    recoveryTimeoutMs: 600_000,
  });
});

test('--min_allocatable_resources is read alternative by alternative', () => {
  const minima = (text: string) =>
    masterSettings(read(`--min_allocatable_resources=${text}`)).allocator?.minima;
  expect(minima('cpus:1;mem:10|ports:[1-2]')).toEqual([{ cpus: 1000, mem: 10_000 }, { ports: 2000 }]);
  expect(minima('')).toEqual([]);
  expect(() => read('--min_allocatable_resources=cpus')).toThrow('Cannot parse resource "cpus"');
});

test('names, sorters and parts are read', () => {
  const flags = [
    'fair_sharing_excluded_resource_names=disk,ports',
    'role_sorter=random',
    'no-filter_gpu_resources',
  ];
  expect(masterSettings(read(...flags.map((flag) => `--${flag}`))).allocator).toMatchObject({
    excludedNames: ['disk', 'ports'],
    randomRoles: true,
    filterGpus: false,
  });
  expect(() => read('--allocator_agent_recovery_factor=80%')).toThrow('expected a number from 0 to 1');
});

test('a whitelist is read line by line, and a star alone as every host', () => {
  expect(hostsIn('a\n b \n\n')).toEqual(['a', 'b']);
  expect(hostsIn(' * \n')).toBeUndefined();
  expect(hostsIn('')).toEqual([]);
});

test('--weights are read, and a wrong one is refused with the reason', () => {
  expect(masterSettings(read('--weights=web=2,batch=0.5')).weights).toEqual([
    { role: 'web', weight: 2 },
    { role: 'batch', weight: 0.5 },
  ]);
  expect(masterSettings(read()).weights).toEqual([]);
  for (const [given, error] of [
    ['web', "Invalid weight: 'web'. Give role=weight,role=weight"],
    ['web=1=2', 'Give role=weight'],
    ['web=0', "Invalid weight: 'web=0'. Weights must be positive"],
    ['web=x', 'Weights must be positive'],
    ['../x=1', "Invalid weight: '../x=1'."],
  ])
    expect(() => read(`--weights=${given}`)).toThrow(error);
});
