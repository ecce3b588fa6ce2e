import {
  secretVariables,
  variableText,
  withSecretValues,
} from '../../../../../cluster/agent/containerizer/secrets/secret-variables';
import type { CommandInfo } from '../../../../../cluster/api/generated/mesos';

const SECRET = { type: 'REFERENCE', reference: { name: 'db' } } as const;
const command: CommandInfo = {
  value: 'true',
  environment: {
    variables: [
      { name: 'PLAIN', value: 'x' },
      { name: 'KEY', type: 'SECRET', secret: SECRET },
    ],
  },
};

test('the variables of type SECRET are those of a command, and get their values', () => {
  expect(secretVariables(undefined)).toEqual([]);
  expect(secretVariables(command)).toEqual([{ name: 'KEY', secret: SECRET }]);
  expect(withSecretValues(command, { KEY: 'hunter2', PLAIN: 'y' })?.environment?.variables).toEqual([
    { name: 'PLAIN', value: 'x' },
    { name: 'KEY', value: 'hunter2' },
  ]);
  const plain = { value: 'true' };
  expect(withSecretValues(plain, {})).toBe(plain);
});

test('the bytes of a secret are a text as they are, with all signs that a variable can have', () => {
  expect(variableText('KEY', Buffer.from('\uFEFFpä"\\\n$x=1 '))).toBe('\uFEFFpä"\\\n$x=1 ');
});

test.each<[Buffer, string]>([
  [Buffer.from('hunt\0er2'), 'containing null bytes, which is not allowed in the environment'],
  [Buffer.from([0x68, 0xff, 0xfe]), 'that is no text in UTF-8: use a volume of the source SECRET'],
  [
    Buffer.alloc(128 * 1024 - 4, 'h'),
    'that is larger than a variable may be: use a volume of the source SECRET',
  ],
])('%# bytes that no variable can have are refused without showing them', (bytes, reason) => {
  expect(() => variableText('KEY', bytes)).toThrow(
    new Error(`Environment variable 'KEY' specifies a secret ${reason}`),
  );
});

test('the largest text of a variable is what the kernel takes', () => {
  expect(variableText('KEY', Buffer.alloc(128 * 1024 - 5, 'h'))).toHaveLength(128 * 1024 - 5);
});
