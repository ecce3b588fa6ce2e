import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from '../../../../cluster/runtime/lifecycle';
import { silentLogger } from '../../../../cluster/runtime/log';
import { loadPlugin } from '../../../../cluster/runtime/plugins/load-plugin';

const folder = mkdtempSync(join(tmpdir(), 'plugins-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;

function moduleOf(code: string, mode = 0o644): string {
  const file = `plugin-${++files}.js`;
  writeFileSync(join(folder, file), code, { mode });
  chmodSync(join(folder, file), mode);
  return file;
}

const load = (file: string, configuration: unknown = {}): Promise<{ ask(): string }> =>
  loadPlugin({ flag: '--plugin_conf', file, folder, methods: ['ask'] }, { configuration, log: silentLogger });

describe('plugins', () => {
  it('are made by the function of a module from their configuration', async () => {
    const file = moduleOf('module.exports = ({ configuration }) => ({ ask: () => configuration.word });');
    expect((await load(file, { word: 'hello' })).ask()).toBe('hello');
    expect((await load(join(folder, file), { word: 'again' })).ask()).toBe('again');
  });

  it('may be a default export and a promise', async () => {
    const file = moduleOf('exports.default = async () => ({ ask: () => "late" });');
    expect((await load(file)).ask()).toBe('late');
  });

  test.each<[what: string, file: () => string, reason: string]>([
    ['is not there', () => 'gone.js', 'is not there'],
    ['is a class of Java', () => 'my.company.Authorizer', 'Java classes cannot be loaded'],
    ['is no JavaScript', () => moduleOf('not a program'), 'cannot be loaded'],
    ['exports no function', () => moduleOf('module.exports = { ask() {} };'), 'exports no function'],
    [
      'throws',
      () => moduleOf('module.exports = () => { throw new Error("no key"); };'),
      'fails at its start: no key',
    ],
    [
      'rejects',
      () => moduleOf('module.exports = async () => { throw new Error("late"); };'),
      'at its start: late',
    ],
    ['makes nothing', () => moduleOf('module.exports = () => undefined;'), 'has no function ask'],
    [
      'makes something else',
      () => moduleOf('module.exports = () => ({ tell() {} });'),
      'has no function ask',
    ],
    ['is for others to change', () => moduleOf('module.exports = () => ({ ask() {} });', 0o666), 'chmod o-w'],
  ])('stop the start when a module %s', async (_what, file, reason) => {
    const loading = load(file());
    await expect(loading).rejects.toThrow(StartError);
    await expect(loading).rejects.toThrow(reason);
  });
});
