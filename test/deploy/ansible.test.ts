/**
 * The roles of `deploy/ansible`: playbooks that Ansible reads, linters that find nothing, and specifications of arguments that
 * name the same variables as the defaults. Programs that are not installed are skipped by name.
 */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, '../../deploy/ansible');
const CALLED_BY_ROLES = 'daemon';

const roles = readdirSync(join(FOLDER, 'roles'));
const playbooks = readdirSync(join(FOLDER, 'playbooks')).map((name) => `playbooks/${name}`);

const run = (program: string, ...args: string[]) =>
  spawnSync(program, args, { cwd: FOLDER, encoding: 'utf8', timeout: 120_000 });

const isInstalled = (program: string): boolean => run(program, '--version').status === 0;

/** A test that runs where the program is installed, and else is skipped under its name. */
const itWith = (program: string) => (isInstalled(program) ? it : it.skip);

/** Names that are keys at one depth of a YAML file of ours. */
function keysAt(depth: number, path: string): string[] {
  const pattern = new RegExp(`^ {${depth}}(\\w+):`, 'gm');
  return [...readFileSync(join(FOLDER, path), 'utf8').matchAll(pattern)].map(([, name = '']) => name).sort();
}

describe('the collection', () => {
  itWith('ansible-playbook')(
    'has playbooks that ansible-playbook reads',
    () => {
      const { status, stderr } = run('ansible-playbook', '--syntax-check', ...playbooks);
      expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    },
    120_000,
  );

  itWith('ansible-lint')(
    'has roles and playbooks that ansible-lint passes',
    () => {
      const { status, stdout } = run('ansible-lint', '--offline', '-q', '--nocolor');
      expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    },
    120_000,
  );

  itWith('yamllint')(
    'has files that yamllint passes',
    () => {
      const { status, stdout } = run('yamllint', '--strict', '.');
      expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    },
    120_000,
  );
});

describe.each(roles.filter((role) => role !== CALLED_BY_ROLES))('the role %s', (role) => {
  it('specifies the variables that have defaults', () => {
    const specified = keysAt(6, `roles/${role}/meta/argument_specs.yml`);
    expect(specified).toEqual(keysAt(0, `roles/${role}/defaults/main.yml`));
  });
});
