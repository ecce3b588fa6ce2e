import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDefinition, readDefinitions } from '../../../cli/commands/definition-file';

const folder = mkdtempSync(join(tmpdir(), 'meseta-definition-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const STRICT = { 'ignore-unknown': false };
const container = { name: 'a', resources: { cpus: 0.1, mem: 32 } };

function file(text: string): string {
  const path = join(folder, 'file.json');
  writeFileSync(path, text);
  return path;
}
const json = (value: unknown): string => file(JSON.stringify(value));
const read = (value: unknown, noun: 'app' | 'pod' | 'group') => readDefinition(json(value), noun, STRICT);

describe('a definition', () => {
  it('has an absolute id', () => {
    expect(read({ id: 'web', cmd: 'x' }, 'app')).toEqual({ id: '/web', body: { id: '/web', cmd: 'x' } });
    expect(read({ id: '/', groups: [] }, 'group').id).toBe('/');
  });

  it('may begin with the mark of some editors', () => {
    expect(readDefinition(file('\ufeff{"id": "/a"}'), 'app', STRICT).id).toBe('/a');
  });

  it('is refused without an id, and as a list', () => {
    for (const value of [{}, { id: '' }, { id: 3 }, 'web', null])
      expect(() => read(value, 'app')).toThrow('names no app: give it a field "id"');
    expect(() => read([{ id: '/a' }], 'pod')).toThrow('has a list: give one pod in each file');
    expect(readDefinitions(json([{ id: 'a' }, { id: 'b' }]), 'app', STRICT).map(({ id }) => id)).toEqual([
      '/a',
      '/b',
    ]);
  });

  it('is refused with fields that Marathon would ignore, unless they are wanted', () => {
    const value = { id: '/shop', apps: [{ id: 'a', instnces: 2 }] };
    expect(() => read(value, 'group')).toThrow(
      'unknown field /apps(0)/instnces; did you mean /apps(0)/instances?\nMend it, or send it as it is',
    );
    expect(readDefinition(json(value), 'group', { 'ignore-unknown': true }).body).toEqual(value);
  });

  it.each([
    ['group', { id: '/a', cmd: 'sleep 1' }, 'app'],
    ['app', { id: '/a', containers: [container] }, 'pod'],
    ['pod', { id: '/a', apps: [] }, 'group'],
  ] as const)('of another kind is no %s, and the kind is told', (noun, value, other) => {
    expect(() => read(value, noun)).toThrow(`It is a definition for 'meseta ${other}'.`);
  });
});

describe('an answer of Marathon', () => {
  const answer = { id: '/a', cmd: 'x', version: 'v', versionInfo: {}, tasksRunning: 1, deployments: [] };

  it('is an app without its version', () => {
    const { version, ...rest } = answer;
    expect(read(answer, 'app').body).toEqual(rest);
    expect(read({ app: answer }, 'app')).toEqual({ id: '/a', body: rest });
    expect(version).toBe('v');
  });

  it('is the specification of a pod', () => {
    const spec = { id: '/p', containers: [container] };
    expect(read({ id: '/p', spec, status: 'STABLE', instances: [] }, 'pod').body).toEqual(spec);
  });

  it('is a group without its version, and those of the groups below it', () => {
    const below = { id: '/g/h', apps: [], groups: [] };
    const group = { id: '/g', apps: [answer], groups: [below], pods: [], dependencies: [] };
    const versioned = { ...group, version: 'v', groups: [{ ...below, version: 'v' }] };
    expect(read(versioned, 'group').body).toEqual(group);
    expect(() => read({ ...group, groups: [3] }, 'group')).not.toThrow();
  });

  it('keeps a version that stands alone: it is a way back', () => {
    for (const noun of ['app', 'group'] as const)
      expect(read({ id: '/a', version: 'v' }, noun).body).toEqual({ id: '/a', version: 'v' });
  });
});
