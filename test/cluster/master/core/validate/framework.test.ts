import type { FrameworkInfo } from '../../../../../cluster/api/generated/mesos';
import {
  changeError,
  frameworkError,
  keepFixed,
} from '../../../../../cluster/master/core/validate/framework';
import { commandInfoError } from '../../../../../cluster/model/command-errors';
import { BOOT } from '../../builders';

const WEB: FrameworkInfo = { name: 'web', user: 'root', principal: 'ann', checkpoint: true };
const MULTI = { capabilities: [{ type: 'MULTI_ROLE' }] } as const;

const WRONG: readonly [string, Partial<FrameworkInfo>, string][] = [
  [
    'a role that cannot be',
    { role: '/x' },
    "'FrameworkInfo.role' is not a valid role: Role '/x' cannot start with a slash",
  ],
  [
    'one among several',
    { ...MULTI, roles: ['a', '/x'] },
    "'FrameworkInfo.roles' contains invalid role: Role '/x' cannot start with a slash",
  ],
  [
    'roles said twice',
    { ...MULTI, roles: ['b', 'a', 'b', 'a'] },
    "'FrameworkInfo.roles' contains duplicate items: { a, b }",
  ],
  [
    'a time that nanoseconds cannot hold',
    { failover_timeout: 1e17 },
    'The framework failover_timeout (100000000000000000) is invalid',
  ],
  ['an id that names a folder above', { id: { value: '..' } }, "'..' is disallowed"],
];

test.each(WRONG)("%s is refused in Mesos' words", (_what, change, words) => {
  expect(frameworkError({ ...WEB, ...change }, BOOT.settings)).toBe(words);
});

test('an empty id is not an error', () => {
  expect(frameworkError({ ...WEB, id: { value: '' } }, BOOT.settings)).toBeUndefined();
});

test('principal, user and checkpointing cannot change; a subscription keeps the latter two as they were', () => {
  const words = 'is unsupported; attempted to update from';
  const principal = "Changing framework's principal is not allowed.";
  expect(changeError(WEB, { ...WEB, principal: 'bob', user: 'nobody' })).toBe(principal);
  expect(changeError(WEB, { ...WEB, user: 'nobody' })).toBe(
    `Updating 'FrameworkInfo.user' ${words} 'root' to 'nobody'`,
  );
  expect(changeError(WEB, { ...WEB, checkpoint: false })).toBe(
    `Updating 'FrameworkInfo.checkpoint' ${words} 'true' to 'false'`,
  );
  expect(changeError({ ...WEB, checkpoint: undefined }, { ...WEB, checkpoint: false })).toBeUndefined();
  const asked = { ...WEB, name: 'other', user: 'nobody', checkpoint: false };
  expect(changeError(WEB, keepFixed(WEB, asked))).toBeUndefined();
  expect(keepFixed(WEB, asked).name).toBe('other');
});

test('a secret with a zero byte cannot be a variable', () => {
  const secret = { type: 'VALUE', value: { data: Buffer.from('a\0b').toString('base64') } } as const;
  const variables = [{ name: 'TOKEN', type: 'SECRET', secret }] as const;
  expect(commandInfoError({ environment: { variables } })).toBe(
    "Environment variable 'TOKEN' specifies a secret containing null bytes, which is not allowed in the environment",
  );
});
