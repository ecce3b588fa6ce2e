import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  readCredentialFile,
  readCredentialsFile,
  readTokensFile,
} from '../../../../cluster/runtime/auth/files';
import { bearerOf, operatorFlags, realmsOf } from '../../../../cluster/runtime/auth/flags';
import { parseFlags } from '../../../../cluster/runtime/config/flags';
import { StartError } from '../../../../cluster/runtime/lifecycle';
import { silentLogger } from '../../../../cluster/runtime/log';
import { keepingLogger } from '../recorded-log';

const folder = mkdtempSync(join(tmpdir(), 'meseta-auth-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(text: string, mode = 0o600): string {
  const path = join(folder, `file-${files++}`);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

describe('a credentials file', () => {
  it('has principals and secrets in Mesos JSON', () => {
    const path = file(
      '{"credentials": [{"principal": "ann", "secret": "one"}, {"principal": "b", "secret": "2"}]}',
    );
    expect([...readCredentialsFile('--credentials', path)]).toEqual([
      ['ann', 'one'],
      ['b', '2'],
    ]);
  });

  it.each([
    ['ann one\n', 'is not JSON (the old form with one principal and secret a line is not read any more)'],
    ['{"credentials": [{"principal": "a"', 'is not JSON: expected'],
    ['[]', 'has no list "credentials"'],
    ['{"credentials": {}}', 'has no list "credentials"'],
    ['{"credentials": []}', 'must contain at least one entry'],
    ['{"credentials": [7]}', 'credentials[0] has no text "principal"'],
    ['{"credentials": [{"principal": "a"}]}', 'credentials[0] has no text "secret"'],
    [
      '{"credentials": [{"principal": "a", "secret": "x"}, {"principal": "a", "secret": "y"}]}',
      'there twice',
    ],
    ['', 'is empty'],
  ])('that is %j is refused, and not repeated: %s', (text, expected) => {
    const read = (): unknown => readCredentialsFile('--credentials', file(text));
    expect(read).toThrow(StartError);
    expect(read).toThrow(expected);
    expect(read).toThrow('--credentials: ');
    expect(read).not.toThrow(/ann one|"x"|"y"/);
  });

  it('that is not there is named', () => {
    expect(() => readCredentialsFile('--credentials', join(folder, 'none'))).toThrow('cannot read');
  });

  it('that others can read is warned about', () => {
    const log = keepingLogger();
    readTokensFile('--http_tokens', file('{"tokens": [{"principal": "a", "token": "t"}]}', 0o644), log);
    expect(JSON.stringify(log.lines)).toContain('chmod 600');
  });

  it('of one principal is for agents and schedulers', () => {
    const path = file('{"principal": "agent", "secret": "s"}');
    expect(readCredentialFile('--credential', path)).toEqual({ principal: 'agent', secret: 's' });
    expect(() => readCredentialFile('--credential', file('{"principal": 1}'))).toThrow('has no texts');
  });
});

describe('the flags of authentication', () => {
  const context = { clock: { now: () => 0 }, log: silentLogger };
  const names = { readonly: 'ro', readwrite: 'rw' };
  const open = (...args: string[]) => {
    const { flags } = parseFlags(operatorFlags, { command: 'x', about: '', args, env: {} });
    return realmsOf(flags, names, context);
  };
  const credentials = file('{"credentials": [{"principal": "a", "secret": "b"}]}');

  it('turn on one realm each', () => {
    expect([...open().keys()]).toEqual([]);
    const users = `--http_credentials=file://${credentials}`;
    expect([...open('--authenticate_http_readonly', users).keys()]).toEqual(['ro']);
    const both = open('--authenticate_http_readonly', '--authenticate_http_readwrite', users);
    expect([...both.keys()]).toEqual(['ro', 'rw']);
  });

  it.each([
    [['--authenticate_http_readonly'], '"basic" in the realm ro needs --http_credentials PATH'],
    [
      ['--authenticate_http_readwrite', '--http_authenticators=jwt'],
      '"jwt" in the realm rw needs --jwt_secret_key PATH',
    ],
    [
      ['--authenticate_http_readwrite', '--http_authenticators=kerberos'],
      '--http_authenticators: "kerberos" is unknown; use one or more of basic, jwt, token, separated by commas',
    ],
  ])('%j say what is missing: %s', (args, expected) => {
    expect(() => open(...args)).toThrow(expected);
  });

  it('name files that are read even if nobody is asked', () => {
    expect(() => open('--http_credentials=/missing/users')).toThrow('--http_credentials');
    expect(() => open('--http_tokens=/missing/tokens')).toThrow('--http_tokens');
  });

  it('of an API with one realm make a judge of tokens, or none', () => {
    const tokens = file('{"tokens": [{"principal": "a", "token": "t"}]}');
    const none = { tokens: undefined, tokensFlag: '--t', key: undefined, keyFlag: '--k' };
    expect(bearerOf(none, context)).toBeUndefined();
    const judge = bearerOf({ ...none, tokens }, context);
    expect(judge?.authenticate('Bearer t', 'r')).toMatchObject({ principal: { value: 'a' } });
    expect(judge?.authenticate('Bearer u', 'r').kind).toBe('unknown');
  });
});
