import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { flagFiles } from '../../../../cluster/runtime/config/flag-files';
import {
  flagFolder,
  integer,
  list,
  parseFlags,
  text,
  toggle,
} from '../../../../cluster/runtime/config/flags';

const TABLE = {
  config_dir: flagFolder({ env: 'X_CONFIG_DIR' }),
  port: integer({ help: 'a port', min: 1, max: 65_535, fallback: 1, env: 'X_PORT' }),
  zk: text({ help: 'a URL' }),
  quiet: toggle({ help: 'no log', fallback: false }),
  switch_user: toggle({ help: 'users', fallback: true }),
  ha: toggle({ help: 'several', fallback: true }),
  group: list({ help: 'groups' }),
  attributes: text({ help: 'attributes' }),
  resources: text({ help: 'resources' }),
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flag-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

const parse = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  parseFlags(TABLE, { command: 'x', about: '', args, env }).flags;

test('a file has the value of its flag; ?NAME and ?no-NAME are switches, whatever is in them', () => {
  write({
    port: '5051\n',
    zk: 'zk://a/mesos\n',
    '?quiet': 'false',
    '?no-switch_user': '',
    '?disable_ha': '',
  });
  expect(parse([`--config_dir=${folder}`])).toMatchObject({
    port: 5051,
    zk: 'zk://a/mesos',
    quiet: true,
    switch_user: false,
    ha: false,
  });
});

test('files in folders are flags, but those in attributes and resources are items', () => {
  write({
    'more/port': '5052',
    'attributes/rack': 'r1\n',
    'attributes/os': 'debian',
    'attributes/empty': '\n',
    'resources/cpus': '4',
  });
  expect(parse([`--config_dir=${folder}`])).toMatchObject({
    port: 5052,
    attributes: 'os:debian;rack:r1',
    resources: 'cpus:4',
  });
});

test('each line of a file is a value of a flag that may be given several times', () => {
  write({ group: 'external\ninternal\n' });
  expect(parse([`--config_dir=${folder}`]).group).toEqual(['external', 'internal']);
  expect(parse([`--config_dir=${folder}`, '--group=one']).group).toEqual(['one']);
});

test('the command line goes before files, and files before the environment, which may name the folder', () => {
  write({ port: '2' });
  const env = { X_CONFIG_DIR: folder, X_PORT: '3' };
  expect(parse(['--port=1'], env).port).toBe(1);
  expect(parse([], env).port).toBe(2);
  expect(parse([], { X_PORT: '3' }).port).toBe(3);
});

test('copies of editors and of dpkg, and hidden files, are no flags', () => {
  write({
    'ip.dpkg-old': '10.0.0.1',
    'zk~': 'zk://old/',
    '.hidden': 'x',
    'port.bak': '7',
    'port.rpmsave': '8',
  });
  expect(flagFiles(folder, [])).toEqual([]);
});

test.each<[name: string, content: string, error: string]>([
  ['prot', '1', 'prot names no flag: --prot'],
  ['?no-zk', '', '?no-zk names no flag: --no-zk'],
  ['port', 'x', 'port (--port): "x" cannot be used: expected a whole number from 1 to 65535'],
  ['config_dir', '/etc', '--config_dir belongs on the command line'],
])('a file %s with "%s" stops the start', (name, content, error) => {
  write({ [name]: content });
  expect(() => parse([`--config_dir=${folder}`])).toThrow(error);
});

test('a folder that is not there stops the start', () => {
  expect(() => parse([`--config_dir=${folder}/nowhere`])).toThrow('nowhere cannot be read: ');
});
