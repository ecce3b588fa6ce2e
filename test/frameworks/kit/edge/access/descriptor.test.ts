import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from '../../../../../cluster/runtime/lifecycle';
import { readDescriptor } from '../../../../../frameworks/kit/edge/access/descriptor';

const folder = mkdtempSync(join(tmpdir(), 'descriptor-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(text: string): string {
  const file = join(folder, 'plugins.json');
  writeFileSync(file, text);
  return file;
}

describe('--plugin_conf', () => {
  it('names the plugins that are enabled, also by the interfaces of the original', () => {
    const plugins = {
      guard: {
        plugin: 'mesosphere.marathon.plugin.auth.Authorizer',
        implementation: 'guard.mjs',
        tags: ['a'],
        info: { by: 'us' },
      },
      door: {
        plugin: 'authenticator',
        implementation: 'door.js',
        enabled: true,
        configuration: { users: [] },
      },
      off: { plugin: 'authorizer', implementation: 'off.js', enabled: false },
    };
    expect(readDescriptor(written(JSON.stringify({ plugins })))).toEqual([
      { ...plugins.guard, id: 'guard', point: 'authorizer' },
      {
        id: 'door',
        point: 'authenticator',
        plugin: 'authenticator',
        implementation: 'door.js',
        configuration: { users: [] },
      },
    ]);
  });

  test.each([
    ['{', 'cannot be read'],
    ['{}', 'is no descriptor of plugins'],
    ['{"plugins": {"a": {"plugin": "authorizer"}}}', 'implementation'],
    ['{"plugins": {"a": {"plugin": "authorizer", "implementation": "a.js", "x": 1}}}', 'x'],
    [
      '{"plugins": {"a": {"plugin": "mesosphere.marathon.plugin.task.RunSpecTaskProcessor", "implementation": "a.js"}}}',
      'is no plug-in point here; there are authenticator, authorizer',
    ],
    [
      '{"plugins": {"a": {"plugin": "authorizer", "implementation": "a.js"}, "b": {"plugin": "authorizer", "implementation": "b.js"}}}',
      'more than one authorizer: a, b',
    ],
  ])('stops the start for %s', (text, reason) => {
    const file = written(text);
    expect(() => readDescriptor(file)).toThrow(StartError);
    expect(() => readDescriptor(file)).toThrow(reason);
  });

  it('stops the start without the file', () => {
    expect(() => readDescriptor(join(folder, 'gone'))).toThrow('cannot be read: ENOENT');
  });
});
