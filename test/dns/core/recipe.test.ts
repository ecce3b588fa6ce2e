import fc from 'fast-check';
import type { Put } from '../../../dns/core/book';
import { cook, cookNames, packRecords, packTask } from '../../../dns/core/recipe';
import { putTask, type TaskRecipe } from '../../../dns/core/task-records';

const raw = fc.oneof(fc.string(), fc.constantFrom('a\tb', 'a\nb', '\\', '', 'Liquor.Store'));
const clean = fc.constantFrom('tcp', 'http', 'a-b');
const address = fc.constantFrom('10.0.0.1', '10.0.0.2', 'fd00::1');
const recipes: fc.Arbitrary<TaskRecipe> = fc.record({
  ...{ sick: fc.boolean(), framework: clean, labels: fc.array(raw, { minLength: 1, maxLength: 2 }) },
  ...{ ending: raw, addresses: fc.array(address), agentAddresses: fc.array(address) },
  ports: fc.constantFrom(
    [],
    [[1, 3]] as const,
    [
      [1, 1],
      [70_000, 70_001],
    ] as const,
  ),
  discovery: fc.option(
    fc.array(
      fc.record({
        port: fc.integer(),
        protocols: fc.array(clean, { minLength: 1, maxLength: 2 }),
        label: fc.constantFrom('', 'http'),
      }),
    ),
    { nil: undefined },
  ),
});

function listing(): { lines: string[]; put: Put & { sick: Put } } {
  const lines: string[] = [];
  const put = (mark: string): Put => ({
    address: (name, value) => void lines.push(`${mark}${name} ${value}`),
    service: (name, { port, target }) => void lines.push(`${mark}${name} ${port} ${target}`),
    exists: (name) => void lines.push(`${mark}${name}`),
  });
  return { lines, put: { ...put(''), sick: put('sick ') } };
}

test.each(['mesos-dns', 'standard'] as const)('%s: a packed recipe puts what the recipe puts', (compat) => {
  fc.assert(
    fc.property(recipes, (recipe) => {
      const zone = { domain: 'mesos', compat };
      const [direct, packed] = [listing(), listing()];
      putTask(zone, direct.put, recipe);
      cook(zone, packTask(recipe), packed.put);
      const spelled = compat === 'standard' ? direct.lines.map((line) => line.toLowerCase()) : direct.lines;
      expect(packed.lines).toEqual(spelled);
    }),
    { numRuns: 500 },
  );
});

test.each(['mesos-dns', 'standard'] as const)(
  '%s: the names that are shown are those of the records',
  (compat) => {
    fc.assert(
      fc.property(recipes, (recipe) => {
        const zone = { domain: 'mesos', compat };
        const [owners, names] = [new Set<string>(), new Set<string>()];
        const own = (name: string): void => void owners.add(name);
        const put = { address: own, service: own, exists: own };
        cook(zone, packTask(recipe), { ...put, sick: put });
        cookNames(zone, packTask(recipe), (labels, suffix) => void names.add(`${labels}.${suffix}`));
        expect(names).toEqual(owners);
      }),
      { numRuns: 500 },
    );
  },
);

test('records of other things are put as they were', () => {
  const recipe = packRecords((put) => {
    put.address('leader.mesos', '10.0.0.1');
    put.service('_leader._tcp.mesos', { port: 5050, target: 'leader.mesos' });
    put.exists('master.mesos');
  });
  const { lines, put } = listing();
  cook({ domain: 'mesos', compat: 'mesos-dns' }, recipe ?? '', put);
  expect(lines).toEqual(['leader.mesos 10.0.0.1', '_leader._tcp.mesos 5050 leader.mesos', 'master.mesos']);
  const names = new Set<string>();
  cookNames(
    { domain: 'mesos', compat: 'standard' },
    recipe ?? '',
    (...parts) => void names.add(parts.join('|')),
  );
  expect([...names]).toEqual(['leader.mesos|', '_leader._tcp.mesos|', 'master.mesos|']);
  expect(packRecords(() => undefined)).toBeUndefined();
});
